from odoo import api, fields, models


class SalesTargetRevision(models.Model):
    """Revision: a set of changes made to an approved plan at once, by whom and why."""

    _name = "sales.target.revision"
    _description = "Target Revision"
    _inherit = ["sales.revision.mixin"]

    plan_id = fields.Many2one(
        "sales.target.plan", required=True, readonly=True, index=True, ondelete="cascade"
    )
    note = fields.Text(
        "What Else", readonly=True, help="What changed besides numbers, such as a day of leaving."
    )
    change_ids = fields.One2many("sales.target.change", "revision_id", string="Changes")
    change_count = fields.Integer("Changed Numbers", compute="_compute_change_count")

    # === CONSTRAINTS AND INDEXES === #
    def init(self):
        """Let the database refuse to change or remove a revision, whoever asks."""
        super().init()
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION sales_target_revision_refuse_change() RETURNS trigger AS $$
            BEGIN
                RAISE EXCEPTION 'Revisions of target plans are append-only.'
                    USING ERRCODE = 'restrict_violation';
            END $$ LANGUAGE plpgsql;
            CREATE OR REPLACE TRIGGER sales_target_revision_no_update
                BEFORE UPDATE OF plan_id, number, reason, note, create_date
                ON sales_target_revision
                FOR EACH STATEMENT EXECUTE FUNCTION sales_target_revision_refuse_change();
            CREATE OR REPLACE TRIGGER sales_target_revision_no_delete
                BEFORE DELETE ON sales_target_revision
                FOR EACH ROW EXECUTE FUNCTION sales_target_revision_refuse_change();
            """
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

    # === ACTION METHODS === #
    def action_open_changes(self):
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "sales_planning.sales_target_change_action"
            ),
            "name": self.env._("Revision %(number)s", number=self.number),
            "domain": [("revision_id", "=", self.id)],
        }

    # === BUSINESS METHODS === #
    @api.model
    def _start(self, plan, reason, note=False):
        """:return: a new revision of the plan, which the caller has locked"""
        last = self.search([("plan_id", "=", plan.id)], order="number desc", limit=1)
        return self._record(plan, last.number + 1, reason, note=note)
