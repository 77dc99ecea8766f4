from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from ...fields import OptionalMonetary

# Sold goods are booked on the same analytic accounts as costs; they are no negative cost.
INCOME_TYPES = ("income", "income_other")
COMPARISONS = {"<": SQL("<"), "<=": SQL("<="), ">": SQL(">"), ">=": SQL(">=")}


class SalesBudgetLine(models.Model):
    """What of a budget is spoken for, what is spent, and what is left.

    All figures include the budgets of the same category below. They are read in one statement
    for any number of budgets, from the requests and the analytic lines as they are now.
    Each cost counts once: by the analytic lines where an analytic account is named on the
    way up, else by the requests that are marked as spent.
    """

    _inherit = "sales.budget.line"

    committed = fields.Monetary(
        compute="_compute_figures",
        compute_sudo=True,
        aggregator="sum",
        help="Spend requests that are approved and not spent yet.",
    )
    actual = fields.Monetary(
        compute="_compute_figures",
        compute_sudo=True,
        aggregator="sum",
        help="What has been spent: the costs on the analytic account, or the requests that are "
        "marked as spent where no account is named.",
    )
    available = OptionalMonetary(
        compute="_compute_figures",
        search="_search_available",
        compute_sudo=True,
        aggregator="sum",
        help="Budget less committed and actual: negative where too much is spent. Sums leave out "
        "what has no budget.",
    )
    used = fields.Float(
        "Used (%)",
        digits=(16, 2),
        compute="_compute_figures",
        compute_sudo=True,
        aggregator="avg",
        help="Committed and actual in percent of the budget.",
    )
    undistributed = OptionalMonetary(
        compute="_compute_undistributed",
        compute_sudo=True,
        help="Budget less the budgets right below it. Empty where there are none.",
    )

    is_topmost = fields.Boolean(
        "Top Level",
        compute="_compute_is_topmost",
        search="_search_is_topmost",
        help="No budget above includes this one, of those that the user sees: totals are taken "
        "over these.",
    )

    # === COMPUTE METHODS === #
    @api.depends("planned", "analytic_account_id", "commitment_ids.state", "commitment_ids.amount")
    def _compute_figures(self):
        figures = self._read_figures()
        for line in self:
            line.committed, line.actual = figures.get(line._origin.id, (0.0, 0.0))
            spoken_for = line.committed + line.actual
            line.available = line.planned is not False and line.planned - spoken_for
            line.used = line.planned and 100 * spoken_for / line.planned

    def _search_available(self, operator, value):
        if operator not in COMPARISONS:
            return NotImplemented
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s %s %s",
                model._field_to_sql(alias, "available", query),
                COMPARISONS[operator],
                value,
            )
        )

    @api.depends("planned", "target_id", "category_id")
    def _compute_undistributed(self):
        parts = {
            (target, category): planned
            for target, category, planned in self._read_group(
                [
                    ("parent_target_id", "in", self.target_id.ids),
                    ("category_id", "in", self.category_id.ids),
                    ("planned", "!=", False),
                ],
                ["parent_target_id", "category_id"],
                ["planned:sum"],
            )
        }
        for line in self:
            below = parts.get((line.target_id._origin, line.category_id._origin))
            line.undistributed = (
                line.planned is not False
                and below is not None
                and line.currency_id.round(line.planned - below)
            )

    @api.depends("target_id.parent_path", "category_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_is_topmost(self):
        topmost = self.search([("id", "in", self._origin.ids), ("is_topmost", "=", True)])
        for line in self:
            line.is_topmost = line._origin in topmost

    def _search_is_topmost(self, operator, value):
        if operator != "in":
            return NotImplemented
        visible = self._search([])
        return Domain.custom(
            to_sql=lambda model, alias, query: model._topmost_sql(alias, visible.subselect())
        )

    @api.model
    def _topmost_sql(self, alias, visible):
        """:param visible: ``SQL`` of the ids of the budgets that the user sees
        :return: ``SQL`` condition: none of these is above the budget
        """
        return SQL(
            """
            NOT EXISTS (
                SELECT FROM sales_target target
                  JOIN sales_budget_line upper
                    ON upper.target_id = ANY(
                           string_to_array(trim(TRAILING '/' FROM target.parent_path), '/')
                               ::integer[]
                       )
                   AND upper.target_id != target.id
                 WHERE target.id = %(target)s
                   AND upper.category_id = %(category)s
                   AND upper.id IN %(visible)s
            )
            """,
            target=SQL.identifier(alias, "target_id"),
            category=SQL.identifier(alias, "category_id"),
            visible=visible,
        )

    # === ACTION METHODS === #
    def action_open_commitments(self):
        """The requests that make up the committed figure, and those that may."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Spend Requests of %(line)s", line=self.name),
            "res_model": "sales.budget.commitment",
            "view_mode": "list,kanban,form",
            "domain": [("line_id", "in", self._get_branch().ids)],
            "context": {"default_line_id": self.id, "search_default_approved": 1},
        }

    def action_open_actual(self):
        """What makes up the actual figure, as far as the user may see it: analytic lines, or where
        no account is named the requests that are marked as spent.
        """
        self.ensure_one()
        branch = self.sudo()._get_branch()
        if not branch.analytic_account_id:
            return {
                **self.action_open_commitments(),
                "context": {"search_default_spent": 1, "create": False},
            }
        if not self.env["account.analytic.line"].has_access("read"):
            raise AccessError(
                self.env._(
                    "The costs of %(line)s are booked in accounting, which you cannot open. Ask "
                    "your accountant, or an administrator for access to analytic accounting.",
                    line=self.name,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Costs of %(line)s", line=self.name),
            "res_model": "account.analytic.line",
            "view_mode": "list,pivot,graph,form",
            "domain": list(self.sudo()._get_costs_domain(branch)),
            "context": {"create": False},
        }

    # === BUSINESS METHODS === #
    def _get_branch(self):
        """:return: the budgets of the same category of the target and of all below it"""
        self.ensure_one()
        return self.search(
            [
                ("target_id", "child_of", self.sudo().target_id.id),
                ("category_id", "=", self.category_id.id),
            ]
        )

    def _get_chains(self):
        """:return: dict of budget → it and the budgets of the same category above it"""
        paths = {
            line: [int(id_) for id_ in line.target_id.parent_path.split("/")[:-1]] for line in self
        }
        found = self.search(
            [
                ("target_id", "in", [id_ for path in paths.values() for id_ in path]),
                ("category_id", "in", self.category_id.ids),
            ]
        ).grouped(lambda line: (line.target_id.id, line.category_id))
        return {
            line: self.browse().union(
                *(found.get((id_, line.category_id), self.browse()) for id_ in path)
            )
            for line, path in paths.items()
        }

    def _get_costs_domain(self, branch):
        plan = self._get_plan()
        domain = [
            ("auto_account_id", "in", branch.analytic_account_id.ids),
            ("date", ">=", fields.Date.to_string(plan.date_from)),
            ("date", "<=", fields.Date.to_string(plan.date_to)),
            ("company_id", "in", plan._get_companies().ids),
        ]
        if accounts := self.category_id.account_ids:
            return [*domain, ("general_account_id", "in", accounts.ids)]
        return [
            *domain,
            "|",
            ("general_account_id", "=", False),
            ("general_account_id.account_type", "not in", INCOME_TYPES),
        ]

    def _lock_chain(self):
        """Let nobody else take money of this budget, or of those above, until the transaction ends.

        The rows are written too: whoever has looked at them before this transaction ends then
        meets a serialization failure, and Odoo runs their request again with what is left.
        """
        self.ensure_one()
        self.flush_recordset()
        chain = self._get_chains()[self]
        self.env.cr.execute(
            SQL(
                """
                WITH chain AS (
                    SELECT id FROM sales_budget_line WHERE id = ANY(%s)
                     ORDER BY id FOR NO KEY UPDATE
                )
                UPDATE sales_budget_line line SET write_date = line.write_date
                  FROM chain WHERE chain.id = line.id
                """,
                chain.ids,
            )
        )

    # === QUERIES === #
    def _read_figures(self):
        """:return: dict of budget id → (committed, actual), from the database as it is now"""
        ids = self._origin.ids
        if not ids:
            return {}
        self._flush_figures()
        rows = self.env.execute_query(
            SQL(
                "SELECT * FROM (%s) AS figures WHERE line_id = ANY(%s)",
                self._figures_sql(self._origin),
                ids,
            )
        )
        return {id_: (float(committed), float(actual)) for id_, committed, actual in rows}

    def _flush_figures(self):
        self.flush_model(
            [
                "target_id",
                "category_id",
                "analytic_account_id",
                "plan_id",
                "company_id",
                "planned",
            ]
        )
        self.env["sales.target"].flush_model(["parent_path"])
        self.env["sales.target.plan"].flush_model(["date_from", "date_to", "company_id"])
        self.env["sales.target.company"].flush_model(["plan_id", "company_id", "rate"])
        self.env["sales.budget.category"].flush_model(["account_ids"])
        self.env["sales.budget.commitment"].flush_model(["line_id", "amount", "state"])
        self.env["account.analytic.line"].flush_model()

    def _figures_sql(self, lines=None):
        """:param lines: only these budgets matter; None for all
        :return: ``SQL`` of line_id, committed and actual of budgets
        """
        return SQL(
            """
            WITH budget AS MATERIALIZED (%(tree)s), cost AS (%(costs)s), asked AS (
                SELECT line_id, SUM(amount) FILTER (WHERE state = 'approved') AS committed,
                       SUM(amount) FILTER (WHERE state = 'spent') AS spent
                  FROM sales_budget_commitment
                 WHERE state IN ('approved', 'spent')
                 GROUP BY line_id
            )
            SELECT budget.upper_id AS line_id,
                   COALESCE(SUM(asked.committed), 0) AS committed,
                   COALESCE(SUM(cost.amount), 0)
                   + COALESCE(SUM(asked.spent) FILTER (WHERE NOT budget.is_booked), 0) AS actual
              FROM budget
              LEFT JOIN asked ON asked.line_id = budget.lower_id
              LEFT JOIN cost ON cost.line_id = budget.lower_id
             GROUP BY budget.upper_id
            """,
            tree=self._tree_sql(lines),
            costs=self._costs_sql(),
        )

    def _tree_sql(self, lines):
        """:return: ``SQL`` of each budget (lower_id) with itself and all above (upper_id), and
        whether an analytic account is named on the way from one to the other
        """
        return SQL(
            """
            SELECT lower.id AS lower_id, upper.id AS upper_id,
                   COALESCE(
                       MAX(step.depth) FILTER (WHERE upper.analytic_account_id IS NOT NULL)
                           OVER (PARTITION BY lower.id) >= step.depth,
                       FALSE
                   ) AS is_booked
              FROM (
                    SELECT id, string_to_array(trim(TRAILING '/' FROM parent_path), '/')::integer[]
                               AS path
                      FROM sales_target
                   ) AS target
              JOIN sales_budget_line lower ON lower.target_id = target.id
             CROSS JOIN LATERAL unnest(target.path) WITH ORDINALITY AS step(target_id, depth)
              JOIN sales_budget_line upper
                ON upper.target_id = step.target_id AND upper.category_id = lower.category_id
             WHERE %(wanted)s
            """,
            wanted=SQL("TRUE")
            if lines is None
            else SQL("target.path && %s::integer[]", lines.target_id.ids),
        )

    def _costs_sql(self):
        """:return: ``SQL`` of the costs on the analytic account of each budget (line_id), in the
        currency of its plan
        """
        accounts = self.env["sales.budget.category"]._fields["account_ids"]
        return SQL(
            """
            SELECT line.id AS line_id,
                   ROUND(SUM(-entry.amount * span.rate) / currency.rounding)
                       * currency.rounding AS amount
              FROM sales_budget_line line
              JOIN (%(spans)s) AS span ON span.line_id = line.id
              JOIN res_company main ON main.id = line.company_id
              JOIN res_currency currency ON currency.id = main.currency_id
              JOIN (%(entries)s) AS entry
                ON entry.account_id = line.analytic_account_id
               AND entry.company_id = span.company_id
               AND entry.date BETWEEN span.date_from AND span.date_to
              LEFT JOIN account_account account ON account.id = entry.general_account_id
              LEFT JOIN (
                    SELECT %(category)s AS category_id, array_agg(%(account)s) AS account_ids
                      FROM %(accounts)s
                     GROUP BY 1
                   ) AS named ON named.category_id = line.category_id
             WHERE line.id IN (SELECT lower_id FROM budget)
               AND CASE
                       WHEN named.account_ids IS NULL
                       THEN COALESCE(account.account_type NOT IN %(income)s, TRUE)
                       ELSE entry.general_account_id = ANY(named.account_ids)
                   END
             GROUP BY line.id, currency.rounding
            """,
            spans=self._spans_sql(),
            entries=self._entries_sql(),
            accounts=SQL.identifier(accounts.relation),
            category=SQL.identifier(accounts.column1),
            account=SQL.identifier(accounts.column2),
            income=INCOME_TYPES,
        )

    def _spans_sql(self):
        """:return: ``SQL`` of the days and companies whose costs count for each budget (line_id),
        with the rate to the currency of its plan
        """
        return SQL(
            """
            SELECT line.id AS line_id, plan.date_from, plan.date_to,
                   company.company_id, company.rate
              FROM sales_budget_line line
              JOIN sales_target_plan plan ON plan.id = line.plan_id
              JOIN (
                    SELECT id AS plan_id, company_id, 1 AS rate FROM sales_target_plan
                     UNION ALL
                    SELECT plan_id, company_id, rate FROM sales_target_company
                   ) AS company ON company.plan_id = plan.id
            """
        )

    def _entries_sql(self):
        """:return: ``SQL`` of the analytic lines: one column for the accounts of all their plans

        An analytic plan that is being created has no column yet, and nothing is booked on it.
        """
        project, others = self.env["account.analytic.plan"].sudo()._get_all_plans()
        lines = self.env["account.analytic.line"]
        return SQL(" UNION ALL ").join(
            SQL(
                "SELECT %s AS account_id, company_id, date, amount, general_account_id"
                " FROM account_analytic_line",
                SQL.identifier(plan._column_name()),
            )
            for plan in project + others
            if plan._column_name() in lines._fields
        )

    # === GROUPS === #
    def _field_to_sql(self, alias, field_expr, query=None):
        # Figures are not stored, and yet lists, pivots and graphs sum them up.
        if field_expr in ("committed", "actual", "available") and query is not None:
            self._check_field_access(self._fields[field_expr], "read")
            return self._figure_to_sql(alias, field_expr, query)
        return super()._field_to_sql(alias, field_expr, query)

    def _figure_to_sql(self, alias, name, query):
        self._flush_figures()
        figures = query.make_alias(alias, "figures")
        query.add_join(
            "LEFT JOIN",
            figures,
            SQL("(%s)", self._figures_sql()),
            SQL("%s = %s", SQL.identifier(figures, "line_id"), SQL.identifier(alias, "id")),
        )
        if name != "available":
            return SQL.identifier(figures, name)
        return SQL(
            "(%s - %s - %s)",
            SQL.identifier(alias, "planned"),
            SQL.identifier(figures, "committed"),
            SQL.identifier(figures, "actual"),
        )

    def _read_group_select(self, aggregate_spec, query):
        # Of a group, its sums are compared.
        if aggregate_spec == "used:avg":
            planned, available = (
                SQL("SUM(%s)", self._field_to_sql(self._table, name, query))
                for name in ("planned", "available")
            )
            return SQL("ROUND(100 * (%s - %s) / NULLIF(%s, 0), 2)", planned, available, planned)
        return super()._read_group_select(aggregate_spec, query)
