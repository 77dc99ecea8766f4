from odoo import models

from ...engine.sheet import Sheet
from .sales_target import CURRENT


class SalesTarget(models.Model):
    """Balancing what is being edited in the matrix, see :mod:`~.engine.sheet`."""

    _inherit = "sales.target"

    def _balance(self, branch, state):
        """:return: list of a list of Decimal or None per row"""
        amounts = [[self._to_number(n) for n in row["amounts"]] for row in state["rows"]]
        edits = [(i, j, self._to_number(text)) for i, j, text in state.get("edits") or []]
        row_totals = [self._to_number(row.get("total")) for row in state["rows"]]
        if state.get("fix_rows"):
            row_totals = [
                sum(n or 0 for n in line) if total is None else total
                for total, line in zip(row_totals, amounts, strict=True)
            ]
        fixed = state.get("fix_columns")
        return self._get_sheet(branch, state, amounts, edits).balance(
            self.plan_id._get_unit(),
            row_totals=row_totals,
            column_totals=[self._to_number(n) for n in state["columns"]] if fixed else None,
            total=None if fixed else self._to_number(state.get("total")),
            # What is typed into a month does not move what is still to be split of another.
            only={j for _i, j, _number in edits} or None,
        )

    def _get_sheet(self, branch, state, amounts, edits):
        rows = [row["id"] for row in state["rows"]]
        firsts = branch.periods
        # A number of a period that is over stays, and so does an empty cell there.
        is_open = [self.plan_id._is_open(first) for first in firsts]
        pins, emptied = {}, set()
        for i, row in enumerate(state["rows"]):
            for j, number in enumerate(amounts[i]):
                if number is not None and (row["pins"][j] or not is_open[j]):
                    pins[rows[i], firsts[j]] = number
                elif not is_open[j]:
                    emptied.add((rows[i], firsts[j]))
        standing = [list(line) for line in amounts]
        for i, j, number in edits:
            standing[i][j] = number
            pins.pop((rows[i], firsts[j]), None)
            if number is None:
                emptied.add((rows[i], firsts[j]))
            else:
                pins[rows[i], firsts[j]] = number
        shares = self._get_matrix_shares(branch, state, rows, amounts)
        return Sheet(rows, firsts, standing, shares, pins, emptied)

    def _get_matrix_shares(self, branch, state, rows, amounts):
        """:return: list of a list of Decimal or None per row: in which proportion they share"""
        method = state.get("method") or CURRENT
        if method == CURRENT:
            return [list(line) for line in amounts]
        shares = self._get_shares(
            method,
            branch,
            self.browse(rows),
            percent=state.get("growth") or 0,
            profile=state.get("profile_id"),
        )
        return [[shares.get((row, first)) for first in branch.periods] for row in rows]
