from odoo import fields, models


class SalesMarketingRevise(models.TransientModel):
    """Opening an approved marketing plan again, with the reason."""

    _name = "sales.marketing.revise"
    _description = "Revise a Marketing Plan"

    plan_id = fields.Many2one(
        "sales.marketing.plan", required=True, readonly=True, ondelete="cascade"
    )
    reason = fields.Text(required=True, help="Why the plan changes; it is kept in its history.")

    # === ACTION METHODS === #
    def action_revise(self):
        self.ensure_one()
        self.plan_id._revise(self.reason)
        return {"type": "ir.actions.act_window_close"}
