from odoo import api, models
from odoo.tools import SQL


class SalesCommissionCalculation(models.AbstractModel):
    """Approved adjustments become earnings of the first open run that they fit."""

    _inherit = "sales.commission.calculation"

    # === QUERIES === #
    @api.model
    def _payees_queries(self, run):
        return [
            *super()._payees_queries(run),
            SQL(
                "SELECT a.payee_id, a.currency_id FROM sales_commission_adjustment a WHERE %s",
                self._is_adjustment_of(run),
            ),
        ]

    @api.model
    def _earning_queries(self, run):
        return [*super()._earning_queries(run), self._insert_adjustments_query(run)]

    @api.model
    def _insert_adjustments_query(self, run):
        """They are kept for the transaction, so that nobody cancels one meanwhile."""
        return SQL(
            """
            INSERT INTO sales_commission_earning (
                run_id, statement_id, company_id, kind, payee_id, adjustment_id, date,
                currency_id, amount)
            SELECT s.run_id, s.id, s.company_id, 'adjustment', a.payee_id, a.id, a.date,
                   a.currency_id, a.amount
              FROM sales_commission_adjustment a
              JOIN sales_commission_statement s
                ON s.run_id = %s AND s.payee_id = a.payee_id AND s.currency_id = a.currency_id
             WHERE %s
             ORDER BY a.id
               FOR SHARE OF a
            RETURNING measure_id, amount, 1 AS number
            """,
            run.id,
            self._is_adjustment_of(run),
        )

    @api.model
    def _is_adjustment_of(self, run):
        """Two runs may be open at once: an adjustment goes to the earlier one, whichever is
        calculated first, unless the later one has it already.

        :return: ``SQL`` condition on the adjustment ``a``
        """
        return SQL(
            """
            a.state = 'approved'
            AND a.company_id = %(company)s
            AND a.date <= %(date_to)s
            AND (%(plan)s::integer IS NULL OR a.plan_id IS NULL OR a.plan_id = %(plan)s)
            AND NOT EXISTS (
                SELECT FROM sales_commission_earning x WHERE x.adjustment_id = a.id)
            AND NOT EXISTS (
                SELECT FROM sales_commission_run o
                 WHERE o.company_id = a.company_id
                   AND o.state IN ('draft', 'calculated', 'review')
                   AND (o.plan_id IS NULL OR a.plan_id IS NULL OR o.plan_id = a.plan_id)
                   AND o.date_to >= a.date
                   AND (o.date_from, o.id) < (%(date_from)s, %(run)s))
            """,
            company=run.company_id.id,
            date_to=run.date_to,
            date_from=run.date_from,
            run=run.id,
            plan=run.plan_id.id or None,
        )
