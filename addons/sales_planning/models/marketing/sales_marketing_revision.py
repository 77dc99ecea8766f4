from odoo import api, fields, models
from odoo.exceptions import UserError


class SalesMarketingRevision(models.Model):
    """Revision of a marketing plan: what was approved, and why that is changed."""

    _name = "sales.marketing.revision"
    _description = "Marketing Plan Revision"
    _order = "plan_id, number desc"
    _rec_name = "reason"

    plan_id = fields.Many2one(
        "sales.marketing.plan", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True)
    number = fields.Integer("No.", required=True, readonly=True)
    reason = fields.Text(required=True, readonly=True)
    terms = fields.Json(readonly=True)
    terms_text = fields.Text("Approved So Far", compute="_compute_terms_text")

    # === CONSTRAINTS AND INDEXES === #
    _number_unique = models.UniqueIndex(
        "(plan_id, number)", "The plan was revised by somebody else at the same moment. Try again."
    )

    # === COMPUTE METHODS === #
    @api.depends("terms")
    def _compute_terms_text(self):
        for revision in self:
            revision.terms_text = "\n".join(
                f"{name}: {value}" for name, value in (revision.terms or {}).items()
            )

    # === CRUD METHODS === #
    # pylint: disable=method-required-super,no-raise-unlink
    @api.model_create_multi
    def create(self, vals_list):
        self.check_access("create")
        raise self._append_only_error()

    def write(self, vals):
        self.check_access("write")
        raise self._append_only_error()

    def unlink(self):
        self.check_access("unlink")
        raise self._append_only_error()

    def _append_only_error(self):
        return UserError(
            self.env._(
                "Revisions are kept as they were made. Choose Revise on the plan to make "
                "another one."
            )
        )

    # === BUSINESS METHODS === #
    @api.model
    def _start(self, plan, reason, terms):
        """:return: a new revision of the plan, which the caller has locked"""
        # Past this class's own create, which refuses everybody else.
        return super().create(  # pylint: disable=super-method-mismatch
            [{"plan_id": plan.id, "number": plan.revision, "reason": reason, "terms": terms}]
        )
