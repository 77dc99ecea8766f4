"""The fulfilment of contracts: 20,000 of them with 500,000 order lines, and one more order."""

from odoo.tools import SQL

from .bench_ledger import create_company, insert_orders
from .harness import compare

CONTRACTS = 20_000
ORDER_LINES = 500_000
LINES_PER_CONTRACT = 2
MILESTONES_PER_CONTRACT = 4


def run(env):
    """Yield one result per question."""
    company = create_company(env, "Benchmark of contracts")
    contract_ids = _insert_contracts(env, company)
    _put_orders_under(env, contract_ids, insert_orders(env, company, ORDER_LINES))
    yield _bench_everything(env)
    yield _bench_one(env, contract_ids[len(contract_ids) // 2])


def _bench_everything(env):
    """Count every contract, its lines and its promises, against an UPDATE of each table that
    only sums up the lines of orders, in the currency that they all have."""

    def best_sql():
        env.cr.execute(
            """
            WITH call AS MATERIALIZED (
                SELECT o.contract_id, l.contract_line_id, SUM(l.product_uom_qty) AS quantity,
                       SUM(l.qty_delivered) AS delivered, SUM(l.qty_invoiced) AS invoiced,
                       SUM(l.price_subtotal) AS amount,
                       SUM(l.price_subtotal * l.qty_delivered / l.product_uom_qty)
                           AS delivered_amount,
                       SUM(l.untaxed_amount_invoiced) AS invoiced_amount
                  FROM sale_order o JOIN sale_order_line l ON l.order_id = o.id
                 WHERE o.state = 'sale' AND o.contract_id IS NOT NULL
                 GROUP BY o.contract_id, l.contract_line_id
            ), lines AS (
                UPDATE sales_contract_line line
                   SET ordered_quantity = call.quantity, delivered_quantity = call.delivered,
                       invoiced_quantity = call.invoiced, ordered_amount = call.amount,
                       delivered_amount = call.delivered_amount,
                       invoiced_amount = call.invoiced_amount
                  FROM call WHERE call.contract_line_id = line.id
            ), total AS MATERIALIZED (
                SELECT contract_id, SUM(amount) AS amount,
                       SUM(delivered_amount) AS delivered_amount,
                       SUM(invoiced_amount) AS invoiced_amount
                  FROM call GROUP BY contract_id
            ), contracts AS (
                UPDATE sales_contract contract
                   SET ordered_amount = total.amount, delivered_amount = total.delivered_amount,
                       invoiced_amount = total.invoiced_amount
                  FROM total WHERE total.contract_id = contract.id
            )
            UPDATE sales_contract_milestone milestone
               SET done_amount = done.amount, open_amount = milestone.amount - done.amount
              FROM (
                    SELECT promise.id,
                           GREATEST(0, LEAST(promise.amount, total.delivered_amount
                               - SUM(promise.amount) OVER (
                                   PARTITION BY promise.contract_id ORDER BY promise.date_due)
                               + promise.amount)) AS amount
                      FROM sales_contract_milestone promise
                      JOIN total ON total.contract_id = promise.contract_id
                   ) done
             WHERE done.id = milestone.id
            """
        )

    return compare(
        "contract_fulfilment",
        ORDER_LINES,
        ours=env["sales.contract.fulfilment"]._refresh,
        best_sql=best_sql,
        env=env,
        repeat=3,
        target=3,
    )


def _bench_one(env, contract_id):
    """Count one contract among all, as each transaction does, against a reading of its lines."""

    def ours():
        env["sales.contract.fulfilment"]._refresh([contract_id])

    def best_sql():
        env.cr.execute(
            """
            SELECT l.contract_line_id, SUM(l.product_uom_qty), SUM(l.price_subtotal)
              FROM sale_order o JOIN sale_order_line l ON l.order_id = o.id
             WHERE o.state = 'sale' AND o.contract_id = %s
             GROUP BY l.contract_line_id
            """,
            [contract_id],
        )

    # Planning the statement is most of it; a person would not notice fifty milliseconds.
    return compare("contract_fulfilment_of_one", 1, ours=ours, best_sql=best_sql, env=env, repeat=5)


def _insert_contracts(env, company):
    """Contracts in force with lines and a collection plan, written by SQL.

    :return: list of their ids
    """
    partner = env["res.partner"].create({"name": "Bench", "company_id": company.id})
    category = env["product.category"].create({"name": "Bench"})
    env.flush_all()
    (contract_ids,) = zip(
        *env.execute_query(
            SQL(
                """
                INSERT INTO sales_contract (
                    name, version, state, contract_type, renewal, company_id, currency_id,
                    partner_id, commercial_partner_id, user_id, date_from, amount)
                SELECT 'BENCH' || n, 1, 'active', 'framework', 'none', %s, %s, %s, %s, %s,
                       date '2024-01-01', 10000
                  FROM generate_series(1, %s) n RETURNING id
                """,
                company.id,
                company.currency_id.id,
                partner.id,
                partner.id,
                env.uid,
                CONTRACTS,
            )
        ),
        strict=True,
    )
    ids = list(contract_ids)
    env.cr.execute("UPDATE sales_contract SET root_id = id WHERE id = ANY(%s)", [ids])
    env.cr.execute(
        """
        INSERT INTO sales_contract_line (
            contract_id, company_id, currency_id, categ_id, price_basis, max_quantity, amount)
        SELECT k.id, k.company_id, k.currency_id, %s, 'list', 1000, 5000
          FROM sales_contract k CROSS JOIN generate_series(1, %s) WHERE k.id = ANY(%s)
        """,
        [category.id, LINES_PER_CONTRACT, ids],
    )
    env.cr.execute("UPDATE sales_contract_line SET root_id = id WHERE root_id IS NULL")
    env.cr.execute(
        """
        INSERT INTO sales_contract_milestone (
            contract_id, company_id, currency_id, name, kind, date_due, amount, open_amount,
            contract_state)
        SELECT k.id, k.company_id, k.currency_id, 'Bench', 'delivery',
               date '2024-01-01' + 90 * n, 100 * n, 100 * n, 'active'
          FROM sales_contract k CROSS JOIN generate_series(1, %s) n WHERE k.id = ANY(%s)
        """,
        [MILESTONES_PER_CONTRACT, ids],
    )
    env.cr.execute("ANALYZE sales_contract, sales_contract_line, sales_contract_milestone")
    return ids


def _put_orders_under(env, contract_ids, order_ids):
    """Spread orders over the contracts, and their lines over the lines of the contract."""
    env.cr.execute(
        """
        UPDATE sale_order o SET contract_id = (%s::int[])[1 + o.id %% %s] WHERE o.id = ANY(%s)
        """,
        [contract_ids, len(contract_ids), order_ids],
    )
    env.cr.execute(
        """
        UPDATE sale_order_line l
           SET contract_line_id = line.ids[1 + l.id %% 2], qty_delivered = l.product_uom_qty,
               qty_invoiced = 0, untaxed_amount_invoiced = 0
          FROM sale_order o
          JOIN (SELECT contract_id, array_agg(id) AS ids FROM sales_contract_line
                 GROUP BY contract_id) line USING (contract_id)
         WHERE l.order_id = o.id AND o.id = ANY(%s)
        """,
        [order_ids],
    )
    env.cr.execute("ANALYZE sale_order, sale_order_line")
