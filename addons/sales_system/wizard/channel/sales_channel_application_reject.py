from odoo import fields, models


class SalesChannelApplicationReject(models.TransientModel):
    """Rejecting an application, with the reason."""

    _name = "sales.channel.application.reject"
    _description = "Reject Channel Application"

    application_id = fields.Many2one("sales.channel.application", required=True, readonly=True)
    state = fields.Selection(related="application_id.state")
    reason = fields.Text(required=True)

    def action_reject(self):
        self.ensure_one()
        self.application_id._reject(self.reason)
        return {"type": "ir.actions.act_window_close"}
