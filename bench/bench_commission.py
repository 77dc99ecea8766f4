"""A commission run over a million ledger entries for 200 payees.

A plan with three marginal tiers for the salesperson and an override for the leader of the team:
two million earnings. The hand-written statement writes the same rows into the same table. It
knows what ours has to find out: that the month was never settled, that nothing is a correction or
late, which two rules there are and where their tiers end, that nobody shares a sale, and that all
is paid in one currency. It is spared the statements, the measures and the control totals, which
ours writes as well.
"""

import gc
import os
import sys
import time
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from unittest.mock import patch

import psycopg2

from odoo.fields import Command
from odoo.tools import SQL

from .bench_ledger import create_company
from .harness import compare

ENTRIES = 1_000_000
FEW_ENTRIES = 10_000
# A million entries at a few hundred bytes each would show many times over.
MEMORY_LIMIT_MB = 100
# What came since, as a part of all: at most a tenth of the time that all takes.
APPENDED_PART = 100
APPENDED_TIME = 0.1
TEAMS, SELLERS_PER_TEAM = 10, 19
MONTH, FEW_MONTH = (date(2026, 1, 1), date(2026, 1, 31)), (date(2026, 2, 1), date(2026, 2, 28))
TIERS = ((0, 1), (1_000_000, 2), (2_000_000, 3))
OVERRIDE = 0.5
# What tells whether both sides wrote the same.
FIGURES = ("payee_id", "rule_id", "tier_id", "entry_id", "base", "rate", "amount", "share", "date")


def run(env):
    """Yield the full run against hand-written SQL, and the recalculation against the full run."""
    company = create_company(env, "Commission")
    plan = _create_plan(env, company)
    _create_payees(env, company)
    _insert_entries(env, company, ENTRIES, MONTH)
    _insert_entries(env, company, FEW_ENTRIES, FEW_MONTH)
    settlement, few = (_create_run(env, company, period) for period in (MONTH, FEW_MONTH))
    _create_statement_keys(env, settlement, plan)
    env.cr.commit()
    _vacuum(env)

    def ours():
        settlement._calculate()

    def best_sql():
        _best_sql(env, settlement, plan)

    def tidy():
        _vacuum(env)

    # The first one fills caches.
    for _turn in range(2):
        with _rolled_back(env):
            few_statements = _count_statements(env, few._calculate)
    with _rolled_back(env), _no_more_memory_than(MEMORY_LIMIT_MB):
        statements = _count_statements(env, ours)
        digest = _get_digest(env, settlement)
    if statements != few_statements:
        raise AssertionError(
            f"{ENTRIES} entries took {statements} statements, {FEW_ENTRIES} took {few_statements}."
        )
    with _rolled_back(env):
        best_sql()
        if _get_digest(env, settlement) != digest:
            raise AssertionError("The two sides of the benchmark come to different earnings.")
    _print_plan_of_time(env, ours)
    yield compare(
        "commission_run", ENTRIES, ours=ours, best_sql=best_sql, env=env, target=3, tidy=tidy
    )
    yield _bench_appending(env, company, settlement, tidy)


