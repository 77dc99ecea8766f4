"""The nightly job of the public pool over 500,000 leads, a tenth of which are due."""

import os
import sys
from pathlib import Path

from odoo.tools import SQL

from .bench_ledger import create_company
from .harness import compare

LEADS = 500_000
# One lead in so many goes back, and one in so many is warned.
EVERY = 20
# Of the process, in MB, from the first batch to the last.
MOST_GROWTH = 100


def run(env):
    """Yield one result per question."""
    company = create_company(env, "Benchmark of the public pool")
    pool = _create_pool(env, company)
    _insert_leads(env, company, pool)
    yield _bench_scan(env)
    yield _bench_return(env)
    _show_memory(env)


def _create_pool(env, company):
    env["sales.pool"].search([]).active = False
    return env["sales.pool"].create(
        {
            "name": "Bench",
            "company_id": company.id,
            "kind": "leads",
            "contact_return_days": 30,
            "contact_warn_days": 7,
        }
    )


def _insert_leads(env, company, pool):
    """Leads of 100 salespeople: every twentieth has been warned and is due, the next one is to be
    warned, all others were contacted yesterday."""
    partners = env["res.partner"].create([{"name": f"Seller {n}"} for n in range(100)])
    users = env["res.users"].with_context(no_reset_password=True)
    users = users.create(
        [
            {
                "name": partner.name,
                "login": f"bench.{partner.id}",
                "partner_id": partner.id,
                "company_id": company.id,
                "company_ids": [(6, 0, company.ids)],
            }
            for partner in partners
        ]
    )
    stage = env["crm.stage"].search([], limit=1)
    env.flush_all()
    env.cr.execute(
        SQL(
            """
            INSERT INTO crm_lead (name, type, active, won_status, company_id, user_id, stage_id,
                                  create_date, date_open, held_since, last_contact_on,
                                  pool_warning, pool_warned_on, probability)
            SELECT 'Lead ' || n, 'opportunity', TRUE, 'pending', %(company)s,
                   (%(users)s::int[])[1 + n %% 100], %(stage)s,
                   now() - interval '90 days', now() - interval '90 days',
                   now() - interval '90 days',
                   now() - CASE n %% %(every)s WHEN 0 THEN interval '60 days'
                                WHEN 1 THEN interval '25 days' ELSE interval '1 day' END,
                   CASE WHEN n %% %(every)s = 0 THEN 'contact' END,
                   CASE WHEN n %% %(every)s = 0 THEN CURRENT_DATE - 10 END, 10
              FROM generate_series(1, %(leads)s) AS n
            """,
            company=company.id,
            users=users.ids,
            stage=stage.id,
            every=EVERY,
            leads=LEADS,
        )
    )
    env.cr.execute("ANALYZE crm_lead")
    env.invalidate_all()


def _bench_scan(env):
    """Find all that is due among the leads, against a SELECT that knows the one pool by heart."""
    pools = env["sales.pool"]

    def ours():
        for step in ("withdraw", "return", "warn"):
            condition = getattr(pools, f"_{step}_condition")("crm.lead", "contact")
            env.execute_query(pools._due_query("crm.lead", "contact", condition, 0, LEADS))

    def best_sql():
        for warned, days in ((True, 30), (False, 23)):
            env.cr.execute(
                SQL(
                    """
                    SELECT lead.id FROM crm_lead lead
                     WHERE lead.user_id IS NOT NULL AND lead.active AND lead.won_status = 'pending'
                       AND (lead.pool_warned_on IS NOT NULL) = %s
                       AND GREATEST(lead.last_contact_on, lead.held_since)
                           <= now() - %s * interval '1 day'
                       AND NOT EXISTS (
                           SELECT FROM sale_order o WHERE o.opportunity_id = lead.id)
                     ORDER BY lead.id FOR NO KEY UPDATE OF lead SKIP LOCKED
                    """,
                    warned,
                    days,
                )
            )
            env.cr.fetchall()

    return compare(
        "pool_find_due", LEADS, ours=ours, best_sql=best_sql, env=env, repeat=3, target=3
    )


def _bench_return(env):
    """One batch on its way into the pool, against an UPDATE and an INSERT of the log.

    What is between them is Odoo: the ORM's write that automation rules and other addons hook into,
    the note on each record and the messages to salespeople and leaders. So there is no target.
    """
    pools = env["sales.pool"]
    condition = pools._return_condition("crm.lead", "contact")
    due = env.execute_query(pools._due_query("crm.lead", "contact", condition, 0, 500))

    def ours():
        pools._return_due("contact", pools._group_due("crm.lead", due))

    def best_sql():
        ids, pool_id = [lead_id for lead_id, _pool in due], due[0][1]
        env.cr.execute(
            SQL(
                """
                INSERT INTO sales_pool_move (moment, kind, res_model, res_id, pool_id, company_id,
                                             from_user_id, reason)
                SELECT now(), 'recycle', 'crm.lead', id, %s, company_id, user_id, 'No contact'
                  FROM crm_lead WHERE id = ANY(%s)
                """,
                pool_id,
                ids,
            )
        )
        env.cr.execute(
            SQL(
                """
                UPDATE crm_lead SET user_id = NULL, date_open = NULL, pool_id = %s,
                       pool_since = now(), pool_reason = 'No contact', pool_warning = NULL,
                       pool_warned_on = NULL, held_since = NULL
                 WHERE id = ANY(%s)
                """,
                pool_id,
                ids,
            )
        )

    return compare("pool_return_batch", len(due), ours=ours, best_sql=best_sql, env=env, repeat=3)


def _show_memory(env):
    """Run the whole job and say how much the process has grown from its first batch to its end."""
    seen = []
    cron = type(env["ir.cron"])
    original = cron._commit_progress

    def watched(self, processed=0, **kwargs):
        # Without the commit: what a benchmark writes is rolled back.
        seen.append((processed, _resident()))
        return 3600.0

    cron._commit_progress = watched
    try:
        env["sales.pool"]._cron_recycle()
    finally:
        cron._commit_progress = original
    growth = max(memory for _processed, memory in seen) - seen[0][1]
    moved = sum(processed for processed, _memory in seen)
    sys.stdout.write(
        f"pool_recycle: {moved} of {LEADS} leads moved or warned in {len(seen)} batches; "
        f"the process grew by {growth:.0f} MB after the first (at most {MOST_GROWTH})\n"
    )
    if growth > MOST_GROWTH:
        raise AssertionError("The memory of the nightly job is not bounded.")


def _resident():
    """:return: megabytes of the process that lie in memory"""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
