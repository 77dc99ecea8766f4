"""Reading a ledger of a million entries: the pivot's question, and Odoo's own pivot.

Read as a company reads it, from committed and vacuumed tables; the database of the
benchmarks is made anew each time, so nothing has to be rolled back.
"""

from contextlib import closing

import psycopg2

from odoo.tools import SQL

from .bench_ledger import create_company, insert_orders
from .harness import compare

ENTRIES = 1_000_000
GROUPBY = ["date:month", "user_id"]


def run(env):
    """Yield one result per question."""
    company = create_company(env)
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    orders = insert_orders(env, company, ENTRIES)
    env["sales.ledger.posting"]._post("booked", orders)
    env.cr.commit()
    with closing(psycopg2.connect(dbname=env.cr.dbname)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE sales_ledger_entry, sale_order, sale_order_line")
    domain = [("company_id", "=", company.id)]

    def ledger_pivot():
        env["sales.ledger.entry"].formatted_read_group(
            [*domain, ("event", "=", "booked")], GROUPBY, ["amount:sum", "__count"]
        )

    def raw_group_by():
        env.cr.execute(
            SQL(
                """
                SELECT date_trunc('month', date), user_id, SUM(amount), COUNT(*)
                  FROM sales_ledger_entry
                 WHERE company_id = %s AND event = 'booked'
                 GROUP BY 1, 2 ORDER BY 1, 2
                """,
                company.id,
            )
        )
        env.cr.fetchall()

    def sale_report_pivot():
        env["sale.report"].formatted_read_group(
            [*domain, ("state", "=", "sale")], GROUPBY, ["price_subtotal:sum", "__count"]
        )

    yield compare(
        "ledger_grouped_read", ENTRIES, ours=ledger_pivot, best_sql=raw_group_by, env=env,
        repeat=5, target=1.5,
    )  # fmt: skip
    # Here the other side is Odoo's own report: ours may take a fifth of its time.
    yield compare(
        "ledger_pivot_to_sale_report", ENTRIES, ours=ledger_pivot, best_sql=sale_report_pivot,
        env=env, repeat=5, target=0.2,
    )  # fmt: skip
