from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.query import Query

from ...fields import OptionalMonetary
from .sales_marketing_plan import MARKETING_PLAN_STATE
from .sources import flush_sources

# What is of the span of one plan: several plans of one time meet the same money.
OF_ONE_PLAN = {"target_planned:sum", "other_planned:sum", "all_planned:sum", "difference:sum"}


class SalesMarketingRollup(models.Model):
    """Marketing plan beside the targets: what its categories may cost by the budgets of targets,
    and what this plan and the others want to spend.

    One row for each plan and category, of the budgets that the reader may see, in the currency
    of the plan's company. What was planned for other days counts by the days in common.
    """

    _name = "sales.marketing.rollup"
    _description = "Marketing Budgets beside Targets"
    _auto = False
    _rec_name = "category_id"
    _order = "plan_id desc, category_id, id"
    _depends = {
        "sales.budget.line": [
            "target_id",
            "marketing_plan_id",
            "activity_id",
            "category_id",
            "planned",
            "analytic_account_id",
        ],
        "sales.marketing.plan": ["company_id", "date_from", "date_to", "state", "approved_on"],
        "sales.marketing.activity": ["plan_id", "territory_id", "state"],
        "sales.target": ["plan_id", "parent_path", "territory_id"],
        "sales.target.plan": ["company_id", "date_from", "date_to", "state"],
        "sales.target.company": ["plan_id", "company_id", "rate"],
        "sales.territory": ["parent_path"],
        "sales.budget.commitment": ["line_id", "amount", "state"],
        "account.analytic.line": ["amount", "date", "company_id", "general_account_id"],
    }

    # === FIELDS === #
    plan_id = fields.Many2one("sales.marketing.plan", readonly=True)
    category_id = fields.Many2one("sales.budget.category", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    state = fields.Selection(MARKETING_PLAN_STATE, readonly=True)
    date_from = fields.Date("From", readonly=True)
    date_to = fields.Date("To", readonly=True)

    # === MEASURES === #
    target_planned = OptionalMonetary(
        "By Targets",
        readonly=True,
        aggregator="sum",
        help="The budgets of approved target plans, by the days that they have in common with "
        "the plan. Empty where no target has a budget of the category.",
    )
    planned = fields.Monetary("This Plan", readonly=True, aggregator="sum")
    other_planned = fields.Monetary(
        "Other Plans",
        readonly=True,
        aggregator="sum",
        help="Approved marketing plans of the same targets, by the days that they have in common "
        "with this plan.",
    )
    all_planned = fields.Monetary("All Plans", readonly=True, aggregator="sum")
    difference = OptionalMonetary(
        readonly=True,
        aggregator="sum",
        help="By Targets less All Plans: negative where more is planned than the targets allow. "
        "Sums leave out the categories that no target has a budget of.",
    )
    committed = fields.Monetary(
        readonly=True, aggregator="sum", help="Of this plan: requests that are approved."
    )
    actual = fields.Monetary(
        readonly=True, aggregator="sum", help="Of this plan: what has been spent."
    )

    # === ACTION METHODS === #
    def action_open_targets(self):
        """Open the budgets of targets that the row counts."""
        return self._open_lines(
            "targets",
            "sales_planning.sales_budget_line_action",
            self.env._("Budgets of Targets: %(category)s", category=self.category_id.name),
        )

    def action_open_plans(self):
        """Open the budgets of marketing plans that the row counts."""
        return self._open_lines(
            "plans",
            "sales_planning.sales_budget_line_action_marketing",
            self.env._("Budgets of Marketing Plans: %(category)s", category=self.category_id.name),
        )

    def action_open_plan(self):
        self.ensure_one()
        return self.plan_id.get_formview_action()

    # === BUSINESS METHODS === #
    def _open_lines(self, side, action, name):
        self.ensure_one()
        self.check_access("read")
        rows = self.env.execute_query(
            SQL(
                """
                %(tables)s
                SELECT part.line_id
                  FROM sales_marketing_plan plan
                  JOIN area ON area.plan_id = plan.id
                 CROSS JOIN LATERAL (%(parts)s) part
                 WHERE plan.id = %(plan)s AND part.category_id = %(category)s
                """,
                tables=self._tables_sql(),
                parts=self._targets_sql() if side == "targets" else self._plans_sql(),
                plan=self.plan_id.id,
                category=self.category_id.id,
            )
        )
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(action),
            "name": name,
            "domain": [("id", "in", [id_ for (id_,) in rows])],
            "context": {"create": False},
        }

    @api.model
    def _get_excesses(self, plans):
        """:return: dict of plan id → list of (category id, what is planned beyond the targets), of
        all budgets that the user may see, in one statement
        """
        flush_sources(self)
        self.env["sales.budget.line"]._flush_figures()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT plan_id, category_id, -difference FROM (%s) AS found
                 WHERE plan_id = ANY(%s) AND difference < 0 AND planned > 0
                 ORDER BY plan_id, category_id
                """,
                self._get_query(plans.budget_line_ids),
                plans.ids,
            )
        )
        excesses = {}
        for plan_id, category_id, excess in rows:
            excesses.setdefault(plan_id, []).append((category_id, float(excess)))
        return excesses

    # === GROUPS === #
    def _read_group_select(self, aggregate_spec: str, query: Query) -> SQL:
        selected = super()._read_group_select(aggregate_spec, query)
        if aggregate_spec not in OF_ONE_PLAN:
            return selected
        # Plans of one time meet the same money, which does not grow by adding them up.
        return SQL(
            "CASE WHEN COUNT(DISTINCT %s) = 1 THEN %s END",
            self._field_to_sql(self._table, "plan_id", query),
            selected,
        )
