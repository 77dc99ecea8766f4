from odoo import fields, models


class SalesCustomerLevelPin(models.TransientModel):
    """Choosing the level of a customer by hand: no rule changes it from then on."""

    _name = "sales.customer.level.pin"
    _description = "Choose Level by Hand"

    profile_id = fields.Many2one(
        "sales.customer.profile", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(related="profile_id.partner_id")
    company_id = fields.Many2one(related="profile_id.company_id")
    level_id = fields.Many2one(
        "sales.customer.level",
        required=True,
        ondelete="cascade",
        domain="[('company_id', 'in', (False, company_id))]",
    )
    reason = fields.Char(required=True)

    def action_pin(self):
        self.ensure_one()
        self.profile_id._pin_level(self.level_id, self.reason)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
