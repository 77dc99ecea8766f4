"""Market share: own sales of 2,000 market sizes out of 1,000,000 ledger entries."""

from odoo.fields import Command
from odoo.tools import SQL

from .harness import compare

ENTRIES = 1_000_000
MARKETS = 2_000
REGIONS = 10
CITIES = 20
FAMILIES = 5
KINDS = 10
MONTHS = 24


def run(env):
    """Yield the share of all markets, and that of the eighty that a list shows at once."""
    company = env["res.company"].create(
        {"name": "Benchmark", "currency_id": env.ref("base.USD").id}
    )
    env.user.company_ids |= company
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    env = env(user=_create_reader(env, company), su=False)
    territories, categories = _create_trees(env(su=True))
    _insert(env(su=True), company, territories, categories)
    market = env["sales.market.data"].search([("company_id", "=", company.id)])
    sql = _BestSql(env, company)
    for name, rows in (("market_share", market), ("market_share_page", market[:80])):
        _check(env, rows, sql)
        yield compare(
            name,
            len(rows),
            ours=lambda rows=rows: _shares(env, rows),
            best_sql=lambda rows=rows: sql.shares(rows.ids),
            env=env,
            target=3,
        )


def _shares(env, rows):
    figures = env["sales.market.share"]._get_figures(rows)
    return {id_: (one["own_amount"], one["own_share"]) for id_, one in figures.items()}


def _create_reader(env, company):
    """:return: id of a sales manager, for whom the record rules hold"""
    user = env["res.users"].create(
        {
            "name": "Benchmark",
            "login": "benchmark.market",
            "company_id": company.id,
            "company_ids": [Command.set(company.ids)],
            "group_ids": [Command.set(env.ref("sales_team.group_sale_manager").ids)],
        }
    )
    return user.id


def _create_trees(env):
    """:return: ids of territories and of product categories, those above and those below"""
    trees = []
    for model, tops, parts in (
        ("sales.territory", REGIONS, CITIES),
        ("product.category", FAMILIES, KINDS),
    ):
        above = env[model].create([{"name": f"Top {number}"} for number in range(tops)])
        below = env[model].create(
            [
                {"name": f"Part {number}", "parent_id": upper.id}
                for upper in above
                for number in range(parts)
            ]
        )
        trees.append((above.ids, below.ids))
    env.flush_all()
    return trees


def _insert(env, company, territories, categories):
    """Written by SQL; by documents it would take days."""
    indicator = env["sales.market.indicator"].create(
        {"name": "Benchmark", "kind": "amount", "is_market_size": True}
    )
    env.flush_all()
    env.cr.execute(
        SQL(
            """
            INSERT INTO sales_ledger_entry (company_id, currency_id, event, date, amount, margin,
                                            quantity, posting_no, territory_id, categ_id)
            SELECT %(company)s, %(currency)s, CASE n %% 3 WHEN 0 THEN 'booked' ELSE 'invoiced' END,
                   DATE '2024-01-01' + n %% 731, (n %% 1000)::numeric / 10, 0, n %% 9, 1,
                   (%(places)s::int[])[1 + n * 7 %% %(place_count)s],
                   (%(goods)s::int[])[1 + n * 13 %% %(good_count)s]
              FROM generate_series(1, %(entries)s) n
            """,
            company=company.id,
            currency=company.currency_id.id,
            places=territories[1],
            place_count=len(territories[1]),
            goods=categories[1],
            good_count=len(categories[1]),
            entries=ENTRIES,
        )
    )
    places, goods = territories[0] + territories[1], categories[0] + categories[1]
    env.cr.execute(
        SQL(
            """
            INSERT INTO sales_market_data (indicator_id, kind, is_market_size, company_id,
                                           currency_id, territory_id, categ_id, date_from, date_to,
                                           value, source)
            SELECT %(indicator)s, 'amount', TRUE, %(company)s, %(currency)s,
                   (%(places)s::int[])[1 + n %% %(place_count)s],
                   (%(goods)s::int[])[1 + n * 11 %% %(good_count)s],
                   (DATE '2024-01-01' + make_interval(months => n %% %(months)s))::date,
                   (DATE '2024-01-01' + make_interval(months => n %% %(months)s + 1))::date - 1,
                   1000000 + n, 'Source ' || n
              FROM generate_series(1, %(markets)s) n
            """,
            indicator=indicator.id,
            company=company.id,
            currency=company.currency_id.id,
            places=places,
            place_count=len(places),
            goods=goods,
            good_count=len(goods),
            months=MONTHS,
            markets=MARKETS,
        )
    )
    env.cr.execute("ANALYZE sales_ledger_entry, sales_market_data")
    env.invalidate_all(flush=False)


def _check(env, rows, sql):
    """Both ways must find the same, or their times say nothing."""
    ours, best = _shares(env, rows), sql.shares(rows.ids)
    if (
        ours != best
        or len(ours) != len(rows)
        or not any(amount for amount, _share in ours.values())
    ):
        raise AssertionError(f"{len(ours)} rows by the addon, {len(best)} by SQL, or not the same")


class _BestSql:
    """One statement by hand for exactly these markets: months, and trees of two levels."""

    def __init__(self, env, company):
        self.env = env
        self.company = company

    def shares(self, ids):
        """:return: dict of id of a market → (own amount, share)"""
        self.env.cr.execute(
            """
            WITH wanted AS MATERIALIZED (
                SELECT id, territory_id, categ_id, date_from, value
                  FROM sales_market_data WHERE id = ANY(%(ids)s)
            ), sold AS MATERIALIZED (
                SELECT date_trunc('month', date)::date AS month, territory_id, categ_id,
                       SUM(amount) AS amount
                  FROM sales_ledger_entry
                 WHERE company_id = %(company)s AND event = 'invoiced'
                   AND date BETWEEN (SELECT MIN(date_from) FROM wanted)
                                AND (SELECT MAX(date_from) + 31 FROM wanted)
                 GROUP BY 1, 2, 3
            ), place AS (
                SELECT id, id AS upper_id FROM sales_territory
                 UNION ALL
                SELECT id, parent_id FROM sales_territory WHERE parent_id IS NOT NULL
            ), good AS (
                SELECT id, id AS upper_id FROM product_category
                 UNION ALL
                SELECT id, parent_id FROM product_category WHERE parent_id IS NOT NULL
            )
            SELECT wanted.id, COALESCE(SUM(sold.amount), 0),
                   COALESCE(SUM(sold.amount), 0) / NULLIF(wanted.value, 0)
              FROM wanted
              LEFT JOIN (
                    SELECT place.upper_id AS place_id, good.upper_id AS good_id, sold.month,
                           SUM(sold.amount) AS amount
                      FROM sold
                      JOIN place ON place.id = sold.territory_id
                      JOIN good ON good.id = sold.categ_id
                     GROUP BY 1, 2, 3
                   ) sold
                ON sold.place_id = wanted.territory_id
               AND sold.good_id = wanted.categ_id
               AND sold.month = wanted.date_from
             GROUP BY wanted.id, wanted.value
            """,
            {"ids": ids, "company": self.company.id},
        )
        return {id_: (amount, share) for id_, amount, share in self.env.cr.fetchall()}
