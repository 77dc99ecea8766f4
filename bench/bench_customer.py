"""Customers: the nightly count of 200,000 customers over 1,000,000 entries of the ledger."""

from datetime import timedelta

from odoo import fields
from odoo.tools import SQL

from .harness import compare

CUSTOMERS = 200_000
ENTRIES = 1_000_000
# One order in so many is taken back, and one in so many entries is a collection.
CANCELLED = 25
COLLECTED = 4


def run(env):
    """Yield the first count of a company, which writes all, and that of the night after."""
    company = env["res.company"].create(
        {"name": "Benchmark", "currency_id": env.ref("base.USD").id}
    )
    env.user.company_ids |= company
    env["sales.customer.level"].search([]).active = False
    levels = env["sales.customer.level"].create(
        [
            {"name": name, "sequence": place, "min_amount": amount, "min_frequency": days}
            for place, (name, amount, days) in enumerate(
                (("A", 3_000, 4), ("B", 1_500, 2), ("C", 200, 0), ("D", 0, 0))
            )
        ]
    )
    _insert(env, company)
    count = env["sales.customer.count"]
    sql = _BestSql(env, company, levels)
    count._count(company, review=True)
    ours = _figures(env, company)
    env.cr.execute("DELETE FROM sales_customer_profile WHERE company_id = %s", [company.id])
    env.cr.execute("SELECT set_config('work_mem', '128MB', TRUE)")
    sql.count()
    if ours != _figures(env, company):
        raise AssertionError(f"{ours} by the addon, {_figures(env, company)} by SQL")
    yield compare(
        "customer_night",
        CUSTOMERS,
        ours=lambda: count._count(company, review=True),
        best_sql=sql.count,
        env=env,
        target=3,
    )
    env.cr.execute("DELETE FROM sales_customer_profile WHERE company_id = %s", [company.id])
    yield compare(
        "customer_first_count",
        CUSTOMERS,
        ours=lambda: count._count(company, review=True),
        best_sql=sql.count,
        env=env,
        target=3,
    )


def _insert(env, company):
    """Written by SQL; posting documents would take an hour."""
    today = fields.Date.today()
    env.flush_all()
    env.cr.execute(
        SQL(
            """
            INSERT INTO res_partner (name, complete_name, active, is_company, company_id, type,
                                     partner_share, autopost_bills, customer_rank)
            SELECT 'Customer ' || n, 'Customer ' || n, TRUE, TRUE, %s, 'contact', TRUE, 'ask', 1
              FROM generate_series(1, %s) n
            """,
            company.id,
            CUSTOMERS,
        )
    )
    env.cr.execute(
        "UPDATE res_partner SET commercial_partner_id = id WHERE commercial_partner_id IS NULL"
    )
    env.cr.execute(
        SQL(
            """
            INSERT INTO sales_ledger_entry (
                company_id, currency_id, event, date, reference, amount, margin, quantity,
                partner_id, document_model, document_id, source_id, posting_no
            )
            SELECT %(company)s, %(currency)s,
                   CASE WHEN n %% %(collected)s = 0 THEN 'collected' ELSE 'booked' END,
                   %(today)s - ((n::bigint * 7919) %% 900)::integer, 'S' || n,
                   CASE WHEN n %% %(cancelled)s = 0 THEN -1 ELSE 1 END * (n %% 997 + 1),
                   n %% 300, 1, customer.id, 'sale.order', 800000000 + n, 1, 1
              FROM generate_series(1, %(entries)s) n
              JOIN (
                    SELECT id, row_number() OVER (ORDER BY id) - 1 AS place
                      FROM res_partner WHERE company_id = %(company)s
                   ) AS customer ON customer.place = (n::bigint * 104729) %% %(count)s
            """,
            company=company.id,
            currency=company.currency_id.id,
            collected=COLLECTED,
            cancelled=CANCELLED,
            today=today - timedelta(days=1),
            count=CUSTOMERS,
            entries=ENTRIES,
        )
    )
    env.cr.execute("ANALYZE res_partner, sales_ledger_entry, sales_customer_profile")
    env.invalidate_all(flush=False)


def _figures(env, company):
    """:return: sums that tell one way of counting from another"""
    env.cr.execute(
        """
        SELECT COUNT(*), SUM(monetary), SUM(frequency), SUM(order_count), SUM(purchase_cycle),
               SUM(recency_score), SUM(monetary_score), COUNT(*) FILTER (WHERE lifecycle = 'lost'),
               COUNT(last_collected_on), SUM(level_id)
          FROM sales_customer_profile WHERE company_id = %s
        """,
        [company.id],
    )
    return env.cr.fetchone()


