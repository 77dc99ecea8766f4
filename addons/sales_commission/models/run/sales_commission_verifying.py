from odoo import api, models
from odoo.tools import SQL

# More would not be read by anybody; the counts are of all.
LISTED_DIFFERENCES = 1_000
# What the calculation itself writes; other earnings are nobody's to repeat.
CALCULATED_KINDS = ("earning", "clawback", "reinstatement", "true_up")


class SalesCommissionVerifying(models.AbstractModel):
    """Works a settled run out again in the temporary tables of the calculation, and compares.

    Nothing of the run is written. Its own earnings count as not there, and so do entries that
    it has not seen. What can differ then is what does not stand in the ledger: a target and
    what was reached of it, tags of customers, who a user's contact is, who leads a team.
    """

    _name = "sales.commission.verifying"
    _description = "Commission Verifying"

    # === BUSINESS METHODS === #
    @api.model
    def _compare(self, verification):
        """Fill the lines of a verification.

        :return: dict with earning_count, difference_count and later_count
        """
        run = verification.run_id
        calculation = self.env["sales.commission.calculation"]
        self.env["sales.ledger.posting"]._post_pending()
        calculation._repeat(run)
        self.env.cr.execute(
            SQL(
                "CREATE TEMPORARY TABLE commission_difference ON COMMIT DROP AS %s",
                SQL(" UNION ALL ").join(
                    (
                        self._targets_query(run),
                        self._amounts_query(run),
                        self._later_query(run),
                    )
                ),
            )
        )
        self.env.cr.execute(self._insert_lines_query(verification))
        [counts] = self.env.execute_query_dict(
            SQL(
                """
                SELECT (SELECT COUNT(*) FROM sales_commission_earning
                         WHERE run_id = %s AND kind = ANY(%s)) AS earning_count,
                       COUNT(*) FILTER (WHERE is_difference) AS difference_count,
                       COUNT(*) FILTER (WHERE NOT is_difference) AS later_count
                  FROM commission_difference
                """,
                run.id,
                list(CALCULATED_KINDS),
            )
        )
        calculation._drop_tables()
        self.env.cr.execute("DROP TABLE commission_difference")
        verification.invalidate_recordset()
        return counts

    # === QUERIES === #
    @api.model
    def _amounts_query(self, run):
        """Compare per sale, rule and payee: what was paid with what would be paid now.

        :return: ``SQL`` with the columns of a verification line
        """
        return SQL(
            """
            SELECT CASE WHEN SUM(was_count) = 0 THEN 'added'
                        WHEN SUM(now_count) = 0 THEN 'missing'
                        ELSE 'amount' END AS kind,
                   TRUE AS is_difference, payee_id, rule_id, entry_id, currency_id,
                   SUM(was) AS was, SUM(now) AS now, NULL::integer AS settled_run_id
              FROM (SELECT x.payee_id, x.rule_id, x.entry_id, x.currency_id,
                           x.amount AS was, 0 AS now, 1 AS was_count, 0 AS now_count
                      FROM sales_commission_earning x
                     WHERE x.run_id = %(run)s AND x.kind = ANY(%(kinds)s)
                     UNION ALL
                    SELECT m.payee_id, m.rule_id, x.entry_id, m.currency_id,
                           0, x.amount, 0, 1
                      FROM (%(repeated)s) x JOIN commission_measure m ON m.id = x.measure_id
                   ) both_sides
             GROUP BY payee_id, rule_id, entry_id, currency_id
            HAVING SUM(was) <> SUM(now)
            """,
            run=run.id,
            kinds=list(CALCULATED_KINDS),
            repeated=self._repeated_query(run),
        )

    @api.model
    def _repeated_query(self, run):
        """:return: ``SQL`` of entry_id, measure_id and amount as they would be now"""
        pricing = self.env["sales.commission.pricing"]
        return SQL(
            """
            SELECT entry_id, measure_id, amount FROM (%s) sold
             UNION ALL
            SELECT entry_id, measure_id, amount FROM (%s) restated
             UNION ALL
            SELECT NULL::integer, measure_id, amount FROM (%s) true_up
            """,
            pricing._earnings_query(),
            pricing._restated_earnings_query(),
            pricing._true_ups_query(run.date_to),
        )

    @api.model
    def _targets_query(self, run):
        """Targets, and what was reached of them, that are other numbers now: the cause of
        differing amounts that no entry explains."""
        return SQL(
            """
            SELECT c.kind, TRUE AS is_difference, m.payee_id, m.rule_id,
                   NULL::integer AS entry_id, company.currency_id, c.was, c.now,
                   NULL::integer AS settled_run_id
              FROM sales_commission_measure m
              JOIN sales_commission_rule r ON r.id = m.rule_id AND r.tier_basis = 'attainment'
              JOIN res_company company ON company.id = m.company_id
              JOIN commission_measure now
                ON now.rule_id = m.rule_id AND now.payee_id = m.payee_id
               AND now.currency_id = m.currency_id
             CROSS JOIN LATERAL (
                   VALUES ('target', m.target_amount, now.target_amount),
                          ('attained', m.attained_amount, now.attained_amount)
                   ) c (kind, was, now)
             WHERE m.run_id = %s AND c.was IS DISTINCT FROM c.now
            """,
            run.id,
        )

    @api.model
    def _later_query(self, run):
        """Entries of the run's days that came after it: dated in them, or moved out of them by
        a lock, and the run that has taken them, if any has."""
        return SQL(
            """
            SELECT CASE WHEN e.late_for IS NULL THEN 'new' ELSE 'late' END AS kind,
                   FALSE AS is_difference, NULL::integer AS payee_id, NULL::integer AS rule_id,
                   e.id AS entry_id, e.currency_id, NULL::numeric AS was, e.amount AS now,
                   (SELECT MIN(x.run_id) FROM sales_commission_earning x
                     WHERE x.entry_id = e.id) AS settled_run_id
              FROM sales_ledger_entry e
             WHERE e.id > %(last)s AND e.company_id = %(company)s
               AND e.event IN (SELECT event FROM commission_scope WHERE is_current)
               AND COALESCE(e.late_for, e.date) BETWEEN %(date_from)s AND %(date_to)s
            """,
            last=run.last_entry_id,
            company=run.company_id.id,
            date_from=run.date_from,
            date_to=run.date_to,
        )

    @api.model
    def _insert_lines_query(self, verification):
        return SQL(
            """
            INSERT INTO sales_commission_verification_line (
                verification_id, kind, is_difference, payee_id, rule_id, entry_id, currency_id,
                was, now, settled_run_id)
            SELECT %(verification)s, kind, is_difference, payee_id, rule_id, entry_id,
                   currency_id, was, now, settled_run_id
              FROM (SELECT d.*, row_number() OVER (
                               PARTITION BY is_difference
                               ORDER BY kind IN ('target', 'attained') DESC,
                                        ABS(now - was) DESC, entry_id)
                               AS place
                      FROM commission_difference d) listed
             WHERE place <= %(limit)s
             ORDER BY is_difference DESC, place
            """,
            verification=verification.id,
            limit=LISTED_DIFFERENCES,
        )
