from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

TABLES = ("scope", "restated", "credit", "measure")


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
        """Write the earnings, statements and control totals of an open run.

        Where only the ledger has grown since the last calculation, what is there stays.

        :param run: one ``sales.commission.run`` that is not settled
        :return: number of earnings
        """
        self._prepare(run)
        self.env["sales.commission.scope"]._create(run)
        appending = self.env["sales.commission.appending"]
        fingerprint = appending._get_fingerprint(run)
        since = self._start(run, appending._get_since(run, fingerprint))
        self._create_tables(run, since)
        for query in self._result_queries(run):
            self.env.cr.execute(query)
        for change in (*appending._rebuild(), *self._earning_queries(run)):
            self._apply(change)
        self._sum_up(run)
        self.env.cr.execute(self._insert_totals_query(run, since))
        self._note(run, fingerprint)
        self._drop_tables()
        self.env.invalidate_all(flush=False)
        return sum(run.statement_ids.mapped("earning_count"))

    @api.model
    def _prepare(self, run):
        """Have everything that a calculation reads in the database."""
        self.env["sales.ledger.posting"]._post_pending()
        for plan in run._get_target_plans().sudo():
            self.env["sales.target.actual"]._count(plan)
        self._refresh_rates(run)
        self.env.flush_all()

    @api.model
    def _start(self, run, since):
        """Find the corrections, and take what was calculated before out of the way.

        :param int since: id of the newest ledger entry that the earnings may still stand for
        :return: id of the one that they do stand for, or 0 where none are left
        """
        restating = self.env["sales.commission.restating"]
        if since:
            restating._create(since)
            if not self.env["sales.commission.appending"]._is_restated_anew(run):
                # What rests on no sale is few, and written anew.
                self._delete(run, "earning", SQL("measure_id IS NULL"))
                return since
            restating._drop()
        # Statements that stay keep their id, so that links to them live on.
        for table in ("earning", "measure", "run_total"):
            self._delete(run, table)
        restating._create()
        return 0

    @api.model
    def _repeat(self, run):
        """Fill the temporary tables as if the run had not been calculated: its own earnings
        count as not there, and so do entries that it has not seen."""
        self.env["sales.commission.scope"]._create(run)
        until = run.last_entry_id
        self.env["sales.commission.restating"]._create(until=until, apart=run)
        self._create_tables(run, until=until, apart=run)

    @api.model
    def _create_tables(self, run, since=0, until=None, apart=None):
        """Fill the temporary tables ``commission_…`` for a run, after the scope and the
        corrections.

        :param int since: only ledger entries with a greater id; the others have earnings
        :param int until: only entries up to this id
        :param apart: a run whose earnings count as not there
        """
        restating = self.env["sales.commission.restating"]
        self.env["sales.commission.matching"]._create_credits(
            SQL(
                "%s AND %s AND %s",
                restating._is_between(since, until),
                self._is_unearned(apart),
                restating._is_not_restated(),
            )
        )
        restating._drop_unpaid_refunds()
        pricing = self.env["sales.commission.pricing"]
        pricing._create_measures(
            pricing._priors_query(run),
            self._rates_query(run),
            counted=SQL("FALSE") if apart else SQL("old.run_id = %s", run.id),
            due=pricing._due_query(run),
        )

    @api.model
    def _apply(self, change):
        """Carry out a change of the earnings, and add it to the sums of their measures.

        :param SQL change: statement that returns measure_id, amount and number, which is 1 for
            an earning that comes and −1 for one that goes
        """
        self.env.cr.execute(
            SQL(
                """
                WITH changed AS (%s),
                summed AS (
                    SELECT measure_id, SUM(number) AS earning_count,
                           SUM(amount) FILTER (WHERE amount * number > 0) AS earned,
                           SUM(amount) FILTER (WHERE amount * number < 0) AS deducted
                      FROM changed GROUP BY 1
                )
                UPDATE sales_commission_measure m
                   SET earning_count = m.earning_count + s.earning_count,
                       earned_amount = m.earned_amount + COALESCE(s.earned, 0),
                       deducted_amount = m.deducted_amount + COALESCE(s.deducted, 0),
                       amount = m.amount + COALESCE(s.earned, 0) + COALESCE(s.deducted, 0)
                  FROM summed s
                 WHERE m.id = s.measure_id
                """,
                change,
            )
        )

    @api.model
    def _note(self, run, fingerprint):
        """Remember what the earnings stand for; see :class:`SalesCommissionAppending`."""
        [(last,)] = self.env.execute_query(
            SQL("SELECT COALESCE(MAX(id), 0) FROM sales_ledger_entry")
        )
        count = self.env["sales.commission.appending"]._count_entries(last)
        self.env.cr.execute(
            SQL(
                """
                UPDATE sales_commission_run run
                   SET last_entry_id = %s, entry_count = %s, fingerprint = %s,
                       is_locked = COALESCE(company.sales_lock_date >= run.date_to, FALSE)
                  FROM res_company company
                 WHERE company.id = run.company_id AND run.id = %s
                """,
                last,
                count,
                fingerprint,
                run.id,
            )
        )

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
        self.env.cr.execute(
            SQL("UPDATE sales_commission_run SET last_entry_id = 0 WHERE id = ANY(%s)", runs.ids)
        )
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
    def _result_queries(self, run):
        """:return: list of ``SQL`` that insert the statements and measures of a run"""
        return [
            self._insert_statements_query(run),
            SQL(
                """
                UPDATE commission_measure m SET statement_id = s.id
                  FROM sales_commission_statement s
                 WHERE s.run_id = %s AND s.payee_id = m.payee_id AND s.currency_id = m.currency_id
                """,
                run.id,
            ),
            self._insert_measures_query(run),
        ]

    @api.model
    def _insert_statements_query(self, run):
        """:return: ``SQL`` that inserts one statement per payee and currency, or keeps it with
        its amount as the previous one"""
        return SQL(
            """
            INSERT INTO sales_commission_statement (
                run_id, company_id, payee_id, currency_id, date_from, date_to,
                earned_amount, deducted_amount, amount, earning_count, is_stale)
            SELECT %(run)s, %(company)s, payee_id, currency_id, %(date_from)s, %(date_to)s,
                   0, 0, 0, 0, FALSE
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
                currency_id, date_from, base, restated_base, outside_base, outside_amount,
                prior_base, prior_amount, target_amount, attained_amount, attainment, status,
                tier_id, rate, currency_rate, earned_amount, deducted_amount, amount,
                earning_count)
            SELECT m.id, %(run)s, m.statement_id, %(company)s, m.payee_id, m.plan_id, m.rule_id,
                   m.role, m.currency_id, m.date_from, m.base, m.restated_base, m.outside_base,
                   m.outside_amount, m.before_base, m.paid_before, m.target_amount,
                   m.attained_amount, m.attainment, m.status, m.tier_id,
                   CASE WHEN m.base_kind <> 'quantity' THEN ROUND(m.price * 100, 6) END,
                   m.currency_rate, 0, 0, 0, 0
              FROM commission_measure m
             ORDER BY m.id
                ON CONFLICT (run_id, rule_id, payee_id, currency_id) DO UPDATE
               SET base = EXCLUDED.base, restated_base = EXCLUDED.restated_base,
                   outside_base = EXCLUDED.outside_base,
                   outside_amount = EXCLUDED.outside_amount, status = EXCLUDED.status,
                   tier_id = EXCLUDED.tier_id, rate = EXCLUDED.rate
            """,
            run=run.id,
            company=run.company_id.id,
        )

    @api.model
    def _earning_queries(self, run):
        """:return: list of ``SQL`` that insert the earnings of a run, kind by kind, and return
        measure_id, amount and 1 AS number"""
        pricing = self.env["sales.commission.pricing"]
        return [
            self._insert_earnings_query(run, SQL("'earning'"), pricing._earnings_query()),
            self._insert_earnings_query(
                run,
                SQL("CASE WHEN x.base < 0 THEN 'clawback' ELSE 'reinstatement' END"),
                pricing._restated_earnings_query(),
            ),
            self._insert_earnings_query(
                run, SQL("'true_up'"), pricing._true_ups_query(run.date_to)
            ),
        ]

    @api.model
    def _insert_earnings_query(self, run, kind, priced):
        """:param SQL kind: of a row ``x`` of the query
        :param SQL priced: query like ``sales.commission.pricing._earnings_query``
        """
        return SQL(
            """
            INSERT INTO sales_commission_earning (
                run_id, statement_id, measure_id, company_id, kind, role, payee_id, user_id,
                plan_id, rule_id, tier_id, entry_id, date, currency_id, share, base, quantity,
                rate, amount)
            SELECT %(run)s, x.statement_id, x.measure_id, %(company)s, %(kind)s, x.role,
                   x.payee_id, x.user_id, x.plan_id, x.rule_id, x.tier_id, x.entry_id, x.date,
                   x.currency_id, x.share,
                   CASE WHEN x.base_kind <> 'quantity' THEN x.base END,
                   CASE WHEN x.base_kind = 'quantity' THEN x.base END,
                   CASE WHEN x.base_kind <> 'quantity' THEN x.rate END,
                   x.amount
              FROM (%(priced)s) x
            RETURNING measure_id, amount, 1 AS number
            """,
            run=run.id,
            company=run.company_id.id,
            kind=kind,
            priced=priced,
        )

    @api.model
    def _sum_up(self, run):
        """Give statements the sums of their measures and further earnings, and drop those
        without any, except where the calculation before had something for the payee."""
        self.env.cr.execute(
            """
            UPDATE sales_commission_measure m SET status = 'capped'
              FROM commission_measure t
             WHERE t.id = m.id AND m.status = 'ok'
               AND m.amount >= LEAST(t.cap_period * t.currency_rate,
                                     t.cap_year * t.currency_rate - t.year_amount)
            """
        )
        self.env.cr.execute(
            SQL(
                """
                WITH part AS (
                    SELECT statement_id, earned_amount, deducted_amount, earning_count
                      FROM sales_commission_measure WHERE run_id = %(run)s
                     UNION ALL
                    SELECT statement_id, GREATEST(amount, 0), LEAST(amount, 0), 1
                      FROM sales_commission_earning
                     WHERE run_id = %(run)s AND measure_id IS NULL
                )
                UPDATE sales_commission_statement s
                   SET previous_amount = CASE WHEN s.is_stale THEN s.amount END,
                       earned_amount = COALESCE(p.earned, 0),
                       deducted_amount = COALESCE(p.deducted, 0),
                       amount = COALESCE(p.earned + p.deducted, 0),
                       earning_count = COALESCE(p.earning_count, 0),
                       is_stale = TRUE
                  FROM sales_commission_statement t
                  LEFT JOIN (
                       SELECT statement_id, SUM(earned_amount) AS earned,
                              SUM(deducted_amount) AS deducted,
                              SUM(earning_count) AS earning_count
                         FROM part GROUP BY 1) p ON p.statement_id = t.id
                 WHERE s.id = t.id AND t.run_id = %(run)s
                """,
                run=run.id,
            )
        )
        # Rules that lost every sale to a better one measured something and paid nothing. Those that
        # count to date go on from it in the next run.
        self._delete(
            run,
            "measure",
            SQL(
                """
                earning_count = 0 AND (base = 0 OR EXISTS (
                    SELECT FROM sales_commission_rule r
                     WHERE r.id = t.rule_id AND r.measure_period = 'run'))
                """
            ),
        )
        self._delete(
            run, "statement", SQL("earning_count = 0 AND COALESCE(previous_amount, 0) = 0")
        )

    @api.model
    def _insert_totals_query(self, run, since):
        """Tie the run to the ledger: every entry of its days, whether it earned or not, and
        the late entries that earned.

        :return: ``SQL`` that inserts one row per event and currency, or adds to it
        """
        return SQL(
            """
            WITH earned AS (
                SELECT entry_id FROM commission_credit WHERE entry_id > %(since)s
                 UNION
                SELECT entry_id FROM commission_restated
            ),
            counted AS (
                SELECT e.event, e.currency_id, e.amount, earned.entry_id IS NOT NULL AS is_earned,
                       FALSE AS is_late
                  FROM sales_ledger_entry e
                  LEFT JOIN earned ON earned.entry_id = e.id
                 WHERE e.id > %(since)s
                   AND e.company_id = %(company)s AND e.date BETWEEN %(first)s AND %(last)s
                   AND (earned.entry_id IS NOT NULL
                        OR e.event IN (SELECT event FROM commission_scope WHERE is_current))
                 UNION ALL
                SELECT e.event, e.currency_id, e.amount, TRUE, TRUE
                  FROM earned JOIN sales_ledger_entry e ON e.id = earned.entry_id
                 WHERE NOT e.date BETWEEN %(first)s AND %(last)s
            )
            INSERT INTO sales_commission_run_total AS old (
                run_id, event, currency_id, entry_count, amount, commissioned_amount,
                open_amount, late_amount)
            SELECT %(run)s, event, currency_id, COUNT(*), SUM(amount),
                   COALESCE(SUM(amount) FILTER (WHERE is_earned), 0),
                   COALESCE(SUM(amount) FILTER (WHERE NOT is_earned), 0),
                   COALESCE(SUM(amount) FILTER (WHERE is_late), 0)
              FROM counted
             GROUP BY event, currency_id
             ORDER BY event, currency_id
                ON CONFLICT (run_id, event, currency_id) DO UPDATE
               SET entry_count = old.entry_count + EXCLUDED.entry_count,
                   amount = old.amount + EXCLUDED.amount,
                   commissioned_amount = old.commissioned_amount + EXCLUDED.commissioned_amount,
                   open_amount = old.open_amount + EXCLUDED.open_amount,
                   late_amount = old.late_amount + EXCLUDED.late_amount
            """,
            since=since,
            run=run.id,
            company=run.company_id.id,
            first=run.date_from,
            last=run.date_to,
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
