from odoo import fields, models

from ...fields import OptionalMonetary


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

    def action_revise(self):
        self.ensure_one()
        self.line_id._revise(self.planned, self.reason)
        return {"type": "ir.actions.act_window_close"}
