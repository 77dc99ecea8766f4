from dataclasses import dataclass

from odoo import api, models
from odoo.tools import SQL

MEASURE, NOTHING = SQL("m"), SQL("FALSE")
# Decimals of a price that comes of a division.
PRICE_DIGITS = 12
# What tells measures apart.
KEY = SQL("rule_id, payee_id, currency_id, period")
# What an earning has from its measure.
MEASURE_COLUMNS = (
    "statement_id",
    "plan_id",
    "rule_id",
    "role",
    "payee_id",
    "currency_id",
    "base_kind",
    "rounding",
    "digits",
)
# What it takes to price one.
PRICING_COLUMNS = (
    "period",
    "rule_mode",
    "sequence",
    "rate_type",
    "unit_amount",
    "price",
    "currency_rate",
    "bounds",
    "rates",
    "grades",
    "tier_ids",
    "start_base",
    "ceiling",
    "cap_line",
)


@dataclass(frozen=True)
class Usage:
    """What the measures make use of; windows for all else stay out of the query.

    :param bool single: whether single sales differ from what they do to the running total
    :param bool document: whether amounts per document are shared out
    :param bool best: whether rules that pay less for a sale have to give way
    """

    single: bool
    document: bool
    best: bool


class SalesCommissionPricing(models.AbstractModel):
    """From credits to money: the totals of payees and rules, their rates, every sale's part.

    A *measure* is the total of a payee under a rule. What a total is worth is a function ``g``
    of it: a price per unit where the rate is the same for all sales, else the tiers that it
    fills. A sale earns ``g(total with it) − g(total before it)``: continuous, without gap or
    double count at the edges. Sales count in the order in which the ledger got them, which
    never changes.

    What is rounded is ``g``, and a line is the difference that it makes to the rounded one: so
    the lines add up to the rounded total, and so do caps
    (see docs/adr/0010-commission-engine.md). Only where a sale is worth something of its own (a
    cap per sale, an amount per document, a rule that is better for this one), ``g`` gives way
    to a running sum of these.
    """

    _name = "sales.commission.pricing"
    _description = "Commission Pricing"

    # === MEASURES === #
    @api.model
    def _create_measures(self, priors, rates, counted=NOTHING, due=None):
        """Fill the temporary table ``commission_measure`` from credits and restated entries.

        :param SQL priors: query of what earlier runs know of a measure; see
            :meth:`_priors_query`
        :param SQL rates: query of currency_id and rate, from the company's currency
        :param SQL counted: condition on the measure ``old`` that stands for sales which have
            their earnings already, and which the credits are added to
        :param SQL due: query of the keys of measures to look at without a sale; see
            :meth:`_due_query`
        """
        self.env.cr.execute(
            SQL(
                "CREATE TEMPORARY TABLE commission_measure ON COMMIT DROP AS %s",
                self._measures_query(priors, rates, counted, due),
            )
        )
        self.env.cr.execute("ANALYZE commission_measure")

    @api.model
    def _measures_query(self, priors, rates, counted=NOTHING, due=None):
        """One row per period, rule, payee and currency.

        ``before_base`` is what was sold before in the measured time, with its corrections;
        ``start_base`` the running total that the first credit meets. ``position`` is what tiers
        and threshold are compared with: the total, or the attainment in percent. ``price`` is
        in the company's currency per unit of the base, or NULL where the tiers of the running
        total decide. ``appends`` tells that the earnings that are there already stay as they
        are. ``true_up`` is what the sales before are worth now less what they were paid, and
        ``ceiling`` the most that all of them and those of this run may be worth.

        :return: ``SQL``
        """
        return SQL(
            """
            WITH total AS (%(totals)s),
            terms AS (%(terms)s),
            prior AS (%(priors)s),
            rate AS (%(rates)s),
            placed AS (
                SELECT t.period, t.payee_id, t.currency_id, old.id AS old_id,
                       t.base + COALESCE(old.base, 0) + COALESCE(prior.counted_base, 0) AS base,
                       t.restated_base + COALESCE(old.restated_base, 0) AS restated_base,
                       t.outside_base + COALESCE(old.outside_base, 0) AS outside_base,
                       %(outside_amount)s + COALESCE(old.outside_amount, 0) AS outside_amount,
                       COALESCE(old.base, 0) AS old_base,
                       COALESCE(prior.counted_base, 0) AS counted_base,
                       COALESCE(prior.base, 0) + t.restated_base - t.outside_base
                           + COALESCE(old.restated_base - old.outside_base, 0) AS before_base,
                       old.status AS old_status, old.tier_id AS old_tier_id, terms.*,
                       %(prior_paid)s + %(inside_paid)s AS paid_before,
                       COALESCE(prior.year_amount, 0) AS year_amount,
                       prior.date_from, goal.target_amount, goal.attained_amount,
                       goal.attained_amount * 100 / NULLIF(goal.target_amount, 0) AS attainment,
                       COALESCE(rate.rate, 1) AS currency_rate, currency.rounding,
                       currency.digits
                  FROM total t
                  JOIN terms ON terms.rule_id = t.rule_id
                  JOIN (SELECT id, rounding,
                               CASE WHEN log(rounding) = FLOOR(log(rounding))
                                    THEN -log(rounding)::integer END AS digits
                          FROM res_currency) currency ON currency.id = t.currency_id
                  LEFT JOIN rate ON rate.currency_id = t.currency_id
                  LEFT JOIN sales_commission_measure old
                    ON %(counted)s AND old.rule_id = t.rule_id AND old.payee_id = t.payee_id
                   AND old.currency_id = t.currency_id
                  LEFT JOIN prior
                    ON prior.rule_id = t.rule_id AND prior.payee_id = t.payee_id
                   AND prior.currency_id = t.currency_id AND prior.period = t.period
                  LEFT JOIN LATERAL (%(goal)s) goal ON TRUE
            ),
            graded AS (
                SELECT positioned.*,
                       CASE WHEN position IS NULL THEN 'no_target'
                            WHEN position < threshold THEN 'threshold'
                            ELSE 'ok' END AS status,
                       GREATEST(width_bucket(position, bounds), 1) AS tier_no
                  FROM (SELECT placed.*,
                               CASE WHEN tier_basis = 'attainment' THEN attainment
                                    ELSE before_base + base END AS position
                          FROM placed) positioned
            ),
            continued AS (
                SELECT graded.*, tier_ids[tier_no] AS tier_id,
                       COALESCE(
                           old_id IS NOT NULL AND status = old_status AND cap_line IS NULL
                           AND rate_type IN ('percent', 'unit', 'marginal', 'retroactive')
                           AND (rate_type <> 'retroactive' OR tier_ids[tier_no] = old_tier_id)
                           AND NOT (is_trued_up AND cap_year IS NOT NULL),
                           FALSE) AS appends,
                       %(price)s AS price
                  FROM graded
            ),
            worth AS (
                SELECT continued.*, %(before_worth)s AS before_worth,
                       before_base + counted_base + CASE WHEN appends THEN old_base ELSE 0 END
                           AS start_base
                  FROM continued
            ),
            trued AS (
                SELECT worth.*,
                       CASE WHEN is_trued_up AND NOT appends
                            THEN LEAST(%(before_rounded)s - paid_before,
                                       CASE WHEN cap_year IS NOT NULL THEN
                                           GREATEST(cap_year * currency_rate - year_amount, 0)
                                       END)
                            ELSE 0 END AS true_up
                  FROM worth
            )
            SELECT COALESCE(old_id, %(new_id)s) AS id, NULL::integer AS statement_id, trued.*,
                   before_worth + LEAST(
                       cap_period * currency_rate,
                       cap_year * currency_rate - year_amount - true_up) AS ceiling
              FROM trued
            """,
            totals=self._totals_query(due),
            terms=self._terms_query(),
            priors=priors,
            rates=rates,
            goal=self._goal_query(),
            counted=counted,
            outside_amount=self._rounded_sql(SQL("t.outside_exact"), SQL("currency")),
            prior_paid=self._rounded_sql(
                SQL("(COALESCE(prior.company_amount, 0) * COALESCE(rate.rate, 1))"),
                SQL("currency"),
            ),
            inside_paid=self._rounded_sql(
                SQL("(t.inside_company * COALESCE(rate.rate, 1))"), SQL("currency")
            ),
            new_id=self._new_id_sql(),
            price=self._price_sql(),
            before_worth=self._worth_sql(SQL("before_base"), SQL("continued")),
            before_rounded=self._rounded_sql(SQL("before_worth"), SQL("worth")),
        )

    @api.model
    def _totals_query(self, due):
        """:return: ``SQL`` of the keys of measures with the sums of their credits and of the
        corrections of sales within the measured time and outside of it"""
        parts = [
            SQL(
                """
                SELECT period, rule_id, payee_id, currency_id, SUM(base) AS base,
                       0 AS restated_base, 0 AS outside_base, 0 AS outside_exact,
                       0 AS inside_company
                  FROM commission_credit GROUP BY 1, 2, 3, 4
                """
            ),
            SQL(
                """
                SELECT (SELECT MAX(period) FROM commission_scope), rule_id, payee_id,
                       currency_id, 0, SUM(base),
                       COALESCE(SUM(base) FILTER (WHERE NOT is_inside), 0),
                       COALESCE(SUM(exact) FILTER (WHERE NOT is_inside), 0),
                       COALESCE(SUM(company_exact) FILTER (WHERE is_inside), 0)
                  FROM commission_restated GROUP BY 1, 2, 3, 4
                """
            ),
        ]
        if due:
            parts.append(SQL("SELECT due.*, 0, 0, 0, 0, 0 FROM (%s) due", due))
        return SQL(
            """
            SELECT period, rule_id, payee_id, currency_id, SUM(base) AS base,
                   SUM(restated_base) AS restated_base, SUM(outside_base) AS outside_base,
                   SUM(outside_exact) AS outside_exact, SUM(inside_company) AS inside_company
              FROM (%s) counted
             GROUP BY 1, 2, 3, 4
            """,
            SQL(" UNION ALL ").join(parts),
        )

    @api.model
    def _new_id_sql(self):
        return SQL("nextval('sales_commission_measure_id_seq')::integer")

    @api.model
    def _terms_query(self):
        """:return: ``SQL`` of the rules of the scope with their tiers as arrays; ``grades`` is
        what the tiers below each one bring when they are full"""
        return SQL(
            """
            SELECT r.id AS rule_id, r.plan_id, p.rule_mode, r.sequence, r.role,
                   r.base AS base_kind, r.rate_type, r.tier_basis, r.target_plan_id,
                   r.measure_period, %(is_trued_up)s AS is_trued_up,
                   COALESCE(r.rate, 0) AS rule_rate, COALESCE(r.unit_amount, 0) AS unit_amount,
                   NULLIF(r.threshold, 0) AS threshold,
                   NULLIF(r.cap_line, 0) AS cap_line, NULLIF(r.cap_period, 0) AS cap_period,
                   NULLIF(r.cap_year, 0) AS cap_year,
                   tier.bounds, tier.rates, tier.grades, tier.tier_ids
              FROM sales_commission_rule r
              JOIN sales_commission_plan p ON p.id = r.plan_id
              LEFT JOIN LATERAL (
                    SELECT array_agg(amount_from ORDER BY amount_from) AS bounds,
                           array_agg(rate * 0.01 ORDER BY amount_from) AS rates,
                           array_agg(grade ORDER BY amount_from) AS grades,
                           array_agg(id ORDER BY amount_from) AS tier_ids
                      FROM (SELECT id, amount_from, rate,
                                   COALESCE(SUM(full_amount) OVER (
                                       ORDER BY amount_from
                                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
                                       AS grade
                              FROM (SELECT id, amount_from, rate,
                                           (LEAD(amount_from) OVER (ORDER BY amount_from)
                                               - amount_from) * rate * 0.01 AS full_amount
                                      FROM sales_commission_tier WHERE rule_id = r.id) filled
                           ) summed) tier ON TRUE
             WHERE r.id IN (SELECT rule_id FROM commission_scope
                             UNION SELECT rule_id FROM commission_restated)
            """,
            is_trued_up=self._is_trued_up_sql(),
        )

    @api.model
    def _is_trued_up_sql(self):
        """:return: ``SQL`` whether a later sale may change what the rule ``r`` pays for earlier
        runs; see also ``sales.commission.rule._is_trued_up``"""
        return SQL(
            """
            (r.measure_period <> 'run'
             AND (r.rate_type IN ('retroactive', 'period') OR COALESCE(r.threshold, 0) <> 0
                  OR r.tier_basis = 'attainment'))
            """
        )

    @api.model
    def _goal_query(self):
        """The target of a measure's payee and what was reached of it, as their plan counts it.

        A salesperson's and a partner's target names just them; a leader's are those of teams
        that they lead. Only periods of the target that lie within the measured days count.
        """
        return SQL(
            """
            SELECT SUM(cell.assigned) AS target_amount, SUM(cell.actual) AS attained_amount
              FROM sales_target node
              JOIN sales_target_cell cell ON cell.target_id = node.id
             WHERE terms.tier_basis = 'attainment' AND node.plan_id = terms.target_plan_id
               AND cell.assigned IS NOT NULL
               AND cell.date_from >= prior.date_from AND cell.date_to <= prior.date_to
               AND node.territory_id IS NULL AND node.partner_id IS NULL
               AND node.product_id IS NULL AND node.categ_id IS NULL
               AND node.campaign_id IS NULL AND node.contract_id IS NULL
               AND node.segment_id IS NULL
               AND CASE terms.role
                   WHEN 'leader' THEN node.user_id IS NULL AND node.channel_partner_id IS NULL
                       AND node.team_id IN (
                           SELECT team.id FROM crm_team team
                             JOIN res_users leader ON leader.id = team.user_id
                            WHERE leader.partner_id = t.payee_id)
                   WHEN 'channel' THEN node.user_id IS NULL AND node.team_id IS NULL
                       AND node.channel_partner_id = t.payee_id
                   ELSE node.team_id IS NULL AND node.channel_partner_id IS NULL
                       AND node.user_id IN (
                           SELECT id FROM res_users WHERE partner_id = t.payee_id) END
            """
        )

    @api.model
    def _price_sql(self):
        """:return: ``SQL`` of the price over a row of ``continued``"""
        return SQL(
            """
            CASE WHEN status <> 'ok' THEN 0
                 WHEN rate_type = 'percent' THEN rule_rate * 0.01
                 WHEN rate_type = 'unit' THEN unit_amount
                 WHEN rate_type = 'retroactive' THEN rates[tier_no]
                 WHEN rate_type = 'period' THEN
                     CASE WHEN before_base + base > 0
                          THEN ROUND(unit_amount / (before_base + base), %(digits)s)
                          ELSE 0 END
                 WHEN rate_type = 'marginal' AND tier_basis = 'attainment' THEN
                     CASE WHEN position > 0 THEN ROUND(%(graded)s / position, %(digits)s)
                          ELSE rates[1] END
            END
            """,
            digits=PRICE_DIGITS,
            graded=self._graded_sql(SQL("position"), SQL("graded")),
        )

    @api.model
    def _graded_sql(self, total, measure):
        """:return: ``SQL`` of what the tiers bring up to a total"""
        return SQL(
            "(%(m)s.grades[%(n)s] + (%(total)s - %(m)s.bounds[%(n)s]) * %(m)s.rates[%(n)s])",
            n=self._tier_no_sql(total, measure),
            total=total,
            m=measure,
        )

    @api.model
    def _tier_no_sql(self, total, measure):
        return SQL("GREATEST(width_bucket(%s, %s.bounds), 1)", total, measure)

    @api.model
    def _worth_sql(self, total, measure=MEASURE):
        """:return: ``SQL`` of what a total is worth in the payee's currency: ``g`` of the class"""
        return SQL(
            """
            (CASE WHEN %(m)s.price IS NOT NULL THEN %(total)s * %(m)s.price
                  WHEN %(m)s.rate_type = 'marginal' THEN %(graded)s
                  ELSE 0 END * %(m)s.currency_rate)
            """,
            m=measure,
            total=total,
            graded=self._graded_sql(total, measure),
        )

    @api.model
    def _rounded_sql(self, amount, measure=MEASURE):
        """:return: ``SQL`` of an amount rounded to the payee's currency"""
        return SQL(
            # Nearly all currencies are rounded to a number of decimals, which takes no division.
            "COALESCE(ROUND(%(amount)s, %(m)s.digits),"
            " ROUND(%(amount)s / %(m)s.rounding) * %(m)s.rounding)",
            amount=amount,
            m=measure,
        )

    @api.model
    def _priors_query(self, run):
        """What the measures of a run start from: the earlier runs of the quarter or year.

        Corrections of sales from before that time are none of its business.

        :return: ``SQL`` of period, rule_id, payee_id, currency_id, the days measured
            (date_from, date_to), base and company_amount by this rule in them, at the rates of
            exchange of those runs, year_amount, and counted_base: what was sold in the days of
            the run itself without being among the credits
        """
        return SQL(
            """
            SELECT keys.period, keys.rule_id, keys.payee_id, keys.currency_id,
                   keys.date_from, %(last)s::date AS date_to,
                   SUM(m.base + m.restated_base - m.outside_base) FILTER (WHERE %(is_inside)s)
                       AS base,
                   SUM((m.amount - m.outside_amount) / m.currency_rate)
                       FILTER (WHERE %(is_inside)s) AS company_amount,
                   SUM(m.amount) AS year_amount, 0 AS counted_base
              FROM (SELECT total.*, rule.measure_period <> 'run' AS is_to_date,
                           CASE rule.measure_period
                               WHEN 'run' THEN %(first)s::date
                               ELSE date_trunc(rule.measure_period, %(first)s::date)::date
                           END AS date_from
                      FROM total JOIN sales_commission_rule rule ON rule.id = total.rule_id) keys
              LEFT JOIN (sales_commission_measure m
                         JOIN sales_commission_run before
                           ON before.id = m.run_id
                          AND before.state IN ('approved', 'paid', 'closed')
                          AND before.date_from >= date_trunc('year', %(first)s::date)
                          AND before.date_to < %(first)s)
                ON m.rule_id = keys.rule_id AND m.payee_id = keys.payee_id
               AND m.currency_id = keys.currency_id
             GROUP BY 1, 2, 3, 4, 5
            """,
            first=run.date_from,
            last=run.date_to,
            is_inside=SQL("keys.is_to_date AND before.date_from >= keys.date_from"),
        )

    @api.model
    def _due_query(self, run):
        """Measures of earlier runs whose target may be reached by now, also by sales that the
        rule does not pay for.

        :return: ``SQL`` of period, rule_id, payee_id and currency_id
        """
        return SQL(
            """
            SELECT DISTINCT %(run)s, m.rule_id, m.payee_id, m.currency_id
              FROM sales_commission_measure m
              JOIN sales_commission_rule r ON r.id = m.rule_id
              JOIN sales_commission_run before
                ON before.id = m.run_id AND before.state IN ('approved', 'paid', 'closed')
               AND before.date_from >= CASE WHEN r.measure_period <> 'run'
                   THEN date_trunc(r.measure_period, %(first)s::date) END
               AND before.date_to < %(first)s
             WHERE r.tier_basis = 'attainment'
               AND r.id IN (SELECT rule_id FROM commission_scope WHERE is_current)
            """,
            run=run.id,
            first=run.date_from,
        )

    # === EARNINGS === #
    @api.model
    def _earnings_query(self):
        """What every credit brings.

        :return: ``SQL`` of measure_id, ``MEASURE_COLUMNS``, entry_id, date, user_id, share, base,
            tier_id, rate, exact (in the payee's currency, not rounded) and amount
        """
        usage = self._get_usage()
        return SQL(
            """
            SELECT %(measure)s, m.entry_id, m.date, m.user_id, m.share, m.sold AS base, m.tier_id,
                   CASE WHEN m.price IS NULL OR m.cap_line IS NOT NULL THEN %(rate)s
                        ELSE ROUND(m.price * 100, 6) END AS rate,
                   m.after - m.before AS exact, %(after)s - %(before)s AS amount
              FROM (%(running)s) m
            """,
            measure=self._columns("measure_id", *MEASURE_COLUMNS),
            rate=SQL("ROUND((m.after - m.before) * 100 / NULLIF(m.sold * m.currency_rate, 0), 6)"),
            after=self._rounded_sql(SQL("LEAST(m.after, m.ceiling)")),
            before=self._rounded_sql(SQL("LEAST(m.before, m.ceiling)")),
            running=self._summed_query(usage) if usage.single else self._running_query(usage),
        )

    @api.model
    def _running_query(self, usage):
        """:return: ``SQL`` of the credits and their measures, with what the running totals
        before and after each one are worth"""
        total = SQL("(m.start_base + c.running)")
        return SQL(
            """
            SELECT %(measure)s, m.id AS measure_id, c.entry_id, c.date, c.user_id, c.share,
                   c.base AS sold, %(after)s AS after, %(before)s AS before,
                   CASE WHEN m.price IS NULL THEN m.tier_ids[%(tier_no)s] ELSE m.tier_id END
                       AS tier_id %(documents)s
              FROM (SELECT %(key)s, entry_id, date, user_id, share, base,
                           SUM(base) OVER (
                               PARTITION BY %(key)s ORDER BY entry_id ROWS UNBOUNDED PRECEDING)
                               AS running %(document_windows)s
                      FROM commission_credit) c
              JOIN commission_measure m USING (%(key)s)
            """,
            measure=self._columns(*MEASURE_COLUMNS, *PRICING_COLUMNS),
            key=KEY,
            after=self._worth_sql(total),
            before=self._worth_sql(SQL("(m.start_base + c.running - c.base)")),
            tier_no=self._tier_no_sql(total, SQL("m")),
            documents=self._documents_sql() if usage.document else SQL(""),
            document_windows=self._document_windows_sql() if usage.document else SQL(""),
        )

    @api.model
    def _columns(self, *names):
        return SQL(", ").join(SQL.identifier("m", name) for name in names)

    # === SALES THAT ARE WORTH SOMETHING OF THEIR OWN === #
    @api.model
    def _summed_query(self, usage):
        """:return: ``SQL`` like :meth:`_running_query`, of what single sales are worth summed up"""
        single = self._single_query(usage)
        if usage.best:
            single = self._best_query(single)
        return SQL(
            """
            SELECT summed.*, after - exact AS before
              FROM (SELECT %(measure)s, m.measure_id, m.entry_id, m.date, m.user_id, m.share,
                           m.sold, m.tier_id, m.exact,
                           %(start)s + SUM(m.exact) OVER (
                               PARTITION BY m.measure_id ORDER BY m.entry_id
                               ROWS UNBOUNDED PRECEDING) AS after
                      FROM (%(single)s) m) summed
            """,
            measure=self._columns(*MEASURE_COLUMNS, *PRICING_COLUMNS),
            start=self._worth_sql(SQL("m.start_base")),
            single=single,
        )

    @api.model
    def _single_query(self, usage):
        """:return: ``SQL`` of the credits with the exact amount of each"""
        worth = SQL("after - before")
        if usage.document:
            worth = SQL(
                """
                CASE WHEN rate_type <> 'document' THEN after - before
                     WHEN document_base > 0 AND NOT is_paid_document AND price IS NULL THEN
                         (unit_amount * document_running / document_base
                          - unit_amount * (document_running - sold) / document_base)
                         * currency_rate
                     ELSE 0 END
                """
            )
        return SQL(
            """
            SELECT valued.*,
                   LEAST(GREATEST(worth, -cap_line * currency_rate), cap_line * currency_rate)
                       AS exact
              FROM (SELECT running.*, %s AS worth FROM (%s) running) valued
            """,
            worth,
            self._running_query(usage),
        )

    @api.model
    def _document_windows_sql(self):
        """:return: ``SQL`` of columns over ``commission_credit``"""
        return SQL(
            """
            , SUM(base) OVER (PARTITION BY %(key)s, document_id, document_name) AS document_base,
            SUM(base) OVER (PARTITION BY %(key)s, document_id, document_name ORDER BY entry_id
                            ROWS UNBOUNDED PRECEDING) AS document_running
            """,
            key=KEY,
        )

    @api.model
    def _documents_sql(self):
        """:return: ``SQL`` of columns of the credit ``c`` under measure ``m``"""
        return SQL(
            ", c.document_base, c.document_running,"
            " m.rate_type = 'document' AND %s AS is_paid_document",
            self._is_paid_document_sql(),
        )

    @api.model
    def _is_paid_document_sql(self):
        """An amount per document is paid once: a line that is added in a later run, or a second
        part payment, brings nothing.

        :return: ``SQL`` condition on the credit ``c`` under measure ``m``, whose period is the
            run
        """
        return SQL(
            """
            (SELECT SUM(x.amount) > 0
               FROM sales_ledger_entry e
               JOIN sales_ledger_entry o
                 ON o.document_id = e.document_id AND o.event = e.event
                AND o.document_model = e.document_model
               JOIN sales_commission_earning x
                 ON x.entry_id = o.id AND x.rule_id = m.rule_id AND x.payee_id = m.payee_id
               JOIN sales_commission_run w
                 ON w.id = x.run_id AND w.state IN ('approved', 'paid', 'closed')
                AND w.id <> m.period
              WHERE e.id = c.entry_id) IS TRUE
            """
        )

    @api.model
    def _best_query(self, single):
        """:param SQL single: the credits with their exact amounts
        :return: ``SQL`` of those that win, where a plan pays by the best rule only"""
        return SQL(
            """
            SELECT * FROM (
                SELECT single.*,
                       row_number() OVER (
                           PARTITION BY entry_id, plan_id, role, payee_id, period
                           ORDER BY ABS(exact) DESC, sequence, rule_id) AS place
                  FROM (%s) single) ranked
             WHERE rule_mode <> 'best' OR place = 1
            """,
            single,
        )

    # === CORRECTIONS AND TRUE-UPS === #
    @api.model
    def _restated_earnings_query(self):
        """:return: ``SQL`` like :meth:`_earnings_query`, of ``commission_restated``"""
        return SQL(
            """
            SELECT m.*, %(after)s - %(before)s AS amount
              FROM (SELECT m.id AS measure_id, %(measure)s, z.entry_id, z.date, z.user_id,
                           z.share, z.base, z.tier_id, z.exact,
                           ROUND(z.exact * 100 / NULLIF(z.base * m.currency_rate, 0), 6) AS rate,
                           SUM(z.exact) OVER (
                               PARTITION BY m.id, z.is_inside ORDER BY z.entry_id
                               ROWS UNBOUNDED PRECEDING) AS after
                      FROM commission_restated z
                      JOIN commission_measure m USING (rule_id, payee_id, currency_id)
                     WHERE m.period = (SELECT MAX(period) FROM commission_scope)) m
            """,
            measure=self._columns(*MEASURE_COLUMNS),
            after=self._rounded_sql(SQL("m.after")),
            before=self._rounded_sql(SQL("(m.after - m.exact)")),
        )

    @api.model
    def _true_ups_query(self, date):
        """What a tier, a threshold or an amount reached now changes on what earlier runs of
        the measured time paid.

        :param date: the day that they are dated on
        :return: ``SQL`` like :meth:`_earnings_query`, of those that are not nothing
        """
        return SQL(
            """
            SELECT m.id AS measure_id, %s, NULL::integer AS entry_id, %s::date AS date,
                   NULL::integer AS user_id, NULL::numeric AS share, NULL::numeric AS base,
                   m.tier_id, NULL::numeric AS rate, m.true_up AS amount
              FROM commission_measure m
             WHERE m.true_up <> 0
            """,
            self._columns(*MEASURE_COLUMNS),
            date,
        )

    @api.model
    def _get_usage(self):
        """:return: the :class:`Usage` of the measures, in one statement"""
        [(caps, document, best)] = self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(BOOL_OR(cap_line IS NOT NULL), FALSE),
                       COALESCE(BOOL_OR(rate_type = 'document'), FALSE),
                       COALESCE(BOOL_OR(rule_mode = 'best'), FALSE)
                  FROM commission_measure
                """
            )
        )
        return Usage(single=caps or document or best, document=document, best=best)
