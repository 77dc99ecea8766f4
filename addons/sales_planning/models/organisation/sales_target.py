from collections import defaultdict
from decimal import Decimal

from odoo import fields, models
from odoo.tools import SQL, format_date

from ...engine.allocation import Part, split
from ..decomposing.sales_target_cell import SPLIT_VALUES


class SalesTarget(models.Model):
    """What is still ahead of the targets of somebody who hands over. What was stays.

    Whatever lies below a target and names the same salesperson goes with it, so the successor
    gets the same tree. All targets of a plan move in one step, however many they are.
    """

    _inherit = "sales.target"

    # === HANDING OVER === #
    def _hand_over(self, user, handover):
        """:param self: targets of one plan"""
        plan = self.plan_id
        self.env["sales.target.numbers"]._lock(plan)
        givers = self._get_with_parts()
        pairs = givers._pair_with(user)
        reason = handover._get_target_reason(self.user_id, user)
        for value in SPLIT_VALUES:
            branch = self._load_pairs(pairs, value)
            amounts = self._get_ahead(branch, pairs, handover.date)
            self._shift(branch, pairs, amounts, reason, handover)
        self.env["sales.target.takeover"].create(
            [
                {
                    "handover_id": handover.id,
                    "target_id": giver.id,
                    "to_target_id": receiver.id,
                    "date": handover.date,
                    "date_end_before": giver.date_end,
                }
                for giver, receiver in pairs.items()
            ]
        )
        self._change_ends(plan, self._get_new_ends(pairs, handover.date), reason)

    def _get_new_ends(self, pairs, day):
        """:return: dict of target → last day that counts: who gives ends on the day before, and
        who takes over, after an end of the past, goes on
        """
        before = fields.Date.subtract(day, days=1)
        ends = {}
        for giver, receiver in pairs.items():
            if receiver.date_end and receiver.date_end < day:
                ends[receiver] = giver.date_end
            if not giver.date_end or giver.date_end > before:
                ends[giver] = max(before, giver.date_start or giver.plan_id.date_from)
        return ends

    def _get_with_parts(self):
        """:return: the targets and all below them of the same salesperson, parents first"""
        inside = self.search([("id", "child_of", self.ids)])
        users = self.user_id
        return inside.filtered(lambda target: target.user_id in users)

    def _pair_with(self, user):
        """:return: dict of target → the same target of a user, created where there is none yet:
        below the successor's where the target above moves too, else beside
        """
        own = self.search([("plan_id", "=", self.plan_id.id), ("user_id", "=", user.id)])
        existing = {target._get_key(user): target for target in own}
        pairs = {}
        # Level by level, as a target is created after the one that it is part of.
        levels = self.grouped(lambda target: target.parent_path.count("/"))
        for _level, givers in sorted(levels.items()):
            missing = givers.filtered(lambda giver: giver._get_key(user) not in existing)
            created = self.with_context(adds_to_approved_plan=True).create(
                [giver._prepare_successor(user, pairs) for giver in missing]
            )
            pairs.update(zip(missing, created, strict=True))
            pairs.update((giver, existing[giver._get_key(user)]) for giver in givers - missing)
        return pairs

    def _get_key(self, user):
        """:return: tuple of what the target names, with a user as its salesperson"""
        return tuple(
            user.id if name == "user_id" else self[name].id for name in self._get_dimensions()
        )

    def _prepare_successor(self, user, pairs):
        return {
            **{name: self[name].id for name in self._named_dimensions()},
            "user_id": user.id,
            "plan_id": self.plan_id.id,
            "parent_id": pairs.get(self.parent_id, self.parent_id).id,
            "date_end": self.date_end,
        }

    def _load_pairs(self, pairs, value):
        targets = self.browse([node.id for pair in pairs.items() for node in pair])
        return self.env["sales.target.branch"]._load(targets, value)

    def _get_ahead(self, branch, pairs, day):
        """:return: dict of (target id, first day) → Decimal of the target's own number, without
        that of its parts, which lies ahead of a day
        """
        ahead = self._get_days_ahead(branch.plan, day)
        amounts = {}
        for giver in pairs:
            parts = branch.children(giver.id)
            for first, (left, days) in ahead.items():
                number = branch.numbers[giver.id, first]
                if number is not None:
                    own = number - sum(branch.numbers[part, first] or 0 for part in parts)
                    amounts[giver.id, first] = self._get_share(branch.plan, own, left, days)
        return amounts

    def _get_days_ahead(self, plan, day):
        """:return: dict of first day of an open period → days from a day on, days of it"""
        return {
            period.first: (
                (period.last - max(period.first, day)).days + 1,
                (period.last - period.first).days + 1,
            )
            for period in plan._get_periods()
            if period.last >= day and plan._is_open(period.first)
        }

    def _get_share(self, plan, number, part, whole):
        """:return: Decimal, the share of some days of a number, to the plan's smallest unit"""
        if part >= whole or not number:
            return number
        return split(number, [Part(0, whole - part), Part(1, part)], plan._get_unit())[1]

    def _shift(self, branch, pairs, amounts, reason, handover):
        """Move amounts on, so that every target above gives and gets as much as those below it.

        :param dict pairs: target that gives → target that gets
        :param dict amounts: (id of the target that gives, first day) → Decimal
        """
        receivers = {giver.id: receiver.id for giver, receiver in pairs.items()}
        new = set(receivers.values())
        deltas = defaultdict(Decimal)
        for (giver, first), amount in amounts.items():
            for sign, node in ((-1, giver), (1, receivers[giver])):
                for step in (node, *branch.above(node)):
                    deltas[step, first] += sign * amount
        numbers = {}
        for key, delta in deltas.items():
            number = branch.numbers[key]
            # A target above without a number has none to change; the successor's begins at 0.
            if number is not None or key[0] in new:
                numbers[key] = (number or 0) + delta
        self.env["sales.target.branch"]._save(
            branch, numbers, "transferred", reason, origin=handover
        )

    def _change_ends(self, plan, ends, reason):
        """Let targets count no sale after a day; on an approved plan this is one revision.

        :param dict ends: target → last day that counts, or False
        """
        if not ends:
            return
        if plan.state == "approved":
            self.env["sales.target.revision"].sudo()._start(
                plan,
                reason,
                note="\n".join(
                    self.env._(
                        "%(target)s: valid until %(after)s instead of %(before)s",
                        target=target.name,
                        after=format_date(self.env, day or plan.date_to),
                        before=format_date(self.env, target.date_end or plan.date_to),
                    )
                    for target, day in ends.items()
                ),
            )
        by_day = defaultdict(self.browse)
        for target, day in ends.items():
            by_day[day] |= target
        for day, targets in by_day.items():
            targets._write_end(day)
        plan._refresh()

    # === TAKING BACK === #
    def _take_back(self, handover):
        """Move back what a handover moved on and what is still ahead today.

        :param self: targets of one plan that gave
        """
        plan = self.plan_id
        self.env["sales.target.numbers"]._lock(plan)
        takeovers = self.env["sales.target.takeover"].search(
            [
                ("handover_id", "=", handover.id),
                ("target_id", "in", self._get_with_parts().ids),
                ("is_returned", "=", False),
            ]
        )
        back = {takeover.to_target_id: takeover.target_id for takeover in takeovers}
        reason = handover._get_target_reason(takeovers.to_target_id.user_id, self.user_id)
        for value in SPLIT_VALUES:
            branch = self._load_pairs(back, value)
            amounts = self._get_returning(branch, takeovers, value)
            self._shift(branch, back, amounts, reason, handover)
        ends = {takeover.target_id: takeover.date_end_before for takeover in takeovers}
        self._change_ends(plan, ends, reason)
        takeovers.is_returned = True

    def _get_returning(self, branch, takeovers, value):
        """:return: dict of (id of the target that gives back, first day) → Decimal: of what it
        got, the part of the days from today on, as far as it still has it
        """
        moved = self._read_moved(takeovers, value)
        today = fields.Date.context_today(self)
        ahead = self._get_days_ahead(branch.plan, today)
        had = self._get_days_ahead(branch.plan, takeovers[:1].date or today)
        amounts = {}
        for takeover in takeovers:
            giver, receiver = takeover.target_id.id, takeover.to_target_id.id
            parts = branch.children(giver)
            for first, (left, _days) in ahead.items():
                if (giver, first) not in moved:
                    continue
                own = moved[giver, first] - sum(moved.get((part, first), 0) for part in parts)
                share = self._get_share(branch.plan, own, left, had[first][0])
                rest = (branch.numbers[receiver, first] or 0) - sum(
                    branch.numbers[part, first] or 0 for part in branch.children(receiver)
                )
                amounts[receiver, first] = max(min(share, rest), Decimal(0))
        return amounts

    def _read_moved(self, takeovers, value):
        """:return: dict of (target id, first day) → Decimal that the handover took away"""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT cell.target_id, cell.date_from,
                       SUM(change.amount_before - change.amount_after)::text
                  FROM sales_target_change change
                  JOIN sales_target_cell cell ON cell.id = change.cell_id
                 WHERE change.handover_id = ANY(%s) AND change.value = %s
                   AND cell.target_id = ANY(%s)
                 GROUP BY 1, 2
                """,
                takeovers.handover_id.ids,
                value,
                takeovers.target_id.ids,
            )
        )
        return {(target_id, first): Decimal(number) for target_id, first, number in rows}
