from collections import defaultdict

from odoo import models

from ..sales_target_figures import TARGET_VALUES

# Numbers that the parts of a target add up to; each owner proposes for himself.
SPLIT_VALUES = ("assigned", "stretch", "challenge")


class SalesTargetCell(models.Model):
    """What follows when somebody types a number."""

    _inherit = "sales.target.cell"

    # === ACTION METHODS === #
    def action_toggle_pin(self):
        for cell in self:
            cell.target_id._check_can_assign()
            # A pin is no number: it may also move on an approved plan, but not on a closed one.
            cell.plan_id._check_open(reason="pin")
            cell.sudo().is_pinned = not cell.is_pinned
        return True

    # === BUSINESS METHODS === #
    def _type(self, vals_list):
        """Set the numbers that somebody typed.

        Where a target was split exactly, its parts follow in proportion; where part of it was
        unassigned, they stay.

        :param list vals_list: per cell a dict, of which only numbers matter
        """
        numbers = self.env["sales.target.numbers"]
        typed = dict(zip(self, vals_list, strict=True))
        for plan, cells in self.grouped("plan_id").items():
            for value in TARGET_VALUES:
                amounts = {
                    cell: numbers._to_decimal(typed[cell][value])
                    for cell in cells
                    if value in typed[cell]
                }
                if amounts and value == "proposed" and not self.env.su:
                    self.browse([cell.id for cell in amounts]).target_id._check_may_propose()
                if amounts and value in SPLIT_VALUES and cells.target_id.child_ids:
                    self._type_with_parts(value, amounts)
                elif amounts:
                    by_id = {cell.id: amount for cell, amount in amounts.items()}
                    numbers._set(plan, value, by_id, "typed")

    def _type_with_parts(self, value, amounts):
        """:param dict amounts: cell of one plan → Decimal or None"""
        branches = self.env["sales.target.branch"]
        branch = branches._load(self.target_id, value)
        given = {(cell.target_id.id, cell.date_from): n for cell, n in amounts.items()}
        totals = defaultdict(dict)
        for (target_id, first), number in given.items():
            above = [(node, first) for node in branch.above(target_id)]
            parts = [branch.numbers[node, first] for node in branch.children(target_id)]
            exact = any(n is not None for n in parts) and (
                sum(n or 0 for n in parts) == branch.numbers[target_id, first]
            )
            if exact and number is not None and given.keys().isdisjoint(above):
                totals[target_id][first] = number
        branches._save(branch, {**branches._split_below(branch, totals), **given}, "typed")
