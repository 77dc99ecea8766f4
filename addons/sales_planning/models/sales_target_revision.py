from odoo import api, fields, models
from odoo.exceptions import UserError


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
    note = fields.Text(
        "What Else", readonly=True, help="What changed besides numbers, such as a day of leaving."
    )
    change_ids = fields.One2many("sales.target.change", "revision_id", string="Changes")
    change_count = fields.Integer("Changed Numbers", compute="_compute_change_count")

    # === CONSTRAINTS AND INDEXES === #
    _number_unique = models.UniqueIndex(
        "(plan_id, number)", "The plan was revised by somebody else at the same moment. Try again."
    )

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
        # Past this class's own create, which refuses everybody else.
        return super().create(  # pylint: disable=super-method-mismatch
            [{"plan_id": plan.id, "number": last.number + 1, "reason": reason, "note": note}]
        )
