from odoo import api, models
from odoo.tools import SQL


class SalesBudgetLine(models.Model):
    """What of the budgets of marketing plans is spoken for, spent and left.

    Their tree has two levels: the plan, and its activities.
    """

    _inherit = "sales.budget.line"

    # === COMPUTE METHODS === #
    @api.depends("marketing_plan_id", "activity_id")
    def _compute_undistributed(self):
        super()._compute_undistributed()
        whole = self.filtered(lambda line: line._is_of_whole_plan())
        if not whole:
            return
        parts = {
            (plan, category): planned
            for plan, category, planned in self._read_group(
                [
                    ("marketing_plan_id", "in", whole.marketing_plan_id.ids),
                    ("activity_id", "!=", False),
                    ("planned", "!=", False),
                ],
                ["marketing_plan_id", "category_id"],
                ["planned:sum"],
            )
        }
        for line in whole:
            below = parts.get((line.marketing_plan_id._origin, line.category_id._origin))
            line.undistributed = (
                line.planned is not False
                and below is not None
                and line.currency_id.round(line.planned - below)
            )

    @api.depends("marketing_plan_id", "activity_id")
    def _compute_is_topmost(self):
        return super()._compute_is_topmost()

    @api.model
    def _topmost_sql(self, alias, visible):
        return SQL(
            """
            %(targets)s AND (%(activity)s IS NULL OR NOT EXISTS (
                SELECT FROM sales_budget_line upper
                 WHERE upper.marketing_plan_id = %(plan)s
                   AND upper.activity_id IS NULL
                   AND upper.category_id = %(category)s
                   AND upper.id IN %(visible)s
            ))
            """,
            targets=super()._topmost_sql(alias, visible),
            activity=SQL.identifier(alias, "activity_id"),
            plan=SQL.identifier(alias, "marketing_plan_id"),
            category=SQL.identifier(alias, "category_id"),
            visible=visible,
        )

    # === BUSINESS METHODS === #
    def _get_branch(self):
        if not self.marketing_plan_id:
            return super()._get_branch()
        return self | self._get_parts()

    def _get_chains(self):
        of_targets = self.filtered("target_id")
        chains = super(SalesBudgetLine, of_targets)._get_chains()
        others = self - of_targets
        upper = {
            (line.marketing_plan_id, line.category_id): line
            for line in others.search(others._get_upper_domain(others))
        }
        for line in others:
            above = upper.get((line.marketing_plan_id, line.category_id), self.browse())
            chains[line] = above | line
        return chains

    # === QUERIES === #
    def _flush_figures(self):
        super()._flush_figures()
        self.flush_model(["marketing_plan_id", "activity_id"])
        self.env["sales.marketing.plan"].flush_model(["date_from", "date_to", "company_id"])

    def _tree_sql(self, lines):
        return SQL(
            """
            %(targets)s
             UNION ALL
            SELECT lower.id, upper.id,
                   COALESCE(
                       MAX((upper.activity_id IS NOT NULL)::integer)
                           FILTER (WHERE upper.analytic_account_id IS NOT NULL)
                           OVER (PARTITION BY lower.id) >= (upper.activity_id IS NOT NULL)::integer,
                       FALSE
                   )
              FROM sales_budget_line lower
              JOIN sales_budget_line upper
                ON upper.marketing_plan_id = lower.marketing_plan_id
               AND upper.category_id = lower.category_id
               AND (upper.id = lower.id OR upper.activity_id IS NULL)
             WHERE %(wanted)s
            """,
            targets=super()._tree_sql(lines),
            wanted=SQL("TRUE")
            if lines is None
            else SQL("lower.marketing_plan_id = ANY(%s)", lines.marketing_plan_id.ids),
        )

    def _spans_sql(self):
        return SQL(
            """
            %s
             UNION ALL
            SELECT line.id, plan.date_from, plan.date_to, plan.company_id, 1
              FROM sales_budget_line line
              JOIN sales_marketing_plan plan ON plan.id = line.marketing_plan_id
            """,
            super()._spans_sql(),
        )
