"""Orders through channel partners: are they within the authorizations of their day?"""

import sys

from odoo.tools import SQL

from .bench_ledger import create_company, insert_orders
from .harness import compare

ORDER_LINES = 20_000
PARTNERS = 200
TERRITORIES = 400
CATEGORIES = 100
# Confirming goes through all of Odoo's own steps, so fewer of them say as much.
CONFIRMED = 50


def run(env):
    """Yield one result per question."""
    company = create_company(env, "Benchmark of channels")
    territories, categories, partners = _create_authorizations(env, company)
    orders = env["sale.order"].browse(insert_orders(env, company, ORDER_LINES))
    _put_through_partners(env, orders, territories, categories[0], partners)
    yield _bench_check(env, orders)
    yield _bench_confirm(env, company, territories, categories, partners)
    _print_statements(env, orders)


def _bench_check(env, orders):
    """Find what lies outside in all orders, against the plainest statement for the same lines."""

    def best_sql():
        env.cr.execute(
            """
            SELECT l.id
              FROM sale_order o
              JOIN sale_order_line l ON l.order_id = o.id
              JOIN product_product p ON p.id = l.product_id
              JOIN product_template t ON t.id = p.product_tmpl_id
              JOIN product_category c ON c.id = t.categ_id
              JOIN sales_territory place ON place.id = o.territory_id
             WHERE o.id = ANY(%s) AND NOT EXISTS (
                   SELECT FROM sales_channel_authorization_right r
                    WHERE r.holder_id = o.channel_partner_id AND r.company_id = o.company_id
                      AND o.ledger_date BETWEEN r.date_from AND COALESCE(r.date_to, 'infinity')
                      AND starts_with(place.parent_path, r.territory_path)
                      AND starts_with(c.parent_path, r.categ_path))
            """,
            [orders.ids],
        )
        env.cr.fetchall()

    return compare(
        "channel_check",
        ORDER_LINES,
        ours=orders._get_unauthorized_texts,
        best_sql=best_sql,
        env=env,
        repeat=5,
        # Ours also writes a sentence for each order outside.
        target=3,
    )


def _bench_confirm(env, company, territories, categories, partners):
    """Confirm a batch with the check on, against the same with the check off."""
    product = env["product.product"].create(
        {"name": "Bench", "categ_id": categories[0].id, "company_id": company.id}
    )
    orders = env["sale.order"].create(
        [
            {
                "partner_id": partners[0].id,
                "company_id": company.id,
                "channel_partner_id": partners[number % PARTNERS].id,
                "territory_id": territories[2 * (number % PARTNERS)].id,
                "order_line": [(0, 0, {"product_id": product.id})],
            }
            for number in range(CONFIRMED)
        ]
    )

    def confirm(check):
        company.sales_channel_authorization_check = check
        orders.action_confirm()

    return compare(
        "channel_confirm",
        CONFIRMED,
        ours=lambda: confirm("warn"),
        best_sql=lambda: confirm("none"),
        env=env,
        repeat=5,
        target=1.5,
    )


def _print_statements(env, orders):
    """Show that checking takes as many statements for 100 orders as for one."""
    for count in (1, 100):
        batch = orders.filtered(lambda order: order.id % 10 == 0)[:count]
        env.invalidate_all()
        before = env.cr.sql_log_count
        batch._check_channel_authorization()
        env.flush_all()
        statements = env.cr.sql_log_count - before
        sys.stdout.write(f"checking {count} orders: {statements} statements\n")


def _create_authorizations(env, company):
    """Each partner holds two towns by one category of its own.

    :return: the towns, the categories and the partners
    """
    region = env["sales.territory"].create({"name": "Bench", "company_id": company.id})
    territories = env["sales.territory"].create(
        [
            {"name": f"Town {number}", "parent_id": region.id, "company_id": company.id}
            for number in range(TERRITORIES)
        ]
    )
    root = env["product.category"].create({"name": "Bench"})
    categories = env["product.category"].create(
        [{"name": f"Category {number}", "parent_id": root.id} for number in range(CATEGORIES)]
    )
    partners = env["res.partner"].create(
        [
            {
                "name": f"Distributor {number}",
                "is_company": True,
                "company_id": company.id,
                "channel_type": "distributor",
            }
            for number in range(PARTNERS)
        ]
    )
    env["sales.channel.authorization"].create(
        [
            {
                "partner_id": partner.id,
                "company_id": company.id,
                "territory_ids": [(6, 0, territories[2 * number : 2 * number + 2].ids)],
                "categ_ids": [(6, 0, (categories[number % CATEGORIES] | root).ids)],
                "date_from": "2024-01-01",
                "is_exclusive": True,
            }
            for number, partner in enumerate(partners)
        ]
    ).action_activate()
    return territories, categories, partners


def _put_through_partners(env, orders, territories, category, partners):
    """Spread orders over the partners and their own towns; every tenth goes to another one."""
    orders[:1].order_line.product_id.categ_id = category
    env.flush_all()
    env.cr.execute(
        SQL(
            """
            UPDATE sale_order
               SET channel_partner_id = (%s::int[])[1 + id %% %s],
                   territory_id = (%s::int[])[
                       1 + (2 * (id %% %s) + CASE WHEN id %% 10 = 0 THEN 2 ELSE 0 END) %% %s]
             WHERE id = ANY(%s)
            """,
            partners.ids,
            PARTNERS,
            territories.ids,
            PARTNERS,
            TERRITORIES,
            orders.ids,
        )
    )
    env.cr.execute("ANALYZE sale_order, sales_channel_authorization_right")
    env.invalidate_all()
