"""The sales ledger: posting order lines, importing past sales."""

import base64
import csv
import io
import random

from odoo.tools import SQL

from .harness import compare

ORDER_LINES = 100_000
BACKFILL_LINES = 1_000_000
LINES_PER_ORDER = 10
# Rows of the AdventureWorks file, whose shape the generated one has.
IMPORT_ROWS = 57_851


def run(env):
    """Yield one result per line of the issue on speed."""
    company = create_company(env)
    yield _bench_import(env, company)
    yield _bench_posting(env, company, "ledger_posting", ORDER_LINES, repeat=5)
    yield _bench_posting(env, company, "ledger_backfill", BACKFILL_LINES, repeat=3)


def create_company(env, name="Benchmark"):
    company = env["res.company"].create({"name": name, "currency_id": env.ref("base.USD").id})
    env.user.company_ids |= company
    return company


# === IMPORT === #
def _bench_import(env, company):
    """Check and import a CSV against COPY of the very rows that come of it."""
    sales_import = _create_import(env, company)
    rows = _copied_rows(env, sales_import)

    def ours():
        sales_import.action_check()
        sales_import._import()

    def best_sql():
        env.cr.copy_expert(
            f"COPY sales_ledger_entry ({rows.columns}) FROM STDIN (FORMAT csv)",
            io.StringIO(rows.text),
        )

    return compare(
        "import_history", IMPORT_ROWS, ours=ours, best_sql=best_sql, env=env, repeat=5, target=5
    )


def _create_import(env, company):
    """A file of 57,851 lines, 700 customers, 400 products, 20 salespeople, 10 territories."""
    shared = {"company_id": company.id}
    env["res.partner"].create(
        [
            {"name": f"Customer {n}", "ref": f"C{n}", "is_company": True, **shared}
            for n in range(700)
        ]
    )
    env["product.product"].create(
        [{"name": f"Product {n}", "default_code": f"P{n}", **shared} for n in range(400)]
    )
    env["sales.territory"].create(
        [{"name": f"Territory {n}", "code": f"T{n}", **shared} for n in range(10)]
    )
    env["res.users"].with_context(no_reset_password=True).create(
        [
            {
                "name": f"Seller {n}",
                "login": f"bench-{n}",
                "salesperson_code": f"E{n}",
                "active": False,
                "company_id": company.id,
                "company_ids": [(6, 0, company.ids)],
            }
            for n in range(20)
        ]
    )
    return env["sales.import"].create(
        {
            "kind": "ledger",
            "company_id": company.id,
            "filename": "bench.csv",
            "file": base64.b64encode(_history_csv().encode()),
        }
    )


def _history_csv():
    dice = random.Random(19)  # noqa: S311
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter="|")
    writer.writerow(
        ["Order", "Date", "Product", "Customer", "Salesperson", "Territory", "Quantity", "Sales",
         "Cost"]
    )  # fmt: skip
    for number in range(IMPORT_ROWS):
        cents = dice.randrange(100, 1_000_000)
        writer.writerow(
            [
                f"SO{number // 16}",
                f"{2017 + number % 4}/{dice.randrange(1, 13):02}/{dice.randrange(1, 29):02}",
                f"P{dice.randrange(400)}",
                f"C{dice.randrange(700)}",
                f"E{dice.randrange(20)}",
                f"T{dice.randrange(10)}",
                dice.randrange(1, 30),
                f"{cents / 100:.2f}",
                f"{cents * 0.8 / 100:.2f}",
            ]
        )
    return buffer.getvalue()


class _copied_rows:
    """The entries that an import makes, as text that COPY reads back.

    :param sales_import: imported and rolled back here
    """

    def __init__(self, env, sales_import):
        with env.cr.savepoint() as savepoint:
            sales_import.action_check()
            sales_import._import()
            env.cr.execute(
                """
                SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
                 WHERE table_name = 'sales_ledger_entry'
                   AND column_name NOT IN ('id', 'import_id')
                """
            )
            (self.columns,) = env.cr.fetchone()
            buffer = io.StringIO()
            env.cr.copy_expert(
                f"COPY (SELECT {self.columns} FROM sales_ledger_entry"
                f" WHERE import_id = {sales_import.id}) TO STDOUT (FORMAT csv)",
                buffer,
            )
            self.text = buffer.getvalue()
            savepoint.rollback()
        env.invalidate_all(flush=False)


