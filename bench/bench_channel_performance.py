"""Channel performance over a million ledger entries, as its pivot asks for it."""

from contextlib import closing

import psycopg2

from odoo.tools import SQL

from .bench_ledger import create_company, insert_orders
from .harness import compare

ENTRIES = 1_000_000
PARTNERS = 200
CATEGORIES = 20
GROUPBY = ["channel_partner_id", "date:month", "categ_id"]
FIGURES = [
    "booked:sum", "invoiced:sum", "collected:sum", "margin:sum", "quantity:sum",
    "previous_booked:sum", "growth:avg", "mix:avg", "collection_days:avg", "overdue:sum",
]  # fmt: skip


def run(env):
    """Yield one result per question."""
    company = create_company(env, "Benchmark of channels")
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    _post_sales(env, company)
    yield _bench_pivot(env, company)
    yield _bench_year(env, company)


def _post_sales(env, company):
    """Orders of 900 days through 200 channel partners, of 20 categories.

    Read as a company reads it, from committed and vacuumed tables.
    """
    partners = env["res.partner"].create(
        [
            {
                "name": f"Channel partner {number}",
                "is_company": True,
                "channel_type": "distributor",
                "company_id": company.id,
            }
            for number in range(PARTNERS)
        ]
    )
    categories = env["product.category"].create(
        [{"name": f"Category {number}"} for number in range(CATEGORIES)]
    )
    orders = insert_orders(env, company, ENTRIES)
    env.cr.execute(
        SQL(
            "UPDATE sale_order SET channel_partner_id = (%s::int[])[1 + id %% %s]"
            " WHERE id = ANY(%s)",
            partners.ids,
            PARTNERS,
            orders,
        )
    )
    env.cr.execute(
        SQL(
            "UPDATE sale_order_line SET ledger_categ_id = (%s::int[])[1 + id %% %s]"
            " WHERE order_id = ANY(%s)",
            categories.ids,
            CATEGORIES,
            orders,
        )
    )
    env["sales.ledger.posting"]._post("booked", orders)
    env.cr.commit()
    with closing(psycopg2.connect(dbname=env.cr.dbname)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE sales_ledger_entry, sale_order, sale_order_line")


def _bench_pivot(env, company):
    """Partner × month × category over all years, every figure of it."""
    return _compare(env, company, "channel_performance", SQL("TRUE"), [])


def _bench_year(env, company):
    """The same of one year, as the screen opens."""
    return _compare(
        env,
        company,
        "channel_performance_year",
        SQL("month >= '2025-01-01' AND month < '2026-01-01'"),
        [("date", ">=", "2025-01-01"), ("date", "<", "2026-01-01")],
    )


def _compare(env, company, name, months, domain):
    def ours():
        env["sales.channel.performance"].formatted_read_group(
            [("company_id", "=", company.id), *domain], GROUPBY, FIGURES
        )

    def best_sql():
        env.cr.execute(_best_sql(company, months, one_year=bool(domain)))
        env.cr.fetchall()

    return compare(name, ENTRIES, ours=ours, best_sql=best_sql, env=env, repeat=5, target=3)


def _best_sql(company, months, one_year):
    """One pass over the ledger, and last year's groups joined to this year's."""
    return SQL(
        """
        WITH grouped AS MATERIALIZED (
            SELECT e.channel_partner_id, date_trunc('month', e.date)::date AS month, e.categ_id,
                   SUM(e.amount) FILTER (WHERE e.event = 'booked') AS booked,
                   SUM(e.amount) FILTER (WHERE e.event = 'invoiced') AS invoiced,
                   SUM(e.amount) FILTER (WHERE e.event = 'collected') AS collected,
                   SUM(e.margin) FILTER (WHERE e.event = 'booked') AS margin,
                   SUM(e.quantity) FILTER (WHERE e.event = 'booked') AS quantity,
                   SUM(e.amount * (e.date - m.invoice_date))
                       / NULLIF(SUM(e.amount) FILTER (WHERE m.id IS NOT NULL), 0) AS days
              FROM sales_ledger_entry e
              LEFT JOIN account_move m
                ON m.id = e.document_id AND e.event = 'collected'
             WHERE e.company_id = %(company)s AND e.channel_partner_id IS NOT NULL AND %(scope)s
             GROUP BY 1, 2, 3
        ), paired AS (
            SELECT COALESCE(now.channel_partner_id, before.channel_partner_id) AS partner,
                   COALESCE(now.month, (before.month + interval '1 year')::date) AS month,
                   COALESCE(now.categ_id, before.categ_id) AS category,
                   now.booked, now.invoiced, now.collected, now.margin, now.quantity, now.days,
                   before.booked AS previous_booked
              FROM grouped now
              FULL JOIN grouped before ON before.channel_partner_id = now.channel_partner_id
               AND before.categ_id = now.categ_id
               AND (before.month + interval '1 year')::date = now.month
        )
        SELECT *, booked / NULLIF(previous_booked, 0) - 1,
               booked / NULLIF(SUM(booked) OVER (PARTITION BY partner, month), 0)
          FROM paired
         WHERE %(months)s
         ORDER BY 1, 2, 3
        """,
        company=company.id,
        scope=SQL("e.date >= '2024-01-01' AND e.date < '2026-01-01'") if one_year else SQL("TRUE"),
        months=months,
    )
