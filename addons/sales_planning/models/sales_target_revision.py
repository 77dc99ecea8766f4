from odoo import api, fields, models


class SalesTargetRevision(models.Model):
    """Revision: a set of changes made to an approved plan at once, by whom and why."""

    _name = "sales.target.revision"
    _description = "Target Revision"
    _order = "plan_id, number desc"
    _rec_name = "reason"

    plan_id = fields.Many2one(
        "sales.target.plan", required=True, readonly=True, index=True, ondelete="cascade"
    )
    number = fields.Integer("No.", required=True, readonly=True)
    reason = fields.Text(required=True, readonly=True)
    change_ids = fields.One2many("sales.target.change", "revision_id", string="Changes")
    change_count = fields.Integer(compute="_compute_change_count")

    # === CONSTRAINTS AND INDEXES === #
    _number_unique = models.UniqueIndex(
        "(plan_id, number)", "The plan was revised by somebody else at the same moment. Try again."
    )

    # === COMPUTE METHODS === #
    @api.depends("change_ids")
    def _compute_change_count(self):
        counts = dict(
            self.env["sales.target.change"]._read_group(
                [("revision_id", "in", self.ids)], ["revision_id"], ["__count"]
            )
        )
        for revision in self:
            revision.change_count = counts.get(revision._origin, 0)

    # === BUSINESS METHODS === #
    @api.model
    def _start(self, plan, reason):
        """:return: a new revision of the plan, which the caller has locked"""
        last = self.search([("plan_id", "=", plan.id)], order="number desc", limit=1)
        return self.create({"plan_id": plan.id, "number": last.number + 1, "reason": reason})
