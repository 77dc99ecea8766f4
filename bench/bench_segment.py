"""Market segments: the nightly snapshot of 50 segments over 200,000 customers."""

from odoo import fields
from odoo.fields import Command
from odoo.tools import SQL

from .harness import compare

CUSTOMERS = 200_000
SEGMENTS = 50
TOWNS = 100
# One customer in so many moves to another town between two nights.
MOVED = 20


def run(env):
    """Yield the first snapshot of all segments, and that of a night after many moved."""
    company = env["res.company"].create(
        {"name": "Benchmark", "currency_id": env.ref("base.USD").id}
    )
    user = env["res.users"].create(
        {
            "name": "Benchmark",
            "login": "benchmark.segments",
            "company_id": company.id,
            "company_ids": [Command.set(company.ids)],
            "group_ids": [Command.set(env.ref("sales_team.group_sale_manager").ids)],
        }
    )
    _insert(env, company)
    segments = env["sales.market.segment"].create(
        [
            {
                "name": f"Segment {place}",
                "company_id": company.id,
                "user_id": user.id,
                "domain": str([("city", "in", _towns(place))]),
            }
            for place in range(SEGMENTS)
        ]
    )
    sql = _BestSql(env, company, segments)
    _check(env, segments, sql)
    yield _compare(env, segments, sql, "segment_first_snapshot")
    _snapshot(segments)
    _move(env, company)
    yield _compare(env, segments, sql, "segment_night")


def _compare(env, segments, sql, name):
    return compare(
        name,
        CUSTOMERS * SEGMENTS,
        ours=lambda: _snapshot(segments),
        best_sql=sql.snapshot,
        env=env,
        target=3,
    )


def _snapshot(segments):
    for segment in segments:
        segment._snapshot()


def _towns(place):
    """:return: a tenth of all towns, so that a customer is in several segments"""
    return [f"Town {(place * 2 + step) % TOWNS}" for step in range(TOWNS // 10)]


def _insert(env, company):
    """Written by SQL; creating customers would take an hour."""
    env.flush_all()
    env.cr.execute(
        SQL(
            """
            INSERT INTO res_partner (name, complete_name, active, is_company, company_id, type,
                                     partner_share, autopost_bills, customer_rank, city)
            SELECT 'Customer ' || n, 'Customer ' || n, TRUE, TRUE, %s, 'contact', TRUE, 'ask', 1,
                   'Town ' || n %% %s
              FROM generate_series(1, %s) n
            """,
            company.id,
            TOWNS,
            CUSTOMERS,
        )
    )
    env.cr.execute(
        "UPDATE res_partner SET commercial_partner_id = id WHERE commercial_partner_id IS NULL"
    )
    env.cr.execute("ANALYZE res_partner")
    env.invalidate_all(flush=False)


def _move(env, company):
    env.cr.execute(
        SQL(
            "UPDATE res_partner SET city = 'Town ' || (id * 7) %% %s"
            " WHERE company_id = %s AND id %% %s = 0",
            TOWNS,
            company.id,
            MOVED,
        )
    )
    env.cr.execute("ANALYZE res_partner, sales_market_segment_member")


def _check(env, segments, sql):
    """Both ways must find the same, or their times say nothing."""
    found = []
    for work in (lambda: _snapshot(segments), sql.snapshot):
        env.cr.execute("SAVEPOINT checking")
        work()
        env.cr.execute(
            "SELECT segment_id, COUNT(*), SUM(partner_id) FROM sales_market_segment_member"
            " WHERE segment_id = ANY(%s) GROUP BY 1 ORDER BY 1",
            [segments.ids],
        )
        found.append(env.cr.fetchall())
        env.cr.execute("ROLLBACK TO SAVEPOINT checking")
        env.invalidate_all(flush=False)
    if found[0] != found[1] or len(found[0]) != SEGMENTS:
        raise AssertionError(f"{found[0]} by the addon, {found[1]} by SQL")


class _BestSql:
    """Two statements by hand for each segment, for exactly this rule."""

    def __init__(self, env, company, segments):
        self.env = env
        self.company = company
        self.segments = segments

    def snapshot(self):
        self.env.cr.execute("SELECT set_config('work_mem', '128MB', TRUE)")
        for place, segment in enumerate(self.segments):
            values = {
                "segment": segment.id,
                "company": self.company.id,
                "today": fields.Date.today(),
                "towns": _towns(place),
            }
            self.env.cr.execute(
                """
                UPDATE sales_market_segment_member member SET date_to = %(today)s
                  FROM res_partner partner
                 WHERE member.segment_id = %(segment)s AND member.date_to IS NULL
                   AND partner.id = member.partner_id
                   AND NOT (partner.city = ANY(%(towns)s) AND partner.active)
                """,
                values,
            )
            self.env.cr.execute(
                """
                INSERT INTO sales_market_segment_member
                       (segment_id, company_id, partner_id, date_from)
                SELECT %(segment)s, %(company)s, id, %(today)s FROM res_partner partner
                 WHERE company_id = %(company)s AND active AND partner_share AND is_company
                   AND city = ANY(%(towns)s)
                   AND NOT EXISTS (SELECT FROM sales_market_segment_member member
                                    WHERE member.segment_id = %(segment)s
                                      AND member.partner_id = partner.id
                                      AND member.date_to IS NULL)
                """,
                values,
            )
