from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# What a copied row says of itself instead of what its original said.
OWN_COLUMNS = {"id", "create_uid", "create_date", "write_uid", "write_date"}
VERSION_FIELDS = {"version", "previous_id", "first_version_id", "is_current"}


class SalesTargetPlan(models.Model):
    """Versions: a later draft that replaces an approved plan once it is approved itself."""

    _inherit = "sales.target.plan"

    # === FIELDS === #
    version = fields.Integer(default=1, required=True, readonly=True, copy=False, aggregator=None)
    previous_id = fields.Many2one(
        "sales.target.plan",
        string="Earlier Version",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    first_version_id = fields.Many2one(
        "sales.target.plan",
        readonly=True,
        copy=False,
        ondelete="restrict",
    )
    is_current = fields.Boolean(
        "Current Version",
        default=True,
        readonly=True,
        copy=False,
        help="The version that people are measured by: the last one approved.",
    )
    version_count = fields.Integer(compute="_compute_version_count")

    # === CONSTRAINTS AND INDEXES === #
    _version_unique = models.UniqueIndex(
        "(first_version_id, version) WHERE first_version_id IS NOT NULL",
        "Somebody else has just made a new version of this plan.",
    )

    # === COMPUTE METHODS === #
    @api.depends("name", "version")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for plan in self:
            plan.display_name = (
                self.env._("%(plan)s (version %(number)s)", plan=plan.name, number=plan.version)
                if plan.version > 1
                else plan.name
            )

    @api.depends("first_version_id")
    def _compute_version_count(self):
        firsts = (self.first_version_id | self)._origin
        counts = dict(
            self._read_group(
                [("first_version_id", "in", firsts.ids)], ["first_version_id"], ["__count"]
            )
        )
        for plan in self:
            plan.version_count = 1 + counts.get((plan.first_version_id or plan)._origin, 0)

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        self._check_versions_not_given(set().union(*vals_list))
        return super().create(vals_list)

    def write(self, vals):
        self._check_versions_not_given(vals)
        return super().write(vals)

    @api.model
    def _check_versions_not_given(self, names):
        if not self.env.su and VERSION_FIELDS.intersection(names):
            raise UserError(
                self.env._(
                    "The version of a plan cannot be set by hand. Choose New Version, and approve "
                    "it when it is to replace the earlier one."
                )
            )

    # === ACTION METHODS === #
    def action_new_version(self):
        """Copy an approved plan into a draft that is going to replace it.

        :return: action that opens the draft
        """
        self.ensure_one()
        self.check_access("write")
        self.env["sales.target.numbers"]._lock(self)
        self._check_may_have_version()
        version = self.sudo()._copy_as_version()
        version._copy_targets_from(self)
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": version.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def action_approve(self, reason=False):
        result = super().action_approve(reason)
        for plan in self.filtered("previous_id"):
            plan._supersede_earlier()
        return result

    def action_reopen(self):
        for plan in self.filtered(lambda plan: not plan.is_current):
            raise UserError(
                self.env._(
                    "%(plan)s has been replaced by a later version, so it stays closed. Make a "
                    "new version of that one instead.",
                    plan=plan.display_name,
                )
            )
        return super().action_reopen()

    def action_open_versions(self):
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "sales_planning.sales_target_plan_action"
            ),
            "name": self.env._("Versions of %(plan)s", plan=self.name),
            "domain": self._get_version_domain(),
            "context": {},
        }

    def action_open_compare(self):
        """Compare two plans, or one with its earlier version, or the first with its next one."""
        before, after = self._get_compared()
        return self.env["sales.target"]._open_wizard(
            "sales.target.compare",
            self.env._("Compare"),
            default_before_id=before.id,
            default_after_id=after.id,
        )

    # === BUSINESS METHODS === #
    def _get_compared(self):
        """:return: the earlier and the later plan of a comparison"""
        if len(self) == 2:
            return self.sorted(lambda plan: (plan.date_from, plan.version, plan.id))
        if len(self) != 1:
            raise UserError(
                self.env._(
                    "%(count)s plans are selected, and two can be compared. Select two.",
                    count=len(self),
                )
            )
        if self.previous_id:
            return self.previous_id, self
        return self, self.search([("previous_id", "=", self.id)], limit=1)

    def _get_version_domain(self):
        """:return: domain of all versions of the plan, this one included"""
        first = self.first_version_id or self
        return ["|", ("id", "=", first.id), ("first_version_id", "=", first.id)]

    def _check_may_have_version(self):
        if self.state not in ("approved", "closed") or not self.is_current:
            raise UserError(
                self.env._(
                    "Only the approved version of a plan gets a new one. %(plan)s can be changed "
                    "as it is, or has been replaced already.",
                    plan=self.display_name,
                )
            )
        draft = self.sudo().search([("previous_id", "=", self.id)], limit=1)
        if draft:
            raise UserError(
                self.env._(
                    "%(plan)s is being prepared already. Work on that one, or delete it first.",
                    plan=draft.display_name,
                )
            )

    def _copy_as_version(self):
        """:return: a new draft with the plan's settings, but without targets"""
        self.ensure_one()
        return self.copy(
            {
                "name": self.name,
                "company_id": self.company_id.id,
                "version": self.version + 1,
                "previous_id": self.id,
                "first_version_id": (self.first_version_id or self).id,
                "is_current": False,
            }
        )

    def _copy_targets_from(self, plan):
        """Copy the nodes and cells of a plan with their numbers, in two statements."""
        self.env.flush_all()
        self.env.cr.execute(self._copy_targets_query(plan))
        self.env.cr.execute(self._copy_cells_query())
        self.env.invalidate_all()
        self._measure_approval_again()

    def _copy_targets_query(self, plan):
        names = self._get_copied_columns(
            "sales.target", {"plan_id", "parent_id", "parent_path", "previous_id"}
        )
        return SQL(
            """
            WITH renamed AS MATERIALIZED (
                SELECT id AS old, nextval('sales_target_id_seq') AS new
                  FROM sales_target WHERE plan_id = %(old_plan)s
            )
            INSERT INTO sales_target (
                id, plan_id, parent_id, parent_path, previous_id, proposal_state, %(names)s,
                create_uid, write_uid, create_date, write_date
            )
            SELECT renamed.new, %(new_plan)s, parent.new, path.path, target.id, 'open', %(values)s,
                   %(uid)s, %(uid)s, %(now)s, %(now)s
              FROM sales_target target
              JOIN renamed ON renamed.old = target.id
              LEFT JOIN renamed parent ON parent.old = target.parent_id
              JOIN (
                    SELECT node.id,
                           string_agg(step.new::text, '/' ORDER BY part.place) || '/' AS path
                      FROM sales_target node
                      CROSS JOIN LATERAL unnest(
                          string_to_array(trim(TRAILING '/' FROM node.parent_path), '/')
                      ) WITH ORDINALITY AS part(id, place)
                      JOIN renamed step ON step.old = part.id::integer
                     WHERE node.plan_id = %(old_plan)s
                     GROUP BY node.id
                   ) AS path ON path.id = target.id
            """,
            old_plan=plan.id,
            new_plan=self.id,
            names=SQL(", ").join(map(SQL.identifier, names)),
            values=SQL(", ").join(SQL.identifier("target", name) for name in names),
            uid=self.env.uid,
            now=fields.Datetime.now(),
        )

    def _copy_cells_query(self):
        names = self._get_copied_columns("sales.target.cell", {"target_id"})
        return SQL(
            """
            INSERT INTO sales_target_cell (
                target_id, %(names)s, create_uid, write_uid, create_date, write_date
            )
            SELECT target.id, %(values)s, %(uid)s, %(uid)s, %(now)s, %(now)s
              FROM sales_target_cell cell
              JOIN sales_target target ON target.previous_id = cell.target_id
             WHERE target.plan_id = %(plan)s
            """,
            names=SQL(", ").join(map(SQL.identifier, names)),
            values=SQL(", ").join(SQL.identifier("cell", name) for name in names),
            plan=self.id,
            uid=self.env.uid,
            now=fields.Datetime.now(),
        )

    @api.model
    def _get_copied_columns(self, model, given):
        """:return: list of the columns that a copied row takes over, also the computed ones

        :param set given: columns that the copy sets itself
        """
        return [
            name
            for name, field in sorted(self.env[model]._fields.items())
            if field.store
            and field.column_type
            and (field.copy or field.compute)
            and name not in OWN_COLUMNS | given
        ]

    def _supersede_earlier(self):
        """Count the earlier version a last time; from now on this one is the current one."""
        self.ensure_one()
        earlier = self.previous_id.sudo()
        if earlier.state == "approved":
            earlier._refresh()
            earlier._update_state(("approved",), "closed")
        earlier.is_current = False
        self.sudo().is_current = True
        earlier.message_post(
            body=self.env._("Replaced by %(plan)s.", plan=self.display_name),
            subtype_xmlid="mail.mt_note",
        )
