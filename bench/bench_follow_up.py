"""Finding silent leads among 500,000, against SQL that knows the one rule by heart."""

from datetime import timedelta

from odoo import fields
from odoo.tools import SQL

from .bench_ledger import create_company
from .bench_pool import EVERY, LEADS, _create_pool, _insert_leads
from .harness import compare

SILENT_DAYS = 30


def run(env):
    """Yield one result per question."""
    company = create_company(env, "Benchmark of follow-ups")
    _insert_leads(env, company, _create_pool(env, company))
    rules = env["sales.follow.up.rule"]
    rules.search([]).active = False
    rule = rules.create(
        {
            "name": "Leads",
            "target": "lead",
            "company_id": company.id,
            "remind_days": SILENT_DAYS,
            "leader_days": SILENT_DAYS + 5,
        }
    )
    yield _bench_all_due(env, rule)
    yield _bench_nothing_due(env, rule)


def _bench_all_due(env, rule):
    """Write down both steps of the leads that are due, a twentieth of all."""
    follow_ups = env["sales.follow.up"]
    limits = follow_ups._get_limits("lead")

    def ours():
        follow_ups._note_due("lead", limits)

    def best_sql():
        _insert_by_heart(env, rule, limits)

    return compare(
        "follow_up_all_due", LEADS // EVERY * 2, ours=ours, best_sql=best_sql, env=env, target=3
    )


def _bench_nothing_due(env, rule):
    """The nights on which nobody has been silent for long enough: all leads are looked at."""
    long_ago = fields.Datetime.now() - timedelta(days=400)
    follow_ups = env["sales.follow.up"]
    limits = [(*row[:4], long_ago, *row[5:]) for row in follow_ups._get_limits("lead")]

    def ours():
        follow_ups._note_due("lead", limits)

    def best_sql():
        _insert_by_heart(env, rule, limits)

    return compare("follow_up_none_due", LEADS, ours=ours, best_sql=best_sql, env=env, target=3)


def _insert_by_heart(env, rule, limits):
    """One company, one calendar, one rule, and no leader to look up."""
    mine = [row for row in limits if row[0] == rule.company_id.id]
    env.cr.execute(
        SQL(
            """
            INSERT INTO sales_follow_up (lead_id, company_id, user_id, rule_id, step,
                                         silence_start, noted_on, state)
            SELECT lead.id, lead.company_id, lead.user_id, %(rule)s, step.name,
                   GREATEST(lead.last_contact_on, lead.held_since), now(), 'due'
              FROM crm_lead lead
              JOIN unnest(%(steps)s::varchar[], %(befores)s::timestamp[]) AS step (name, before)
                ON GREATEST(lead.last_contact_on, lead.held_since) < step.before
             WHERE lead.active AND lead.won_status = 'pending' AND lead.company_id = %(company)s
               AND lead.user_id IS NOT NULL
               AND NOT EXISTS (
                   SELECT FROM sales_follow_up done
                    WHERE done.lead_id = lead.id AND done.step = step.name
                      AND done.silence_start = GREATEST(lead.last_contact_on, lead.held_since))
             ORDER BY lead.id
            """,
            rule=rule.id,
            company=rule.company_id.id,
            steps=[row[3] for row in mine],
            befores=[row[4] for row in mine],
        )
    )
