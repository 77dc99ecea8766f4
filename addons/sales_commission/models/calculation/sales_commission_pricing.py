from dataclasses import dataclass

from odoo import api, models
from odoo.tools import SQL


@dataclass(frozen=True)
class Usage:
    """Which kinds of rates the measures have; windows for the others stay out of the query."""

    marginal: bool
    document: bool
    best: bool


class SalesCommissionPricing(models.AbstractModel):
    """From credits to money: the totals of payees and rules, their rates, every sale's part.

    A *measure* is the total of a payee under a rule. Where its rate is the same for all its
    sales, the measure knows it (``price``, per unit of the base). Where each sale lies in a
    tier of its own, the tiers are one function ``g`` of the running total, and a sale earns
    ``g(total with it) − g(total before it)``: continuous, without gap or double count at the
    edges. Sales count in the order in which the ledger got them, which never changes.

    The running sum of exact amounts is rounded, and a line is the difference that it makes to
    the rounded sum: so the lines add up to the rounded total, and so do caps
    (see docs/adr/0010-commission-engine.md).
    """

    _name = "sales.commission.pricing"
    _description = "Commission Pricing"

    # === MEASURES === #
    @api.model
    def _create_measures(self, priors, rates, counted=SQL("FALSE")):
        """Fill the temporary table ``commission_measure`` from credits and restated entries.

        :param SQL priors: query of what earlier runs know of a measure; see
            :meth:`_priors_query`
        :param SQL rates: query of currency_id and rate, from the company's currency
        :param SQL counted: condition on the measure ``old`` that stands for sales which have
            their earnings already, and which the credits are added to
        """
        self.env.cr.execute(
            SQL(
                "CREATE TEMPORARY TABLE commission_measure ON COMMIT DROP AS %s",
                self._measures_query(priors, rates, counted),
            )
        )
        self.env.cr.execute("ANALYZE commission_measure")

    @api.model
    def _measures_query(self, priors, rates, counted):
        """:return: ``SQL`` of one row per period, rule, payee and currency

        ``appends`` tells that the earnings that are there already stay as they are;
        ``start_base`` is the running total that the first credit meets. ``position`` is what tiers and threshold are compared with: the total, or the
        attainment in percent. ``price`` is in the company's currency per unit of the base, or
        NULL where each sale has its own.
        """
        return SQL(
            """
            WITH total AS (
                SELECT period, rule_id, payee_id, currency_id,
                       SUM(base) AS base, SUM(restated_base) AS restated_base
                  FROM (SELECT period, rule_id, payee_id, currency_id,
                               SUM(base) AS base, 0 AS restated_base
                          FROM commission_credit GROUP BY 1, 2, 3, 4
                         UNION ALL
                        SELECT (SELECT MAX(period) FROM commission_scope),
                               rule_id, payee_id, currency_id, 0, SUM(base)
                          FROM commission_restated GROUP BY 1, 2, 3, 4) counted
                 GROUP BY 1, 2, 3, 4
            ),
            terms AS (%(terms)s),
            prior AS (%(priors)s),
            rate AS (%(rates)s),
            placed AS (
                SELECT t.period, t.payee_id, t.currency_id, old.id AS old_id,
                       t.base + COALESCE(old.base, 0) AS base,
                       t.restated_base + COALESCE(old.restated_base, 0) AS restated_base,
                       COALESCE(old.base, 0) AS counted_base,
                       old.status AS old_status, old.tier_id AS old_tier_id, terms.*,
                       COALESCE(prior.base, 0) AS prior_base,
                       COALESCE(prior.amount, 0) AS prior_amount,
                       COALESCE(prior.year_amount, 0) AS year_amount,
                       prior.date_from, goal.target_amount, goal.attained_amount,
                       goal.attained_amount * 100 / NULLIF(goal.target_amount, 0) AS attainment,
                       COALESCE(rate.rate, 1) AS currency_rate, currency.rounding,
                       CASE WHEN terms.tier_basis = 'attainment'
                            THEN goal.attained_amount * 100 / NULLIF(goal.target_amount, 0)
                            ELSE COALESCE(prior.base, 0) + t.base + COALESCE(old.base, 0)
                       END AS position
                  FROM total t
                  JOIN terms ON terms.rule_id = t.rule_id
                  JOIN res_currency currency ON currency.id = t.currency_id
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
                SELECT placed.*,
                       CASE WHEN position IS NULL THEN 'no_target'
                            WHEN position < threshold THEN 'threshold'
                            ELSE 'ok' END AS status,
                       GREATEST(width_bucket(position, bounds), 1) AS tier_no
                  FROM placed
            ),
            continued AS (
                SELECT graded.*, tier_ids[tier_no] AS tier_id,
                       COALESCE(
                           old_id IS NOT NULL AND status = old_status AND cap_line IS NULL
                           AND rate_type IN ('percent', 'unit', 'marginal', 'retroactive')
                           AND (rate_type <> 'retroactive' OR tier_ids[tier_no] = old_tier_id),
                           FALSE) AS appends
                  FROM graded
            )
            SELECT COALESCE(old_id, %(new_id)s) AS id,
                   continued.*, %(price)s AS price,
                   prior_base + CASE WHEN appends THEN counted_base ELSE 0 END AS start_base
              FROM continued
            """,
            terms=self._terms_query(),
            priors=priors,
            rates=rates,
            goal=self._goal_query(),
            counted=counted,
            new_id=self._new_id_sql(),
            price=self._price_sql(),
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
            SELECT r.id AS rule_id, r.plan_id, r.role, r.base AS base_kind, r.rate_type,
                   r.tier_basis, r.target_plan_id, r.measure_period,
                   COALESCE(r.rate, 0) AS rule_rate, COALESCE(r.unit_amount, 0) AS unit_amount,
                   NULLIF(r.threshold, 0) AS threshold,
                   NULLIF(r.cap_line, 0) AS cap_line, NULLIF(r.cap_period, 0) AS cap_period,
                   NULLIF(r.cap_year, 0) AS cap_year,
                   tier.bounds, tier.rates, tier.grades, tier.tier_ids
              FROM sales_commission_rule r
              LEFT JOIN LATERAL (
                    SELECT array_agg(amount_from ORDER BY amount_from) AS bounds,
                           array_agg(rate ORDER BY amount_from) AS rates,
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
               AND node.campaign_id IS NULL
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
                 WHEN rate_type = 'retroactive' THEN rates[tier_no] * 0.01
                 WHEN rate_type = 'period' THEN
                     CASE WHEN prior_base + base > 0 THEN unit_amount / (prior_base + base)
                          ELSE 0 END
                 WHEN rate_type = 'marginal' AND tier_basis = 'attainment' THEN
                     CASE WHEN position > 0 THEN %s / position ELSE rates[1] * 0.01 END
            END
            """,
            self._graded_sql(SQL("position")),
        )

    @api.model
    def _graded_sql(self, total):
        """:return: ``SQL`` of what the tiers bring up to a total: ``g`` of the class"""
        return SQL(
            "(grades[%(n)s] + (%(total)s - bounds[%(n)s]) * rates[%(n)s] * 0.01)",
            n=SQL("GREATEST(width_bucket(%s, bounds), 1)", total),
            total=total,
        )

    @api.model
    def _priors_query(self, run):
        """What the measures of a run start from: the earlier runs of the quarter or year.

        :return: ``SQL`` of period, rule_id, payee_id, currency_id, the days measured
            (date_from, date_to), base and amount by this rule in them, and year_amount
        """
        return SQL(
            """
            SELECT keys.period, keys.rule_id, keys.payee_id, keys.currency_id,
                   keys.date_from, %(last)s::date AS date_to,
                   SUM(m.base + m.restated_base) FILTER (WHERE before.date_from >= keys.date_from
                                         AND keys.is_to_date) AS base,
                   SUM(m.amount) FILTER (WHERE before.date_from >= keys.date_from
                                           AND keys.is_to_date) AS amount,
                   SUM(m.amount) AS year_amount
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
        )

    # === EARNINGS === #
    @api.model
    def _earnings_query(self):
        """What every credit brings.

        :return: ``SQL`` of measure_id, entry_id, date, user_id, share, base, tier_no, exact
            (in the payee's currency, not rounded) and amount
        """
        usage = self._get_usage()
        priced = self._exact_query(usage)
        if usage.best:
            priced = self._best_query(priced)
        return SQL(
            """
            SELECT measure_id, entry_id, date, user_id, share, base, tier_no, exact,
                   %(after)s - %(before)s AS amount
              FROM (SELECT exact.*,
                           start + SUM(exact) OVER (
                               PARTITION BY measure_id ORDER BY entry_id
                               ROWS UNBOUNDED PRECEDING) AS after
                      FROM (%(priced)s) exact) running
            """,
            after=self._rounded_sql(SQL("after")),
            before=self._rounded_sql(SQL("after - exact")),
            priced=priced,
        )

    @api.model
    def _exact_query(self, usage):
        """:return: ``SQL`` of the credits with their exact amounts; ``start`` is what earlier
        runs of the measured time stand for"""
        return SQL(
            """
            SELECT measure_id, entry_id, document_id, date, user_id, share, base, plan_id, role,
                   payee_id, period, rule_mode, sequence, rounding, cap,
                   CASE WHEN price IS NULL THEN GREATEST(width_bucket(total, bounds), 1)
                        ELSE tier_no END AS tier_no,
                   %(start)s AS start,
                   LEAST(GREATEST(%(exact)s, -cap_line), cap_line) AS exact
              FROM (SELECT c.entry_id, c.document_id, c.date, c.user_id, c.share, c.base,
                           c.period, c.rule_mode, c.sequence, m.id AS measure_id, m.plan_id,
                           m.role, m.payee_id, m.price, m.rate_type, m.unit_amount, m.currency_rate,
                           m.rounding, m.bounds, m.rates, m.grades, m.tier_no, m.start_base,
                           m.cap_line * m.currency_rate AS cap_line,
                           LEAST(m.cap_period * m.currency_rate,
                                 m.cap_year * m.currency_rate - m.year_amount) AS cap,
                           %(total)s AS total, %(document_base)s AS document_base
                      FROM commission_credit c
                      JOIN commission_measure m USING (period, rule_id, payee_id, currency_id)
                   ) credited
            """,
            start=self._start_sql(),
            exact=self._exact_sql(),
            total=self._running_total_sql(usage),
            document_base=self._document_base_sql(usage),
        )

    @api.model
    def _running_total_sql(self, usage):
        if not usage.marginal:
            return SQL("NULL::numeric")
        return SQL(
            "m.start_base + SUM(c.base) OVER ("
            "PARTITION BY m.id ORDER BY c.entry_id ROWS UNBOUNDED PRECEDING)"
        )

    @api.model
    def _document_base_sql(self, usage):
        if not usage.document:
            return SQL("NULL::numeric")
        return SQL("SUM(c.base) OVER (PARTITION BY m.id, c.document_id)")

    @api.model
    def _exact_sql(self):
        return SQL(
            """
            (CASE WHEN price IS NOT NULL THEN base * price
                  WHEN rate_type = 'document' THEN
                      CASE WHEN document_base > 0 THEN unit_amount * base / document_base
                           ELSE 0 END
                  ELSE %s - %s END * currency_rate)
            """,
            self._graded_sql(SQL("total")),
            self._graded_sql(SQL("(total - base)")),
        )

    @api.model
    def _start_sql(self, base=SQL("start_base")):
        """:return: ``SQL`` of the exact amount that the sales before stand for now"""
        return SQL(
            """
            (CASE WHEN %(base)s = 0 THEN 0
                  WHEN price IS NOT NULL THEN %(base)s * price
                  WHEN rate_type = 'marginal' THEN %(graded)s
                  ELSE 0 END * currency_rate)
            """,
            base=base,
            graded=self._graded_sql(base),
        )

    @api.model
    def _rounded_sql(self, amount):
        """:return: ``SQL`` of an amount within the cap of its measure, rounded"""
        return SQL("ROUND(LEAST(%s, cap) / rounding) * rounding", amount)

    @api.model
    def _best_query(self, priced):
        """:param SQL priced: the credits with their exact amounts
        :return: ``SQL`` of those that win, where a plan pays by the best rule only"""
        return SQL(
            """
            SELECT * FROM (
                SELECT exact.*,
                       row_number() OVER (
                           PARTITION BY entry_id, plan_id, role, payee_id, period
                           ORDER BY ABS(exact) DESC, sequence, measure_id) AS place
                  FROM (%s) exact) ranked
             WHERE rule_mode <> 'best' OR place = 1
            """,
            priced,
        )

    @api.model
    def _restated_earnings_query(self):
        """:return: ``SQL`` of measure_id and the columns of ``commission_restated``, with the
        amount"""
        return SQL(
            """
            SELECT running.*,
                   ROUND(after / rounding) * rounding
                       - ROUND((after - exact) / rounding) * rounding AS amount
              FROM (SELECT priced.*,
                           SUM(exact) OVER (
                               PARTITION BY measure_id ORDER BY entry_id
                               ROWS UNBOUNDED PRECEDING) AS after
                      FROM (SELECT z.*, m.id AS measure_id, m.rounding, m.base_kind,
                                   z.price * CASE r.base WHEN 'margin' THEN COALESCE(e.margin, 0)
                                                  WHEN 'quantity' THEN COALESCE(e.quantity, 0)
                                                  ELSE COALESCE(e.amount, 0) END AS exact
                              FROM commission_restated z
                              JOIN commission_measure m USING (rule_id, payee_id, currency_id)
                              JOIN sales_commission_rule r ON r.id = z.rule_id
                              JOIN sales_ledger_entry e ON e.id = z.entry_id) priced) running
            """
        )

    @api.model
    def _true_ups_query(self):
        """What a tier, a threshold or an amount reached now changes on what earlier runs of
        the measured time paid.

        :return: ``SQL`` of measure_id and amount, where there is any
        """
        return SQL(
            """
            SELECT measure_id, amount
              FROM (SELECT id AS measure_id,
                           ROUND(%(start)s / rounding) * rounding - prior_amount AS amount
                      FROM commission_measure m
                     WHERE measure_period <> 'run' AND prior_base <> 0 AND NOT appends
                       AND (rate_type IN ('retroactive', 'period') OR threshold IS NOT NULL
                            OR tier_basis = 'attainment')) due
             WHERE amount <> 0
            """,
            start=self._start_sql(SQL("prior_base")),
        )

    @api.model
    def _get_usage(self):
        """:return: the :class:`Usage` of the measures, in one statement"""
        [row] = self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(BOOL_OR(price IS NULL AND rate_type = 'marginal'), FALSE),
                       COALESCE(BOOL_OR(rate_type = 'document'), FALSE),
                       EXISTS (SELECT FROM commission_scope WHERE rule_mode = 'best')
                  FROM commission_measure
                """
            )
        )
        return Usage(*row)
