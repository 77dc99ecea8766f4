from odoo import api, fields, models

from ...fields import OptionalMonetary
from ...models.budget.amounts import check_amount


class SalesBudgetRevise(models.TransientModel):
    """Change of a budget whose plan is approved, with its reason."""

    _name = "sales.budget.revise"
    _description = "Revise a Budget"

    line_id = fields.Many2one(
        "sales.budget.line", string="Budget", required=True, readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="line_id.currency_id")
    planned_before = OptionalMonetary(
        "Budget So Far", related="line_id.planned", related_sudo=False
    )
    planned = OptionalMonetary("New Budget", required=True)
    reason = fields.Char(required=True, help="Why the budget changes; it is kept in its history.")

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        wizards = super().create(vals_list)
        for wizard, vals in zip(wizards, vals_list, strict=True):
            wizard._check_given(vals)
        return wizards

    def write(self, vals):
        result = super().write(vals)
        for wizard in self:
            wizard._check_given(vals)
        return result

    def _check_given(self, vals):
        check_amount(self.line_id, vals.get("planned"), self.currency_id)

    # === ACTION METHODS === #
    def action_revise(self):
        self.ensure_one()
        self.line_id._revise(self.planned, self.reason)
        return {"type": "ir.actions.act_window_close"}
