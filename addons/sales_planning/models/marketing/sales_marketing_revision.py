from odoo import api, fields, models


class SalesMarketingRevision(models.Model):
    """Revision of a marketing plan: what was approved, and why that is changed."""

    _name = "sales.marketing.revision"
    _description = "Marketing Plan Revision"
    _inherit = ["sales.revision.mixin"]

    plan_id = fields.Many2one(
        "sales.marketing.plan", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True)
    terms = fields.Json(readonly=True)
    terms_text = fields.Text("Approved So Far", compute="_compute_terms_text")

    # === COMPUTE METHODS === #
    @api.depends("terms")
    def _compute_terms_text(self):
        for revision in self:
            revision.terms_text = "\n".join(
                f"{name}: {value}" for name, value in (revision.terms or {}).items()
            )

    # === BUSINESS METHODS === #
    @api.model
    def _start(self, plan, reason, terms):
        """:return: a new revision of the plan, which the caller has locked"""
        return self._record(plan, plan.revision, reason, terms=terms)
