from odoo import api, models
from odoo.tools import SQL

from odoo.addons.sales_system.models.ledger.sales_ledger_entry import LEDGER_DIMENSIONS


class SalesCommissionRestating(models.AbstractModel):
    """Corrections of sales that were paid for: taken back, or given again, at the rate paid.

    A cancelled order, a bounced payment or a corrected line is a further entry of the same
    source with the same dimensions; a credit note is an entry of another document that names
    the invoice. Both go to the payees of the original at what each unit of it had brought
    them, and count in no total of the period: a return in May moves nobody into a lower tier
    of May. So a correction and its own correction come to nothing.
    """

    _name = "sales.commission.restating"
    _description = "Commission Restating"

    @api.model
    def _create(self, seen=None, apart=None):
        """Fill the temporary table ``commission_restated`` for ``commission_scope``.

        :param SQL seen: condition on the entry ``e``, instead of looking at all
        :param apart: a run whose earnings count as not there

        One row per entry, rule and payee: entry_id, date, plan_id, rule_id, role, payee_id,
        user_id, currency_id, tier_id, share, base and price, which is in the payee's currency
        per unit of the whole entry.
        """
        self.env.cr.execute(
            SQL(
                "CREATE TEMPORARY TABLE commission_restated ON COMMIT DROP AS %s",
                self._restated_query(seen or SQL("TRUE"), apart),
            )
        )

    @api.model
    def _is_not_restated(self):
        """:return: ``SQL`` condition on the entry ``e`` and the scope ``s``"""
        return SQL(
            "NOT EXISTS (SELECT FROM commission_restated z"
            " WHERE z.entry_id = e.id AND z.plan_id = s.plan_id)"
        )

    @api.model
    def _restated_query(self, seen, apart):
        return SQL(
            """
            WITH candidate AS MATERIALIZED (%(candidates)s),
            original AS (%(originals)s)
            SELECT c.id AS entry_id, c.date, x.plan_id, x.rule_id, x.role, x.payee_id, c.user_id,
                   x.currency_id, MAX(x.tier_id) AS tier_id, MAX(x.share) AS share,
                   %(value)s AS base,
                   COALESCE(
                       SUM(x.amount) FILTER (WHERE o.is_alike)
                           / NULLIF(SUM(o.value) FILTER (WHERE o.is_alike), 0),
                       SUM(x.amount) / NULLIF(SUM(o.value), 0),
                       0) AS price
              FROM candidate c
              JOIN (SELECT original.entry_id, original.is_alike, e.amount, e.margin, e.quantity,
                           x.id AS earning_id,
                           CASE r.base WHEN 'margin' THEN e.margin
                                       WHEN 'quantity' THEN e.quantity
                                       ELSE e.amount END AS value
                      FROM original
                      JOIN sales_ledger_entry e ON e.id = original.original_id
                      JOIN sales_commission_earning x
                        ON x.entry_id = e.id AND x.kind = 'earning'
                      JOIN sales_commission_rule r ON r.id = x.rule_id) o
                ON o.entry_id = c.id
              JOIN sales_commission_earning x ON x.id = o.earning_id
              JOIN sales_commission_run w
                ON w.id = x.run_id AND w.state IN ('approved', 'paid', 'closed') AND %(apart)s
              JOIN sales_commission_rule r ON r.id = x.rule_id
             WHERE x.plan_id IN (SELECT plan_id FROM commission_scope)
             GROUP BY c.id, c.date, c.user_id, c.amount, c.margin, c.quantity, r.base,
                      x.plan_id, x.rule_id, x.role, x.payee_id, x.currency_id
            """,
            apart=self._is_apart(apart),
            candidates=self._candidates_query(seen, apart),
            originals=self._originals_query(),
            value=SQL(
                "CASE r.base WHEN 'margin' THEN COALESCE(c.margin, 0)"
                " WHEN 'quantity' THEN COALESCE(c.quantity, 0)"
                " ELSE COALESCE(c.amount, 0) END * MAX(x.share) * 0.01"
            ),
        )

    @api.model
    def _is_apart(self, run):
        """:return: ``SQL`` condition: the earning ``x`` is none of the run's"""
        return SQL("x.run_id <> %s", run.id) if run else SQL("TRUE")

    @api.model
    def _candidates_query(self, seen, apart):
        """Entries that may correct another one and that no run has settled yet."""
        return SQL(
            """
            SELECT e.*, move.reversed_entry_id AS refunded_id
              FROM sales_ledger_entry e
              LEFT JOIN account_move move
                ON e.document_model = 'account.move' AND move.id = e.document_id
               AND e.amount < 0
             WHERE (e.posting_no > 1 OR move.reversed_entry_id IS NOT NULL)
               AND (e.posting_no > 1 OR e.amount < 0)
               AND EXISTS (SELECT FROM commission_scope s
                            WHERE s.company_id = e.company_id AND s.event = e.event
                              AND e.date BETWEEN s.date_from AND s.date_to)
               AND NOT EXISTS (SELECT FROM sales_commission_earning x
                                WHERE x.entry_id = e.id AND %(apart)s)
               AND %(seen)s
            """,
            apart=self._is_apart(apart),
            seen=seen,
        )

    @api.model
    def _originals_query(self):
        """:return: ``SQL`` of (entry_id, original_id, is_alike)"""
        alike = SQL(" AND ").join(
            SQL(
                "%s IS NOT DISTINCT FROM %s",
                SQL.identifier("o", name),
                SQL.identifier("c", name),
            )
            for name in LEDGER_DIMENSIONS
        )
        return SQL(
            """
            SELECT c.id AS entry_id, o.id AS original_id, TRUE AS is_alike
              FROM candidate c
              JOIN sales_ledger_entry o
                ON o.document_id = c.document_id AND o.event = c.event
               AND o.source_id = c.source_id AND o.posting_no < c.posting_no
               AND o.document_model = c.document_model
               AND o.settlement_id IS NOT DISTINCT FROM c.settlement_id
               AND %(alike)s
             UNION ALL
            SELECT c.id, o.id, TRUE
              FROM candidate c
              JOIN sales_ledger_entry o
                ON o.company_id = c.company_id AND o.event = c.event
               AND o.import_key = c.import_key AND o.posting_no < c.posting_no
               AND %(alike)s
             UNION ALL
            SELECT c.id, o.id, o.product_id IS NOT DISTINCT FROM c.product_id
              FROM candidate c
              JOIN sales_ledger_entry o
                ON o.document_id = c.refunded_id AND o.event = c.event
               AND o.document_model = 'account.move'
            """,
            alike=alike,
        )

    @api.model
    def _drop_unpaid_refunds(self):
        """Leave out credit notes of invoices that earned the plan's payees nothing.

        Else a return would cost somebody a commission that nobody had been paid.
        """
        self.env.cr.execute(
            """
            DELETE FROM commission_credit c
             USING sales_ledger_entry e, account_move move
             WHERE c.base < 0 AND e.id = c.entry_id
               AND e.document_model = 'account.move' AND move.id = e.document_id
               AND move.reversed_entry_id IS NOT NULL
               AND EXISTS (
                   SELECT FROM sales_ledger_entry o
                    WHERE o.document_id = move.reversed_entry_id AND o.event = e.event
                      AND o.document_model = 'account.move')
               AND NOT EXISTS (
                   SELECT FROM sales_ledger_entry o
                     JOIN commission_credit credit
                       ON credit.entry_id = o.id AND credit.plan_id = c.plan_id
                    WHERE o.document_id = move.reversed_entry_id AND o.event = e.event
                      AND o.document_model = 'account.move')
            """
        )
