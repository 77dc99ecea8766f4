"""Attainment of 10,000 targets by month over a ledger of a million entries.

Both sides read the same ledger and write the same figures of 120,000 cells and 10,000 targets:
actual, late, gap, attainment, expected to date, pace, forecast, gap per day and level reached. The
hand-written statements know what ours has to find out: which dimensions the targets name,
that they form exactly four levels, and that the plan is one calendar year in one currency.

A second plan has a level of market segments, whose members came and left in that year.
"""

from contextlib import closing
from datetime import date
from decimal import Decimal

import psycopg2

from odoo.fields import Command
from odoo.tools import SQL

from .bench_ledger import create_company
from .harness import compare

ENTRIES = 1_000_000
YEAR = 2026
REGIONS, CITIES_PER_REGION = 20, 10
CATEGORIES, PARTS_PER_CATEGORY = 10, 5
SELLERS_PER_REGION = 49
CUSTOMERS = 5_000
SEGMENTS = 20
# A customer is in so many segments at a time.
SEGMENTS_PER_CUSTOMER = 3
FIGURES = (
    "actual",
    "late",
    "gap",
    "attainment",
    "expected_to_date",
    "pace",
    "forecast",
    "gap_per_day",
)


def run(env):
    """Yield one result for the first count, and for later ones that find less to write."""
    company = create_company(env, "Targets")
    plan = _create_plan(env, company)
    _insert_master_data(env, company)
    _insert_targets(env, plan)
    _insert_entries(env, company)
    env.cr.commit()
    _vacuum(env)

    counting = env["sales.target.actual"]

    def ours():
        counting._count(plan)

    def best_sql():
        _best_sql(env, plan)

    rows = env["sales.target"].search_count([("plan_id", "=", plan.id)]) * 12
    _require_same_figures(env, plan, ours, best_sql)
    yield compare("targets_first_count", rows, ours=ours, best_sql=best_sql, env=env, target=2)
    ours()
    env.cr.commit()
    _vacuum(env)
    yield compare("targets_unchanged", rows, ours=ours, best_sql=best_sql, env=env, target=2)
    _insert_entries(env, company, rows // 100)
    env.cr.commit()
    yield compare(
        "targets_one_percent_changed", rows, ours=ours, best_sql=best_sql, env=env, target=2
    )
    yield _compare_one_edit(env, plan, rows)
    yield _compare_segments(env, company)


def _compare_segments(env, company):
    """A level of segments, and their salespeople below: who was in which segment on the day?"""
    plan = _create_plan(env, company)
    segments = _insert_segments(env, company)
    _insert_segment_targets(env, plan, segments)
    env.cr.commit()
    _vacuum(env)

    def ours():
        env["sales.target.actual"]._count(plan)

    def best_sql():
        _best_segment_sql(env, plan)

    rows = env["sales.target"].search_count([("plan_id", "=", plan.id)]) * 12
    _require_same_figures(env, plan, ours, best_sql, names=("actual", "late"))
    return compare("targets_of_segments", rows, ours=ours, best_sql=best_sql, env=env, target=3)


def _compare_one_edit(env, plan, rows):
    """One number typed below, against the figures of the whole plan: it touches its branch only."""
    lowest = env["sales.target"].search(
        [("plan_id", "=", plan.id), ("child_ids", "=", False)], limit=1
    )
    env.cr.execute(
        SQL(
            """
            UPDATE sales_target_cell cell SET assigned = NULL, stretch = NULL
              FROM sales_target part WHERE part.parent_id = cell.target_id AND part.plan_id = %s
            """,
            plan.id,
        )
    )
    cell_id = lowest.cell_ids[0].id

    def edit():
        env["sales.target.numbers"]._set(plan, "assigned", {cell_id: Decimal(7)}, "typed")

    def whole_plan():
        env["sales.target.actual"]._roll_up(plan)

    whole_plan()
    return compare(
        "targets_one_edit", rows, ours=edit, best_sql=whole_plan, env=env, repeat=5, target=0.2
    )


# === ROWS === #
def _create_plan(env, company):
    return env["sales.target.plan"].create(
        {
            "name": "Benchmark",
            "company_id": company.id,
            "date_from": date(YEAR, 1, 1),
            "date_to": date(YEAR, 12, 31),
        }
    )


def _insert_master_data(env, company):
    """Trees of territories and categories, salespeople and customers, and of each a table of
    numbered ids for the statements below."""
    regions = env["sales.territory"].create(
        [
            {
                "name": f"Region {region}",
                "company_id": company.id,
                "child_ids": [
                    Command.create({"name": f"City {region}.{city}", "company_id": company.id})
                    for city in range(CITIES_PER_REGION)
                ],
            }
            for region in range(REGIONS)
        ]
    )
    categories = env["product.category"].create(
        [
            {
                "name": f"Bench {category}",
                "child_id": [
                    Command.create({"name": f"Bench {category}.{part}"})
                    for part in range(PARTS_PER_CATEGORY)
                ],
            }
            for category in range(CATEGORIES)
        ]
    )
    env.flush_all()
    customers = _insert_partners(env, company, CUSTOMERS)
    sellers = _insert_partners(env, company, REGIONS * SELLERS_PER_REGION)
    env.cr.execute(
        SQL(
            """
            INSERT INTO res_users (login, partner_id, company_id, active, notification_type)
            SELECT 'bench-seller-' || id, id, %s, false, 'email' FROM unnest(%s) AS partner(id)
            RETURNING id
            """,
            company.id,
            sellers,
        )
    )
    for table, ids in (
        ("bench_seller", [id_ for (id_,) in env.cr.fetchall()]),
        ("bench_customer", customers),
        ("bench_region", regions.ids),
        ("bench_city", [id_ for region in regions for id_ in region.child_ids.ids]),
        ("bench_category", categories.ids),
        ("bench_part", [id_ for category in categories for id_ in category.child_id.ids]),
    ):
        env.cr.execute(
            SQL(
                "CREATE TEMP TABLE %s AS SELECT id, no - 1 AS no"
                " FROM unnest(%s) WITH ORDINALITY AS numbered(id, no)",
                SQL.identifier(table),
                ids,
            )
        )


def _insert_partners(env, company, count):
    rows = env.execute_query(
        SQL(
            "INSERT INTO res_partner (name, company_id, active, is_company, autopost_bills)"
            " SELECT 'Bench ' || n, %s, true, true, 'ask' FROM generate_series(1, %s) n"
            " RETURNING id",
            company.id,
            count,
        )
    )
    return [id_ for (id_,) in rows]


def _insert_targets(env, plan):
    """The company, its regions, their categories, and in those the region's salespeople."""
    env.cr.execute(
        SQL(
            """
            WITH top AS (
                INSERT INTO sales_target (plan_id, company_id, weight, proposal_state)
                VALUES (%(plan)s, %(company)s, 1, 'open') RETURNING id
            ), region AS (
                INSERT INTO sales_target (
                    plan_id, company_id, weight, proposal_state, parent_id, territory_id)
                SELECT %(plan)s, %(company)s, 1, 'open', top.id, bench_region.id
                  FROM top, bench_region
                RETURNING id, territory_id
            ), category AS (
                INSERT INTO sales_target (
                    plan_id, company_id, weight, proposal_state, parent_id, territory_id, categ_id)
                SELECT %(plan)s, %(company)s, 1, 'open', region.id, region.territory_id,
                       bench_category.id
                  FROM region, bench_category
                RETURNING id, territory_id, categ_id
            )
            INSERT INTO sales_target (
                plan_id, company_id, weight, proposal_state, parent_id, territory_id, categ_id,
                user_id)
            SELECT %(plan)s, %(company)s, 1, 'open', category.id, category.territory_id,
                   category.categ_id, bench_seller.id
              FROM category
              JOIN bench_region ON bench_region.id = category.territory_id
              JOIN bench_seller ON bench_seller.no / %(sellers)s = bench_region.no
            """,
            plan=plan.id,
            company=plan.company_id.id,
            sellers=SELLERS_PER_REGION,
        )
    )
    env["sales.target"]._parent_store_compute()
    env["sales.target"].search([("plan_id", "=", plan.id)])._create_cells()
    env.cr.execute(
        SQL(
            """
            UPDATE sales_target_cell cell
               SET assigned = 1000 + cell.id %% 7919, stretch = 1200 + cell.id %% 7919
              FROM sales_target target WHERE target.id = cell.target_id AND target.plan_id = %s
            """,
            plan.id,
        )
    )


def _insert_segments(env, company):
    """Every customer in some segments all year, of which it changes one within the year."""
    manager = env["res.users"].create(
        {
            "name": "Bench",
            "login": "bench-segments",
            "company_id": company.id,
            "company_ids": [Command.set(company.ids)],
            "group_ids": [Command.set(env.ref("sales_team.group_sale_manager").ids)],
        }
    )
    segments = env["sales.market.segment"].create(
        [
            {"name": f"Bench {segment}", "company_id": company.id, "user_id": manager.id}
            for segment in range(SEGMENTS)
        ]
    )
    env.flush_all()
    env.cr.execute(
        SQL(
            """
            INSERT INTO sales_market_segment_member
                   (segment_id, company_id, partner_id, date_from, date_to)
            SELECT (%(segments)s::int[])[1 + (customer.no + place) %% %(count)s], %(company)s,
                   customer.id,
                   CASE WHEN place = %(each)s THEN date %(first)s + (customer.no %% 365)::integer
                        ELSE %(first)s END,
                   CASE WHEN place = 0 THEN date %(first)s + (customer.no %% 365)::integer END
              FROM bench_customer customer CROSS JOIN generate_series(0, %(each)s) place
            """,
            segments=segments.ids,
            count=SEGMENTS,
            company=company.id,
            each=SEGMENTS_PER_CUSTOMER,
            first=date(YEAR, 1, 1),
        )
    )
    return segments


def _insert_segment_targets(env, plan, segments):
    """The company, its segments, and in those the salespeople of all regions."""
    env.cr.execute(
        SQL(
            """
            WITH top AS (
                INSERT INTO sales_target (plan_id, company_id, weight, proposal_state)
                VALUES (%(plan)s, %(company)s, 1, 'open') RETURNING id
            ), segment AS (
                INSERT INTO sales_target (
                    plan_id, company_id, weight, proposal_state, parent_id, segment_id)
                SELECT %(plan)s, %(company)s, 1, 'open', top.id, unnest(%(segments)s) FROM top
                RETURNING id, segment_id
            )
            INSERT INTO sales_target (
                plan_id, company_id, weight, proposal_state, parent_id, segment_id, user_id)
            SELECT %(plan)s, %(company)s, 1, 'open', segment.id, segment.segment_id,
                   bench_seller.id
              FROM segment, bench_seller WHERE bench_seller.no %% 2 = 0
            """,
            plan=plan.id,
            company=plan.company_id.id,
            segments=segments.ids,
        )
    )
    env["sales.target"]._parent_store_compute()
    env["sales.target"].search([("plan_id", "=", plan.id)])._create_cells()


def _insert_entries(env, company, entries=ENTRIES):
    """Booked sales of one year, evenly over salespeople, cities of their region, products."""
    env.cr.execute(
        SQL(
            """
            INSERT INTO sales_ledger_entry (
                company_id, currency_id, event, date, amount, margin, quantity, posting_no,
                user_id, territory_id, partner_id, categ_id)
            SELECT %(company)s, %(currency)s, 'booked', date %(first)s + (n * 31) %% 365,
                   (n %% 100000) / 100.0, 1, 1, 1,
                   bench_seller.id, bench_city.id, bench_customer.id, bench_part.id
              FROM generate_series(0, %(entries)s - 1) n
              JOIN bench_seller ON bench_seller.no = n %% %(sellers)s
              JOIN bench_city ON bench_city.no =
                   bench_seller.no / %(sellers_per_region)s * %(cities)s + n %% 7 %% %(cities)s
              JOIN bench_part ON bench_part.no = n %% 47
              JOIN bench_customer ON bench_customer.no = n %% 4999
            """,
            company=company.id,
            currency=company.currency_id.id,
            first=date(YEAR, 1, 1),
            entries=entries,
            sellers=REGIONS * SELLERS_PER_REGION,
            sellers_per_region=SELLERS_PER_REGION,
            cities=CITIES_PER_REGION,
        )
    )


def _vacuum(env):
    with closing(psycopg2.connect(dbname=env.cr.dbname)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(
                "VACUUM ANALYZE sales_ledger_entry, sales_target, sales_target_cell,"
                " sales_market_segment_member"
            )


# === THE OTHER SIDE === #
def _best_sql(env, plan):
    """Sum the ledger once to the lowest level, roll up from there, write what changed."""
    clock = plan._get_clock()
    months = [
        (month, share, days_left)
        for month, (share, days_left) in enumerate(_shares(plan, clock), start=1)
    ]
    env.cr.execute(
        SQL(
            """
            WITH month(no, share, days_left) AS (VALUES %(months)s),
            sold AS MATERIALIZED (
                SELECT city.parent_id AS territory_id, part.parent_id AS categ_id, entry.user_id,
                       EXTRACT(month FROM entry.date)::integer AS month,
                       SUM(entry.amount) AS amount,
                       SUM(entry.amount) FILTER (WHERE entry.late_for IS NOT NULL) AS late
                  FROM sales_ledger_entry entry
                  JOIN sales_territory city ON city.id = entry.territory_id
                  JOIN product_category part ON part.id = entry.categ_id
                 WHERE entry.company_id = %(company)s AND entry.event = 'booked'
                   AND entry.date BETWEEN %(first)s AND %(last)s
                 GROUP BY 1, 2, 3, 4
            ), level AS (
                SELECT territory_id, categ_id, user_id, month, SUM(amount) AS amount,
                       SUM(late) AS late
                  FROM sold
                 GROUP BY GROUPING SETS (
                    (territory_id, categ_id, user_id, month), (territory_id, categ_id, month),
                    (territory_id, month), (month))
            ), figure AS (
                SELECT cell.id, COALESCE(level.amount, 0) AS actual,
                       COALESCE(level.late, 0) AS late, cell.assigned,
                       COALESCE(level.amount, 0) - cell.assigned AS gap,
                       ROUND(cell.assigned * month.share, 2) AS expected, month.days_left,
                       GREATEST(cell.assigned, cell.stretch) AS stretch_goal, cell.stretch,
                       cell.challenge
                  FROM sales_target_cell cell
                  JOIN sales_target target ON target.id = cell.target_id
                  JOIN month ON month.no = EXTRACT(month FROM cell.date_from)::integer
                  LEFT JOIN level
                    ON COALESCE(level.territory_id, 0) = COALESCE(target.territory_id, 0)
                   AND COALESCE(level.categ_id, 0) = COALESCE(target.categ_id, 0)
                   AND COALESCE(level.user_id, 0) = COALESCE(target.user_id, 0)
                   AND level.month = month.no
                 WHERE target.plan_id = %(plan)s
            )
            UPDATE sales_target_cell cell
               SET actual = figure.actual, late = figure.late, gap = figure.gap,
                   expected_to_date = figure.expected, %(standing)s
              FROM figure
             WHERE figure.id = cell.id
               AND (cell.actual, cell.late, cell.gap, cell.expected_to_date, cell.gap_per_day)
                   IS DISTINCT FROM (figure.actual, figure.late, figure.gap, figure.expected,
                                     %(gap_per_day)s)
            """,
            months=SQL(", ").join(SQL("(%s, %s::numeric, %s)", *month) for month in months),
            company=plan.company_id.id,
            first=plan.date_from,
            last=plan.date_to,
            plan=plan.id,
            standing=_standing(),
            gap_per_day=_gap_per_day(),
        )
    )
    env.cr.execute(
        SQL(
            """
            UPDATE sales_target target
               SET assigned = figure.assigned, stretch = figure.stretch, actual = figure.actual,
                   late = figure.late, gap = figure.gap, expected_to_date = figure.expected,
                   %(standing)s
              FROM (
                    SELECT cell.target_id, SUM(cell.assigned) AS assigned,
                           SUM(cell.stretch) AS stretch, SUM(cell.challenge) AS challenge,
                           SUM(cell.actual) AS actual, SUM(cell.late) AS late,
                           SUM(cell.gap) AS gap, SUM(cell.expected_to_date) AS expected,
                           SUM(GREATEST(cell.assigned, cell.stretch)) AS stretch_goal,
                           %(days_left)s AS days_left
                      FROM sales_target_cell cell JOIN sales_target node ON node.id = cell.target_id
                     WHERE node.plan_id = %(plan)s
                     GROUP BY 1
                   ) AS figure
             WHERE figure.target_id = target.id
               AND (target.assigned, target.stretch, target.actual, target.late, target.gap,
                    target.expected_to_date, target.gap_per_day)
                   IS DISTINCT FROM (figure.assigned, figure.stretch, figure.actual, figure.late,
                                     figure.gap, figure.expected, %(gap_per_day)s)
            """,
            standing=_standing(),
            gap_per_day=_gap_per_day(),
            days_left=clock.days_left,
            plan=plan.id,
        )
    )


def _best_segment_sql(env, plan):
    """Of cells without a number only the actuals are counted: the entries once with each segment
    of their customer, and the whole company apart."""
    env.cr.execute(
        SQL(
            """
            WITH sold AS (
                SELECT partner_id, user_id, date, EXTRACT(month FROM date)::integer AS month,
                       amount, CASE WHEN late_for IS NOT NULL THEN amount END AS late
                  FROM sales_ledger_entry
                 WHERE company_id = %(company)s AND event = 'booked'
                   AND date BETWEEN %(first)s AND %(last)s
            ), joined AS MATERIALIZED (
                SELECT member.segment_id, sold.user_id, sold.month,
                       SUM(sold.amount) AS amount, SUM(sold.late) AS late
                  FROM sold
                  JOIN sales_market_segment_member member
                    ON member.partner_id = sold.partner_id
                   AND member.company_id = %(company)s
                   AND member.date_from <= sold.date
                   AND (member.date_to IS NULL OR member.date_to > sold.date)
                 GROUP BY 1, 2, 3
            ), level AS (
                SELECT segment_id, user_id, month, amount, late FROM joined
                 UNION ALL
                SELECT segment_id, NULL, month, SUM(amount), SUM(late) FROM joined GROUP BY 1, 3
                 UNION ALL
                SELECT NULL, NULL, month, SUM(amount), SUM(late) FROM sold GROUP BY 3
            ), figure AS (
                SELECT cell.id, COALESCE(level.amount, 0) AS actual,
                       COALESCE(level.late, 0) AS late
                  FROM sales_target_cell cell
                  JOIN sales_target target ON target.id = cell.target_id
                  LEFT JOIN level
                    ON COALESCE(level.segment_id, 0) = COALESCE(target.segment_id, 0)
                   AND COALESCE(level.user_id, 0) = COALESCE(target.user_id, 0)
                   AND level.month = EXTRACT(month FROM cell.date_from)::integer
                 WHERE target.plan_id = %(plan)s
            )
            UPDATE sales_target_cell cell SET actual = figure.actual, late = figure.late
              FROM figure
             WHERE figure.id = cell.id
               AND (cell.actual, cell.late) IS DISTINCT FROM (figure.actual, figure.late)
            """,
            company=plan.company_id.id,
            first=plan.date_from,
            last=plan.date_to,
            plan=plan.id,
        )
    )
    env.cr.execute(
        SQL(
            """
            UPDATE sales_target target SET actual = figure.actual, late = figure.late
              FROM (
                    SELECT cell.target_id, SUM(cell.actual) AS actual, SUM(cell.late) AS late
                      FROM sales_target_cell cell JOIN sales_target node ON node.id = cell.target_id
                     WHERE node.plan_id = %s GROUP BY 1
                   ) AS figure
             WHERE figure.target_id = target.id
               AND (target.actual, target.late) IS DISTINCT FROM (figure.actual, figure.late)
            """,
            plan.id,
        )
    )


def _shares(plan, clock):
    """:return: per month the share of its target that is expected, and its days left"""
    for period in plan._get_periods():
        days = [day for day in clock.workdays if period.first <= day <= period.last]
        left = sum(day >= clock.today for day in days)
        if period.last < clock.today:
            share = 1
        else:
            share = 1 - left / len(days) if days and period.first < clock.today else 0
        yield share, left


def _gap_per_day():
    return SQL(
        "CASE WHEN figure.gap < 0 THEN ROUND(-figure.gap / NULLIF(figure.days_left, 0), 2)"
        " WHEN figure.days_left > 0 THEN 0 END"
    )


def _standing():
    return SQL(
        """
        attainment = ROUND(100 * (figure.assigned + figure.gap) / NULLIF(figure.assigned, 0), 2),
        pace = ROUND(100 * (figure.assigned + figure.gap) / NULLIF(figure.expected, 0), 2),
        forecast = ROUND(figure.assigned * (figure.assigned + figure.gap)
                         / NULLIF(figure.expected, 0), 2),
        gap_per_day = %s,
        reached = CASE WHEN figure.assigned + figure.gap >= figure.stretch_goal THEN 'stretch'
                       WHEN figure.gap >= 0 THEN 'target' END
        """,
        _gap_per_day(),
    )


def _require_same_figures(env, plan, *sides, names=FIGURES):
    """:raises AssertionError: the two sides do not come to the same figures"""
    query = SQL(
        """
        SELECT md5(string_agg(figures::text, ',' ORDER BY id)) FROM (
            SELECT cell.id, (%s, cell.reached, %s, target.reached) AS figures
              FROM sales_target_cell cell JOIN sales_target target ON target.id = cell.target_id
             WHERE target.plan_id = %s) AS row
        """,
        *(
            SQL(", ").join(SQL("trim_scale(%s)", SQL.identifier(table, name)) for name in names)
            for table in ("cell", "target")
        ),
        plan.id,
    )
    found = set()
    for side in sides:
        with env.cr.savepoint() as savepoint:
            side()
            found.update(env.execute_query(query))
            savepoint.rollback()
    if len(found) > 1:
        raise AssertionError("The two sides of the benchmark come to different figures.")
