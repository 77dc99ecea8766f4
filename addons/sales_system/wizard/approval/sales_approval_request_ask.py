from odoo import api, fields, models
from odoo.exceptions import UserError


class SalesApprovalRequestAsk(models.TransientModel):
    """Asking for an approval, with the reason that whoever decides reads first."""

    _name = "sales.approval.request.ask"
    _description = "Request Approval"

    res_model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", required=True, readonly=True)
    approval_reasons = fields.Text("Over the Limit", compute="_compute_approval_reasons")
    reason = fields.Text()

    # === COMPUTE METHODS === #
    @api.depends("res_model", "res_id")
    def _compute_approval_reasons(self):
        for wizard in self:
            wizard.approval_reasons = wizard._get_document().approval_reasons

    # === ACTION METHODS === #
    def action_ask(self):
        self.ensure_one()
        self._get_document().action_request_approval(self.reason)
        return {"type": "ir.actions.act_window_close"}

    # === BUSINESS METHODS === #
    def _get_document(self):
        """:raises UserError: the record is of a kind that needs no approval"""
        model = self.env[self.res_model] if self.res_model in self.env else None
        if model is None or "approval_state" not in model._fields:
            raise UserError(
                self.env._(
                    "“%(model)s” knows no approvals. Open the document, and choose Request "
                    "Approval there.",
                    model=self.res_model,
                )
            )
        return model.browse(self.res_id)
