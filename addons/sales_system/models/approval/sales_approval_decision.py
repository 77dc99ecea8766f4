from odoo import api, fields, models
from odoo.exceptions import UserError

DECISION_KIND = [
    ("requested", "Requested"),
    ("approved", "Approved"),
    ("rejected", "Rejected"),
    ("delegated", "Delegated"),
    ("escalated", "Escalated"),
    ("cancelled", "Cancelled"),
]


class SalesApprovalDecision(models.Model):
    """Approval decision: what somebody did with a request, when and why. Never changed."""

    _name = "sales.approval.decision"
    _description = "Approval Decision"
    _order = "date desc, id desc"
    _rec_name = "kind"
    _log_access = False

    request_id = fields.Many2one(
        comodel_name="sales.approval.request",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(related="request_id.company_id", store=True)
    kind = fields.Selection(DECISION_KIND, string="Decision", required=True, readonly=True)
    date = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Who",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Empty where nobody did it, as in an escalation.",
    )
    principal_id = fields.Many2one(
        comodel_name="res.users",
        string="On Behalf Of",
        readonly=True,
        ondelete="restrict",
    )
    delegate_id = fields.Many2one(
        comodel_name="res.users",
        string="Passed On To",
        readonly=True,
        ondelete="restrict",
    )
    step_id = fields.Many2one(
        comodel_name="sales.approval.step", readonly=True, ondelete="set null"
    )
    stage = fields.Integer(readonly=True, help="Number of the step of the request.")
    reason = fields.Text(readonly=True)

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            raise self._append_only_error()
        return super().create(vals_list)

    def write(self, vals):
        # Only what the database computes by itself may follow.
        if not vals.keys() <= {"company_id"}:
            raise self._append_only_error()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_uninstall(self):
        raise self._append_only_error()

    def _append_only_error(self):
        return UserError(
            self.env._(
                "Decisions on approvals are kept as they were made. "
                "Approve or reject the request itself."
            )
        )
