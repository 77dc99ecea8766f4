from odoo import fields, models


class SalesTargetWorkbookProblem(models.Model):
    """Refused cell of a workbook: where it stands and why it was refused."""

    _name = "sales.target.workbook.problem"
    _description = "Refused Cell of a Target Workbook"
    _order = "row_number, id"

    workbook_id = fields.Many2one(
        "sales.target.workbook", required=True, readonly=True, index=True, ondelete="cascade"
    )
    row_number = fields.Integer("Row", readonly=True, aggregator=None)
    place = fields.Char("Cell", readonly=True)
    title = fields.Char("Column", readonly=True)
    target_name = fields.Char("Target of", readonly=True)
    value = fields.Char(readonly=True)
    reason = fields.Char(readonly=True)
