from datetime import date
from decimal import Decimal
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...fields import OptionalMonetary

LINE_CHOICE = [("mine", "Take mine"), ("theirs", "Keep theirs")]


class Shown(NamedTuple):
    """Difference as it was shown.

    :param bool is_taken: whether the number of the file is to stand
    """

    cell_id: int
    target_id: int
    first: date
    before: Decimal | None
    after: Decimal | None
    is_taken: bool


class SalesTargetWorkbookLine(models.Model):
    """Difference: a number that a workbook would change, and what stands there now.

    It is a conflict where somebody else changed the number after the workbook was exported.
    """

    _name = "sales.target.workbook.line"
    _description = "Difference of a Target Workbook"
    _order = "row_number, date_from, id"
    _rec_name = "target_name"

    workbook_id = fields.Many2one(
        "sales.target.workbook", required=True, readonly=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="workbook_id.currency_id")
    cell_id = fields.Many2one(
        "sales.target.cell", required=True, readonly=True, index=True, ondelete="cascade"
    )
    row_number = fields.Integer("Row", readonly=True, aggregator=None)
    # Kept as texts: they are shown to whoever may see the file.
    target_name = fields.Char("Target of", readonly=True)
    date_from = fields.Date(readonly=True)
    period_name = fields.Char("Period", readonly=True)
    exported = OptionalMonetary("When Exported", readonly=True)
    amount_before = OptionalMonetary("Before", readonly=True)
    amount_after = OptionalMonetary("After", readonly=True)
    difference = fields.Monetary(readonly=True)
    is_conflict = fields.Boolean(readonly=True)
    changed_by_id = fields.Many2one("res.users", readonly=True)
    changed_at = fields.Datetime("Changed On", readonly=True)
    choice = fields.Selection(LINE_CHOICE)

    # === CRUD METHODS === #
    def write(self, vals):
        if not self.env.su:
            self._check_choice_only(vals)
        return super().write(vals)

    # === BUSINESS METHODS === #
    def _check_choice_only(self, vals):
        if vals.keys() - {"choice"}:
            raise UserError(
                self.env._("Differences come from the file. Change it there, and check it again.")
            )
        if decided := self.workbook_id.filtered(lambda workbook: workbook.state != "checked"):
            raise UserError(
                self.env._(
                    "%(file)s is no longer open for decisions.", file=decided[0].display_name
                )
            )

    @api.model
    def _read_numbers(self, workbook):
        """:return: list of :class:`Shown` of the workbook's differences, however many"""
        self.flush_model()
        to_decimal = self.env["sales.target.numbers"]._to_decimal
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.cell_id, cell.target_id, cell.date_from,
                       line.amount_before::text, line.amount_after::text,
                       NOT line.is_conflict OR COALESCE(line.choice = 'mine', FALSE)
                  FROM sales_target_workbook_line line
                  JOIN sales_target_cell cell ON cell.id = line.cell_id
                 WHERE line.workbook_id = %s
                """,
                workbook.id,
            )
        )
        return [
            Shown(cell_id, target_id, first, to_decimal(before), to_decimal(after), is_taken)
            for cell_id, target_id, first, before, after, is_taken in rows
        ]

    @api.model
    def _delete(self, workbook):
        """Remove the differences, however many, in one statement: nothing refers to them."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL("DELETE FROM sales_target_workbook_line WHERE workbook_id = %s", workbook.id)
        )
        self.env.invalidate_all(flush=False)

    @api.model
    def _insert(self, workbook, rows):
        """Write the differences, however many, in one statement.

        :param list rows: dicts of columns
        """
        columns = {
            "cell_id": "integer",
            "row_number": "integer",
            "target_name": "varchar",
            "date_from": "date",
            "period_name": "varchar",
            "exported": "numeric",
            "amount_before": "numeric",
            "amount_after": "numeric",
            "difference": "numeric",
            "is_conflict": "boolean",
            "changed_by_id": "integer",
            "changed_at": "timestamp",
            "choice": "varchar",
        }
        names = SQL(", ").join(map(SQL.identifier, columns))
        arrays = SQL(", ").join(
            SQL("%s::" + type_ + "[]", [row[name] for row in rows])  # pylint: disable=sql-injection
            for name, type_ in columns.items()
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO sales_target_workbook_line (
                    workbook_id, %(names)s, create_uid, write_uid, create_date, write_date
                )
                SELECT %(workbook)s, given.*, %(uid)s, %(uid)s, %(now)s, %(now)s
                  FROM unnest(%(arrays)s) AS given
                """,
                names=names,
                arrays=arrays,
                workbook=workbook.id,
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        workbook.invalidate_recordset()
