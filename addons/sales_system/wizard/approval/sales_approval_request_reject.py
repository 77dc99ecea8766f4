from odoo import fields, models


class SalesApprovalRequestReject(models.TransientModel):
    """Rejection of approval requests, with the reason that whoever asked has to know."""

    _name = "sales.approval.request.reject"
    _description = "Reject Approval"

    request_ids = fields.Many2many("sales.approval.request", string="Requests", required=True)
    reason = fields.Text(required=True)

    def action_reject(self):
        self.ensure_one()
        self.request_ids.action_reject(self.reason)
        return {"type": "ir.actions.act_window_close"}
