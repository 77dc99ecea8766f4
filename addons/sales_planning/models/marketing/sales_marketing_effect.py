from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.query import Query

from .sales_marketing_activity import MARKETING_ACTIVITY_STATE, MARKETING_KIND
from .sales_marketing_attribution import MARKETING_ATTRIBUTION
from .sources import flush_sources

# Of a group, its sums are divided: that is no average of quotients.
QUOTIENTS = {
    "cost_per_lead": ("cost", "leads"),
    "acquisition_cost": ("cost", "new_customers"),
    "roi": ("profit", "cost"),
    "leads_attained": ("leads", "expected_leads"),
    "revenue_attained": ("invoiced", "expected_revenue"),
}
SOLD = ("orders", "new_customers", "booked", "invoiced", "collected", "margin")
ACTIVITY_COLUMNS = (
    "id",
    "plan_id",
    "campaign_id",
    "company_id",
    "kind",
    "state",
    "user_id",
    "territory_id",
    "date_from",
    "date_to",
    "expected_leads",
    "expected_revenue",
)


class SalesMarketingEffect(models.Model):
    """What a marketing activity has cost and brought, by one way of attribution.

    Sales, leads and opportunities are those that the reader may see, so that every figure opens
    into what it is made of; costs are known to whoever sees the activity. What a plan costs beyond
    its activities is a row without activity, so that costs add up to those of the plan.
    """

    _name = "sales.marketing.effect"
    _description = "Marketing Effect"
    _inherit = ["sales.marketing.attribution"]
    _auto = False
    _rec_name = "name"
    _order = "date_from desc, plan_id, id"
    _depends = {
        "sales.marketing.contribution": [
            "activity_id",
            "attribution",
            *SOLD,
        ],
        "sales.marketing.activity": [*ACTIVITY_COLUMNS[1:], "name"],
        "sales.marketing.plan": ["name", "company_id", "date_from", "date_to", "user_id"],
        "crm.lead": ["active", "campaign_id", "company_id", "type"],
        "sales.budget.line": ["activity_id", "category_id", "marketing_plan_id"],
    }

    # === FIELDS === #
    name = fields.Char(compute="_compute_name")
    attribution = fields.Selection(
        MARKETING_ATTRIBUTION,
        readonly=True,
        help="Marked Campaign: the campaign on the order or invoice has all of it. First Campaign: "
        "the one that the customer met first. All Campaigns Equally: all that the customer had met "
        "by that day share it. Leads count for the campaign that they are marked with.",
    )
    activity_id = fields.Many2one(
        "sales.marketing.activity", string="Marketing Activity", readonly=True
    )
    plan_id = fields.Many2one("sales.marketing.plan", string="Marketing Plan", readonly=True)
    campaign_id = fields.Many2one("utm.campaign", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    kind = fields.Selection(MARKETING_KIND, readonly=True)
    state = fields.Selection(MARKETING_ACTIVITY_STATE, readonly=True)
    user_id = fields.Many2one("res.users", string="Responsible", readonly=True)
    territory_id = fields.Many2one("sales.territory", readonly=True)
    date_from = fields.Date(string="From", readonly=True)
    date_to = fields.Date(string="To", readonly=True)

    # === MEASURES === #
    cost = fields.Monetary(readonly=True, help="What has been spent of the budgets.")
    leads = fields.Integer(readonly=True, help="Leads and opportunities, lost ones as well.")
    opportunities = fields.Integer(
        "Sales Opportunities",
        readonly=True,
        help="Leads that became an opportunity, lost ones as well.",
    )
    orders = fields.Float(digits=(16, 2), readonly=True, help="Orders that stand.")
    new_customers = fields.Float(
        digits=(16, 2), readonly=True, help="Customers whose first invoice came of it."
    )
    booked = fields.Monetary(readonly=True)
    invoiced = fields.Monetary(readonly=True)
    collected = fields.Monetary(readonly=True)
    margin = fields.Monetary(readonly=True, help="Of what is invoiced.")
    profit = fields.Monetary("Result", readonly=True, help="Margin less cost.")
    expected_leads = fields.Integer(readonly=True)
    expected_revenue = fields.Monetary(readonly=True)
    cost_per_lead = fields.Monetary(readonly=True, aggregator="avg", help="Cost by leads.")
    acquisition_cost = fields.Monetary(
        readonly=True, aggregator="avg", help="Cost by new customers."
    )
    roi = fields.Float(
        "ROI",
        readonly=True,
        aggregator="avg",
        help="Return on investment: margin less cost, by cost.",
    )
    leads_attained = fields.Float(readonly=True, aggregator="avg", help="Leads by expected leads.")
    revenue_attained = fields.Float(
        readonly=True, aggregator="avg", help="Invoiced by expected revenue."
    )

    # === COMPUTE METHODS === #
    @api.depends("activity_id.name")
    @api.depends_context("lang")
    def _compute_name(self):
        for row in self:
            row.name = row.activity_id.name or self.env._("Whole plan")

    # === ACTION METHODS === #
    def action_open_holder(self):
        self.ensure_one()
        return (self.activity_id or self.plan_id).get_formview_action()

    def action_open_leads(self):
        self.ensure_one()
        return self.activity_id.action_open_leads()

    def action_open_sales(self):
        self.ensure_one()
        return self.activity_id._get_sales_action(self.attribution)

    def action_open_costs(self):
        self.ensure_one()
        if self.activity_id:
            return self.activity_id.action_open_budgets()
        return self.plan_id.action_open_budgets()

    # === BUSINESS METHODS === #
    @api.model
    def _get_figures(self, activities, plans=None, attribution="marked"):
        """:return: dict of (plan id, activity id) → dict of figures of these activities, and of the
        rows without activity of the plans, all in one statement
        """
        plans = self.env["sales.marketing.plan"] if plans is None else plans
        if not (activities or plans):
            return {}
        (activities or plans).check_access("read")
        flush_sources(self)
        rows = self.env.execute_query_dict(self._get_query(attribution, activities, plans))
        return {(row["plan_id"], row["activity_id"]): row for row in rows}

    # === QUERIES === #
    @api.model
    def _search(self, domain, *args, **kwargs):
        return super()._search(self._get_default_domain(Domain(domain)), *args, **kwargs)

    @property
    def _table_query(self):
        return SQL(" UNION ALL ").join(
            self._get_query(attribution) for attribution, _label in MARKETING_ATTRIBUTION
        )

    @api.model
    def _get_query(self, attribution, activities=None, plans=None):
        """:param activities: only these are wanted, and of the plans the rows without activity;
            None for all
        :return: ``SQL`` of the effect by one way of attribution
        """
        number = [name for name, _label in MARKETING_ATTRIBUTION].index(attribution)
        return SQL(
            """
            SELECT row.*, %(quotients)s
              FROM (
                    SELECT holder.number * 4 + %(number)s AS id,
                           %(attribution)s::varchar AS attribution,
                           holder.activity_id, holder.plan_id, holder.campaign_id,
                           holder.company_id, company.currency_id, holder.kind, holder.state,
                           holder.user_id, holder.territory_id, holder.date_from, holder.date_to,
                           COALESCE(spent.cost, 0) AS cost,
                           COALESCE(found.leads, 0) AS leads,
                           COALESCE(found.opportunities, 0) AS opportunities,
                           COALESCE(sold.margin, 0) - COALESCE(spent.cost, 0) AS profit,
                           %(sold_columns)s,
                           holder.expected_leads, holder.expected_revenue
                      FROM (%(holders)s) AS holder
                      JOIN res_company company ON company.id = holder.company_id
                      LEFT JOIN (%(costs)s) AS spent ON spent.number = holder.number
                      LEFT JOIN (%(leads)s) AS found ON found.activity_id = holder.activity_id
                      LEFT JOIN (%(sold)s) AS sold ON sold.activity_id = holder.activity_id
                   ) AS row
            """,
            quotients=SQL(", ").join(
                SQL("%s AS %s", self._get_quotient(name, SQL("row")), SQL.identifier(name))
                for name in QUOTIENTS
            ),
            number=number,
            attribution=attribution,
            sold_columns=SQL(", ").join(
                SQL("COALESCE(sold.%s, 0) AS %s", SQL.identifier(name), SQL.identifier(name))
                for name in SOLD
            ),
            holders=self._get_holders(activities, plans),
            costs=self._get_costs(activities, plans),
            leads=self._get_leads(activities),
            sold=self._get_sold(attribution, activities),
        )

    @api.model
    def _get_quotient(self, name, table):
        over, under = (SQL("%s.%s", table, SQL.identifier(part)) for part in QUOTIENTS[name])
        return SQL("%s::numeric / NULLIF(%s, 0)", over, under)

    @api.model
    def _get_holders(self, activities=None, plans=None):
        """:return: ``SQL`` of the activities, and of the plans with budgets of their own, that the
        reader may see; both are numbered as one
        """
        domain = Domain.TRUE if activities is None else Domain("id", "in", activities.ids)
        acts = self.env["sales.marketing.activity"]._search(domain)
        domain = Domain.TRUE if plans is None else Domain("id", "in", plans.ids)
        whole = self.env["sales.marketing.plan"]._search(domain, active_test=False)
        return SQL(
            """
            SELECT id::bigint * 2 AS number, id AS activity_id, plan_id, campaign_id, company_id,
                   kind, state, user_id, territory_id, date_from, date_to,
                   CASE WHEN state <> 'cancelled' THEN COALESCE(expected_leads, 0) ELSE 0 END
                       AS expected_leads,
                   CASE WHEN state <> 'cancelled' THEN COALESCE(expected_revenue, 0) ELSE 0 END
                       AS expected_revenue
              FROM (%(activities)s) AS activity
             UNION ALL
            SELECT id::bigint * 2 + 1, NULL, id, NULL, company_id, NULL, NULL, user_id, NULL,
                   date_from, date_to, 0, 0
              FROM (%(plans)s) AS plan
             WHERE EXISTS (SELECT FROM sales_budget_line line
                            WHERE line.marketing_plan_id = plan.id AND line.activity_id IS NULL)
            """,
            activities=acts.select(
                *(SQL.identifier(acts.table, name) for name in ACTIVITY_COLUMNS)
            ),
            plans=whole.select(
                *(
                    SQL.identifier(whole.table, name)
                    for name in ("id", "company_id", "user_id", "date_from", "date_to")
                )
            ),
        )

    @api.model
    def _get_costs(self, activities=None, plans=None):
        """:return: ``SQL`` of what has been spent of the budgets of each activity, and of those of
        each plan less what its activities have spent of the same category
        """
        lines = None
        budgets = self.env["sales.budget.line"].sudo()
        if activities is not None:
            of_plans = (activities.plan_id | plans).ids
            lines = budgets.search([("marketing_plan_id", "in", of_plans)])
        budgets._flush_figures()
        return SQL(
            """
            WITH spent AS MATERIALIZED (
                SELECT line.marketing_plan_id AS plan_id, line.activity_id, line.category_id,
                       figure.actual AS cost
                  FROM (%s) AS figure
                  JOIN sales_budget_line line ON line.id = figure.line_id
                 WHERE line.marketing_plan_id IS NOT NULL
            )
            SELECT number, SUM(cost) AS cost
              FROM (
                    SELECT COALESCE(activity_id::bigint * 2, plan_id::bigint * 2 + 1) AS number,
                           cost
                      FROM spent
                     UNION ALL
                    SELECT part.plan_id::bigint * 2 + 1, -part.cost
                      FROM spent part
                      JOIN spent whole ON whole.plan_id = part.plan_id
                                      AND whole.category_id = part.category_id
                                      AND whole.activity_id IS NULL
                     WHERE part.activity_id IS NOT NULL
                   ) AS cost
             GROUP BY number
            """,
            budgets._figures_sql(lines),
        )

    @api.model
    def _get_leads(self, activities=None):
        """:return: ``SQL`` of the number of leads of each activity that the reader may see"""
        leads = self.env["crm.lead"]._search(Domain("campaign_id", "!=", False), active_test=False)
        return SQL(
            """
            SELECT activity.id AS activity_id, COUNT(*) AS leads,
                   COUNT(*) FILTER (WHERE lead.type = 'opportunity') AS opportunities
              FROM (%(leads)s) AS lead
              JOIN (%(activities)s) AS activity
                ON activity.campaign_id = lead.campaign_id
               AND (lead.company_id IS NULL OR lead.company_id = activity.company_id)
             GROUP BY activity.id
            """,
            leads=leads.select(
                *(
                    SQL.identifier(leads.table, name)
                    for name in ("campaign_id", "company_id", "type")
                )
            ),
            activities=self.env["sales.marketing.contribution"]._get_activities(activities),
        )

    @api.model
    def _get_sold(self, attribution, activities=None):
        """:return: ``SQL`` of what the sales add up to that are credited to each activity"""
        return SQL(
            """
            SELECT activity_id, %(sums)s
              FROM (%(contributions)s) AS contribution
             WHERE activity_id IS NOT NULL
             GROUP BY activity_id
            """,
            sums=SQL(", ").join(
                SQL("SUM(%s) AS %s", SQL.identifier(name), SQL.identifier(name)) for name in SOLD
            ),
            contributions=self.env["sales.marketing.contribution"]._get_query(
                attribution, activities
            ),
        )

    def _read_group_select(self, aggregate_spec: str, query: Query) -> SQL:
        name, _colon, function = aggregate_spec.partition(":")
        if name not in QUOTIENTS or function != "avg":
            return super()._read_group_select(aggregate_spec, query)
        over, under = (
            SQL("SUM(%s)::numeric", self._field_to_sql(self._table, part, query))
            for part in QUOTIENTS[name]
        )
        quotient = SQL("%s / NULLIF(%s, 0)", over, under)
        if name != "leads_attained":
            # Amounts of two currencies are no amount, and nothing to divide.
            currency = self._field_to_sql(self._table, "currency_id", query)
            quotient = SQL("CASE WHEN MIN(%s) = MAX(%s) THEN %s END", currency, currency, quotient)
        return self._get_figure_of_one(quotient, query)