class _BestSql:
    """One statement by hand for exactly these levels and limits, without a history of levels."""

    def __init__(self, env, company, levels):
        self.env = env
        self.company = company
        self.levels = levels

    def count(self):
        self.env.cr.execute(
            SQL(
                """
                WITH booked AS (
                    SELECT partner_id, MIN(date) FILTER (WHERE amount > 0) AS first_on,
                           MAX(date) FILTER (WHERE amount > 0) AS last_on,
                           COUNT(*) FILTER (WHERE amount > 0) AS days,
                           SUM(orders) AS orders,
                           COUNT(*) FILTER (WHERE amount > 0 AND date > %(since)s) AS frequency,
                           COALESCE(SUM(amount) FILTER (WHERE date > %(since)s), 0) AS monetary,
                           COALESCE(SUM(margin) FILTER (WHERE date > %(since)s), 0) AS margin
                      FROM (
                            SELECT partner_id, date, SUM(amount) AS amount, SUM(margin) AS margin,
                                   COUNT(*) FILTER (WHERE amount > 0) AS orders
                              FROM sales_ledger_entry
                             WHERE company_id = %(company)s AND event = 'booked'
                             GROUP BY 1, 2
                           ) AS day
                     GROUP BY partner_id
                ), collected AS (
                    SELECT partner_id, MAX(date) AS collected_on
                      FROM (
                            SELECT partner_id, date FROM sales_ledger_entry
                             WHERE company_id = %(company)s AND event = 'collected'
                             GROUP BY 1, 2 HAVING SUM(amount) > 0
                           ) AS day
                     GROUP BY partner_id
                ), measured AS (
                    SELECT partner.id, booked.*, collected.collected_on,
                           COALESCE(days, 0) > 0 AS has_ordered,
                           ROUND((last_on - first_on)::numeric / NULLIF(days - 1, 0), 1) AS cycle
                      FROM res_partner partner
                      LEFT JOIN booked ON booked.partner_id = partner.id
                      LEFT JOIN collected ON collected.partner_id = partner.id
                     WHERE partner.company_id = %(company)s
                ), counted AS (
                    SELECT id, CASE
                             WHEN NOT has_ordered THEN 'prospect'
                             WHEN %(today)s - last_on > 2 * GREATEST(cycle * 2, 30)
                                  AND cycle IS NOT NULL
                               OR %(today)s - last_on > 360 AND cycle IS NULL THEN 'lost'
                             WHEN %(today)s - last_on > GREATEST(cycle * 2, 30)
                                  AND cycle IS NOT NULL
                               OR %(today)s - last_on > 180 AND cycle IS NULL THEN 'dormant'
                             WHEN days > 1 THEN 'repeat' ELSE 'customer' END AS lifecycle,
                           CASE WHEN monetary >= 3000 AND frequency >= 4 THEN %(a)s
                                WHEN monetary >= 1500 AND frequency >= 2 THEN %(b)s
                                WHEN monetary >= 200 THEN %(c)s ELSE %(d)s END AS level_id,
                           COALESCE(orders, 0) AS orders, COALESCE(days, 0) AS days,
                           first_on, last_on, collected_on, COALESCE(frequency, 0) AS frequency,
                           COALESCE(monetary, 0) AS monetary, COALESCE(margin, 0) AS margin,
                           cycle, last_on + ROUND(cycle)::integer AS expected_on,
                           CASE WHEN has_ordered THEN 1 + 5 * (RANK() OVER (
                               PARTITION BY has_ordered ORDER BY last_on) - 1)
                               / COUNT(*) OVER (PARTITION BY has_ordered) END AS r,
                           CASE WHEN has_ordered THEN 1 + 5 * (RANK() OVER (
                               PARTITION BY has_ordered ORDER BY frequency) - 1)
                               / COUNT(*) OVER (PARTITION BY has_ordered) END AS f,
                           CASE WHEN has_ordered THEN 1 + 5 * (RANK() OVER (
                               PARTITION BY has_ordered ORDER BY monetary) - 1)
                               / COUNT(*) OVER (PARTITION BY has_ordered) END AS m
                      FROM measured
                )
                INSERT INTO sales_customer_profile AS profile (
                    partner_id, company_id, lifecycle, level_id, order_count, order_days,
                    first_order_on, last_order_on, last_collected_on, frequency, monetary,
                    margin, purchase_cycle, expected_on, recency_score, frequency_score,
                    monetary_score
                )
                SELECT id, %(company)s, lifecycle, level_id, orders, days, first_on, last_on,
                       collected_on, frequency, monetary, margin, cycle, expected_on, r, f, m
                  FROM counted
                    ON CONFLICT (partner_id, company_id) DO UPDATE SET
                       lifecycle = EXCLUDED.lifecycle, level_id = EXCLUDED.level_id,
                       order_count = EXCLUDED.order_count, order_days = EXCLUDED.order_days,
                       first_order_on = EXCLUDED.first_order_on,
                       last_order_on = EXCLUDED.last_order_on,
                       last_collected_on = EXCLUDED.last_collected_on,
                       frequency = EXCLUDED.frequency, monetary = EXCLUDED.monetary,
                       margin = EXCLUDED.margin, purchase_cycle = EXCLUDED.purchase_cycle,
                       expected_on = EXCLUDED.expected_on,
                       recency_score = EXCLUDED.recency_score,
                       frequency_score = EXCLUDED.frequency_score,
                       monetary_score = EXCLUDED.monetary_score
                 WHERE (profile.lifecycle, profile.level_id, profile.order_count,
                        profile.order_days, profile.last_order_on, profile.last_collected_on,
                        profile.frequency, profile.monetary, profile.margin,
                        profile.recency_score, profile.frequency_score, profile.monetary_score)
                    IS DISTINCT FROM
                       (EXCLUDED.lifecycle, EXCLUDED.level_id, EXCLUDED.order_count,
                        EXCLUDED.order_days, EXCLUDED.last_order_on, EXCLUDED.last_collected_on,
                        EXCLUDED.frequency, EXCLUDED.monetary, EXCLUDED.margin,
                        EXCLUDED.recency_score, EXCLUDED.frequency_score,
                        EXCLUDED.monetary_score)
                """,
                company=self.company.id,
                today=fields.Date.today(),
                since=fields.Date.subtract(fields.Date.today(), months=12),
                **dict(zip("abcd", self.levels.ids, strict=True)),
            )
        )
