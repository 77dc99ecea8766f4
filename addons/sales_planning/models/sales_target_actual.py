from odoo import api, models
from odoo.tools import SQL

from .sales_target import TARGET_DIMENSIONS
from .sales_target_plan import METRIC_SOURCE


class SalesTargetActual(models.AbstractModel):
    """Counts the sales ledger for all cells of a plan at once.

    The ledger is read and grouped once per plan, by the combinations of dimensions that
    its nodes name (``GROUPING SETS``) and by sub-period. Then each combination is joined to
    its nodes. The number of statements does not depend on the number of nodes, and a sum
    over the ledger is never repeated for a second node.
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
                               COALESCE(SUM(cell.actual), 0) AS actual
                          FROM sales_target_cell cell
                          JOIN sales_target node ON node.id = cell.target_id
                         WHERE node.plan_id = %(plan)s
                         GROUP BY cell.target_id
                       ) AS total
                 WHERE total.target_id = target.id
                   AND (target.assigned, target.actual)
                       IS DISTINCT FROM (total.assigned, total.actual)
                """,
                measures=self.env["sales.target.figures"]._measures_sql(
                    SQL("total.assigned"), SQL("total.actual")
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
        used = [name for name in TARGET_DIMENSIONS if any(name in one for one in combinations)]
        trees = [name for name in used if self.env["sales.target"]._is_tree(name)]
        return SQL(
            """
            WITH facts AS MATERIALIZED (%(facts)s),
                 %(trees)s
                 counted AS (%(counted)s)
            UPDATE sales_target_cell cell
               SET actual = fresh.actual, %(measures)s
              FROM (
                    SELECT cell.id, COALESCE(counted.actual, 0) AS actual
                      FROM sales_target_cell cell
                      JOIN sales_target target ON target.id = cell.target_id
                      LEFT JOIN counted ON counted.target_id = target.id
                                       AND counted.period = %(period)s
                     WHERE target.plan_id = %(plan)s
                   ) AS fresh
             WHERE fresh.id = cell.id AND cell.actual IS DISTINCT FROM fresh.actual
            """,
            facts=self._facts_query(plan, used, combinations),
            trees=SQL("").join(SQL("%s,", self._tree_query(name)) for name in trees),
            counted=SQL(" UNION ALL ").join(
                self._counted_query(plan, used, one) for one in combinations
            ),
            measures=self.env["sales.target.figures"]._measures_sql(
                SQL("cell.assigned"), SQL("fresh.actual")
            ),
            period=self._period_sql(plan, SQL("cell.date_from")),
            plan=plan.id,
        )

    @api.model
    def _facts_query(self, plan, used, combinations):
        """The ledger, grouped once by every combination of dimensions and by sub-period.

        :return: ``SQL`` with columns period, combination (see :meth:`_combination_number`),
            the used dimensions and actual
        """
        event, column = METRIC_SOURCE[plan.metric]
        dimensions = SQL("").join(SQL(", %s", SQL.identifier(name)) for name in used)
        return SQL(
            """
            SELECT period, GROUPING(period%(dimensions)s) AS combination%(dimensions)s,
                   SUM(value) AS actual
              FROM (
                    SELECT %(period)s AS period, %(column)s AS value%(dimensions)s
                      FROM sales_ledger_entry
                     WHERE company_id = %(company)s AND event = %(event)s
                       AND date BETWEEN %(date_from)s AND %(date_to)s
                   ) AS entry
             GROUP BY GROUPING SETS (%(sets)s)
            """,
            dimensions=dimensions,
            period=self._period_sql(plan, SQL.identifier("date")),
            column=SQL.identifier(column),
            company=plan.company_id.id,
            event=event,
            date_from=plan.date_from,
            date_to=plan.date_to,
            sets=SQL(", ").join(
                SQL("(%s)", SQL(", ").join(map(SQL.identifier, ("period", *one))))
                for one in combinations
            ),
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
            name=SQL.identifier(f"tree_{dimension}"),
            table=SQL.identifier(comodel._table),
        )

    @api.model
    def _counted_query(self, plan, used, combination):
        """:return: ``SQL`` of node, period and actual, for the nodes of one combination"""
        joins, conditions = [], []
        for name in used:
            node = SQL.identifier("target", name)
            fact = SQL.identifier("facts", name)
            if name not in combination:
                conditions.append(SQL("%s IS NULL", node))
            elif self.env["sales.target"]._is_tree(name):
                tree = f"tree_{name}"
                joins.append(
                    SQL(
                        "JOIN %s ON %s = %s",
                        SQL.identifier(tree),
                        SQL.identifier(tree, "ancestor"),
                        node,
                    )
                )
                conditions.append(SQL("%s = %s", fact, SQL.identifier(tree, "member")))
            else:
                conditions.append(SQL("%s = %s", fact, node))
        return SQL(
            """
            SELECT target.id AS target_id, facts.period, SUM(facts.actual) AS actual
              FROM sales_target target %(joins)s CROSS JOIN facts
             WHERE target.plan_id = %(plan)s AND facts.combination = %(number)s %(conditions)s
             GROUP BY target.id, facts.period
            """,
            joins=SQL(" ").join(joins),
            plan=plan.id,
            number=self._combination_number(used, combination),
            conditions=SQL("").join(SQL("AND %s ", one) for one in conditions),
        )

    @api.model
    def _combination_number(self, used, combination):
        """What ``GROUPING(period, …)`` says of a combination: a bit per column that is not
        in it, the last one lowest. The period is in every combination."""
        return sum(
            1 << position for position, name in enumerate(reversed(used)) if name not in combination
        )

    @api.model
    def _period_sql(self, plan, day):
        """:return: ``SQL`` of the running number of the plan's sub-period that a day lies in"""
        return SQL(
            "width_bucket(%s, %s::date[])", day, [period.first for period in plan._get_periods()]
        )
