from odoo import api, models
from odoo.tools import SQL

from odoo.addons.sales_system.models.ledger.sales_ledger_entry import LEDGER_DIMENSIONS

# ``commission_restated`` for calculations that stand on no earlier run: what measures read of it.
NOTHING_RESTATED = SQL(
    "SELECT NULL::integer AS rule_id, NULL::integer AS payee_id, NULL::integer AS currency_id,"
    " NULL::numeric AS base WHERE FALSE"
)


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
    def _create(self, since=0):
        """Fill the temporary table ``commission_restated`` for ``commission_scope``.

        One row per entry, rule and payee: entry_id, date, plan_id, rule_id, role, payee_id,
        user_id, currency_id, tier_id, share, base and price, which is in the payee's currency
        per unit of the whole entry.

        :param int since: only entries with a greater id
        """
        self.env.cr.execute(
            SQL(
                "CREATE TEMPORARY TABLE commission_restated ON COMMIT DROP AS %s",
                self._restated_query(since),
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
    def _restated_query(self, since):
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
                ON w.id = x.run_id AND w.state IN ('approved', 'paid', 'closed')
              JOIN sales_commission_rule r ON r.id = x.rule_id
             WHERE x.plan_id IN (SELECT plan_id FROM commission_scope)
             GROUP BY c.id, c.date, c.user_id, c.amount, c.margin, c.quantity, r.base,
                      x.plan_id, x.rule_id, x.role, x.payee_id, x.currency_id
            """,
            candidates=self._candidates_query(since),
            originals=self._originals_query(),
            value=SQL(
                "CASE r.base WHEN 'margin' THEN COALESCE(c.margin, 0)"
                " WHEN 'quantity' THEN COALESCE(c.quantity, 0)"
                " ELSE COALESCE(c.amount, 0) END * MAX(x.share) * 0.01"
            ),
        )

    @api.model
    def _candidates_query(self, since):
        """Entries that may correct another one and that no run has settled yet."""
        return SQL(
            """
            SELECT e.*, move.reversed_entry_id AS refunded_id
              FROM sales_ledger_entry e
              LEFT JOIN account_move move
                ON e.document_model = 'account.move' AND move.id = e.document_id
               AND e.amount < 0
             WHERE e.id > %s AND (e.posting_no > 1 OR move.reversed_entry_id IS NOT NULL)
               AND (e.posting_no > 1 OR e.amount < 0)
               AND EXISTS (SELECT FROM commission_scope s
                            WHERE s.company_id = e.company_id AND s.event = e.event
                              AND e.date BETWEEN s.date_from AND s.date_to)
               AND NOT EXISTS (SELECT FROM sales_commission_earning x WHERE x.entry_id = e.id)
            """,
            since,
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
               AND NOT EXISTS (
                   SELECT FROM sales_ledger_entry o
                     JOIN sales_commission_earning x
                       ON x.entry_id = o.id AND x.plan_id = c.plan_id AND x.run_id = c.period
                    WHERE o.document_id = move.reversed_entry_id AND o.event = e.event
                      AND o.document_model = 'account.move')
            """
        )
