from odoo import api, models
from odoo.tools import SQL

from .sales_commission_check import CHECK_KIND

# A payee's amount is compared with the median of so many earlier runs, once there are some.
MEDIAN_RUNS = 12
MEDIAN_LEAST_RUNS = 3
MEDIAN_FACTOR = 2
# How close to the lower bound of a tier is suspicious, in parts of the bound.
TIER_EDGE = 0.01
# The last days of a period whose invoices are looked at for later refunds.
REFUND_DAYS = 5


class SalesCommissionChecking(models.AbstractModel):
    """Looks through a calculated run for what somebody should look at before approving it.

    One statement per kind of finding, over all payees at once. To add a kind, name it in
    ``CHECK_KIND``, find it here by ``_query_<kind>``, and let ``sales.commission.check`` say what
    it means by ``_get_message_<kind>`` and what it opens by ``_get_domain_<kind>``.
    """

    _name = "sales.commission.checking"
    _description = "Commission Checking"

    # === BUSINESS METHODS === #
    @api.model
    def _check(self, run):
        """Bring the findings of a run up to date with its calculation."""
        self.env.flush_all()
        found = []
        for kind, _label in CHECK_KIND:
            rows = self.env.execute_query(
                self._insert_query(run, kind, getattr(self, f"_query_{kind}")(run))
            )
            found += [check_id for (check_id,) in rows]
        self._clear(run, found)

    @api.model
    def _clear(self, runs, keep=()):
        """Delete the findings of runs, but for some."""
        self.env["sales.commission.check"].flush_model()
        self.env.cr.execute(
            SQL(
                "DELETE FROM sales_commission_check WHERE run_id = ANY(%s) AND id <> ALL(%s)",
                runs.ids,
                list(keep),
            )
        )
        self.env["sales.commission.check"].invalidate_model()
        runs.invalidate_recordset(["check_ids"])

    # === QUERIES === #
    @api.model
    def _insert_query(self, run, kind, query):
        """A finding that is there already, with the same figures, stays as it is.

        :return: ``SQL`` that inserts the findings and returns the ids of all of them
        """
        return SQL(
            """
            INSERT INTO sales_commission_check AS old (
                run_id, kind, is_open, statement_id, payee_id, rule_id, currency_id, amount,
                figure, bound, number, reference, key)
            SELECT %(run)s, %(kind)s, TRUE, statement_id, payee_id, rule_id, currency_id, amount,
                   figure, bound, number, reference,
                   md5(ROW(%(kind)s::text, payee_id, rule_id, currency_id, trim_scale(amount),
                           ROUND(figure, 2), ROUND(bound, 2), number, reference)::text)
              FROM (%(query)s) found
             ORDER BY payee_id, rule_id, currency_id
                ON CONFLICT (run_id, key) DO UPDATE SET statement_id = EXCLUDED.statement_id
            RETURNING id
            """,
            run=run.id,
            kind=kind,
            query=query,
        )

    @api.model
    def _query_unusual(self, run):
        """Amounts far from the payee's median of the earlier settled runs of the same plan.

        Who was paid by the run before and is not at all by this one is among them.
        """
        return SQL(
            """
            WITH earlier AS (
                SELECT s.payee_id, s.currency_id, s.amount, r.date_to,
                       row_number() OVER (PARTITION BY s.payee_id, s.currency_id
                                              ORDER BY r.date_to DESC, r.id DESC) AS place
                  FROM sales_commission_run r
                  JOIN sales_commission_statement s ON s.run_id = r.id
                 WHERE r.company_id = %(company)s AND r.plan_id IS NOT DISTINCT FROM %(plan)s
                   AND r.state IN ('approved', 'paid', 'closed') AND r.date_to < %(date_from)s
            ),
            usual AS (
                SELECT payee_id, currency_id, COUNT(*)::integer AS number,
                       MAX(date_to) AS last_day,
                       percentile_cont(0.5) WITHIN GROUP (ORDER BY amount)::numeric AS median
                  FROM earlier WHERE place <= %(runs)s
                 GROUP BY payee_id, currency_id HAVING COUNT(*) >= %(least)s
            )
            SELECT s.id AS statement_id, u.payee_id, NULL::integer AS rule_id, u.currency_id,
                   COALESCE(s.amount, 0) AS amount, NULL::numeric AS figure, u.median AS bound,
                   u.number, NULL AS reference
              FROM usual u
              LEFT JOIN sales_commission_statement s
                ON s.run_id = %(run)s AND s.payee_id = u.payee_id
               AND s.currency_id = u.currency_id
             WHERE (s.id IS NOT NULL OR u.last_day = (SELECT MAX(date_to) FROM earlier))
               AND (COALESCE(s.amount, 0) > GREATEST(u.median * %(factor)s, u.median / %(factor)s)
                 OR COALESCE(s.amount, 0) < LEAST(u.median * %(factor)s, u.median / %(factor)s))
            """,
            run=run.id,
            company=run.company_id.id,
            plan=run.plan_id.id or None,
            date_from=run.date_from,
            runs=MEDIAN_RUNS,
            least=MEDIAN_LEAST_RUNS,
            factor=MEDIAN_FACTOR,
        )

    @api.model
    def _query_discount(self, run):
        """Commission kept on sales with a discount above the company's limit."""
        limit = SQL("%s::numeric", run.company_id.sudo().commission_discount_limit)
        return self._kept_query(
            run,
            entries=SQL(
                """
                (SELECT * FROM sales_ledger_entry
                  WHERE %(limit)s > 0 AND discount > %(limit)s AND company_id = %(company)s
                    AND date BETWEEN (SELECT MIN(date) FROM sales_commission_earning
                                       WHERE run_id = %(run)s) AND %(date_to)s)
                """,
                limit=limit,
                company=run.company_id.id,
                date_to=run.date_to,
                run=run.id,
            ),
            bound=limit,
        )

    @api.model
    def _query_refund(self, run):
        """Commission kept on invoices of the last days that were refunded after the period."""
        return self._kept_query(
            run,
            entries=SQL(
                """
                (SELECT e.* FROM (%s) invoice
                   JOIN sales_ledger_entry e
                     ON e.document_id = invoice.id AND e.document_model = 'account.move')
                """,
                self._refunded_invoices_query(run),
            ),
        )

    @api.model
    def _refunded_invoices_query(self, run):
        return SQL(
            """
            SELECT DISTINCT invoice.id
              FROM account_move refund
              JOIN account_move invoice ON invoice.id = refund.reversed_entry_id
             WHERE refund.company_id = %(company)s AND refund.state = 'posted'
               AND refund.move_type = 'out_refund'
               AND COALESCE(refund.invoice_date, refund.date) > %(date_to)s
               AND COALESCE(invoice.invoice_date, invoice.date)
                   BETWEEN %(date_to)s::date - %(days)s AND %(date_to)s
            """,
            company=run.company_id.id,
            date_to=run.date_to,
            days=REFUND_DAYS - 1,
        )

    @api.model
    def _find_refunded_invoices(self, run):
        """:return: ids of the invoices that :meth:`_query_refund` is about"""
        self.env.flush_all()
        rows = self.env.execute_query(self._refunded_invoices_query(run))
        return [invoice_id for (invoice_id,) in rows]

    @api.model
    def _query_own_sale(self, run):
        """Commission on sales to the payee, or to a company that the payee is a contact of.

        Contacts of our own company are colleagues, and what one of them buys is nobody else's.
        """
        return self._kept_query(
            run,
            entries=SQL(
                """
                (SELECT e.*, payee.id AS buyer_id
                   FROM (SELECT DISTINCT payee_id FROM sales_commission_statement
                          WHERE run_id = %(run)s) paid
                   JOIN res_partner payee ON payee.id = paid.payee_id
                   JOIN res_partner customer
                     ON customer.commercial_partner_id = payee.commercial_partner_id
                    AND (customer.id = payee.id OR payee.commercial_partner_id <> %(own)s)
                   JOIN sales_ledger_entry e
                     ON e.partner_id = customer.id AND e.company_id = %(company)s)
                """,
                run=run.id,
                company=run.company_id.id,
                own=run.company_id.partner_id.id,
            ),
            condition=SQL("x.payee_id = e.buyer_id"),
        )

    @api.model
    def _kept_query(self, run, entries, bound=None, condition=None):
        """What payees keep of some sales: the documents whose earnings, with their
        corrections, come to more than nothing.

        :param SQL entries: rows of the ledger, ``e``
        :param SQL condition: on the entry ``e`` and the earning ``x``
        :return: ``SQL`` of one finding per statement; ``figure`` is the highest discount
        """
        return SQL(
            """
            SELECT statement_id, payee_id, NULL::integer AS rule_id, currency_id,
                   SUM(amount) AS amount, MAX(discount) AS figure, %(bound)s AS bound,
                   COUNT(*)::integer AS number, MIN(reference) AS reference
              FROM (SELECT x.statement_id, x.payee_id, x.currency_id, e.reference,
                           SUM(x.amount) AS amount, MAX(e.discount) AS discount
                      FROM %(entries)s e
                      JOIN sales_commission_earning x ON x.entry_id = e.id
                     WHERE x.run_id = %(run)s AND %(condition)s
                     GROUP BY x.statement_id, x.payee_id, x.currency_id, e.reference,
                              e.document_model, e.document_id
                    HAVING SUM(x.amount) > 0) kept
             GROUP BY statement_id, payee_id, currency_id
            """,
            entries=entries,
            run=run.id,
            bound=bound or SQL("NULL::numeric"),
            condition=condition or SQL("TRUE"),
        )

    @api.model
    def _query_tier_edge(self, run):
        """Totals just below or just within a tier, with the sale that led there: the one that
        passed the edge, or else the last one."""
        return SQL(
            """
            WITH near AS (
                SELECT DISTINCT ON (m.id) m.*, r.tier_basis, p.position, t.amount_from
                  FROM sales_commission_measure m
                  JOIN sales_commission_rule r ON r.id = m.rule_id
                  JOIN sales_commission_tier t ON t.rule_id = r.id AND t.amount_from > 0
                 CROSS JOIN LATERAL (
                       SELECT CASE r.tier_basis WHEN 'attainment' THEN m.attainment
                                   ELSE m.prior_base + m.base END AS position) p
                 WHERE m.run_id = %(run)s AND r.rate_type IN ('marginal', 'retroactive')
                   AND ABS(p.position - t.amount_from) <= t.amount_from * %(edge)s
                 ORDER BY m.id, ABS(p.position - t.amount_from)
            )
            SELECT near.statement_id, near.payee_id, near.rule_id, near.currency_id, near.amount,
                   near.position AS figure, near.amount_from AS bound, NULL::integer AS number,
                   sale.reference
              FROM near
             CROSS JOIN LATERAL (
                   SELECT e.reference
                     FROM (SELECT x.entry_id, COALESCE(x.quantity, x.base) AS value,
                                  near.prior_base + SUM(COALESCE(x.quantity, x.base)) OVER (
                                      ORDER BY x.entry_id ROWS UNBOUNDED PRECEDING) AS total
                             FROM sales_commission_earning x
                            WHERE x.measure_id = near.id AND x.kind = 'earning') x
                     JOIN sales_ledger_entry e ON e.id = x.entry_id
                    ORDER BY near.tier_basis = 'total' AND total >= near.amount_from
                                 AND total - value < near.amount_from DESC,
                             x.entry_id DESC
                    LIMIT 1) sale
            """,
            run=run.id,
            edge=SQL("%s::numeric", TIER_EDGE),
        )

    @api.model
    def _query_no_target(self, run):
        """Payees whom a rule measures by attainment and who have no target."""
        return SQL(
            """
            SELECT statement_id, payee_id, rule_id, currency_id, amount, base AS figure,
                   NULL::numeric AS bound, NULL::integer AS number, NULL AS reference
              FROM sales_commission_measure
             WHERE run_id = %s AND status = 'no_target'
            """,
            run.id,
        )
