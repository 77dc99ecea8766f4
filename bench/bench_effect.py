"""Marketing effect: 1,000 activities over a ledger of 1,000,000 entries, as the report reads it."""

from contextlib import closing

import psycopg2

from odoo.tools import SQL

from .bench_ledger import create_company
from .harness import compare

ENTRIES = 1_000_000
ACTIVITIES = 1_000
CUSTOMERS = 50_000
LEADS = 200_000
COSTS = 20_000
FIGURES = (
    "cost", "leads", "orders", "new_customers", "booked", "invoiced", "collected", "margin", "roi",
)  # fmt: skip


def run(env):
    """Yield the report by the campaign on the entry, and split over all campaigns met."""
    company = create_company(env)
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    activities = _create_activities(env, company)
    _insert(env, company, activities)
    env.cr.commit()
    with closing(psycopg2.connect(dbname=env.cr.dbname)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(
                "VACUUM ANALYZE sales_ledger_entry, crm_lead, account_analytic_line,"
                " sales_marketing_activity, sales_budget_line, res_partner"
            )
    sql = _BestSql(env, company)
    for attribution, best_sql in (("marked", sql.marked), ("linear", sql.linear)):
        _check(_read(env, attribution), best_sql())
        yield compare(
            f"effect_{attribution}",
            ENTRIES,
            ours=lambda attribution=attribution: _read(env, attribution),
            best_sql=best_sql,
            env=env,
            target=3,
        )


def _read(env, attribution):
    rows = env["sales.marketing.effect"].search_read(
        [("attribution", "=", attribution)], ["activity_id", *FIGURES], load=None
    )
    return {row["activity_id"]: tuple(float(row[name] or 0) for name in FIGURES) for row in rows}


def _check(ours, best_sql):
    """Both ways must find the same, or their times say nothing."""
    if len(ours) != ACTIVITIES or ours.keys() != best_sql.keys():
        raise AssertionError(f"{len(ours)} activities by the addon, {len(best_sql)} by SQL")
    for activity, figures in ours.items():
        if any(abs(a - b) > 0.000001 for a, b in zip(figures, best_sql[activity], strict=True)):
            raise AssertionError(f"{figures} by the addon, {best_sql[activity]} by SQL")


# === DATA === #
def _create_activities(env, company):
    plan = env["sales.marketing.plan"].create(
        {
            "name": "Benchmark",
            "company_id": company.id,
            "date_from": "2026-01-01",
            "date_to": "2026-12-31",
        }
    )
    names = [f"Benchmark {number}" for number in range(ACTIVITIES)]
    campaigns = env["utm.campaign"].create([{"title": name} for name in names])
    activities = env["sales.marketing.activity"].create(
        [
            {
                "name": name,
                "plan_id": plan.id,
                "date_from": "2026-01-01",
                "date_to": "2026-12-31",
                "campaign_id": campaign.id,
                "expected_leads": 100,
                "expected_revenue": 100_000,
            }
            for name, campaign in zip(names, campaigns, strict=True)
        ]
    )
    accounts = env["account.analytic.account"].create(
        [
            {
                "name": name,
                "plan_id": env.ref("analytic.analytic_plan_projects").id,
                "company_id": company.id,
            }
            for name in names
        ]
    )
    category = env["sales.budget.category"].create({"name": "Benchmark"})
    env["sales.budget.line"].create(
        [
            {
                "activity_id": activity.id,
                "category_id": category.id,
                "planned": 1000,
                "analytic_account_id": account.id,
            }
            for activity, account in zip(activities, accounts, strict=True)
        ]
    )
    return activities


def _insert(env, company, activities):
    """Written by SQL; posting a million documents would take hours."""
    env.flush_all()
    values = {
        "company": company.id,
        "currency": company.currency_id.id,
        "user": env.uid,
        "campaigns": activities.campaign_id.ids,
        "accounts": activities.budget_line_ids.analytic_account_id.ids,
        "activities": ACTIVITIES,
        "customers": CUSTOMERS,
    }
    env.cr.execute(
        SQL(
            """
            INSERT INTO res_partner (name, complete_name, active, is_company, company_id, type,
                                     partner_share, autopost_bills, customer_rank)
            SELECT 'Customer ' || n, 'Customer ' || n, TRUE, TRUE, %(company)s, 'contact', TRUE,
                   'ask', 1
              FROM generate_series(1, %(customers)s) n
            RETURNING id
            """,
            **values,
        )
    )
    values["partners"] = [row[0] for row in env.cr.fetchall()]
    env.cr.execute(
        "UPDATE res_partner SET commercial_partner_id = id WHERE commercial_partner_id IS NULL"
    )
    env.cr.execute(
        SQL(
            """
            INSERT INTO crm_lead (name, type, active, company_id, user_id, partner_id, campaign_id,
                                  create_date)
            SELECT 'Lead ' || n, CASE WHEN n %% 3 = 0 THEN 'lead' ELSE 'opportunity' END, TRUE,
                   %(company)s, %(user)s, (%(partners)s::int[])[1 + n %% %(customers)s],
                   (%(campaigns)s::int[])[1 + (n::bigint * 7919) %% %(activities)s],
                   TIMESTAMP '2026-01-01 12:00' + (n %% 300) * INTERVAL '1 day'
              FROM generate_series(1, %(leads)s) n
            """,
            **values,
            leads=LEADS,
        )
    )
    env.cr.execute(
        SQL(
            """
            INSERT INTO account_analytic_line (name, date, amount, company_id, account_id)
            SELECT 'Cost ' || n, DATE '2026-02-01' + n %% 200, -(n %% 1000) / 100.0, %(company)s,
                   (%(accounts)s::int[])[1 + n %% %(activities)s]
              FROM generate_series(1, %(costs)s) n
            """,
            **values,
            costs=COSTS,
        )
    )
    # Documents of three lines; each is booked, invoiced and collected. One in ten has no campaign.
    env.cr.execute(
        SQL(
            """
            INSERT INTO sales_ledger_entry
                   (company_id, currency_id, event, date, reference, amount, margin, quantity,
                    user_id, partner_id, campaign_id, document_model, document_id, source_id,
                    posting_no)
            SELECT %(company)s, %(currency)s, event,
                   DATE '2026-01-01' + (document %% 300)::integer + later, 'D' || document,
                   (1 + n %% 99999) / 100.0, (1 + n %% 33333) / 100.0, 1, %(user)s,
                   (%(partners)s::int[])[1 + (document * 31) %% %(customers)s],
                   CASE WHEN document %% 10 > 0 THEN
                       (%(campaigns)s::int[])[1 + (document / 7 * 7907) %% %(activities)s] END,
                   CASE event WHEN 'booked' THEN 'sale.order' ELSE 'account.move' END,
                   1000000000 + document, n, 1
              FROM generate_series(1, %(lines)s) n
             CROSS JOIN LATERAL (SELECT (n / 3)::bigint AS document) AS document
             CROSS JOIN (VALUES ('booked', 0), ('invoiced', 5), ('collected', 30))
                     AS step(event, later)
            """,
            **values,
            lines=ENTRIES // 3,
        )
    )
    env.invalidate_all(flush=False)


# === BY HAND === #
class _BestSql:
    """The same figures by one statement each, for exactly this company."""

    def __init__(self, env, company):
        self.env = env
        self.company = company

    def marked(self):
        return self._execute(
            SQL(
                """
                SELECT campaign_id, event, id, amount, margin, 1::numeric AS share
                  FROM sales_ledger_entry
                 WHERE company_id = %s AND campaign_id IS NOT NULL
                """,
                self.company.id,
            )
        )

    def linear(self):
        amount, margin = (
            SQL(
                """
                ROUND(entry.%(name)s * place / number, 2)
                - ROUND(entry.%(name)s * (place - 1) / number, 2)
                """,
                name=SQL.identifier(name),
            )
            for name in ("amount", "margin")
        )
        return self._execute(
            SQL(
                """
                SELECT turn.campaign_id, entry.event, entry.id, %(amount)s AS amount,
                       CASE WHEN event = 'invoiced' THEN %(margin)s END AS margin,
                       1.0 / number AS share
                  FROM sales_ledger_entry entry
                  JOIN (%(met)s) AS met ON met.partner_id = entry.partner_id
                 CROSS JOIN LATERAL width_bucket(entry.date, met.days) AS number
                 CROSS JOIN LATERAL unnest(met.campaigns[:number])
                            WITH ORDINALITY AS turn(campaign_id, place)
                 WHERE entry.company_id = %(company)s
                """,
                amount=amount,
                margin=margin,
                met=self._met(),
                company=self.company.id,
            )
        )

    def _met(self):
        return SQL(
            """
            SELECT partner_id, array_agg(campaign_id ORDER BY met_on, campaign_id) AS campaigns,
                   array_agg(met_on ORDER BY met_on, campaign_id) AS days
              FROM (SELECT partner_id, campaign_id, MIN(met_on) AS met_on
                      FROM (SELECT partner_id, campaign_id, create_date::date AS met_on
                              FROM crm_lead
                             WHERE company_id = %(company)s AND campaign_id IS NOT NULL
                             UNION ALL
                            SELECT ledger_partner_id, campaign_id, ledger_date FROM sale_order
                             WHERE company_id = %(company)s AND campaign_id IS NOT NULL
                               AND state <> 'cancel'
                             UNION ALL
                            SELECT commercial_partner_id, campaign_id, invoice_date
                              FROM account_move
                             WHERE company_id = %(company)s AND campaign_id IS NOT NULL
                               AND state = 'posted'
                               AND move_type IN ('out_invoice', 'out_receipt')) AS met
                     GROUP BY 1, 2) AS touch
             GROUP BY partner_id
            """,
            company=self.company.id,
        )

    def _execute(self, parts):
        self.env.cr.execute(
            SQL(
                """
                WITH document AS (
                    SELECT event, partner_id, MIN(date - DATE '1970-01-01') AS day, MIN(id) AS id
                      FROM sales_ledger_entry
                     WHERE company_id = %(company)s AND event IN ('booked', 'invoiced')
                     GROUP BY event, partner_id, document_id, campaign_id
                    HAVING SUM(amount) > 0
                ), first AS (
                    SELECT id FROM document WHERE event = 'booked'
                     UNION ALL
                    (SELECT DISTINCT ON (partner_id) id FROM document WHERE event = 'invoiced'
                      ORDER BY partner_id, day, id)
                ), sold AS (
                    SELECT campaign_id,
                           SUM(share) FILTER (WHERE event = 'booked' AND first.id IS NOT NULL)
                               AS orders,
                           SUM(share) FILTER (WHERE event = 'invoiced' AND first.id IS NOT NULL)
                               AS new_customers,
                           SUM(amount) FILTER (WHERE event = 'booked') AS booked,
                           SUM(amount) FILTER (WHERE event = 'invoiced') AS invoiced,
                           SUM(amount) FILTER (WHERE event = 'collected') AS collected,
                           SUM(margin) FILTER (WHERE event = 'invoiced') AS margin
                      FROM (%(parts)s) AS part LEFT JOIN first USING (id)
                     GROUP BY campaign_id
                ), cost AS (
                    SELECT line.activity_id, -SUM(entry.amount) AS cost
                      FROM account_analytic_line entry
                      JOIN sales_budget_line line ON line.analytic_account_id = entry.account_id
                     WHERE entry.company_id = %(company)s
                       AND entry.date BETWEEN '2026-01-01' AND '2026-12-31'
                     GROUP BY line.activity_id
                ), lead AS (
                    SELECT campaign_id, COUNT(*) AS leads FROM crm_lead
                     WHERE company_id = %(company)s GROUP BY campaign_id
                )
                SELECT activity.id, cost, leads, orders, new_customers, booked, invoiced,
                       collected, margin, (COALESCE(margin, 0) - cost) / NULLIF(cost, 0) AS roi
                  FROM sales_marketing_activity activity
                  LEFT JOIN sold USING (campaign_id)
                  LEFT JOIN lead USING (campaign_id)
                  LEFT JOIN cost ON cost.activity_id = activity.id
                 WHERE activity.company_id = %(company)s
                """,
                parts=parts,
                company=self.company.id,
            )
        )
        return {
            activity: tuple(float(figure or 0) for figure in figures)
            for activity, *figures in self.env.cr.fetchall()
        }
