from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, format_date

MARKETING_KIND = [
    ("advertising", "Advertising"),
    ("promotion", "Promotion"),
    ("event", "Event"),
    ("content", "Content"),
    ("mailing", "Mailing"),
    ("brand", "Brand"),
    ("other", "Other"),
]
MARKETING_ACTIVITY_STATE = [
    ("planned", "Planned"),
    ("running", "Running"),
    ("done", "Done"),
    ("cancelled", "Cancelled"),
]
# What the approval of the plan is about.
FIXED_FIELDS = {
    "name",
    "kind",
    "date_from",
    "date_to",
    "predecessor_ids",
    "successor_ids",
    "segment_ids",
    "territory_id",
    "channel_partner_id",
    "expected_leads",
    "expected_revenue",
}
# What the results of a closed plan are counted by.
CLOSED_FIELDS = {"campaign_id", "user_id"}


class SalesMarketingActivity(models.Model):
    """Marketing activity: one thing a plan does, from a day to a day, and what it is to bring.

    Its campaign ties leads, orders and ledger entries to it. Money is held by its budgets,
    never by the campaign, which every internal user can write.
    """

    _name = "sales.marketing.activity"
    _description = "Marketing Activity"
    _inherit = [
        "sales.state.mixin",
        "sales.marketing.part.mixin",
        "sales.marketing.budget.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_from, date_to, id"
    _initial_state = "planned"
    _check_company_auto = True
    _rec_names_search = ["name", "plan_id.name", "campaign_id.name"]

    # === FIELDS === #
    name = fields.Char(required=True, tracking=True)
    kind = fields.Selection(MARKETING_KIND, required=True, default="advertising")
    state = fields.Selection(
        MARKETING_ACTIVITY_STATE,
        required=True,
        readonly=True,
        default="planned",
        copy=False,
        index=True,
        tracking=True,
    )
    plan_id = fields.Many2one("sales.marketing.plan", required=True, index=True, ondelete="cascade")
    plan_state = fields.Selection(related="plan_id.state", string="Plan State")
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        index=True,
        tracking=True,
        ondelete="restrict",
        default=lambda self: self.env.user,
        domain="[('share', '=', False), ('company_ids', '=', company_id)]",
    )
    date_from = fields.Date(
        "From",
        compute="_compute_dates",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        tracking=True,
    )
    date_to = fields.Date(
        "To",
        compute="_compute_dates",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        tracking=True,
    )
    predecessor_ids = fields.Many2many(
        "sales.marketing.activity",
        "sales_marketing_activity_predecessor_rel",
        "activity_id",
        "predecessor_id",
        string="Predecessors",
        domain="[('plan_id', '=', plan_id), ('id', '!=', id)]",
        help="Activities of the plan that have to be done before this one starts.",
    )
    successor_ids = fields.Many2many(
        "sales.marketing.activity",
        "sales_marketing_activity_predecessor_rel",
        "predecessor_id",
        "activity_id",
        string="Successors",
        copy=False,
    )
    segment_ids = fields.Many2many(
        "sales.market.segment",
        string="Segments",
        check_company=True,
        help="Whom the activity is for.",
    )
    territory_id = fields.Many2one(
        "sales.territory", index="btree_not_null", ondelete="restrict", check_company=True
    )
    channel_partner_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The distributor or agent that the activity is done with.",
    )
    campaign_id = fields.Many2one(
        "utm.campaign",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        tracking=True,
        help="What leads, orders and invoices that come of the activity are marked with.",
    )
    expected_leads = fields.Integer()
    expected_revenue = fields.Monetary()
    description = fields.Html()
    media_ids = fields.One2many(
        "sales.marketing.media", "activity_id", string="Media Plan", copy=True
    )
    media_amount = fields.Monetary("Media Cost", compute="_compute_costs", compute_sudo=True)
    resource_ids = fields.One2many(
        "sales.marketing.resource", "activity_id", string="People and Material", copy=True
    )
    resource_amount = fields.Monetary(
        "Cost of Resources", compute="_compute_costs", compute_sudo=True
    )
    budget_line_ids = fields.One2many("sales.budget.line", "activity_id", string="Budgets")

    # === CONSTRAINTS AND INDEXES === #
    _date_range = models.Constraint(
        "CHECK (date_to >= date_from)", "An activity cannot end before it starts."
    )
    _expected_leads_not_negative = models.Constraint(
        "CHECK (expected_leads >= 0)", "Expected leads cannot be negative. Enter 0 or more."
    )
    _expected_revenue_not_negative = models.Constraint(
        "CHECK (expected_revenue >= 0)", "Expected revenue cannot be negative. Enter 0 or more."
    )
    _campaign_unique = models.UniqueIndex(
        "(campaign_id) WHERE campaign_id IS NOT NULL",
        "This campaign belongs to another activity already, and its results count once. "
        "Choose another campaign.",
    )

    # === COMPUTE METHODS === #
    @api.depends("plan_id")
    def _compute_dates(self):
        """All the time of the plan, until somebody says when."""
        for activity in self:
            activity.date_from = activity.date_from or activity.plan_id.date_from
            activity.date_to = activity.date_to or activity.plan_id.date_to

    @api.depends("media_ids.amount", "resource_ids.amount")
    def _compute_costs(self):
        for activity in self:
            activity.media_amount = sum(activity.media_ids.mapped("amount"))
            activity.resource_amount = sum(activity.resource_ids.mapped("amount"))

    # === CONSTRAINT METHODS === #
    @api.constrains("plan_id", "date_from", "date_to")
    def _check_within_plan(self):
        # Who does an activity does not always see its plan.
        for activity in self.sudo():
            plan = activity.plan_id
            if not plan.date_from <= activity.date_from <= activity.date_to <= plan.date_to:
                raise ValidationError(
                    self.env._(
                        "%(activity)s runs from %(start)s to %(end)s, and %(plan)s from %(first)s "
                        "to %(last)s. Keep the activity within the plan.",
                        activity=activity.display_name,
                        start=format_date(self.env, activity.date_from),
                        end=format_date(self.env, activity.date_to),
                        plan=plan.display_name,
                        first=format_date(self.env, plan.date_from),
                        last=format_date(self.env, plan.date_to),
                    )
                )
        self.sudo().media_ids._check_within_activity()

    @api.constrains("predecessor_ids", "successor_ids")
    def _check_predecessors(self):
        for activity in self.sudo():
            linked = activity.predecessor_ids | activity.successor_ids
            if foreign := linked.filtered(
                lambda other, plan=activity.plan_id: other.plan_id != plan
            ):
                raise ValidationError(
                    self.env._(
                        "%(linked)s belongs to %(other)s, so %(activity)s of %(plan)s cannot "
                        "come before or after it. Choose an activity of the same plan.",
                        linked=foreign[0].display_name,
                        other=foreign[0].plan_id.display_name,
                        activity=activity.display_name,
                        plan=activity.plan_id.display_name,
                    )
                )
        for activity in self._get_circular():
            raise ValidationError(
                self.env._(
                    "%(activity)s would come after itself, by way of %(earlier)s. Take one of them "
                    "out of “Predecessors”.",
                    activity=activity.display_name,
                    earlier=", ".join(activity.sudo().predecessor_ids.mapped("display_name")),
                )
            )

    # === CRUD METHODS === #
    def write(self, vals):
        if not CLOSED_FIELDS.isdisjoint(vals):
            self.check_access("write")
            self._check_plan_not_closed()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_begun(self):
        self.sudo().budget_line_ids._check_not_in_use()
        for activity in self:
            if activity.state in ("running", "done"):
                raise UserError(
                    self.env._(
                        "%(activity)s has begun, so it stays with what it brought. Cancel it "
                        "instead.",
                        activity=activity.display_name,
                    )
                )

    # === BUSINESS METHODS === #
    def _get_circular(self):
        """:return: those that come after themselves, in however many steps

        One statement, where ``_has_cycle`` takes one for each step of the chain.
        """
        self.flush_model(["predecessor_ids"])
        rows = self.env.execute_query(
            SQL(
                """
                WITH RECURSIVE earlier AS (
                    SELECT activity_id, predecessor_id
                      FROM sales_marketing_activity_predecessor_rel
                     WHERE activity_id = ANY(%s)
                     UNION
                    SELECT earlier.activity_id, further.predecessor_id
                      FROM earlier
                      JOIN sales_marketing_activity_predecessor_rel further
                        ON further.activity_id = earlier.predecessor_id
                )
                SELECT activity_id FROM earlier WHERE predecessor_id = activity_id
                """,
                self.ids,
            )
        )
        return self.browse(id_ for (id_,) in rows)

    # === HOOKS === #
    @api.model
    def _get_fixed_fields(self):
        return super()._get_fixed_fields() | FIXED_FIELDS
