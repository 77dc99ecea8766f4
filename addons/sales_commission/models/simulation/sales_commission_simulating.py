from odoo import api, fields, models
from odoo.tools import SQL

from ..calculation.sales_commission_matching import CREDIT_COLUMNS
from ..calculation.sales_commission_restating import NOTHING_RESTATED

# Of a period's number, which is year and month and negative on the side that is compared with.
MONTH = SQL("to_date(ABS(c.period)::text, 'YYYYMM')")


class SalesCommissionSimulating(models.AbstractModel):
    """Applies plans to past months of the ledger as one run for each month would have.

    All months at once, in a fixed number of statements. A month is a *period* of the
    calculation; the plan that is simulated has the positive ones, the plans to compare with
    the negative ones. Rules by which a later sale may change what earlier ones of the quarter
    or year bring get the sales of its earlier months as well: the total up to a month, less
    the total up to the month before, is what the month's run would have paid, true-ups included.

    Corrections count in the month of the correction, like any sale. All is in the company's
    currency.
    """

    _name = "sales.commission.simulating"
    _description = "Commission Simulating"

    # === BUSINESS METHODS === #
    @api.model
    def _simulate(self, simulation):
        """Replace the lines and totals of a ``sales.commission.simulation``."""
        plans = self._get_current_plans(simulation)
        self._prepare(simulation.plan_id + plans)
        self._create_tables(simulation, plans)
        for query in (
            SQL(
                "DELETE FROM sales_commission_simulation_line WHERE simulation_id = %s",
                simulation.id,
            ),
            self._create_results_query(simulation),
            self._create_covered_query(simulation, plans),
            self._insert_lines_query(simulation),
        ):
            self.env.cr.execute(query)
        totals = self._get_totals(simulation)
        self.env["sales.commission.calculation"]._drop_tables()
        self.env.cr.execute("DROP TABLE commission_simulated, commission_covered")
        self.env.invalidate_all(flush=False)
        simulation.write({**totals, "simulated_at": fields.Datetime.now()})

    @api.model
    def _get_current_plans(self, simulation):
        """:return: the plans to compare with"""
        return simulation.compare_id or self.env["sales.commission.plan"].search(
            [
                ("company_id", "=", simulation.company_id.id),
                ("state", "in", ("approved", "closed")),
            ]
        )

    @api.model
    def _prepare(self, plans):
        self.env["sales.ledger.posting"]._post_pending()
        rules = plans.sudo().rule_ids
        for plan in rules.filtered(lambda rule: rule.tier_basis == "attainment").target_plan_id:
            self.env["sales.target.actual"]._count(plan)
        self.env.flush_all()

    @api.model
    def _create_tables(self, simulation, plans):
        """Fill the tables of the calculation, with all months as periods of their own."""
        self.env["sales.commission.scope"]._create_table(
            SQL("p.id = ANY(%s)", (simulation.plan_id + plans).ids),
            self._windows_query(simulation, plans),
        )
        self.env.cr.execute(self._lift_validity_query(simulation))
        # A row for each rule and month: the planner has to know that it is worth an index.
        self.env.cr.execute("ANALYZE commission_scope")
        self.env.cr.execute(
            SQL(
                "CREATE TEMPORARY TABLE commission_restated ON COMMIT DROP AS %s",
                NOTHING_RESTATED,
            )
        )
        self.env["sales.commission.matching"]._create_credits(
            SQL("TRUE"), is_assigned=self._is_assigned_sql(simulation)
        )
        self.env["sales.commission.restating"]._drop_unpaid_refunds()
        self.env.cr.execute(self._convert_credits_query(simulation))
        self.env.cr.execute(self._extend_credits_query())
        self.env["sales.commission.simulating.pricing"]._create_measures(
            self._priors_query(), SQL("SELECT NULL::integer AS currency_id, NULL::numeric AS rate")
        )

    # === WHICH SALES === #
    @api.model
    def _windows_query(self, simulation, plans):
        """The months, and those before them that quarters, years and their caps begin with."""
        return SQL(
            """
            SELECT %(company)s AS company_id, side.plan_id,
                   side.sign * to_char(month, 'YYYYMM')::integer AS period,
                   month::date AS date_from,
                   (month + interval '1 month' - interval '1 day')::date AS date_to,
                   TRUE AS is_current
              FROM (SELECT %(simulated)s AS plan_id, 1 AS sign
                     UNION ALL SELECT unnest(%(current)s::integer[]), -1) side
             CROSS JOIN generate_series(
                   CASE WHEN r.measure_period = 'year' OR r.cap_year > 0
                        THEN date_trunc('year', %(first)s::timestamp)
                        ELSE date_trunc(
                            CASE r.measure_period WHEN 'quarter' THEN 'quarter' ELSE 'month' END,
                            %(first)s::timestamp) END,
                   %(last)s::timestamp, interval '1 month') month
            """,
            company=simulation.company_id.id,
            simulated=simulation.plan_id.id,
            current=plans.ids,
            first=simulation.date_from,
            last=simulation.date_to,
        )

    @api.model
    def _lift_validity_query(self, simulation):
        """Let a plan that is asked about pay for all the months, whatever days it is valid on.

        Rules that are valid on some days of it only, such as those of a season, keep these;
        where the plan is for another time, they are moved by whole years.
        """
        return SQL(
            """
            UPDATE commission_scope s
               SET valid_from = COALESCE((r.date_from + asked.shift)::date, '-infinity'),
                   valid_to = COALESCE((r.date_to + asked.shift)::date, 'infinity')
              FROM sales_commission_rule r
              JOIN (SELECT p.id, CASE WHEN %(is_valid)s THEN interval '0'
                                      ELSE make_interval(years => (
                                          EXTRACT(year FROM %(first)s::date)
                                          - EXTRACT(year FROM p.date_from))::integer)
                                 END AS shift
                      FROM sales_commission_plan p
                     WHERE p.id = ANY(%(plans)s)) asked ON asked.id = r.plan_id
             WHERE r.id = s.rule_id AND (s.period > 0 OR s.plan_id = %(compared)s)
            """,
            is_valid=self._is_valid_sql(simulation),
            first=simulation.date_from,
            plans=(simulation.plan_id + simulation.compare_id).ids,
            compared=simulation.compare_id.id or 0,
        )

    @api.model
    def _is_valid_sql(self, simulation):
        """:return: ``SQL``: the plan ``p`` is valid on some day of the simulation"""
        return SQL(
            "(p.date_from <= %s AND COALESCE(p.date_to, 'infinity') >= %s)",
            simulation.date_to,
            simulation.date_from,
        )

    @api.model
    def _is_assigned_sql(self, simulation):
        """A plan for another time pays its payees, whatever days they are assigned on."""
        return SQL(
            """
            (s.payee_scope = 'everyone' OR s.role = 'payee' OR a.id IS NOT NULL
             OR (s.plan_id = ANY(%(plans)s)
                 AND NOT EXISTS (SELECT FROM sales_commission_plan p
                                  WHERE p.id = s.plan_id AND %(is_valid)s)
                 AND EXISTS (SELECT FROM sales_commission_assignment other
                              WHERE other.plan_id = s.plan_id AND other.payee_id = p.payee_id)))
            """,
            plans=(simulation.plan_id + simulation.compare_id).ids,
            is_valid=self._is_valid_sql(simulation),
        )

    @api.model
    def _convert_credits_query(self, simulation):
        currency = simulation.company_id.currency_id.id
        return SQL(
            "UPDATE commission_credit SET currency_id = %s WHERE currency_id <> %s",
            currency,
            currency,
        )

    @api.model
    def _extend_credits_query(self):
        """Give the later months of a quarter or year the sales of its earlier months, where the
        payee has sales of the rule in the later month, or the rule goes by a target: else its
        run would look at nothing."""
        return SQL(
            """
            INSERT INTO commission_credit (%(columns)s)
            SELECT %(values)s
              FROM commission_credit c
              JOIN sales_commission_rule r ON r.id = c.rule_id AND %(is_to_date)s
              JOIN (SELECT c.period, c.rule_id, c.payee_id, %(month)s AS month
                      FROM commission_credit c
                     UNION
                    SELECT s.period, s.rule_id, p.payee_id,
                           to_date(ABS(s.period)::text, 'YYYYMM')
                      FROM commission_scope s
                      JOIN sales_commission_rule r
                        ON r.id = s.rule_id AND r.tier_basis = 'attainment'
                      JOIN (SELECT DISTINCT rule_id, payee_id FROM commission_credit) p
                        ON p.rule_id = s.rule_id) later
                ON later.rule_id = c.rule_id AND later.payee_id = c.payee_id
               AND SIGN(later.period) = SIGN(c.period) AND later.month > %(month)s
               AND date_trunc(r.measure_period, later.month)
                   = date_trunc(r.measure_period, %(month)s)
            """,
            columns=SQL(", ").join(map(SQL.identifier, CREDIT_COLUMNS)),
            values=SQL(", ").join(
                SQL.identifier("later" if name == "period" else "c", name)
                for name in CREDIT_COLUMNS
            ),
            is_to_date=self._is_to_date_sql(),
            month=MONTH,
        )

    @api.model
    def _is_to_date_sql(self):
        """:return: ``SQL``: a later sale may change what the rule ``r`` paid in earlier months;
        an amount per document knows no total"""
        return SQL(
            "(%s AND r.rate_type <> 'document')",
            self.env["sales.commission.pricing"]._is_trued_up_sql(),
        )

    @api.model
    def _span_sql(self, month):
        """:return: ``SQL`` of the first day that the rule ``r`` counts from in a month"""
        return SQL(
            "CASE WHEN %s THEN date_trunc(r.measure_period, %s)::date ELSE %s END",
            self._is_to_date_sql(),
            month,
            month,
        )

    @api.model
    def _priors_query(self):
        """No earlier run knows of these months: what was sold in them stands for it, where the
        credits of the month do not hold it already.

        See ``_priors_query`` of the pricing.
        """
        return SQL(
            """
            SELECT c.period, c.rule_id, c.payee_id, c.currency_id, %(span)s AS date_from,
                   (%(month)s + interval '1 month' - interval '1 day')::date AS date_to,
                   CASE WHEN r.measure_period <> 'run' AND NOT %(is_to_date)s THEN
                       SUM(c.base) OVER (
                           PARTITION BY c.rule_id, c.payee_id, SIGN(c.period),
                                        date_trunc(NULLIF(r.measure_period, 'run'), %(month)s)
                           ORDER BY ABS(c.period)
                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) END AS base,
                   0::numeric AS company_amount, 0::numeric AS year_amount,
                   0::numeric AS counted_base
              FROM total c JOIN sales_commission_rule r ON r.id = c.rule_id
            """,
            span=self._span_sql(MONTH),
            is_to_date=self._is_to_date_sql(),
            month=MONTH,
        )

    # === HOW MUCH === #
    @api.model
    def _create_results_query(self, simulation):
        """:return: ``SQL`` that fills ``commission_simulated``: side, plan_id, payee_id, month
        and amount

        What a year's cap leaves of the months follows from their sums: the sum so far, less
        the most that it has been above the cap.
        """
        return SQL(
            """
            CREATE TEMPORARY TABLE commission_simulated ON COMMIT DROP AS
            WITH summed AS (
                SELECT SIGN(c.period)::integer AS side, c.plan_id, c.rule_id, c.payee_id,
                       %(month)s AS month, %(span)s AS span,
                       NULLIF(r.cap_year, 0) AS cap_year, SUM(x.amount) AS amount
                  FROM (%(earnings)s) x
                  JOIN commission_measure c ON c.id = x.measure_id
                  JOIN sales_commission_rule r ON r.id = c.rule_id
                 GROUP BY 1, 2, 3, 4, 5, 6, 7
            ),
            monthly AS (
                SELECT summed.*, amount - COALESCE(LAG(amount) OVER (
                           PARTITION BY side, rule_id, payee_id, span ORDER BY month), 0) AS part
                  FROM summed
            ),
            yearly AS (
                SELECT monthly.*, SUM(part) OVER (
                           PARTITION BY side, rule_id, payee_id, date_trunc('year', month)
                           ORDER BY month) AS so_far
                  FROM monthly
            ),
            capped AS (
                SELECT yearly.*, so_far - GREATEST(0, MAX(so_far - cap_year) OVER (
                           PARTITION BY side, rule_id, payee_id, date_trunc('year', month)
                           ORDER BY month)) AS kept
                  FROM yearly
            ),
            paid AS (
                SELECT side, plan_id, payee_id, month,
                       kept - COALESCE(LAG(kept) OVER (
                           PARTITION BY side, rule_id, payee_id, date_trunc('year', month)
                           ORDER BY month), 0) AS amount
                  FROM capped
            )
            SELECT side, plan_id, payee_id, month, SUM(amount) AS amount
              FROM paid WHERE month >= %(first)s
             GROUP BY 1, 2, 3, 4
            """,
            month=MONTH,
            span=self._span_sql(MONTH),
            earnings=self.env["sales.commission.simulating.pricing"]._earnings_query(),
            first=simulation.date_from,
        )

    @api.model
    def _create_covered_query(self, simulation, plans):
        """:return: ``SQL`` that fills ``commission_covered``: plans and months that approved
        runs have settled on every day; none where two plans are compared"""
        return SQL(
            """
            CREATE TEMPORARY TABLE commission_covered ON COMMIT DROP AS
            SELECT p.id AS plan_id, month.day::date AS month
              FROM sales_commission_plan p
             CROSS JOIN generate_series(%(first)s::timestamp, %(last)s, interval '1 month')
                        AS month (day)
              JOIN sales_commission_run w
                ON w.company_id = p.company_id AND (w.plan_id IS NULL OR w.plan_id = p.id)
               AND w.state IN ('approved', 'paid', 'closed')
               AND w.date_from < month.day + interval '1 month' AND w.date_to >= month.day
             WHERE p.id = ANY(%(plans)s)
             GROUP BY p.id, month.day
            HAVING SUM(LEAST(w.date_to, (month.day + interval '1 month')::date - 1)
                       - GREATEST(w.date_from, month.day::date) + 1)
                   = (month.day + interval '1 month')::date - month.day::date
            """,
            first=simulation.date_from,
            last=simulation.date_to,
            plans=[] if simulation.compare_id else plans.ids,
        )

    @api.model
    def _insert_lines_query(self, simulation):
        return SQL(
            """
            WITH part AS (
                SELECT payee_id, month, amount AS simulated, 0 AS current, NULL AS source
                  FROM commission_simulated WHERE side = 1
                 UNION ALL
                SELECT payee_id, month, 0, amount, 'simulated'
                  FROM commission_simulated s
                 WHERE side = -1 AND NOT EXISTS (
                       SELECT FROM commission_covered c
                        WHERE c.plan_id = s.plan_id AND c.month = s.month)
                 UNION ALL
                SELECT x.payee_id, date_trunc('month', x.date)::date, 0, x.amount, 'settled'
                  FROM (%(settled)s) x
            )
            INSERT INTO sales_commission_simulation_line (
                simulation_id, company_id, payee_id, month, simulated_amount, current_amount,
                difference, source)
            SELECT %(simulation)s, %(company)s, payee_id, month,
                   SUM(simulated), SUM(current), SUM(simulated) - SUM(current),
                   CASE WHEN MIN(source) <> MAX(source) THEN 'mixed'
                        ELSE COALESCE(MIN(source), CASE WHEN EXISTS (
                            SELECT FROM commission_covered c WHERE c.month = part.month)
                            THEN 'settled' ELSE 'simulated' END) END
              FROM part
             GROUP BY payee_id, month
            HAVING SUM(simulated) <> 0 OR SUM(current) <> 0
             ORDER BY month, payee_id
            """,
            simulation=simulation.id,
            company=simulation.company_id.id,
            settled=self._settled_query(simulation),
        )

    @api.model
    def _settled_query(self, simulation):
        """:return: ``SQL`` of payee_id, date and amount of what approved runs paid, in the
        company's currency, to its smallest unit"""
        return SQL(
            """
            SELECT x.payee_id, x.date, ROUND(x.amount / COALESCE(rate.rate, 1)
                       / %(rounding)s::numeric) * %(rounding)s::numeric AS amount
              FROM sales_commission_earning x
              JOIN sales_commission_run w
                ON w.id = x.run_id AND w.state IN ('approved', 'paid', 'closed')
              JOIN commission_covered c
                ON c.plan_id = x.plan_id AND c.month = date_trunc('month', x.date)::date
              LEFT JOIN sales_commission_run_rate rate
                ON rate.run_id = x.run_id AND rate.currency_id = x.currency_id
            """,
            rounding=str(simulation.company_id.currency_id.rounding),
        )

    @api.model
    def _get_totals(self, simulation):
        """:return: dict of the simulation's own figures"""
        event = simulation.plan_id.rule_ids.sorted()[:1].event
        [(sales, simulated, current, without_target)] = self.env.execute_query(
            SQL(
                """
                SELECT (SELECT COALESCE(SUM(amount), 0) FROM sales_ledger_entry
                         WHERE company_id = %(company)s AND event = %(event)s
                           AND date BETWEEN %(first)s AND %(last)s),
                       COALESCE(SUM(simulated_amount), 0), COALESCE(SUM(current_amount), 0),
                       (SELECT COUNT(*) FROM commission_measure c
                         WHERE status = 'no_target' AND period > 0 AND %(month)s >= %(first)s)
                  FROM sales_commission_simulation_line WHERE simulation_id = %(simulation)s
                """,
                company=simulation.company_id.id,
                event=event,
                first=simulation.date_from,
                last=simulation.date_to,
                month=MONTH,
                simulation=simulation.id,
            )
        )
        return {
            "event": event,
            "sales_amount": float(sales),
            "simulated_amount": float(simulated),
            "current_amount": float(current),
            "without_target_count": without_target,
        }
