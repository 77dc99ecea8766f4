from collections import defaultdict
from decimal import Decimal

from odoo import models
from odoo.exceptions import UserError

from ...engine.allocation import Matrix, Part, split, transfer
from ..sales_target import TARGET_DIMENSIONS
from .sales_target_cell import SPLIT_VALUES


class SalesTarget(models.Model):
    """Moving the open remainder of a target to others, as of a day. What was stays."""

    _inherit = "sales.target"

    def _transfer(self, receivers, day, reason):
        """Move what is still ahead of a target on to others of the same plan: of every number
        that its parts make up, so of stretch and challenge too.

        Periods that are over stay as they are; of the running one the days until the day
        before stay. What lies below giver and receivers follows in proportion; targets above
        only one of them shrink and grow by as much.

        :param dict receivers: target → Decimal or int, their shares of what is moved
        :param date day: the first day that the receivers answer for
        :param str reason: why, as the trail keeps it
        :return: int, how many numbers changed
        """
        self.ensure_one()
        self._check_receivers(receivers)
        return sum(self._transfer_value(receivers, day, reason, value) for value in SPLIT_VALUES)

    def _transfer_value(self, receivers, day, reason, value):
        branches = self.env["sales.target.branch"]
        branch = branches._load(self.browse([self.id, *(node.id for node in receivers)]), value)
        rows = [self.id, *(node.id for node in receivers)]
        ahead = self._get_periods_ahead(day)
        if not any(branch.row(self.id, ahead)):
            return 0
        amounts = branches._run(
            branch,
            transfer,
            Matrix(rows=rows, columns=branch.periods, weights=[branch.row(row) for row in rows]),
            self.id,
            {node.id: share for node, share in receivers.items()},
            self.plan_id._get_unit(),
            open_columns=ahead,
            kept=self._get_kept(branch, ahead, day),
        )
        moved = {
            row: {
                first: number
                for first, number in zip(branch.periods, numbers, strict=True)
                if first in ahead
            }
            for row, numbers in zip(rows, amounts, strict=True)
        }
        return branches._save(
            branch,
            {
                **self._get_numbers_above(branch, moved),
                **branches._split_below(branch, moved, keep_pins=False),
            },
            "transferred",
            reason,
        )

    def _get_dimensions(self):
        return TARGET_DIMENSIONS

    def _get_same_of(self, user):
        """:return: the target of the plan that differs in the salesperson only, or none"""
        self.ensure_one()
        domain = [("plan_id", "=", self.plan_id.id)] + [
            (name, "=", user.id if name == "user_id" else self[name].id)
            for name in self._get_dimensions()
        ]
        return self.sudo().search(domain, limit=1)

    def _create_beside(self, values):
        """:return: a new part of the same target above, also in an approved plan: it has no
        number yet, so none changes
        """
        self.ensure_one()
        return self.with_context(adds_to_approved_plan=True).create(
            {**values, "plan_id": self.plan_id.id, "parent_id": self.parent_id.id}
        )

    def _check_receivers(self, receivers):
        for receiver in receivers:
            if receiver.plan_id != self.plan_id:
                raise UserError(
                    self.env._(
                        "%(receiver)s belongs to %(plan)s. Choose a target of the same plan.",
                        receiver=receiver.display_name,
                        plan=receiver.plan_id.name,
                    )
                )
            paths = (receiver.parent_path, self.parent_path)
            if paths[0].startswith(paths[1]) or paths[1].startswith(paths[0]):
                raise UserError(
                    self.env._(
                        "%(receiver)s is part of %(giver)s or the other way round, so nothing "
                        "would move. Choose a target beside it.",
                        receiver=receiver.display_name,
                        giver=self.display_name,
                    )
                )

    def _get_periods_ahead(self, day):
        return {
            period.first
            for period in self.plan_id._get_periods()
            if period.last >= day and self.plan_id._is_open(period.first)
        }

    def _get_kept(self, branch, ahead, day):
        """:return: dict of first day → what the giver keeps: its days of the running period"""
        for period in self.plan_id._get_periods():
            number = branch.numbers[self.id, period.first]
            if period.first in ahead and period.first < day and number:
                days = (period.last - period.first).days + 1
                own = (day - period.first).days
                shares = split(
                    number, [Part(0, own), Part(1, days - own)], self.plan_id._get_unit()
                )
                return {period.first: shares[0]}
        return {}

    def _get_numbers_above(self, branch, moved):
        """:return: dict of (target id, first day) → Decimal of the targets above, changed by as
        much as what lies below them
        """
        differences = defaultdict(Decimal)
        for row, by_period in moved.items():
            for first, number in by_period.items():
                difference = (number or 0) - (branch.numbers[row, first] or 0)
                for above in branch.above(row):
                    if branch.numbers[above, first] is not None:
                        differences[above, first] += difference
        return {
            key: branch.numbers[key] + difference
            for key, difference in differences.items()
            if difference
        }
