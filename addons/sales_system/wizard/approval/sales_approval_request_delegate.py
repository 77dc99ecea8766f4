from odoo import fields, models


class SalesApprovalRequestDelegate(models.TransientModel):
    """Passing on of approval requests to a colleague."""

    _name = "sales.approval.request.delegate"
    _description = "Delegate Approval"

    request_ids = fields.Many2many("sales.approval.request", string="Requests", required=True)
    delegate_id = fields.Many2one(
        "res.users",
        string="Delegate To",
        required=True,
        domain=[("share", "=", False)],
    )
    reason = fields.Char()

    def action_delegate(self):
        self.ensure_one()
        self.request_ids.action_delegate(self.delegate_id.id, self.reason)
        return {"type": "ir.actions.act_window_close"}
