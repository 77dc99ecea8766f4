from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..document.actions import prepare_wizard

REQUEST_STATE = [
    ("pending", "Pending"),
    ("approved", "Approved"),
    ("rejected", "Rejected"),
    ("cancelled", "Cancelled"),
]


class SalesApprovalRequest(models.Model):
    """Approval request: one document's limits, on their way from approver to approver.

    Requests are made and moved by the actions only, which check who acts and then write as
    superuser; nobody has rights to write them otherwise.
    """

    _name = "sales.approval.request"
    _description = "Approval Request"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "deadline, id desc"
    _mail_post_access = "read"
    _rec_name = "document_name"

    # === DOCUMENT === #
    res_model = fields.Char(
        string="Document Model", required=True, readonly=True, export_string_translation=False
    )
    res_id = fields.Many2oneReference(
        string="Document", model_field="res_model", required=True, readonly=True, index=True
    )
    document_name = fields.Char(readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    team_id = fields.Many2one(
        "crm.team", string="Sales Team", readonly=True, index="btree_not_null", ondelete="set null"
    )
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, ondelete="restrict", index=True
    )

    # === WHAT IS ASKED === #
    state = fields.Selection(
        REQUEST_STATE, required=True, readonly=True, default="pending", index=True
    )
    rule_ids = fields.Many2many(
        "sales.approval.rule", string="Rules", readonly=True, ondelete="restrict"
    )
    terms = fields.Json(
        readonly=True,
        help="The fingerprint: the numbers that the approval is about, and what it is bound to.",
    )
    reasons = fields.Text(compute="_compute_reasons", compute_sudo=True)
    request_reason = fields.Text("Reason", readonly=True, help="Why it should be approved.")
    requester_id = fields.Many2one(
        "res.users", string="Asked By", required=True, readonly=True, index=True
    )

    # === WHO DECIDES === #
    step_ids = fields.Many2many(
        "sales.approval.step",
        string="Steps",
        readonly=True,
        help="The steps of all rules in their order.",
    )
    stage = fields.Integer(string="Step Number", readonly=True)
    step_id = fields.Many2one(
        "sales.approval.step", string="Current Step", readonly=True, ondelete="set null"
    )
    approver_ids = fields.Many2many(
        "res.users",
        "sales_approval_request_approver_rel",
        string="Approvers",
        readonly=True,
        help="Who the current step names, and the leaders it has escalated to.",
    )
    escalated_ids = fields.Many2many(
        "res.users",
        "sales_approval_request_escalated_rel",
        string="Escalated To",
        readonly=True,
        help="Leaders up the tree; one of them is enough.",
    )
    actor_ids = fields.Many2many(
        "res.users",
        "sales_approval_request_actor_rel",
        string="Waits For",
        readonly=True,
        help="Approvers who have not decided yet, and their delegates of today.",
    )
    deadline = fields.Datetime(readonly=True)
    is_stuck = fields.Boolean(
        readonly=True,
        export_string_translation=False,
        help="Overdue, and nobody is left above to escalate to.",
    )
    decision_ids = fields.One2many("sales.approval.decision", "request_id", readonly=True)
    decided_at = fields.Datetime(string="Last Decision", readonly=True)
    can_decide = fields.Boolean(compute="_compute_can_decide")
    can_open_document = fields.Boolean(
        compute="_compute_can_open_document", compute_sudo=False, export_string_translation=False
    )

    # === CONSTRAINTS AND INDEXES === #
    _document_idx = models.Index("(res_model, res_id)")
    _pending_unique = models.UniqueIndex(
        "(res_model, res_id) WHERE state = 'pending'",
        "Somebody else has just asked for the approval of this document.",
    )

    # === COMPUTE METHODS === #
    @api.depends("terms")
    @api.depends_context("lang")
    def _compute_reasons(self):
        for request in self:
            terms = (request.terms or {}).get("rules", {})
            request.reasons = " · ".join(
                rule._get_reason(*terms[str(rule.id)], request.company_id)
                for rule in request.rule_ids
                if str(rule.id) in terms and rule._get_basis()
            )

    @api.depends("state", "actor_ids")
    @api.depends_context("uid")
    def _compute_can_decide(self):
        for request in self:
            request.can_decide = request.state == "pending" and self.env.user in request.actor_ids

    @api.depends("res_model", "res_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_can_open_document(self):
        """Who decides need not have access to the document: their card is enough."""
        for model_name, requests in self.grouped("res_model").items():
            if model_name not in self.env:
                requests.can_open_document = False
                continue
            documents = self.env[model_name].browse(requests.mapped("res_id")).exists()
            readable = set(documents._filtered_access("read").ids)
            for request in requests:
                request.can_open_document = request.res_id in readable

    # === ACTION METHODS === #
    def action_approve(self, reason=False):
        """Approve the current step on behalf of everybody whom the user may decide for."""
        self._decide("approved", reason)
        return True

    def action_reject(self, reason=False):
        """Reject the requests; whoever asked learns why."""
        if not (reason or "").strip():
            raise UserError(
                self.env._("Give the reason of the rejection: whoever asked has to know it.")
            )
        self._decide("rejected", reason)
        return True

    def action_delegate(self, delegate_id, reason=False):
        """Pass the requests on to a colleague, who then decides besides the user.

        :param delegate_id: id of the colleague's user
        """
        delegate = self.env["res.users"].browse(delegate_id).exists()
        for request, principals in self._check_may_decide().items():
            request._pass_on(delegate, principals, reason)
        return True

    def action_cancel(self):
        """Take a request back, as whoever asked for it."""
        for request in self:
            request.check_access("read")
            if request.requester_id != self.env.user:
                raise AccessError(
                    self.env._(
                        "Only %(user)s, who asked for it, takes this request back.",
                        user=request.requester_id.name,
                    )
                )
            request._check_pending()
            request.sudo()._cancel(False)
        return True

    def action_open_reject(self):
        return self._open_wizard("sales.approval.request.reject", self.env._("Reject"))

    def action_open_delegate(self):
        return self._open_wizard("sales.approval.request.delegate", self.env._("Delegate"))

    def _open_wizard(self, model, name):
        return prepare_wizard(model, name, request_ids=self.ids)

    def action_open_document(self):
        self.ensure_one()
        document = self._get_document()
        if not document:
            raise UserError(
                self.env._("The document %(name)s no longer exists.", name=self.document_name or "")
            )
        document.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": document._name,
            "res_id": document.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    # === BUSINESS METHODS === #
    def _get_document(self):
        """:return: the document, or an empty record where it or its addon is gone"""
        self.ensure_one()
        if self.res_model not in self.env:
            return self.browse()
        return self.env[self.res_model].browse(self.res_id).exists()
