from odoo import fields, models


class SalesCustomerLose(models.TransientModel):
    """Marking a customer as lost before their silence does."""

    _name = "sales.customer.lose"
    _description = "Mark Customer as Lost"

    profile_id = fields.Many2one(
        "sales.customer.profile", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(related="profile_id.partner_id")
    reason = fields.Char(required=True)

    def action_mark(self):
        self.ensure_one()
        self.profile_id._mark_lost(self.reason)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
