from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, format_date

MARKETING_PLAN_STATE = [
    ("draft", "Draft"),
    ("approved", "Approved"),
    ("closed", "Closed"),
]
# Set by the actions only, as the state is.
PROTECTED_FIELDS = {"approved_on", "revision"}
# What an approval is about.
FIXED_FIELDS = {"name", "company_id", "date_from", "date_to", "strategy_id"}


class SalesMarketingPlan(models.Model):
    """Marketing plan: what a company does in a span of time to be bought from, and its money.

    Once approved it stands; a revision opens it again, keeps who did it and why, and ends with
    the next approval.
    """

    _name = "sales.marketing.plan"
    _description = "Marketing Plan"
    _inherit = [
        "sales.state.mixin",
        "sales.protected.fields.mixin",
        "sales.marketing.budget.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    # === DEFAULTS === #
    @api.model
    def _default_date_from(self):
        return fields.Date.context_today(self) + relativedelta(day=1)

    @api.model
    def _default_date_to(self):
        return self._default_date_from() + relativedelta(months=3, days=-1)

    # === FIELDS === #
    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    state = fields.Selection(
        MARKETING_PLAN_STATE,
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
        tracking=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        required=True,
        index=True,
        tracking=True,
        ondelete="restrict",
        default=lambda self: self.env.user,
        domain="[('share', '=', False), ('company_ids', '=', company_id)]",
    )
    team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        compute="_compute_team_id",
        compute_sudo=True,
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        tracking=True,
        ondelete="set null",
        check_company=True,
    )
    strategy_id = fields.Many2one(
        "sales.strategy",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        check_company=True,
        domain="[('company_id', '=', company_id), ('state', '=', 'approved')]",
        help="The strategy that the plan puts into practice.",
    )
    date_from = fields.Date(
        "From", required=True, default=lambda self: self._default_date_from(), tracking=True
    )
    date_to = fields.Date(
        "To", required=True, default=lambda self: self._default_date_to(), tracking=True
    )
    description = fields.Html(help="What the plan is to bring about.")
    approved_on = fields.Date(
        readonly=True,
        copy=False,
        tracking=True,
        help="The last approval. From the first one on, everybody in sales can read the plan.",
    )
    revision = fields.Integer(readonly=True, copy=False, aggregator=None)
    revision_ids = fields.One2many("sales.marketing.revision", "plan_id", string="Revisions")
    activity_line_ids = fields.One2many(
        "sales.marketing.activity", "plan_id", string="Marketing Activities"
    )
    budget_line_ids = fields.One2many("sales.budget.line", "marketing_plan_id", string="Budgets")
    activity_line_count = fields.Integer(
        "Number of Activities", compute="_compute_activity_totals", compute_sudo=True
    )
    expected_leads = fields.Integer(compute="_compute_activity_totals", compute_sudo=True)
    expected_revenue = fields.Monetary(compute="_compute_activity_totals", compute_sudo=True)
    load_warning = fields.Text(
        "Over-allocation", compute="_compute_load_warning", compute_sudo=True
    )

    # === CONSTRAINTS AND INDEXES === #
    _date_range = models.Constraint(
        "CHECK (date_to >= date_from)", "A marketing plan cannot end before it starts."
    )

    # === COMPUTE METHODS === #
    @api.depends("user_id", "company_id")
    def _compute_team_id(self):
        for plan in self:
            teams = plan.user_id._get_sales_teams(plan.company_id)
            if plan.team_id not in teams:
                plan.team_id = teams[:1] or plan.team_id

    @api.depends(
        "activity_line_ids.state",
        "activity_line_ids.expected_leads",
        "activity_line_ids.expected_revenue",
    )
    def _compute_activity_totals(self):
        for plan in self:
            activities = plan.activity_line_ids.filtered(lambda act: act.state != "cancelled")
            plan.activity_line_count = len(plan.activity_line_ids)
            plan.expected_leads = sum(activities.mapped("expected_leads"))
            plan.expected_revenue = sum(activities.mapped("expected_revenue"))

    @api.depends("activity_line_ids.resource_ids.load_warning")
    def _compute_load_warning(self):
        for plan in self:
            warnings = plan.activity_line_ids.resource_ids.mapped("load_warning")
            plan.load_warning = "\n".join(dict.fromkeys(filter(None, warnings)))

    # === CONSTRAINT METHODS === #
    @api.constrains("date_from", "date_to")
    def _check_dates_of_parts(self):
        self.activity_line_ids._check_within_plan()
        for request in self.sudo().budget_line_ids.commitment_ids:
            plan = request.marketing_plan_id
            if request.state != "cancelled" and not (
                plan.date_from <= request.date <= plan.date_to
            ):
                raise ValidationError(
                    self.env._(
                        "%(request)s takes money of %(plan)s on %(date)s. Keep that day within "
                        "the plan, or cancel the request first.",
                        request=request.display_name,
                        plan=plan.display_name,
                        date=format_date(self.env, request.date),
                    )
                )

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        self._check_not_protected(set().union(*vals_list))
        return super().create(vals_list)

    def write(self, vals):
        self.check_access("write")
        self._check_not_protected(vals)
        if not FIXED_FIELDS.isdisjoint(vals):
            self._check_may_change()
        if "company_id" in vals:
            self._check_company_can_change(vals["company_id"])
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        for plan in self:
            if plan.approved_on:
                raise UserError(
                    self.env._(
                        "%(plan)s has been approved, so it stays with its history. Close it, or "
                        "archive it instead.",
                        plan=plan.display_name,
                    )
                )
        self.sudo().budget_line_ids._check_not_in_use()

    # === HOOKS === #
    @api.model
    def _get_protected_fields(self):
        return super()._get_protected_fields() | PROTECTED_FIELDS

    @api.model
    def _protected_message(self, labels):
        return self.env._(
            "%(fields)s of a marketing plan cannot be set by hand. Use the buttons of the plan "
            "instead.",
            fields=labels,
        )

    # === ACTION METHODS === #
    def action_open_activities(self):
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "sales_planning.sales_marketing_activity_action"
            ),
            "name": self.env._("Activities of %(plan)s", plan=self.display_name),
            "domain": [("plan_id", "=", self.id)],
            "context": {"default_plan_id": self.id},
        }

    def action_open_budgets(self):
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "sales_planning.sales_budget_line_action_marketing"
            ),
            "name": self.env._("Budgets of %(plan)s", plan=self.display_name),
            "domain": [("marketing_plan_id", "=", self.id)],
            "context": {
                "default_marketing_plan_id": self.id,
                "default_method": "typed",
                "of_marketing": True,
            },
        }

    # === BUSINESS METHODS === #
    def _get_companies(self):
        """:return: the companies whose costs count"""
        return self.company_id

    def _get_counted_budgets(self):
        """Budgets of the plan, and those of activities that none of these includes."""
        self.ensure_one()
        included = self.budget_line_ids.filtered(lambda line: not line.activity_id).category_id
        return self.budget_line_ids.filtered(
            lambda line: not line.activity_id or line.category_id not in included
        )

    def _get_excess(self, figures):
        """By category the plan's budget or those of its activities, whichever is exceeded more."""
        self.ensure_one()
        total = 0.0
        for lines in self.budget_line_ids.grouped("category_id").values():
            whole = lines.filtered(lambda line: not line.activity_id)
            parts = lines - whole
            if parts and whole.planned is False:
                whole = whole.browse()
            total += max(
                sum(line._get_excess_of(figures) for line in some) for some in (whole, parts)
            )
        return total

    def _touch(self):
        """Let only one transaction at a time change what belongs to the plans.

        The rows are written too: whoever has looked at them before this transaction ends then
        meets a serialization failure, and Odoo runs their request again.
        """
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                """
                WITH plan AS (
                    SELECT id FROM sales_marketing_plan WHERE id = ANY(%s)
                     ORDER BY id FOR NO KEY UPDATE
                )
                UPDATE sales_marketing_plan old SET write_date = old.write_date
                  FROM plan WHERE plan.id = old.id
                """,
                self.ids,
            )
        )

    def _check_may_change(self):
        """:raises UserError: a plan is approved or closed, and so it stands"""
        self._touch()
        for plan in self:
            if plan.state == "closed":
                raise UserError(
                    self.env._(
                        "%(plan)s is closed, so it stays as it is. Make a new plan.",
                        plan=plan.display_name,
                    )
                )
            if plan.state == "approved":
                raise UserError(
                    self.env._(
                        "%(plan)s is approved, so it stands. Choose Revise, give the reason, and "
                        "have it approved again.",
                        plan=plan.display_name,
                    )
                )

    def _check_company_can_change(self, company_id):
        for plan in self.sudo():
            if plan.company_id.id != company_id and (
                plan.activity_line_ids or plan.budget_line_ids
            ):
                raise UserError(
                    self.env._(
                        "%(plan)s has activities or budgets of %(company)s, so it stays there. "
                        "Make a new plan for the other company.",
                        plan=plan.display_name,
                        company=plan.company_id.name,
                    )
                )
