from odoo import api, models
from odoo.tools import SQL

from odoo.addons.sales_system.models.ledger.sales_ledger_entry import LEDGER_TRAITS

# ``commission_restated`` for calculations that stand on no earlier run: what measures read of it.
NOTHING_RESTATED = SQL(
    "SELECT NULL::integer AS rule_id, NULL::integer AS payee_id, NULL::integer AS currency_id,"
    " NULL::numeric AS base, NULL::boolean AS is_inside, NULL::numeric AS exact,"
    " NULL::numeric AS company_exact WHERE FALSE"
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
    def _create(self, since=0, until=None, apart=None):
        """Fill the temporary table ``commission_restated`` for ``commission_scope``.

        One row per entry, rule and payee: entry_id, date, plan_id, rule_id, role, payee_id,
        user_id, currency_id, tier_id, share, base and exact, the amount in the payee's
        currency, not rounded. ``is_inside`` tells that the rule counts to date and the sale was
        paid in the quarter or year that is being measured; ``company_exact`` is the amount in
        the company's currency, at the rate of exchange that it was paid at.

        :param int since: only entries with a greater id
        :param int until: only entries up to this id
        :param apart: a run whose earnings count as not there
        """
        self.env.cr.execute(
            SQL(
                "CREATE TEMPORARY TABLE commission_restated ON COMMIT DROP AS %s",
                self._restated_query(self._is_between(since, until), apart),
            )
        )

    @api.model
    def _drop(self):
        self.env.cr.execute("DROP TABLE commission_restated")

    @api.model
    def _is_not_restated(self):
        """:return: ``SQL`` condition on the entry ``e`` and the scope ``s``"""
        return SQL(
            "NOT EXISTS (SELECT FROM commission_restated z"
            " WHERE z.entry_id = e.id AND z.plan_id = s.plan_id)"
        )

    @api.model
    def _is_between(self, since, until):
        """:return: ``SQL`` condition on the entry ``e``: its id lies above one and up to the
        other"""
        upper = SQL("TRUE") if until is None else SQL("e.id <= %s", until)
        return SQL("e.id > %s AND %s", since, upper)

    @api.model
    def _is_apart(self, run):
        """:return: ``SQL`` condition: the earning ``x`` is none of the run's"""
        return SQL("x.run_id <> %s", run.id) if run else SQL("TRUE")

    @api.model
    def _restated_query(self, between, apart):
        """A correction of the same source goes by what its originals were paid per unit. Its
        own corrections are among these, so what counts is their size, whatever their sign.

        A credit note goes by what is left of the invoice: its lines of the same product,
        whether these earned anything or not, else all of it. A payee who was paid and had to
        give it back has no part in that.
        """
        return SQL(
            """
            WITH candidate AS MATERIALIZED (%(candidates)s),
            original AS MATERIALIZED (%(originals)s),
            invoice AS (
                SELECT o.entry_id, o.plan_id, SUM(e.amount) AS amount, SUM(e.margin) AS margin,
                       SUM(e.quantity) AS quantity
                  FROM original o JOIN sales_ledger_entry e ON e.id = o.original_id
                 WHERE o.is_refund GROUP BY 1, 2
            ),
            paid AS (
                SELECT o.entry_id, o.is_refund, x.plan_id, x.rule_id, x.role, x.payee_id,
                       x.currency_id, MAX(x.tier_id) AS tier_id, MAX(x.share) AS share,
                       MIN(w.date_from) AS paid_from, MAX(m.currency_rate) AS currency_rate,
                       SUM(x.amount) AS left_amount,
                       SUM(x.amount * SIGN(%(original_value)s)) AS amount,
                       SUM(ABS(%(original_value)s)) AS value
                  FROM original o
                  JOIN sales_ledger_entry e ON e.id = o.original_id
                  JOIN sales_commission_earning x
                    ON x.entry_id = e.id AND x.plan_id = o.plan_id
                  JOIN sales_commission_run w
                    ON w.id = x.run_id AND w.state IN ('approved', 'paid', 'closed')
                   AND %(apart)s
                  JOIN sales_commission_measure m ON m.id = x.measure_id
                  JOIN sales_commission_rule r ON r.id = x.rule_id
                 GROUP BY 1, 2, 3, 4, 5, 6, 7
                HAVING NOT o.is_refund OR SUM(x.amount) <> 0 OR BOOL_AND(x.kind <> 'clawback')
            ),
            priced AS (
                SELECT DISTINCT ON (p.entry_id, p.rule_id, p.payee_id)
                       c.id AS entry_id, c.date, p.plan_id, p.rule_id, p.role, p.payee_id,
                       c.user_id, p.currency_id, p.tier_id, p.share, p.currency_rate,
                       COALESCE(%(value)s, 0) AS value,
                       r.measure_period <> 'run' AND p.paid_from >= date_trunc(
                           r.measure_period, (SELECT MAX(date_from) FROM commission_scope))
                           AS is_inside,
                       CASE WHEN p.is_refund THEN p.left_amount ELSE p.amount END AS amount,
                       CASE WHEN p.is_refund THEN %(invoice_value)s ELSE p.value END
                           AS amount_for
                  FROM paid p
                  JOIN candidate c ON c.id = p.entry_id AND c.plan_id = p.plan_id
                  JOIN sales_commission_rule r ON r.id = p.rule_id
                  LEFT JOIN invoice ON invoice.entry_id = p.entry_id
                                   AND invoice.plan_id = p.plan_id
                 ORDER BY p.entry_id, p.rule_id, p.payee_id, p.is_refund
            )
            SELECT entry_id, date, plan_id, rule_id, role, payee_id, user_id, currency_id, tier_id,
                   share, is_inside, value * share * 0.01 AS base, exact,
                   exact / currency_rate AS company_exact
              FROM (SELECT priced.*,
                           COALESCE(value * amount / NULLIF(amount_for, 0), 0) AS exact
                      FROM priced) corrected
            """,
            apart=self._is_apart(apart),
            candidates=self._candidates_query(between, apart),
            originals=self._originals_query(),
            original_value=self._value_sql("e"),
            invoice_value=self._value_sql("invoice"),
            value=self._value_sql("c"),
        )

    @api.model
    def _value_sql(self, table):
        """:return: ``SQL`` of what the rule ``r`` counts of an entry"""
        return SQL(
            "CASE r.base WHEN 'margin' THEN %s WHEN 'quantity' THEN %s ELSE %s END",
            *(SQL.identifier(table, name) for name in ("margin", "quantity", "amount")),
        )

    @api.model
    def _candidates_query(self, between, apart):
        """Entries that may correct another one, with the plans that have not settled them."""
        return SQL(
            """
            SELECT e.*, s.plan_id, move.reversed_entry_id AS refunded_id
              FROM (SELECT DISTINCT company_id, plan_id, event, date_from, date_to
                      FROM commission_scope) s
              JOIN sales_ledger_entry e
                ON e.company_id = s.company_id AND e.event = s.event
               AND e.date BETWEEN s.date_from AND s.date_to
              LEFT JOIN account_move move
                ON e.document_model = 'account.move' AND move.id = e.document_id
               AND e.amount < 0
             WHERE %(between)s
               AND (e.posting_no > 1
                    OR (e.amount < 0 AND move.reversed_entry_id IS NOT NULL))
               AND NOT EXISTS (SELECT FROM sales_commission_earning x
                                WHERE x.entry_id = e.id AND x.plan_id = s.plan_id
                                  AND %(apart)s)
            """,
            between=between,
            apart=self._is_apart(apart),
        )

    @api.model
    def _originals_query(self):
        """:return: ``SQL`` of (entry_id, plan_id, original_id, is_refund)"""
        alike = SQL(" AND ").join(
            SQL(
                "%s IS NOT DISTINCT FROM %s",
                SQL.identifier("o", name),
                SQL.identifier("c", name),
            )
            for name in LEDGER_TRAITS
        )
        return SQL(
            """
            SELECT c.id AS entry_id, c.plan_id, o.id AS original_id, FALSE AS is_refund
              FROM candidate c
              JOIN sales_ledger_entry o
                ON o.document_id = c.document_id AND o.event = c.event
               AND o.source_id = c.source_id AND o.posting_no < c.posting_no
               AND o.document_model = c.document_model
               AND o.settlement_id IS NOT DISTINCT FROM c.settlement_id
               AND %(alike)s
             UNION ALL
            SELECT c.id, c.plan_id, o.id, FALSE
              FROM candidate c
              JOIN sales_ledger_entry o
                ON o.company_id = c.company_id AND o.event = c.event
               AND o.import_key = c.import_key AND o.posting_no < c.posting_no
               AND %(alike)s
             UNION ALL
            SELECT entry_id, plan_id, original_id, TRUE
              FROM (SELECT refund.*, BOOL_OR(is_alike) OVER (PARTITION BY entry_id, plan_id)
                               AS has_alike
                      FROM (SELECT c.id AS entry_id, c.plan_id, o.id AS original_id,
                                   o.product_id IS NOT DISTINCT FROM c.product_id AS is_alike
                              FROM candidate c
                              JOIN sales_ledger_entry o
                                ON o.document_id = c.refunded_id AND o.event = c.event
                               AND o.document_model = 'account.move') refund) found
             WHERE is_alike = has_alike
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