# === POSTING === #
def _bench_posting(env, company, name, lines, repeat):
    """Post confirmed order lines, in the batches of a backfill, against the bare
    INSERT … SELECT of their rows in one statement."""
    # Odoo finds the addons only once it is configured, after this module was imported.
    from odoo.addons.sales_system.models.ledger.sales_ledger_backfill import BATCH_DOCUMENTS

    order_ids = insert_orders(env, company, lines)

    def ours():
        for start in range(0, len(order_ids), BATCH_DOCUMENTS):
            batch = order_ids[start : start + BATCH_DOCUMENTS]
            env["sales.ledger.posting"]._post("booked", batch)

    def best_sql():
        env.cr.execute(
            SQL(
                """
                INSERT INTO sales_ledger_entry (
                    event, document_model, document_id, source_id, posting_no, reference,
                    company_id, currency_id, date, amount, margin, quantity, user_id,
                    territory_id, partner_id, product_id, categ_id, posted_at, posted_by_id)
                SELECT 'booked', 'sale.order', o.id, l.id, 1, o.name,
                       o.company_id, %s, o.ledger_date, l.price_subtotal, l.margin,
                       l.ledger_quantity, o.user_id, o.territory_id, o.ledger_partner_id,
                       l.product_id, l.ledger_categ_id, now() AT TIME ZONE 'UTC', %s
                  FROM sale_order o JOIN sale_order_line l ON l.order_id = o.id
                 WHERE o.id = ANY(%s) AND o.state = 'sale'
                """,
                company.currency_id.id,
                env.uid,
                order_ids,
            )
        )

    return compare(name, lines, ours=ours, best_sql=best_sql, env=env, repeat=repeat, target=2)


def insert_orders(env, company, lines):
    """Confirmed orders written by SQL; creating them through the ORM would take minutes.

    :return: their ids
    """
    partner = env["res.partner"].create({"name": "Bench", "company_id": company.id})
    category = env["product.category"].create({"name": "Bench"})
    product = env["product.product"].create(
        {"name": "Bench", "company_id": company.id, "categ_id": category.id}
    )
    env.flush_all()
    (order_ids,) = zip(
        *env.execute_query(
            SQL(
                """
                INSERT INTO sale_order (
                    name, state, company_id, partner_id, partner_invoice_id,
                    partner_shipping_id, ledger_partner_id, user_id, currency_id, currency_rate,
                    date_order, ledger_date, access_token)
                SELECT 'B' || n, 'sale', %(company)s, %(partner)s, %(partner)s, %(partner)s,
                       %(partner)s, %(user)s, %(currency)s, 1,
                       timestamp '2024-01-01' + n %% 900 * interval '1 day',
                       date '2024-01-01' + n %% 900, %(stamp)s || n::text
                  FROM generate_series(1, %(orders)s) n
                RETURNING id
                """,
                company=company.id,
                partner=partner.id,
                user=env.uid,
                currency=company.currency_id.id,
                stamp=f"{lines}-",
                orders=lines // LINES_PER_ORDER,
            )
        ),
        strict=True,
    )
    env.cr.execute(
        SQL(
            """
            INSERT INTO sale_order_line (
                order_id, company_id, name, product_id, product_uom_id, product_uom_qty,
                price_unit, price_subtotal, margin, ledger_categ_id, ledger_quantity, customer_lead)
            SELECT o.id, %(company)s, 'Bench', %(product)s, %(uom)s, n,
                   10.5, 10.5 * n, 2.5 * n, %(categ)s, n, 0
              FROM unnest(%(orders)s) AS o(id) CROSS JOIN generate_series(1, %(lines)s) n
            """,
            company=company.id,
            product=product.id,
            uom=product.uom_id.id,
            categ=category.id,
            orders=list(order_ids),
            lines=LINES_PER_ORDER,
        )
    )
    env.cr.execute("ANALYZE sale_order, sale_order_line")
    return list(order_ids)
