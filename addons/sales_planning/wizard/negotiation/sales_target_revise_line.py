from odoo import api, fields, models

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

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        for line, vals in zip(lines, vals_list, strict=True):
            line._check_given(vals)
        return lines

    def write(self, vals):
        result = super().write(vals)
        for line in self:
            line._check_given(vals)
        return result

    def _check_given(self, vals):
        """Refuse a number as it was given: a Monetary field would round it without a word.

        :raises ValidationError: the plan cannot hold the number
        """
        numbers = self.env["sales.target.numbers"]
        number = numbers._to_decimal(vals.get("after"))
        numbers._check_possible(self.revise_id.plan_id, {self.cell_id.id: number})
