from odoo import api, models
from odoo.tools import SQL

from .sales_target import TARGET_DIMENSIONS
from .sales_target_plan import METRIC_SOURCE


class SalesTargetActual(models.AbstractModel):
    """Counts the sales ledger for all cells of a plan at once.

    One statement per plan: for each combination of dimensions that its nodes name
    (salesperson; territory and category; …) the ledger is joined to all nodes of that
    combination and summed by node and sub-period. So the number of statements never
    depends on the number of nodes, and the ledger is read once per combination, of which
    a plan has few.
    """

    _name = "sales.target.actual"
    _description = "Target Actuals"

    @api.model
    def _count(self, plan):
        """Write actual, gap and attainment of the plan's cells, and the totals of its nodes.

        Only rows whose figures changed are written. Callers post pending documents to the
        ledger first.
        """
        self.env.flush_all()
        if combinations := self._get_combinations(plan):
            self.env.cr.execute(self._count_query(plan, combinations))
        self._roll_up(plan)

    @api.model
    def _roll_up(self, plan):
        """Write the totals of the plan's nodes from their cells."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE sales_target target
                   SET assigned = total.assigned, actual = total.actual, %(measures)s
                  FROM (
                        SELECT cell.target_id, SUM(cell.assigned) AS assigned,
                               COALESCE(SUM(cell.actual), 0) AS actual,
                               SUM(cell.gap) AS gap
                          FROM sales_target_cell cell
                          JOIN sales_target node ON node.id = cell.target_id
                         WHERE node.plan_id = %(plan)s
                         GROUP BY cell.target_id
                       ) AS total
                 WHERE total.target_id = target.id
                   AND (target.assigned, target.actual, target.gap)
                       IS DISTINCT FROM (total.assigned, total.actual, total.gap)
                """,
                measures=self.env["sales.target.figures"]._measures_sql(
                    SQL("total.assigned"), SQL("total.gap")
                ),
                plan=plan.id,
            )
        )
        self.env["sales.target"].invalidate_model()
        self.env["sales.target.cell"].invalidate_model()
        plan.invalidate_recordset(["assigned", "actual", "gap", "attainment"])

    @api.model
    def _get_combinations(self, plan):
        """:return: list of the tuples of dimensions that nodes of the plan name together"""
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT %s FROM sales_target WHERE plan_id = %s",
                SQL(", ").join(
                    SQL("%s IS NOT NULL", SQL.identifier(name)) for name in TARGET_DIMENSIONS
                ),
                plan.id,
            )
        )
        return [
            tuple(name for name, used in zip(TARGET_DIMENSIONS, row, strict=True) if used)
            for row in rows
        ]

    # === QUERIES === #
    @api.model
    def _count_query(self, plan, combinations):
        """:return: ``SQL`` that counts all cells of the plan"""
        figures = self.env["sales.target.figures"]
        trees = {name for one in combinations for name in one if self._is_tree(name)}
        return SQL(
            """
            WITH %(trees)s
                 counted AS (%(counted)s)
            UPDATE sales_target_cell cell
               SET actual = fresh.actual, %(measures)s
              FROM (
                    SELECT cell.id, COALESCE(counted.actual, 0) AS actual, %(gap)s AS gap
                      FROM sales_target_cell cell
                      JOIN sales_target target ON target.id = cell.target_id
                      LEFT JOIN counted ON counted.target_id = target.id
                                       AND counted.period = %(period)s
                     WHERE target.plan_id = %(plan)s
                   ) AS fresh
             WHERE fresh.id = cell.id
               AND (cell.actual, cell.gap) IS DISTINCT FROM (fresh.actual, fresh.gap)
            """,
            trees=SQL("").join(SQL("%s,", self._tree_query(name)) for name in sorted(trees)),
            counted=SQL(" UNION ALL ").join(
                self._counted_query(plan, combination) for combination in combinations
            ),
            gap=figures._gap_sql(SQL("cell.assigned"), SQL("counted.actual")),
            measures=figures._measures_sql(SQL("cell.assigned"), SQL("fresh.gap")),
            period=self._period_sql(plan, SQL("cell.date_from")),
            plan=plan.id,
        )

    @api.model
    def _counted_query(self, plan, combination):
        """:return: ``SQL`` of node, period and actual, for the nodes of one combination"""
        event, column = METRIC_SOURCE[plan.metric]
        joins, conditions = [], []
        for name in TARGET_DIMENSIONS:
            node = SQL.identifier("target", name)
            entry = SQL.identifier("entry", name)
            if name not in combination:
                conditions.append(SQL("%s IS NULL", node))
            elif self._is_tree(name):
                tree = self._tree_name(name)
                member, ancestor = SQL.identifier(tree, "member"), SQL.identifier(tree, "ancestor")
                joins.append(SQL("JOIN %s ON %s = %s", SQL.identifier(tree), member, entry))
                conditions.append(SQL("%s = %s", ancestor, node))
            else:
                conditions.append(SQL("%s = %s", entry, node))
        return SQL(
            """
            SELECT target.id AS target_id, %(period)s AS period, SUM(entry.%(column)s) AS actual
              FROM sales_ledger_entry entry %(joins)s CROSS JOIN sales_target target
             WHERE entry.company_id = %(company)s AND entry.event = %(event)s
               AND entry.date BETWEEN %(date_from)s AND %(date_to)s
               AND target.plan_id = %(plan)s AND %(conditions)s
             GROUP BY 1, 2
            """,
            period=self._period_sql(plan, SQL("entry.date")),
            column=SQL.identifier(column),
            joins=SQL(" ").join(joins),
            company=plan.company_id.id,
            event=event,
            date_from=plan.date_from,
            date_to=plan.date_to,
            plan=plan.id,
            conditions=SQL(" AND ").join(conditions),
        )

    @api.model
    def _tree_query(self, dimension):
        """:return: ``SQL`` of a common table expression: each record with all that it lies in"""
        comodel = self.env[self.env["sales.target"]._fields[dimension].comodel_name]
        return SQL(
            """
            %(name)s AS (
                SELECT id AS member,
                       unnest(string_to_array(trim(TRAILING '/' FROM parent_path), '/'))::integer
                           AS ancestor
                  FROM %(table)s
            )
            """,
            name=SQL.identifier(self._tree_name(dimension)),
            table=SQL.identifier(comodel._table),
        )

    @api.model
    def _tree_name(self, dimension):
        return f"tree_{dimension}"

    @api.model
    def _is_tree(self, dimension):
        return self.env["sales.target"]._is_tree(dimension)

    @api.model
    def _period_sql(self, plan, day):
        """:return: ``SQL`` of the running number of the plan's sub-period that a day lies in"""
        return SQL(
            "width_bucket(%s, %s::date[])", day, [period.first for period in plan._get_periods()]
        )
