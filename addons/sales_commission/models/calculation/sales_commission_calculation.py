from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

TABLES = ("scope", "restated", "credit", "measure")
EFFECTIVE_RATE = SQL("ROUND(x.exact * 100 / NULLIF(x.base * m.currency_rate, 0), 6)")


class SalesCommissionCalculation(models.AbstractModel):
    """Turns ledger entries into earnings and statements, for all payees of a run at once.

    scope (rules and days) → restated and credits (who shares in which sale) → measures (totals
    and rates) → earnings → statements. Each step is one statement over sets, so the number of
    statements depends on no number of sales, payees or rules, and the result on no order in
    which they were entered.
    """

    _name = "sales.commission.calculation"
    _description = "Commission Calculation"

    # === BUSINESS METHODS === #
    @api.model
    def _calculate(self, run):
        """Replace the earnings, statements and control totals of an open run.

        :param run: one ``sales.commission.run`` that is not settled
        :return: number of earnings
        """
        self._prepare(run)
        # Statements that stay keep their id, so that links to them live on.
        self._delete(run, "earning")
        self._delete(run, "measure")
        self._delete(run, "run_total")
        self._create_tables(run)
        self.env.cr.execute(self._insert_statements_query(run))
        self.env.cr.execute(self._insert_measures_query(run))
        earnings = self._insert_earnings(run)
        self._sum_up(run)
        self.env.cr.execute(self._insert_totals_query(run))
        self._drop_tables()
        self.env.invalidate_all(flush=False)
        return earnings

    @api.model
    def _prepare(self, run):
        """Have everything that a calculation reads in the database."""
        self.env["sales.ledger.posting"]._post_pending()
        for plan in run._get_target_plans().sudo():
            self.env["sales.target.actual"]._count(plan)
        self._refresh_rates(run)
        self.env.flush_all()

    @api.model
    def _create_tables(self, run, repeat=False):
        """Fill the temporary tables ``commission_…`` for a run.

        :param repeat: as if the run had not been calculated: its own earnings count as not
            there, and so do entries that it has not seen
        """
        self.env["sales.commission.scope"]._create(run)
        restating = self.env["sales.commission.restating"]
        seen = SQL("e.id <= %s", run.last_entry_id) if repeat else SQL("TRUE")
        apart = run if repeat else None
        restating._create(seen, apart)
        self.env["sales.commission.matching"]._create_credits(
            SQL("%s AND %s AND %s", seen, self._is_unearned(apart), restating._is_not_restated())
        )
        restating._drop_unpaid_refunds()
        pricing = self.env["sales.commission.pricing"]
        pricing._create_measures(pricing._priors_query(run), self._rates_query(run))

    @api.model
    def _drop_tables(self):
        tables = (SQL.identifier(f"commission_{name}") for name in TABLES)
        self.env.cr.execute(SQL("DROP TABLE IF EXISTS %s", SQL(", ").join(tables)))

    @api.model
    def _clear(self, runs):
        """Delete the result of runs that are not approved."""
        self.env.flush_all()
        for table in ("earning", "measure", "statement", "run_total"):
            self._delete(runs, table)
        self.env.invalidate_all(flush=False)

    @api.model
    def _delete(self, runs, table, condition=None):
        self.env.cr.execute(
            SQL(
                "DELETE FROM %s t WHERE t.run_id = ANY(%s) AND %s",
                SQL.identifier(f"sales_commission_{table}"),
                runs.ids,
                condition or SQL("TRUE"),
            )
        )

    # === EXCHANGE RATES === #
    @api.model
    def _refresh_rates(self, run):
        """Keep the exchange rates of the run's last day for the currencies of its payees."""
        company = run.company_id
        currencies = run._get_payee_currencies() - company.currency_id
        for currency in currencies:
            if not self._has_rate(currency, run):
                raise UserError(
                    self.env._(
                        "There is no exchange rate for %(currency)s on or before %(date)s, and "
                        "payees of run %(run)s are paid in it. Enter the rate, then calculate "
                        "again.",
                        currency=currency.name,
                        date=format_date(self.env, run.date_to),
                        run=run.name,
                    )
                )
        if run.rate_ids:
            run.sudo().rate_ids.unlink()
        if not currencies:
            return
        self.env["sales.commission.run.rate"].sudo().create(
            [
                {
                    "run_id": run.id,
                    "currency_id": currency.id,
                    "rate": company.currency_id._get_conversion_rate(
                        company.currency_id, currency, company, run.date_to
                    ),
                }
                for currency in currencies
            ]
        )

    @api.model
    def _has_rate(self, currency, run):
        return bool(
            self.env["res.currency.rate"]
            .sudo()
            .search_count(
                [
                    ("currency_id", "=", currency.id),
                    ("name", "<=", run.date_to),
                    ("company_id", "in", (run.company_id.root_id.id, False)),
                ],
                limit=1,
            )
        )

    @api.model
    def _rates_query(self, run):
        return SQL(
            "SELECT currency_id, rate FROM sales_commission_run_rate WHERE run_id = %s", run.id
        )

    # === QUERIES === #
    @api.model
    def _is_unearned(self, apart=None):
        """:param apart: a run whose earnings count as not there
        :return: ``SQL`` condition: no run has settled the entry under the plan"""
        return SQL(
            """
            NOT EXISTS (SELECT FROM sales_commission_earning x
                         WHERE x.entry_id = e.id AND x.plan_id = s.plan_id AND %s)
            """,
            self.env["sales.commission.restating"]._is_apart(apart),
        )

    @api.model
    def _payees_queries(self, run):
        """:return: list of ``SQL`` queries of (payee_id, currency_id) that need a statement"""
        return [SQL("SELECT payee_id, currency_id FROM commission_measure")]

    @api.model
    def _insert_statements_query(self, run):
        """:return: ``SQL`` that inserts one statement per payee and currency, or keeps it with
        its amount as the previous one"""
        return SQL(
            """
            INSERT INTO sales_commission_statement AS old (
                run_id, company_id, payee_id, currency_id, date_from, date_to,
                earned_amount, deducted_amount, amount, earning_count, entry_count,
                is_stale)
            SELECT %(run)s, %(company)s, payee_id, currency_id, %(date_from)s, %(date_to)s,
                   0, 0, 0, 0, 0, FALSE
              FROM (SELECT DISTINCT * FROM (%(payees)s) wanted) payees
             ORDER BY payee_id, currency_id
                ON CONFLICT (run_id, payee_id, currency_id) DO UPDATE
               SET date_from = EXCLUDED.date_from, date_to = EXCLUDED.date_to
            """,
            run=run.id,
            company=run.company_id.id,
            date_from=run.date_from,
            date_to=run.date_to,
            payees=SQL(" UNION ").join(self._payees_queries(run)),
        )

    @api.model
    def _insert_measures_query(self, run):
        return SQL(
            """
            INSERT INTO sales_commission_measure (
                id, run_id, statement_id, company_id, payee_id, plan_id, rule_id, role,
                currency_id, date_from, base, restated_base, prior_base, prior_amount,
                target_amount, attained_amount, attainment, status, tier_id, rate,
                currency_rate, amount, earning_count)
            SELECT m.id, s.run_id, s.id, s.company_id, m.payee_id, m.plan_id, m.rule_id, m.role,
                   m.currency_id, m.date_from, m.base, m.restated_base, m.prior_base,
                   m.prior_amount, m.target_amount, m.attained_amount, m.attainment, m.status,
                   m.tier_id, CASE WHEN m.base_kind <> 'quantity' THEN m.price * 100 END,
                   m.currency_rate, 0, 0
              FROM commission_measure m
              JOIN sales_commission_statement s
                ON s.run_id = %s AND s.payee_id = m.payee_id AND s.currency_id = m.currency_id
             ORDER BY m.id
            """,
            run.id,
        )

    @api.model
    def _insert_earnings(self, run):
        """:return: number of earnings"""
        count = 0
        for query in self._earning_queries(run):
            self.env.cr.execute(query)
            count += self.env.cr.rowcount
        return count

    @api.model
    def _earning_queries(self, run):
        """:return: list of ``SQL`` that insert the earnings of a run, kind by kind"""
        pricing = self.env["sales.commission.pricing"]
        return [
            self._insert_earnings_query(
                pricing._earnings_query(),
                kind=SQL("'earning'"),
                # Where all sales of a measure have one rate, it needs no division per sale.
                rate=SQL(
                    "CASE WHEN m.price IS NULL OR m.cap_line IS NOT NULL THEN %s"
                    " ELSE m.price * 100 END",
                    EFFECTIVE_RATE,
                ),
                tier=SQL("m.tier_ids[x.tier_no]"),
                order=SQL("x.measure_id, x.entry_id"),
            ),
            self._insert_earnings_query(
                pricing._restated_earnings_query(),
                kind=SQL("CASE WHEN x.base < 0 THEN 'clawback' ELSE 'earning' END"),
                rate=EFFECTIVE_RATE,
                tier=SQL("x.tier_id"),
                order=SQL("x.measure_id, x.entry_id"),
            ),
            self._insert_earnings_query(
                SQL(
                    """
                    SELECT t.measure_id, t.amount, NULL::integer AS entry_id, %s::date AS date,
                           NULL::integer AS user_id, NULL::numeric AS share,
                           NULL::numeric AS base, NULL::numeric AS exact
                      FROM (%s) t
                    """,
                    run.date_to,
                    pricing._true_ups_query(),
                ),
                kind=SQL("'true_up'"),
                rate=SQL("NULL::numeric"),
                tier=SQL("m.tier_id"),
                order=SQL("x.measure_id"),
            ),
        ]

    @api.model
    def _insert_earnings_query(self, priced, kind, rate, tier, order):
        """:param SQL priced: query of measure_id, entry_id, date, user_id, share, base, exact
        and amount; ``x`` in the other parameters
        """
        return SQL(
            """
            INSERT INTO sales_commission_earning (
                run_id, statement_id, measure_id, company_id, kind, role, payee_id, user_id,
                plan_id, rule_id, tier_id, entry_id, date, currency_id, share, base, quantity,
                rate, amount)
            SELECT r.run_id, r.statement_id, m.id, r.company_id, %(kind)s, m.role, m.payee_id,
                   x.user_id, m.plan_id, m.rule_id, %(tier)s, x.entry_id, x.date,
                   m.currency_id, x.share,
                   CASE WHEN m.base_kind <> 'quantity' THEN x.base END,
                   CASE WHEN m.base_kind = 'quantity' THEN x.base END,
                   CASE WHEN m.base_kind <> 'quantity' THEN %(rate)s END,
                   x.amount
              FROM (%(priced)s) x
              JOIN commission_measure m ON m.id = x.measure_id
              JOIN sales_commission_measure r ON r.id = m.id
             ORDER BY %(order)s
            """,
            kind=kind,
            rate=rate,
            tier=tier,
            priced=priced,
            order=order,
        )

    @api.model
    def _sum_up(self, run):
        """Give measures and statements the sums of their earnings, and drop what is empty."""
        for query in (
            SQL(
                """
                UPDATE sales_commission_measure m
                   SET amount = e.amount, earning_count = e.earning_count,
                       status = CASE WHEN m.status = 'ok' AND %(is_capped)s THEN 'capped'
                                     ELSE m.status END
                  FROM (SELECT measure_id, SUM(amount) AS amount, COUNT(*) AS earning_count
                          FROM sales_commission_earning
                         WHERE run_id = %(run)s GROUP BY 1) e,
                       commission_measure t
                 WHERE m.id = e.measure_id AND t.id = m.id
                """,
                run=run.id,
                is_capped=SQL(
                    "e.amount >= LEAST(t.cap_period * t.currency_rate,"
                    " t.cap_year * t.currency_rate - t.year_amount)"
                ),
            ),
            SQL(
                """
                UPDATE sales_commission_statement s
                   SET previous_amount = CASE WHEN s.is_stale THEN s.amount END,
                       earned_amount = COALESCE(e.earned, 0),
                       deducted_amount = COALESCE(e.deducted, 0),
                       amount = COALESCE(e.earned + e.deducted, 0),
                       earning_count = COALESCE(e.earning_count, 0),
                       entry_count = COALESCE(e.entry_count, 0),
                       is_stale = TRUE
                  FROM sales_commission_statement t
                  LEFT JOIN (
                       SELECT statement_id, SUM(GREATEST(amount, 0)) AS earned,
                              SUM(LEAST(amount, 0)) AS deducted, COUNT(*) AS earning_count,
                              COUNT(DISTINCT entry_id) AS entry_count
                         FROM sales_commission_earning
                        WHERE run_id = %(run)s GROUP BY 1) e ON e.statement_id = t.id
                 WHERE s.id = t.id AND t.run_id = %(run)s
                """,
                run=run.id,
            ),
        ):
            self.env.cr.execute(query)
        self._delete(
            run,
            "statement",
            SQL("earning_count = 0 AND COALESCE(previous_amount, 0) = 0"),
        )

    @api.model
    def _insert_totals_query(self, run):
        """Tie the run to the ledger: every entry of its days, whether it earned or not, and
        the late entries that earned.

        Grouped and not joined: the planner knows the new earnings only by the statistics of
        earlier runs, takes them for a few rows, and would go through them once per entry.

        :return: ``SQL`` that inserts one row per event and currency
        """
        return SQL(
            """
            WITH counted AS (
                SELECT entry_id, BOOL_OR(is_earned) AS is_earned
                  FROM (SELECT entry_id, TRUE AS is_earned FROM sales_commission_earning
                         WHERE run_id = %(run)s AND entry_id IS NOT NULL
                         UNION ALL
                        SELECT sold.id, FALSE FROM (%(sold)s) sold) either
                 GROUP BY entry_id
            )
            INSERT INTO sales_commission_run_total (
                run_id, event, currency_id, entry_count, amount, commissioned_amount,
                open_amount, late_amount)
            SELECT %(run)s, e.event, e.currency_id, COUNT(*), SUM(e.amount),
                   COALESCE(SUM(e.amount) FILTER (WHERE is_earned), 0),
                   COALESCE(SUM(e.amount) FILTER (WHERE NOT is_earned), 0),
                   COALESCE(SUM(e.amount) FILTER (WHERE is_earned AND e.date < %(date_from)s), 0)
              FROM counted JOIN sales_ledger_entry e ON e.id = counted.entry_id
             GROUP BY e.event, e.currency_id
             ORDER BY e.event, e.currency_id
            """,
            sold=self._sold_query(run),
            run=run.id,
            date_from=run.date_from,
        )

    @api.model
    def _sold_query(self, run):
        """:return: ``SQL`` of the ledger entries ``e`` of the run's days, of the kinds that its
        plans pay for; needs ``commission_scope``"""
        return SQL(
            """
            SELECT e.id FROM sales_ledger_entry e
             WHERE e.company_id = %s AND e.date BETWEEN %s AND %s
               AND e.event IN (SELECT event FROM commission_scope WHERE is_current)
            """,
            run.company_id.id,
            run.date_from,
            run.date_to,
        )

    # === WHY NOTHING === #
    @api.model
    def _find_empty_reason(self, run):
        """:return: a key of ``EMPTY_REASON`` for a run without earnings: the first thing that
        is missing on the way from the plan to the payee"""
        self.env["sales.commission.scope"]._create(run)
        matching = self.env["sales.commission.matching"]
        sold = self._sold_query(run)
        # Of the run's own days: those of earlier runs have been settled.
        current, everybody = SQL("s.is_current"), SQL("TRUE")
        steps = {
            "no_plan": SQL("SELECT FROM commission_scope WHERE is_current"),
            "no_sale": sold,
            "no_salesperson": SQL(
                """
                %s AND (e.user_id IS NOT NULL OR EXISTS (
                    SELECT FROM commission_scope WHERE is_current AND role <> 'salesperson'))
                """,
                sold,
            ),
            "no_match": matching._credit_query(current, is_assigned=everybody, has_payee=everybody),
            "no_payee": matching._credit_query(current, is_assigned=everybody),
            "not_assigned": matching._credit_query(current),
            "earned": matching._credit_query(SQL("%s AND %s", current, self._is_unearned())),
        }
        [row] = self.env.execute_query(
            SQL("SELECT %s", SQL(", ").join(SQL("EXISTS (%s)", step) for step in steps.values()))
        )
        self._drop_tables()
        found = dict(zip(steps, row, strict=True))
        return next((reason for reason, there in found.items() if not there), "refund")
