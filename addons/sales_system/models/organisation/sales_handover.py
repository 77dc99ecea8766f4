from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

HANDOVER_STATE = [
    ("draft", "Draft"),
    ("approved", "Approved"),
    ("done", "Done"),
    ("undone", "Undone"),
    ("cancelled", "Cancelled"),
]
# Set by the actions only, as the state is.
PROTECTED_FIELDS = {
    "released_by_id",
    "done_by_id",
    "done_on",
    "collected_on",
    "ended_member_ids",
}
# What the preview was collected by: changing one of these empties it.
COLLECT_FIELDS = {"company_id", "from_user_id", "territory_id", "team_filter_id"}
# What was agreed on: fixed once the handover has left its draft.
TERM_FIELDS = COLLECT_FIELDS | {"to_user_id", "date", "reason", "end_membership", "line_ids"}


class SalesHandover(models.Model):
    """Handover: moves what one salesperson looks after to another, as of a day.

    How it works: *collecting* lists every record that would move, *handing over* writes the
    successor into those that still belong to the predecessor, and the lines keep what became
    of each. The sales ledger is never touched: what was earned stays with who earned it.

    How to add a kind of record: see :meth:`_get_kinds`.
    """

    _name = "sales.handover"
    _description = "Handover"
    _inherit = ["sales.state.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True
    _mail_post_access = "read"

    # === FIELDS === #
    name = fields.Char(
        required=True, readonly=True, copy=False, default=lambda self: self.env._("New")
    )
    state = fields.Selection(
        HANDOVER_STATE, required=True, readonly=True, default="draft", copy=False, tracking=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")

    # === WHO, WHEN, WHY === #
    from_user_id = fields.Many2one(
        "res.users",
        string="Predecessor",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        default=lambda self: self.env.user,
        domain="[('share', '=', False), ('active', 'in', [True, False])]",
        help="The predecessor, who may have been archived already.",
    )
    to_user_id = fields.Many2one(
        "res.users",
        string="Successor",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
        domain=lambda self: [
            ("all_group_ids", "in", self.env.ref("sales_team.group_sale_salesman").ids),
            ("share", "=", False),
        ],
        help="The successor. A single record can go to somebody else: change it in the preview.",
    )
    team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        compute="_compute_team_id",
        compute_sudo=True,
        store=True,
        precompute=True,
        index="btree_not_null",
        ondelete="set null",
        help="The predecessor's team: its leaders see this handover.",
    )
    date = fields.Date(
        required=True,
        default=fields.Date.context_today,
        copy=False,
        tracking=True,
        help="The day on which everything moves. An approved handover of a later day is carried "
        "out by itself on that day.",
    )
    reason = fields.Selection(
        [
            ("leaves", "Leaves the company"),
            ("team", "Moves to another team"),
            ("territory", "Territory change"),
            ("other", "Other"),
        ],
        required=True,
        default="other",
    )
    note = fields.Text()

    # === SCOPE === #
    move_customers = fields.Boolean(string="Customers", default=True)
    move_leads = fields.Boolean(string="Leads and Opportunities", default=True)
    move_quotations = fields.Boolean(string="Quotations", default=True)
    move_orders = fields.Boolean(
        string="Follow-Up of Open Orders",
        default=True,
        help="Orders not yet invoiced and paid in full. The successor looks after them; the "
        "salesperson, and with that the sales figures, stay.",
    )
    move_activities = fields.Boolean(string="Open Activities", default=True)
    end_membership = fields.Boolean(
        string="End Team Memberships",
        help="The predecessor's last day in their teams is the day before the handover. "
        "Memberships that have an end already keep it.",
    )
    territory_id = fields.Many2one(
        "sales.territory",
        string="Only in Territory",
        check_company=True,
        help="Only customers of this territory and of those below, with their documents.",
    )
    team_filter_id = fields.Many2one(
        "crm.team",
        string="Only of Team",
        check_company=True,
        help="Only documents of this team and of those below, and customers that the predecessor "
        "last worked on for it.",
    )

    # === PREVIEW AND RESULT === #
    line_ids = fields.One2many("sales.handover.line", "handover_id", string="Records", copy=False)
    summary_ids = fields.One2many("sales.handover.summary", "handover_id")
    line_count = fields.Integer(string="Records Found", compute="_compute_counts")
    included_count = fields.Integer(string="Records to Move", compute="_compute_counts")
    moved_count = fields.Integer(string="Records Moved", compute="_compute_counts")
    skipped_count = fields.Integer(string="Records Skipped", compute="_compute_counts")
    collected_on = fields.Datetime(readonly=True, copy=False)
    is_future = fields.Boolean(compute="_compute_is_future")
    can_decide = fields.Boolean(compute="_compute_can_decide", compute_sudo=False)
    released_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")
    done_by_id = fields.Many2one(
        "res.users", string="Carried Out By", readonly=True, copy=False, ondelete="restrict"
    )
    done_on = fields.Datetime(string="Carried Out On", readonly=True, copy=False)
    ended_member_ids = fields.Many2many(
        "crm.team.member",
        string="Ended Memberships",
        readonly=True,
        copy=False,
        context={"active_test": False},
    )

    # === CONSTRAINTS AND INDEXES === #
    _two_persons = models.Constraint(
        "CHECK (from_user_id <> to_user_id)",
        "A handover needs two persons: choose somebody else to take over.",
    )

    # === COMPUTE METHODS === #
    @api.depends("name", "from_user_id.name", "to_user_id.name")
    def _compute_display_name(self):
        for handover in self:
            persons = (handover.from_user_id.name, handover.to_user_id.name)
            handover.display_name = (
                f"{handover.name} ({' → '.join(persons)})" if all(persons) else handover.name
            )

    @api.depends("from_user_id", "company_id")
    def _compute_team_id(self):
        for handover in self:
            handover.team_id = handover.from_user_id._get_sales_teams(handover.company_id)[:1]

    @api.depends("line_ids.included", "line_ids.state")
    def _compute_counts(self):
        summaries = {handover.id: handover.summary_ids for handover in self._origin}
        for handover in self:
            lines = summaries.get(handover._origin.id, self.env["sales.handover.summary"])
            handover.line_count = sum(lines.mapped("line_count"))
            handover.included_count = sum(lines.mapped("included_count"))
            handover.moved_count = sum(lines.mapped("moved_count"))
            handover.skipped_count = sum(lines.mapped("skipped_count"))

    @api.depends("date")
    def _compute_is_future(self):
        today = fields.Date.context_today(self)
        for handover in self:
            handover.is_future = bool(handover.date and handover.date > today)

    @api.depends("from_user_id", "to_user_id", "company_id", "line_ids.to_user_id")
    @api.depends_context("uid")
    def _compute_can_decide(self):
        for handover in self:
            handover.can_decide = handover._may_decide()

    # === CONSTRAINT METHODS === #
    @api.constrains("from_user_id", "to_user_id", "company_id")
    def _check_persons(self):
        for handover in self:
            handover._check_may_draft()
            handover._check_successors(handover.to_user_id)

    @api.constrains("date")
    def _check_date(self):
        today = fields.Date.context_today(self)
        for handover in self.filtered(lambda handover: handover.state == "draft"):
            if handover.date < today:
                raise ValidationError(
                    self.env._(
                        "The date %(date)s of %(handover)s has passed. A handover moves things "
                        "today or on a later day: choose %(today)s or later.",
                        date=handover.date,
                        handover=handover.name,
                        today=today,
                    )
                )

    # === CRUD METHODS === #
    @api.model
    def default_get(self, fields):
        # Nor does the context bring what only the actions set.
        return super().default_get([name for name in fields if name not in PROTECTED_FIELDS])

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_not_protected(vals)
            company = vals.get("company_id") or self.env.company.id
            sequence = self.env["ir.sequence"].sudo().with_company(company)
            vals["name"] = sequence.next_by_code("sales.handover")
        return super().create(vals_list)

    def write(self, vals):
        self._check_not_protected(vals)
        if not TERM_FIELDS.isdisjoint(vals) or self._get_switches() & vals.keys():
            self._check_draft()
        if "to_user_id" in vals:
            before = {handover: handover.to_user_id for handover in self}
        changed = self.filtered(
            lambda handover: (
                any(handover[name].id != vals[name] for name in COLLECT_FIELDS & vals.keys())
                or any(handover[name] != vals[name] for name in self._get_switches() & vals.keys())
            )
        )
        result = super().write(vals)
        if changed:
            changed._drop_preview()
        if "to_user_id" in vals:
            for handover, successor in before.items():
                handover._change_successor(successor)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_carried_out(self):
        for handover in self:
            if handover.state not in ("draft", "cancelled"):
                raise UserError(
                    self.env._(
                        "Handover %(handover)s is %(state)s and stays as a record of who took "
                        "over what. Only drafts and cancelled handovers can be deleted.",
                        handover=handover.name,
                        state=handover._get_state_label(),
                    )
                )

    # === ACTION METHODS === #
    def action_collect(self):
        """List every record that would move now; choices already made are kept."""
        self.check_access("write")
        self._check_draft()
        for handover in self:
            handover._check_may_draft()
            handover.sudo()._collect()
        return True

    def action_hand_over(self):
        """Carry out the handovers whose day has come, and release the others for their day."""
        self.check_access("write")
        for handover in self:
            handover._check_ready()
            handover._check_may_release()
            handover.sudo()._release()
        return True

    def action_undo(self):
        """Move back what the successors still look after."""
        self.check_access("write")
        for handover in self:
            handover._check_may_decide()
            handover.sudo()._undo()
        return True

    def action_cancel(self):
        self._update_state(("draft", "approved"), "cancelled")
        self._cancel_approval(self.env._("The handover has been cancelled."))
        return True

    def action_draft(self):
        self._update_state(("approved", "cancelled"), "draft")
        today = fields.Date.context_today(self)
        self.sudo().filtered(lambda handover: handover.date < today).date = today
        return True

    def action_open_lines(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Records of %(handover)s", handover=self.name),
            "res_model": "sales.handover.line",
            "view_mode": "list,kanban",
            "domain": [("handover_id", "=", self.id), *self.env.context.get("line_domain", [])],
            "context": {"search_default_group_kind": 1, "create": False},
        }

    # === BUSINESS METHODS === #
    @api.model
    def _get_switches(self):
        return {kind.switch for kind in self._get_kinds().values()}

    def _get_state_label(self):
        self.ensure_one()
        return dict(self._fields["state"]._description_selection(self.env))[self.state].lower()

    def _drop_preview(self):
        self.sudo().line_ids.unlink()
        self.sudo().collected_on = False

    def _change_successor(self, before):
        """Give the rows that went to the former successor to the new one."""
        self.ensure_one()
        if before != self.to_user_id:
            lines = self.sudo().line_ids
            lines.filtered(lambda line: line.to_user_id == before).to_user_id = self.to_user_id

    # === CHECKS === #
    def _check_not_protected(self, vals):
        if not self.env.su and not PROTECTED_FIELDS.isdisjoint(vals):
            raise UserError(
                self.env._(
                    "The result of a handover follows from its buttons and cannot be written by "
                    "hand."
                )
            )

    def _check_draft(self):
        for handover in self:
            if handover.state != "draft" and not self.env.su:
                raise UserError(
                    self.env._(
                        "Handover %(handover)s is %(state)s and cannot be changed any more. "
                        "Set it back to draft, or write a new one.",
                        handover=handover.name,
                        state=handover._get_state_label(),
                    )
                )

    def _check_ready(self):
        """:raise UserError: where there is nothing to carry out, or not yet"""
        self.ensure_one()
        handover = self.sudo()
        today = fields.Date.context_today(self)
        if handover.state not in ("draft", "approved"):
            raise UserError(
                self.env._(
                    "Handover %(handover)s is %(state)s already.",
                    handover=handover.name,
                    state=handover._get_state_label(),
                )
            )
        if handover.state == "approved" and handover.date > today:
            raise UserError(
                self.env._(
                    "Handover %(handover)s is carried out by itself on %(date)s. "
                    "Set it back to draft to choose another day.",
                    handover=handover.name,
                    date=handover.date,
                )
            )
        if not handover.included_count and not handover.end_membership:
            raise UserError(
                self.env._(
                    "Handover %(handover)s has nothing to move: collect the records of "
                    "%(person)s first, and leave at least one row switched on.",
                    handover=handover.name,
                    person=handover.from_user_id.name,
                )
            )
        handover._check_successors(handover._get_persons() - handover.from_user_id)
