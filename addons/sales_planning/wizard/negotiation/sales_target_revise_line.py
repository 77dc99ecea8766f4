from odoo import fields, models

from ...fields import OptionalMonetary


class SalesTargetReviseLine(models.TransientModel):
    """One period of a revision: the number that the user sees, and the one to be set."""

    _name = "sales.target.revise.line"
    _description = "Period of a Target Revision"
    _order = "date_from, id"

    revise_id = fields.Many2one("sales.target.revise", required=True, ondelete="cascade")
    cell_id = fields.Many2one("sales.target.cell", required=True)
    date_from = fields.Date()
    period_name = fields.Char(related="cell_id.period_name")
    currency_id = fields.Many2one(related="revise_id.currency_id")
    proposed = OptionalMonetary("Proposal")
    before = OptionalMonetary("Before")
    after = OptionalMonetary("After")
