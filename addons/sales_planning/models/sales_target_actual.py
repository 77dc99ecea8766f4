from odoo import api, models
from odoo.tools import SQL

from .sales_target import TOTALS


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
        if combinations := self.env["sales.target.matching"]._get_combinations(plan):
            self.env.cr.execute(self._count_query(plan, combinations))
        self._roll_up(plan)

    @api.model
    def _roll_up(self, plan):
        """Write what is unassigned in the plan's cells, and the totals of its nodes."""
        self.env.flush_all()
        self.env.cr.execute(self._unassigned_query(plan))
        self.env.cr.execute(self._totals_query(plan))
        self.env["sales.target"].invalidate_model()
        self.env["sales.target.cell"].invalidate_model()
        plan.invalidate_recordset(["assigned", "actual", "gap", "attainment"])

    # === QUERIES === #
    @api.model
    def _unassigned_query(self, plan):
        """:return: ``SQL`` that sets what each cell has more than the cells below it"""
        return SQL(
            """
            UPDATE sales_target_cell cell SET unassigned = fresh.unassigned
              FROM (
                    SELECT upper.id, upper.assigned - lower.assigned AS unassigned
                      FROM sales_target_cell upper
                      JOIN sales_target target ON target.id = upper.target_id
                      LEFT JOIN (
                            SELECT node.parent_id, part.date_from, SUM(part.assigned) AS assigned
                              FROM sales_target_cell part
                              JOIN sales_target node ON node.id = part.target_id
                             WHERE node.plan_id = %(plan)s AND node.parent_id IS NOT NULL
                             GROUP BY 1, 2
                           ) AS lower
                        ON lower.parent_id = upper.target_id
                       AND lower.date_from = upper.date_from
                     WHERE target.plan_id = %(plan)s
                   ) AS fresh
             WHERE fresh.id = cell.id AND cell.unassigned IS DISTINCT FROM fresh.unassigned
            """,
            plan=plan.id,
        )

    @api.model
    def _totals_query(self, plan):
        """:return: ``SQL`` that sets the totals of the plan's nodes from their cells"""
        totals = [SQL.identifier(name) for name in TOTALS]
        return SQL(
            """
            UPDATE sales_target target
               SET %(values)s,
                   attainment = %(attainment)s
              FROM (
                    SELECT cell.target_id, %(sums)s
                      FROM sales_target_cell cell
                      JOIN sales_target node ON node.id = cell.target_id
                     WHERE node.plan_id = %(plan)s
                     GROUP BY cell.target_id
                   ) AS total
             WHERE total.target_id = target.id
               AND (%(old)s) IS DISTINCT FROM (%(new)s)
            """,
            values=SQL(", ").join(SQL("%s = total.%s", name, name) for name in totals),
            sums=SQL(", ").join(SQL("SUM(cell.%s) AS %s", name, name) for name in totals),
            old=SQL(", ").join(SQL("target.%s", name) for name in totals),
            new=SQL(", ").join(SQL("total.%s", name) for name in totals),
            attainment=self.env["sales.target.figures"]._attainment_sql(
                SQL("total.assigned"), SQL("total.gap")
            ),
            plan=plan.id,
        )

    @api.model
    def _count_query(self, plan, combinations):
        """:return: ``SQL`` that counts all cells of the plan"""
        figures = self.env["sales.target.figures"]
        return SQL(
            """
            WITH %(trees)s
                 counted AS (%(counted)s)
            UPDATE sales_target_cell cell
               SET actual = fresh.actual, late = fresh.late, %(measures)s
              FROM (
                    SELECT cell.id, COALESCE(counted.actual, 0) AS actual,
                           COALESCE(counted.late, 0) AS late, %(gap)s AS gap
                      FROM sales_target_cell cell
                      JOIN sales_target target ON target.id = cell.target_id
                      LEFT JOIN counted ON counted.target_id = target.id
                                       AND counted.period = %(period)s
                     WHERE target.plan_id = %(plan)s
                   ) AS fresh
             WHERE fresh.id = cell.id
               AND (cell.actual, cell.late, cell.gap)
                   IS DISTINCT FROM (fresh.actual, fresh.late, fresh.gap)
            """,
            trees=self.env["sales.target.matching"]._trees_sql(combinations),
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
        digits = plan.currency_id.decimal_places if plan.currency_id else None
        value = SQL("SUM(entry.value)")
        late = SQL("SUM(entry.value) FILTER (WHERE entry.late_for IS NOT NULL)")
        if digits is not None:
            value, late = (SQL("ROUND(%s, %s)", total, digits) for total in (value, late))
        return self.env["sales.target.matching"]._matched_query(
            combination,
            entries=self.env["sales.target.metric"]._entries_sql(
                plan, plan.date_from, plan.date_to
            ),
            nodes=SQL(
                "target.plan_id = %s AND %s",
                plan.id,
                self.env["sales.target.matching"]._in_force_sql(),
            ),
            period=self._period_sql(plan, SQL("entry.date")),
            figures=SQL("%s AS actual, %s AS late", value, late),
        )

    @api.model
    def _period_sql(self, plan, day):
        """:return: ``SQL`` of the running number of the plan's sub-period that a day lies in"""
        return SQL(
            "width_bucket(%s, %s::date[])", day, [period.first for period in plan._get_periods()]
        )
