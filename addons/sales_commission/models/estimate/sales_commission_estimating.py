from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.sales_system.models.ledger.sales_ledger_entry import LEDGER_EVENT

from ..calculation.sales_commission_matching import CREDIT_COLUMNS
from ..calculation.sales_commission_restating import NOTHING_RESTATED


class SalesCommissionEstimating(models.AbstractModel):
    """What orders are expected to bring their payees once they are ordered, invoiced and paid.

    The lines of the orders go through the queries of the calculation as if they were ledger
    entries of all three steps, on top of what the payees have sold so far in the period: so a
    tier, a threshold or a cap counts as it stands. One statement for any number of orders; it
    only reads, so its tables are common table expressions. In the company's currency.

    Each order is a *period* of its own; the sales so far are counted by month.
    """

    _name = "sales.commission.estimating"
    _description = "Commission Estimating"

    # === BUSINESS METHODS === #
    @api.model
    def _estimate(self, orders):
        """:return: list of (order id, payee id, rule id, base, rate, amount), the greatest
        amounts first"""
        if not orders:
            return []
        self.env.flush_all()
        pricing = self.env["sales.commission.estimating.pricing"]
        scope = self.env["sales.commission.scope"]
        plans = self._plans_condition(orders)
        return self.env.execute_query(
            SQL(
                """
                WITH estimated_order AS MATERIALIZED (%(orders)s),
                commission_scope AS MATERIALIZED (%(scope)s),
                commission_restated AS (%(restated)s),
                commission_credit AS MATERIALIZED (%(credits)s),
                counted_rule AS MATERIALIZED (%(counted_rules)s),
                sold AS MATERIALIZED (%(sold)s),
                commission_measure AS MATERIALIZED (%(measures)s)
                SELECT m.period, m.payee_id, m.rule_id, SUM(x.base),
                       SUM(x.exact) * 100 / NULLIF(SUM(x.base), 0), SUM(x.amount)
                  FROM (%(earnings)s) x
                  JOIN commission_measure m ON m.id = x.measure_id
                 GROUP BY 1, 2, 3
                HAVING SUM(x.amount) <> 0
                 ORDER BY 1, 6 DESC, 2, 3
                """,
                orders=self._orders_query(orders),
                scope=scope._scope_query(plans, self._order_windows_query()),
                restated=NOTHING_RESTATED,
                credits=self._credits_query(orders),
                counted_rules=self._counted_rules_query(),
                sold=self._sold_query(orders, plans),
                measures=pricing._measures_query(
                    self._priors_query(),
                    SQL("SELECT NULL::integer AS currency_id, NULL::numeric AS rate"),
                ),
                earnings=pricing._earnings_query(),
            )
        )

    # === WHICH RULES === #
    @api.model
    def _orders_query(self, orders):
        """:return: ``SQL`` of the orders with the day that they count on: of a quotation,
        today"""
        return SQL(
            """
            SELECT o.id, o.company_id,
                   CASE WHEN o.state = 'sale' THEN o.ledger_date ELSE %s END AS day
              FROM sale_order o WHERE o.id = ANY(%s) AND o.state <> 'cancel'
            """,
            fields.Date.context_today(self),
            orders.ids,
        )

    @api.model
    def _plans_condition(self, orders):
        return SQL(
            "p.company_id = ANY(%s) AND p.state IN ('approved', 'closed')", orders.company_id.ids
        )

    @api.model
    def _order_windows_query(self):
        return SQL(
            """
            SELECT company_id, NULL::integer AS plan_id, id AS period, day AS date_from,
                   day AS date_to, TRUE AS is_current FROM estimated_order
            """
        )

    # === THE ORDERS === #
    @api.model
    def _credits_query(self, orders):
        """:return: ``SQL`` of the credits of the orders, in the company's currency"""
        return SQL(
            """
            SELECT %(columns)s, company.currency_id
              FROM (%(credits)s) credit
              JOIN estimated_order o ON o.id = credit.period
              JOIN (SELECT id, currency_id FROM res_company) company ON company.id = o.company_id
            """,
            columns=SQL(", ").join(
                SQL.identifier("credit", name) for name in CREDIT_COLUMNS if name != "currency_id"
            ),
            credits=self.env["sales.commission.estimating.matching"]._credit_query(
                SQL("e.document_id = s.period"), SQL("(%s)", self._entries_query(orders))
            ),
        )

    @api.model
    def _entries_query(self, orders):
        """The lines of the orders as ledger entries of all steps; see ``_order_lines_query`` of
        the ledger's posting for confirmed orders.

        :return: ``SQL`` of the columns of the ledger that rules look at
        """
        return SQL(
            """
            SELECT l.id * 3 + step.place::integer AS id, 'sale.order' AS document_model,
                   o.id AS document_id, o.name AS reference, l.id AS source_id, o.company_id,
                   step.event, estimated_order.day AS date, NULL::date AS late_for,
                   ROUND(l.price_subtotal / rate.rate / currency.rounding::numeric)
                       * currency.rounding::numeric AS amount,
                   ROUND(COALESCE(l.margin, 0)::numeric / rate.rate / currency.rounding::numeric)
                       * currency.rounding::numeric AS margin,
                   COALESCE(l.ledger_quantity, 0)::numeric AS quantity,
                   COALESCE(l.discount, 0)::numeric AS discount,
                   o.user_id, o.team_id, o.territory_id, o.ledger_partner_id AS partner_id,
                   o.channel_partner_id, l.product_id,
                   l.ledger_categ_id AS categ_id, o.campaign_id,
                   contract.root_id AS contract_id
              FROM estimated_order
              JOIN sale_order o ON o.id = estimated_order.id
              JOIN sale_order_line l ON l.order_id = o.id
              JOIN res_company c ON c.id = o.company_id
              JOIN res_currency currency ON currency.id = c.currency_id
              LEFT JOIN sales_contract contract ON contract.id = o.contract_id
             CROSS JOIN LATERAL (
                   SELECT COALESCE(NULLIF(o.currency_rate, 0), 1)::numeric AS rate) rate
             CROSS JOIN unnest(%s) WITH ORDINALITY AS step (event, place)
             WHERE l.display_type IS NULL AND l.is_downpayment IS NOT TRUE
            """,
            [event for event, _label in LEDGER_EVENT],
        )

    # === WHAT WAS SOLD SO FAR === #
    @api.model
    def _counted_rules_query(self):
        """:return: ``SQL`` of the rules that look at a total; without any, no sales are read"""
        return SQL(
            """
            SELECT DISTINCT c.rule_id, c.payee_id, r.role
              FROM commission_credit c JOIN sales_commission_rule r ON r.id = c.rule_id
             WHERE r.rate_type IN ('marginal', 'retroactive', 'period') OR r.threshold > 0
                OR r.cap_period > 0 OR r.cap_year > 0
            """
        )

    @api.model
    def _sold_query(self, orders, plans):
        """:return: ``SQL`` of what payees sold since the last run of the measured time: month,
        rule_id, payee_id, order_id where it is one of the orders, and base"""
        scope = self.env["sales.commission.scope"]
        credited = self.env["sales.commission.estimating.matching"]._credit_query(
            SQL("(s.rule_id, p.payee_id) IN (SELECT rule_id, payee_id FROM counted_rule)"),
            SQL("(%s)", self._sellers_entries_query(orders)),
        )
        return SQL(
            """
            WITH commission_scope AS MATERIALIZED (%(scope)s)
            SELECT credit.period AS month, credit.rule_id, credit.payee_id, own.order_id,
                   SUM(credit.base) AS base
              FROM (%(credited)s) credit
              JOIN sales_ledger_entry e ON e.id = credit.entry_id
              LEFT JOIN (%(own)s) own
                ON own.document_model = e.document_model AND own.source_id = e.source_id
             GROUP BY 1, 2, 3, 4
            """,
            scope=scope._scope_query(plans, self._month_windows_query()),
            credited=credited,
            own=self._own_lines_query(orders),
        )

    @api.model
    def _sellers_entries_query(self, orders):
        """:return: ``SQL`` of the ledger entries that payees of the counted rules may share in:
        far fewer than the company's, found by their indexes"""
        return SQL(
            """
            SELECT * FROM sales_ledger_entry
             WHERE company_id = ANY(%s)
               AND date >= (SELECT MIN(date_from) FROM commission_scope)
               AND date <= (SELECT MAX(date_to) FROM commission_scope)
               AND (user_id = ANY(ARRAY(
                        SELECT seller.id FROM res_users seller
                          JOIN counted_rule c ON c.payee_id = seller.partner_id
                         WHERE c.role = 'salesperson'))
                    OR team_id = ANY(ARRAY(
                        SELECT team.id FROM counted_rule c
                          JOIN res_users leader ON leader.partner_id = c.payee_id
                          JOIN crm_team led ON led.user_id = leader.id
                          JOIN crm_team team ON starts_with(team.parent_path, led.parent_path)
                         WHERE c.role = 'leader'))
                    OR channel_partner_id = ANY(ARRAY(
                        SELECT payee_id FROM counted_rule WHERE role = 'channel'))
                    OR EXISTS (SELECT FROM counted_rule WHERE role = 'payee')
                    OR source_id = ANY(ARRAY(
                        SELECT unnest(ARRAY[line.id, rel.invoice_line_id])
                          FROM counted_rule c
                          JOIN sales_commission_split split ON split.payee_id = c.payee_id
                          JOIN sale_order_line line ON line.order_id = split.order_id
                          LEFT JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
                         WHERE c.role = 'salesperson')))
            """,
            orders.company_id.ids,
        )

    @api.model
    def _month_windows_query(self):
        return SQL(
            """
            SELECT DISTINCT o.company_id, p.id AS plan_id,
                   to_char(o.day, 'YYYYMM')::integer AS period,
                   COALESCE((SELECT MAX(w.date_to) + 1 FROM sales_commission_run w
                              WHERE %(is_settled)s AND w.date_to < o.day
                                AND w.date_from >= %(span)s), %(span)s) AS date_from,
                   (date_trunc('month', o.day) + interval '1 month' - interval '1 day')::date
                       AS date_to, TRUE AS is_current
              FROM estimated_order o
             WHERE EXISTS (SELECT FROM counted_rule WHERE rule_id = r.id)
            """,
            is_settled=self._is_settled_sql(),
            span=self._span_sql(),
        )

    @api.model
    def _is_settled_sql(self):
        """:return: ``SQL``: run ``w`` has settled the plan ``p``"""
        return SQL(
            "w.company_id = p.company_id AND (w.plan_id IS NULL OR w.plan_id = p.id)"
            " AND w.state IN ('approved', 'paid', 'closed')"
        )

    @api.model
    def _span_sql(self):
        """:return: ``SQL`` of the first day that the rule ``r`` counts from, on the day of
        ``o``"""
        return SQL(
            "date_trunc(CASE r.measure_period WHEN 'run' THEN 'month' ELSE r.measure_period END,"
            " o.day)::date"
        )

    @api.model
    def _own_lines_query(self, orders):
        """:return: ``SQL`` that finds the order of the batch that a ledger entry belongs to, so
        that an order is not counted on top of itself"""
        return SQL(
            """
            SELECT 'sale.order' AS document_model, id AS source_id, order_id
              FROM sale_order_line WHERE order_id = ANY(%(orders)s)
             UNION
            SELECT 'account.move', rel.invoice_line_id, MIN(l.order_id)
              FROM sale_order_line l
              JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = l.id
             WHERE l.order_id = ANY(%(orders)s)
             GROUP BY rel.invoice_line_id
            """,
            orders=orders.ids,
        )

    @api.model
    def _priors_query(self):
        """What the orders come on top of; see ``_priors_query`` of the pricing."""
        return SQL(
            """
            SELECT t.period, t.rule_id, t.payee_id, t.currency_id, %(span)s AS date_from,
                   (date_trunc('month', o.day) + interval '1 month' - interval '1 day')::date
                       AS date_to,
                   settled.base, settled.company_amount, settled.year_amount,
                   (SELECT SUM(sold.base) FROM sold
                     WHERE sold.month = to_char(o.day, 'YYYYMM')::integer
                       AND sold.rule_id = t.rule_id AND sold.payee_id = t.payee_id
                       AND sold.order_id IS DISTINCT FROM o.id) AS counted_base
              FROM total t
              JOIN estimated_order o ON o.id = t.period
              JOIN sales_commission_rule r ON r.id = t.rule_id
              LEFT JOIN LATERAL (
                   SELECT SUM(m.base + m.restated_base - m.outside_base) FILTER (
                              WHERE %(is_inside)s) AS base,
                          SUM((m.amount - m.outside_amount) / m.currency_rate) FILTER (
                              WHERE %(is_inside)s) AS company_amount,
                          SUM(m.amount / m.currency_rate) AS year_amount
                     FROM sales_commission_measure m
                     JOIN sales_commission_run w
                       ON w.id = m.run_id AND w.state IN ('approved', 'paid', 'closed')
                      AND w.date_from >= date_trunc('year', o.day) AND w.date_to < o.day
                    WHERE m.rule_id = t.rule_id AND m.payee_id = t.payee_id) settled ON TRUE
            """,
            span=self._span_sql(),
            is_inside=SQL("r.measure_period <> 'run' AND w.date_from >= %s", self._span_sql()),
        )