def _bench_appending(env, company, settlement, tidy):
    """Calculate what the ledger got since the last calculation, against all of it anew."""
    settlement._calculate()
    _insert_entries(env, company, ENTRIES // APPENDED_PART, MONTH)
    env.cr.commit()
    _vacuum(env)

    def anew():
        env["sales.commission.calculation"]._clear(settlement)
        settlement._calculate()

    return compare(
        "commission_appended",
        ENTRIES // APPENDED_PART,
        ours=settlement._calculate,
        best_sql=anew,
        env=env,
        target=APPENDED_TIME,
        tidy=tidy,
    )


# === ROWS === #
def _create_plan(env, company):
    plan = env["sales.commission.plan"].create(
        {
            "name": "Benchmark",
            "company_id": company.id,
            "date_from": MONTH[0],
            "rule_ids": [
                Command.create(
                    {
                        "name": "Tiers",
                        "event": "booked",
                        "rate_type": "marginal",
                        "tier_ids": [
                            Command.create({"amount_from": amount_from, "rate": rate})
                            for amount_from, rate in TIERS
                        ],
                    }
                ),
                Command.create(
                    {"name": "Override", "event": "booked", "role": "leader", "rate": OVERRIDE}
                ),
            ],
        }
    )
    plan.action_approve()
    return plan


def _create_payees(env, company):
    """Ten leaders with nineteen salespeople each, and a table of them by number."""
    users = (
        env["res.users"]
        .with_context(no_reset_password=True)
        .create(
            [
                {
                    "name": f"Payee {number}",
                    "login": f"bench-payee-{number}",
                    "company_id": company.id,
                    "company_ids": [Command.set(company.ids)],
                }
                for number in range(TEAMS * (SELLERS_PER_TEAM + 1))
            ]
        )
    )
    leaders, sellers = users[:TEAMS], users[TEAMS:]
    teams = env["crm.team"].create(
        [
            {"name": leader.name, "user_id": leader.id, "company_id": company.id}
            for leader in leaders
        ]
    )
    env.flush_all()
    env.cr.execute(
        SQL(
            "CREATE TEMP TABLE bench_seller AS SELECT no - 1 AS no, id AS user_id,"
            " (%s::integer[])[1 + (no - 1) %% %s] AS team_id"
            " FROM unnest(%s) WITH ORDINALITY AS numbered(id, no)",
            teams.ids,
            TEAMS,
            sellers.ids,
        )
    )


def _insert_entries(env, company, entries, period):
    """Lines of confirmed orders, five each, evenly over salespeople and days."""
    env.cr.execute(
        SQL(
            """
            INSERT INTO sales_ledger_entry (
                company_id, currency_id, event, date, amount, margin, quantity, posting_no,
                user_id, team_id, document_model, document_id, source_id, reference)
            SELECT %(company)s, %(currency)s, 'booked', %(first)s::date + n %% %(days)s,
                   (n::bigint * 7919 %% 100000) / 100.0, (n * 31 %% 20000) / 100.0, 1 + n %% 9, 1,
                   s.user_id, s.team_id, 'sale.order', (%(start)s + n) / 5, %(start)s + n,
                   'B' || (%(start)s + n) / 5
              FROM generate_series(0, %(entries)s - 1) n
              JOIN bench_seller s ON s.no = n / 5 %% %(sellers)s
             ORDER BY n
            """,
            company=company.id,
            currency=company.currency_id.id,
            first=period[0],
            days=(period[1] - period[0]).days + 1,
            # Ids of no document that there is.
            start=env.execute_query(
                SQL("SELECT 100000000 + COALESCE(MAX(id), 0) FROM sales_ledger_entry")
            )[0][0],
            entries=entries,
            sellers=TEAMS * SELLERS_PER_TEAM,
        )
    )


def _create_run(env, company, period):
    return env["sales.commission.run"].create(
        {"company_id": company.id, "date_from": period[0], "date_to": period[1]}
    )


def _create_statement_keys(env, settlement, plan):
    """Statements and numbers of measures for the hand-written side, which writes earnings only."""
    env.cr.execute(
        SQL(
            """
            CREATE TEMP TABLE bench_measure AS
            WITH statement AS (
                INSERT INTO sales_commission_statement (
                    run_id, company_id, payee_id, currency_id, date_from, date_to, is_stale)
                SELECT %(run)s, %(company)s, u.partner_id, %(currency)s, %(first)s, %(last)s, FALSE
                  FROM res_users u WHERE u.login LIKE 'bench-payee-%%'
                RETURNING id, payee_id
            )
            SELECT s.id AS statement_id, u.id AS user_id, s.payee_id, r.id AS rule_id, r.role,
                   row_number() OVER () AS id
              FROM statement s
              JOIN res_users u ON u.partner_id = s.payee_id
              JOIN sales_commission_rule r ON r.plan_id = %(plan)s
            """,
            run=settlement.id,
            company=settlement.company_id.id,
            currency=settlement.currency_id.id,
            first=settlement.date_from,
            last=settlement.date_to,
            plan=plan.id,
        )
    )
    env.cr.execute("ANALYZE bench_measure, bench_seller")


def _vacuum(env):
    """Remove dead rows, also those that were rolled back to a savepoint a moment ago."""
    with closing(psycopg2.connect(dbname=env.cr.dbname)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE sales_ledger_entry, sales_commission_earning")


# === THE OTHER SIDE === #
def _best_sql(env, settlement, plan):
    """One statement: who shares, one window sum, tiers, rounding, rows."""
    tiers = plan.rule_ids.tier_ids.sorted("amount_from")
    bounds = [SQL("%s::numeric", amount_from) for amount_from, _rate in TIERS]
    rates = [SQL("%s::numeric", rate) for _amount_from, rate in TIERS]
    env.cr.execute("SET LOCAL work_mem = '256MB'")
    env.cr.execute(
        SQL(
            """
            INSERT INTO sales_commission_earning (
                run_id, statement_id, measure_id, company_id, kind, role, payee_id, user_id,
                plan_id, rule_id, tier_id, entry_id, date, currency_id, share, base, rate, amount)
            WITH credit AS (
                SELECT m.id, m.statement_id, m.payee_id, m.rule_id, m.role, e.id AS entry_id,
                       e.user_id, e.date, e.amount AS base
                  FROM sales_ledger_entry e
                  JOIN bench_measure m ON m.role = 'salesperson' AND m.user_id = e.user_id
                 WHERE e.company_id = %(company)s AND e.event = 'booked'
                   AND e.date BETWEEN %(first)s AND %(last)s
                 UNION ALL
                SELECT m.id, m.statement_id, m.payee_id, m.rule_id, m.role, e.id, e.user_id,
                       e.date, e.amount
                  FROM sales_ledger_entry e
                  JOIN crm_team t ON t.id = e.team_id AND t.user_id <> e.user_id
                  JOIN bench_measure m ON m.role = 'leader' AND m.user_id = t.user_id
                 WHERE e.company_id = %(company)s AND e.event = 'booked'
                   AND e.date BETWEEN %(first)s AND %(last)s
            ),
            running AS (
                SELECT credit.*, SUM(base) OVER (
                           PARTITION BY id ORDER BY entry_id ROWS UNBOUNDED PRECEDING) AS total
                  FROM credit
            ),
            priced AS (
                SELECT running.*, %(earned_after)s AS after, %(earned_before)s AS before
                  FROM running
            )
            SELECT %(run)s, statement_id, id, %(company)s, 'earning', role, payee_id, user_id,
                   %(plan)s, rule_id,
                   CASE WHEN role = 'leader' THEN NULL WHEN total < %(second)s THEN %(tier_1)s
                        WHEN total < %(third)s THEN %(tier_2)s ELSE %(tier_3)s END,
                   entry_id, date, %(currency)s, 100, base,
                   CASE WHEN role = 'leader' THEN %(override)s
                        ELSE ROUND((after - before) * 100 / NULLIF(base, 0), 6) END,
                   ROUND(after, 2) - ROUND(before, 2)
              FROM priced
             ORDER BY id, entry_id
            """,
            run=settlement.id,
            company=settlement.company_id.id,
            currency=settlement.currency_id.id,
            plan=plan.id,
            first=settlement.date_from,
            last=settlement.date_to,
            override=OVERRIDE,
            second=bounds[1],
            third=bounds[2],
            tier_1=tiers[0].id,
            tier_2=tiers[1].id,
            tier_3=tiers[2].id,
            earned_after=_earned(SQL("total"), bounds, rates),
            earned_before=_earned(SQL("(total - base)"), bounds, rates),
        )
    )


def _earned(total, bounds, rates):
    """:return: what the tiers, or the override, bring up to a total"""
    return SQL(
        """
        CASE WHEN role = 'leader' THEN %(total)s * %(override)s * 0.01
             WHEN %(total)s < %(second)s THEN %(total)s * %(rate_1)s * 0.01
             WHEN %(total)s < %(third)s
             THEN %(grade_2)s + (%(total)s - %(second)s) * %(rate_2)s * 0.01
             ELSE %(grade_3)s + (%(total)s - %(third)s) * %(rate_3)s * 0.01 END
        """,
        total=total,
        override=SQL("%s::numeric", OVERRIDE),
        second=bounds[1],
        third=bounds[2],
        rate_1=rates[0],
        rate_2=rates[1],
        rate_3=rates[2],
        grade_2=10_000,
        grade_3=30_000,
    )


# === WHAT IS MEASURED BESIDE TIME === #
@contextmanager
def _rolled_back(env):
    with env.cr.savepoint() as savepoint:
        yield
        savepoint.rollback()
    env.invalidate_all(flush=False)


@contextmanager
def _no_more_memory_than(limit):
    """:raises AssertionError: at its peak this process held so many more megabytes than before"""
    gc.collect()
    # Makes the kernel forget the peak so far.
    Path("/proc/self/clear_refs").write_text("5")
    before = _get_peak_megabytes()
    yield
    growth = _get_peak_megabytes() - before
    sys.stderr.write(f"Memory of the process grew by {growth:.1f} MB.\n")
    if growth > limit:
        raise AssertionError(f"The run took {growth:.1f} MB of memory, more than {limit} MB.")


def _get_peak_megabytes():
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise OSError("The kernel does not tell the peak of this process's memory.")


def _count_statements(env, work):
    env.flush_all()
    env.invalidate_all()
    before = env.cr.sql_log_count
    work()
    env.flush_all()
    return env.cr.sql_log_count - before


def _get_digest(env, settlement):
    """:return: hash of the earnings of the run, whatever wrote them"""
    [(digest,)] = env.execute_query(
        SQL(
            "SELECT md5(string_agg(md5((%s)::text), '' ORDER BY entry_id, rule_id))"
            " FROM sales_commission_earning WHERE run_id = %s",
            SQL(", ").join(
                SQL("trim_scale(%s)", SQL.identifier(name))
                if name in ("base", "rate", "amount", "share")
                else SQL.identifier(name)
                for name in FIGURES
            ),
            settlement.id,
        )
    )
    return digest


def _print_plan_of_time(env, work):
    """Print the seconds of the statements that took longest."""
    spent = []
    execute = type(env.cr).execute

    def timed(cursor, query, *args, **kwargs):
        start = time.perf_counter()
        result = execute(cursor, query, *args, **kwargs)
        code = query.code if isinstance(query, SQL) else query
        spent.append((time.perf_counter() - start, " ".join(code.split())[:70]))
        return result

    with _rolled_back(env), patch.object(type(env.cr), "execute", timed):
        work()
        env.flush_all()
    for seconds, statement in sorted(spent, reverse=True)[: int(os.environ.get("TOP", "10"))]:
        sys.stderr.write(f"{seconds:7.2f} s  {statement}\n")
