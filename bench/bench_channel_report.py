"""Reports of channel partners: importing the sell-out of one, filling in those of all."""

import base64
import csv
import io
import random

from odoo.tools import SQL

from .bench_ledger import create_company
from .harness import compare

SALES = 100_000
PRODUCTS = 400
PARTNERS = 500
# Of one period, for all partners together.
INVOICED = 100_000


def run(env):
    company = create_company(env)
    products = env["product.product"].create(
        [
            {"name": f"Product {n}", "default_code": f"P{n}", "company_id": company.id}
            for n in range(PRODUCTS)
        ]
    )
    yield _bench_import(env, company)
    yield _bench_filling(env, company, products)


def _create_partners(env, company, count):
    return env["res.partner"].create(
        [
            {
                "name": f"Distributor {n}",
                "is_company": True,
                "company_id": company.id,
                "country_id": env.ref("base.cn").id,
                "channel_type": "distributor",
            }
            for n in range(count)
        ]
    )


def _create_reports(env, company, partners):
    return env["sales.channel.report"].create(
        [
            {"partner_id": partner.id, "company_id": company.id, "date_from": "2026-01-01"}
            for partner in partners
        ]
    )


# === IMPORT === #
def _bench_import(env, company):
    """Check and import the sell-out of a month against COPY of the very rows that come of it."""
    territories = env["sales.territory"].create(
        [{"name": f"Territory {n}", "company_id": company.id} for n in range(10)]
    )
    env["sales.territory.rule"].create(
        [
            {"territory_id": territory.id, "country_id": env.ref("base.cn").id, "city": f"City {n}"}
            for n, territory in enumerate(territories)
        ]
    )
    report = _create_reports(env, company, _create_partners(env, company, 1))
    sales_import = env["sales.import"].create(
        {
            "kind": "channel_sale",
            "company_id": company.id,
            "channel_report_id": report.id,
            "filename": "bench.csv",
            "file": base64.b64encode(_sales_csv().encode()),
        }
    )
    columns, text = _copied_rows(env, sales_import)

    def ours():
        sales_import.action_check()
        sales_import._import()

    def best_sql():
        env.cr.copy_expert(
            f"COPY sales_channel_report_sale ({columns}) FROM STDIN (FORMAT csv)",
            io.StringIO(text),
        )

    return compare(
        "channel_sell_out_import", SALES, ours=ours, best_sql=best_sql, env=env, target=3
    )


def _sales_csv():
    dice = random.Random(19)  # noqa: S311
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["Document", "Date", "Product", "Quantity", "Amount", "End Customer", "City"])
    for number in range(SALES):
        writer.writerow(
            [
                f"SO{number // 8}",
                f"2026-01-{dice.randrange(1, 32):02}",
                f"P{dice.randrange(PRODUCTS)}",
                dice.randrange(1, 30),
                f"{dice.randrange(100, 1_000_000) / 100:.2f}",
                f"Customer {dice.randrange(2000)}",
                f"City {dice.randrange(10)}",
            ]
        )
    return buffer.getvalue()


def _copied_rows(env, sales_import):
    """:return: (columns, text) of the details that an import makes, as COPY reads them back"""
    with env.cr.savepoint() as savepoint:
        sales_import.action_check()
        sales_import._import()
        env.cr.execute(
            """
            SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
             WHERE table_name = 'sales_channel_report_sale' AND column_name <> 'id'
            """
        )
        (columns,) = env.cr.fetchone()
        buffer = io.StringIO()
        env.cr.copy_expert(
            f"COPY (SELECT {columns} FROM sales_channel_report_sale"
            f" WHERE import_id = {sales_import.id}) TO STDOUT (FORMAT csv)",
            buffer,
        )
        savepoint.rollback()
    env.invalidate_all(flush=False)
    return columns, buffer.getvalue()


# === FILLING IN === #
def _bench_filling(env, company, products):
    """Fill the reports of all partners in against the bare aggregation of their invoices."""
    partners = _create_partners(env, company, PARTNERS)
    env.cr.execute(
        SQL(
            """
            INSERT INTO sales_ledger_entry (
                event, posting_no, company_id, currency_id, date, amount, margin, quantity,
                partner_id, product_id, posted_at)
            SELECT 'invoiced', 1, %(company)s, %(currency)s, date '2026-01-01' + n %% 31, 100, 10,
                   1, (%(partners)s)[1 + n %% %(count)s],
                   (%(products)s)[1 + n / %(count)s %% 100], now() AT TIME ZONE 'UTC'
              FROM generate_series(0, %(rows)s - 1) n
            """,
            company=company.id,
            currency=company.currency_id.id,
            partners=partners.ids,
            count=PARTNERS,
            products=products.ids,
            rows=INVOICED,
        )
    )
    env.cr.execute("ANALYZE sales_ledger_entry")
    reports = _create_reports(env, company, partners)
    env.cr.execute("DELETE FROM sales_channel_report_line")
    env.invalidate_all()

    def best_sql():
        env.cr.execute(
            SQL(
                """
                INSERT INTO sales_channel_report_line (
                    report_id, company_id, partner_id, date_to, currency_id, product_id,
                    ledger_quantity, in_quantity, in_difference, opening_quantity,
                    closing_quantity)
                SELECT r.id, r.company_id, r.partner_id, r.date_to, r.currency_id, e.product_id,
                       SUM(e.quantity), SUM(e.quantity), 0, 0, SUM(e.quantity)
                  FROM sales_channel_report r
                  JOIN sales_ledger_entry e
                    ON e.company_id = r.company_id AND e.event = 'invoiced'
                   AND e.partner_id = r.partner_id AND e.date BETWEEN r.date_from AND r.date_to
                 WHERE r.id = ANY(%s)
                 GROUP BY r.id, e.product_id
                """,
                reports.ids,
            )
        )

    return compare(
        "channel_sell_in", INVOICED, ours=reports._fill, best_sql=best_sql, env=env, target=3
    )
