from odoo import fields, models


class SalesChannelAuthorizationRevoke(models.TransientModel):
    """Revoking an authorization: its last day, and why."""

    _name = "sales.channel.authorization.revoke"
    _description = "Revoke Authorization"

    authorization_id = fields.Many2one(
        "sales.channel.authorization", required=True, readonly=True, ondelete="cascade"
    )
    last_day = fields.Date(
        required=True,
        default=fields.Date.context_today,
        help="The last day on which the authorization is valid.",
    )
    reason = fields.Text(required=True)

    def action_revoke(self):
        self.ensure_one()
        self.authorization_id._revoke(self.last_day, self.reason)
        return {"type": "ir.actions.act_window_close"}
