import time
from decimal import Decimal, InvalidOperation

from odoo import models
from odoo.exceptions import UserError, ValidationError

from ...engine.allocation import AllocationError
from ..sales_target_figures import TARGET_VALUES
from ..sales_target_numbers import TOO_LARGE


class SalesTarget(models.Model):
    """What the matrix editor asks: the parts of a target × the periods, and to balance them.

    Amounts are texts of exact decimals, and None where there is no number. The editor keeps
    what is being edited; only :meth:`save_matrix` stores something.
    """

    _inherit = "sales.target"

    # === ACTION METHODS === #
    def action_open_matrix(self):
        self.ensure_one()
        return {
            "type": "ir.actions.client",
            "tag": "sales_target_matrix",
            "name": self.display_name,
            "params": {"target_id": self.id},
        }

    # === EDITOR === #
    def get_matrix(self, value="assigned"):
        """:return: dict of everything that the editor shows, see the keys below"""
        self.ensure_one()
        self.check_access("read")
        self._check_value(value)
        branch = self.env["sales.target.branch"]._load(self, value)
        parts = self.browse(branch.children(self.id))
        plan = self.plan_id
        evidence = self.env["sales.target.evidence"]._get_evidence(plan, parts.ids)
        obstacle = self._get_obstacle(parts, value)
        return {
            "target": {
                "id": self.id,
                "name": self._get_part_name(),
                "path": [
                    {"id": node.id, "name": node._get_part_name()}
                    for node in self.browse([*reversed(branch.above(self.id)), self.id])
                ],
                "has_parent": bool(self.parent_id),
                "can_assign": self.can_assign,
            },
            "plan": self._get_matrix_plan(parts),
            "value": value,
            "values": self._fields_selection("value"),
            "can_edit": not obstacle,
            "why_not": obstacle,
            "reason_needed": plan.state == "approved",
            "columns": [
                {
                    "id": branch.cells[self.id, period.first],
                    "first": period.first.isoformat(),
                    "last": period.last.isoformat(),
                    "name": plan._get_period_name(period.first),
                    "open": plan._is_open(period.first),
                    "total": self._to_text(branch.numbers[self.id, period.first]),
                }
                for period in plan._get_periods()
            ],
            "total": self._sum_text(branch.row(self.id)),
            "rows": [
                {
                    "id": part.id,
                    "name": part._get_part_name(),
                    "has_children": bool(branch.children(part.id)),
                    "last_year": self._to_text(evidence[part.id]["last_year"]),
                    "proposed": self._to_text(self._to_number(part.proposed)),
                    "cells": [
                        {
                            "id": branch.cells[part.id, first],
                            "amount": amount,
                            "pinned": (part.id, first) in branch.pinned,
                        }
                        for first, amount in zip(
                            branch.periods, self._to_texts(branch.row(part.id)), strict=True
                        )
                    ],
                }
                for part in parts
            ],
            "methods": self._get_split_methods(plan),
            "profiles": [
                (profile.id, profile.display_name)
                for profile in self.env["sales.season.profile"].search([])
            ],
        }

    def balance_matrix(self, state):
        """Split anew what was not typed or pinned. Stores nothing.

        :param dict state: rows with ``amounts``, ``pins`` and ``total``; ``columns``; ``total``;
            ``fix_rows``; ``fix_columns``; ``edits``; ``method`` and its options
        :return: dict with ``amounts``, ``columns``, ``total``; or with ``error``, a dict of
            ``message`` and ``cells`` as [row, column]
        """
        self.ensure_one()
        self.check_access("read")
        started = time.perf_counter()
        value = state.get("value") or "assigned"
        self._check_value(value)
        branch = self.env["sales.target.branch"]._load(self, value)
        try:
            amounts = self._balance(branch, state)
        except AllocationError as error:
            return {"error": self._get_matrix_error(branch, state, error)}
        return {
            "amounts": [self._to_texts(row) for row in amounts],
            "columns": [self._sum_text(column) for column in zip(*amounts, strict=True)],
            "total": self._sum_text([number for row in amounts for number in row]),
            "milliseconds": round(1000 * (time.perf_counter() - started), 1),
        }

    def save_matrix(self, value, changes, reason=False):
        """Store what was edited, all of it or nothing, and split it among what lies below.

        :param list changes: dicts with ``id`` of a cell of the target or of its parts,
            ``before`` as it was loaded, ``after`` and ``pinned``
        :return: dict, the matrix as it is now
        :raises UserError: somebody else changed one of the numbers
        """
        self.ensure_one()
        self._check_can_split()
        self._check_value(value)
        branches = self.env["sales.target.branch"]
        # Locked before it is read: what is calculated from the numbers must still be true
        # when it is written.
        self.env["sales.target.numbers"]._lock(self.plan_id)
        branch = branches._load(self, value)
        of_cell = {cell_id: key for key, cell_id in branch.cells.items()}
        nodes = {self.id, *branch.children(self.id)}
        for change in changes:
            key = of_cell.get(change["id"])
            if not key or key[0] not in nodes:
                raise UserError(
                    self.env._("The matrix has changed since you opened it. Reload it.")
                )
            if key[0] == self.id:
                self._check_can_assign()
            self.plan_id._check_period_open(key[1])
        given = {of_cell[change["id"]]: self._to_number(change["after"]) for change in changes}
        expected = {change["id"]: self._to_number(change["before"]) for change in changes}
        self.env["sales.target.numbers"]._check_expected(value, expected)
        totals = {}
        for (target_id, first), number in given.items():
            if target_id != self.id:
                totals.setdefault(target_id, {})[first] = number
        numbers = {**branches._split_below(branch, totals), **given}
        branches._save(branch, numbers, "typed", reason)
        self._pin(changes)
        return self.get_matrix(value)

    # === BUSINESS METHODS === #
    def _get_matrix_error(self, branch, state, error):
        rows = {row["id"]: i for i, row in enumerate(state["rows"])}
        columns = {first: j for j, first in enumerate(branch.periods)}
        return {
            "message": self.env["sales.target.refusal"]._get_sentence(self.plan_id, error),
            "cells": [
                [rows[key[0]], columns[key[1]]]
                for key in error.keys
                if isinstance(key, tuple) and key[0] in rows and key[1] in columns
            ],
        }

    def _get_matrix_plan(self, parts):
        plan = self.plan_id
        new = parts[0]._get_new_dimensions() if parts else []
        labels = dict(plan._fields["metric"]._description_selection(self.env))
        return {
            "id": plan.id,
            "name": plan.name,
            "state": plan.state,
            "state_label": dict(plan._fields["state"]._description_selection(self.env))[plan.state],
            "metric_label": labels[plan.metric],
            "currency_id": plan.currency_id.id,
            "digits": plan._get_decimal_places(),
            "unit": str(plan._get_unit()),
            "level_label": self.fields_get(new)[new[0]]["string"] if new else False,
            "period_label": dict(plan._fields["period"]._description_selection(self.env))[
                plan.period
            ],
        }

    def _get_new_dimensions(self):
        """:return: list of the dimensions by which the target is a part of the one above"""
        above = self.sudo().parent_id
        return [name for name in self._named_dimensions() if self.sudo()[name] != above[name]]

    def _get_part_name(self):
        """:return: the name without what the targets above say already"""
        named = [self.sudo()[name].display_name for name in self._get_new_dimensions()]
        return " · ".join(named) or self.name

    def _get_obstacle(self, parts, value):
        """:return: why the user cannot change this number of the parts now, or False"""
        plan = self.plan_id
        if plan.state == "closed":
            return self.env._("%(plan)s is closed: its numbers stay.", plan=plan.name)
        if self.responsible_id != self.env.user and not self.can_assign:
            return self.env._(
                "The parts of this target are set by %(owner)s.",
                owner=self.sudo().responsible_id.name or self.env._("a sales manager"),
            )
        if locked := parts._get_locked_reasons(value) if value == "proposed" else None:
            return next(iter(locked.values()))
        return False

    def _pin(self, changes):
        """Keep which cells are pinned; callers have checked that the user may."""
        # The target's own cells have pins in the matrix above, which stay.
        pinned = {change["id"]: bool(change["pinned"]) for change in changes if "pinned" in change}
        cells = self.env["sales.target.cell"].sudo().browse(pinned)
        moved = cells.filtered(lambda cell: cell.is_pinned != pinned[cell.id])
        for is_pinned, of_one_kind in moved.grouped("is_pinned").items():
            of_one_kind._write({"is_pinned": not is_pinned})
        moved.invalidate_recordset(["is_pinned"], flush=False)

    def _check_value(self, value):
        if value not in TARGET_VALUES:
            raise ValidationError(self.env._("%(value)s is no number of a target.", value=value))

    def _fields_selection(self, name):
        return self.env["sales.target.change"]._fields[name]._description_selection(self.env)

    # === TEXTS === #
    def _to_number(self, text):
        """:raises ValidationError: the text is no decimal number"""
        if text is None or text is False or text == "":
            return None
        try:
            number = Decimal(str(text))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            raise ValidationError(
                self.env._("“%(text)s” is not a number. Enter one, such as 1200.50.", text=text)
            )
        if abs(number) >= TOO_LARGE:
            raise ValidationError(
                self.env._("%(text)s is too large for a target. Check its digits.", text=text)
            )
        return number

    def _to_text(self, number):
        return self._to_texts([number])[0]

    def _to_texts(self, numbers):
        """:return: list of texts, None for no number; reads the plan once for all of them"""
        spec = f".{self.plan_id._get_decimal_places()}f"
        return [None if number is None else format(Decimal(number), spec) for number in numbers]

    def _sum_text(self, numbers):
        present = [number for number in numbers if number is not None]
        return self._to_text(sum(present)) if present else None
