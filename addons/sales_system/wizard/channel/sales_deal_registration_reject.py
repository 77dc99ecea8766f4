from odoo import fields, models


class SalesDealRegistrationReject(models.TransientModel):
    """Rejecting a registration, with the reason that its channel partner reads."""

    _name = "sales.deal.registration.reject"
    _description = "Reject Deal Registration"

    registration_id = fields.Many2one("sales.deal.registration", required=True, readonly=True)
    reason = fields.Text(required=True)

    def action_reject(self):
        self.ensure_one()
        self.registration_id._reject(self.reason)
        return {"type": "ir.actions.act_window_close"}
