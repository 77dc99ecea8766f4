"""The organisation: territories of customers, leaders of teams, a leader's list of orders."""

from lxml import etree

from odoo.fields import Command
from odoo.tools import SQL

from .harness import compare

CUSTOMERS = 100_000
TERRITORIES = 200
RULES = 1_000
TEAMS = 1_000
TEAMS_PER_LEVEL = 10
ORDERS = 500_000


def run(env):
    """Yield one result per line of the issue on speed."""
    company = _create_company(env)
    yield _bench_territories(env, company)
    teams = _create_teams(env, company)
    yield _bench_managers(env, teams)
    yield from _bench_order_list(env, company, teams)


def _create_company(env):
    company = env["res.company"].create(
        {"name": "Benchmark", "currency_id": env.ref("base.USD").id}
    )
    env.user.company_ids |= company
    return company


# === TERRITORIES === #
def _bench_territories(env, company):
    """Place 100,000 customers by 1,000 rules against an UPDATE that knows the rules' kinds."""
    _create_rules(env, company)
    _insert_customers(env, company)
    rules = env["sales.territory.rule"].with_context(allowed_company_ids=company.ids)

    def ours():
        rules._assign()

    def best_sql():
        env.cr.execute(
            SQL(
                """
                UPDATE res_partner p SET territory_id = found.territory_id
                  FROM (
                    SELECT p.id, COALESCE(city.territory_id, zip.territory_id,
                                          state.territory_id, country.territory_id) territory_id
                      FROM res_partner p
                      LEFT JOIN sales_territory_rule city ON lower(city.city) = lower(p.city)
                      LEFT JOIN sales_territory_rule zip
                        ON zip.zip_head = left(p.zip, 3) AND zip.country_id = p.country_id
                      LEFT JOIN sales_territory_rule state
                        ON state.state_id = p.state_id AND state.city IS NULL
                       AND state.zip_low IS NULL
                      LEFT JOIN sales_territory_rule country
                        ON country.country_id = p.country_id AND country.state_id IS NULL
                       AND country.city IS NULL AND country.zip_low IS NULL
                     WHERE p.company_id = %s AND p.commercial_partner_id = p.id
                  ) found
                 WHERE found.id = p.id AND p.territory_id IS DISTINCT FROM found.territory_id
                """,
                company.id,
            )
        )

    return compare(
        "territories", CUSTOMERS, ours=ours, best_sql=best_sql, env=env, repeat=3, target=3
    )


def _create_rules(env, company):
    """One rule per country's states, the rest cities and ranges of postal codes."""
    territories = env["sales.territory"].create(
        [{"name": f"Territory {n}", "company_id": company.id} for n in range(TERRITORIES)]
    )
    country = env.ref("base.us")
    places = [{"country_id": country.id}]
    places += [{"state_id": state.id} for state in country.state_ids]
    places += [
        {"country_id": country.id, "zip_from": f"{n:03}00", "zip_to": f"{n:03}99"}
        for n in range(0, 900, 3)
    ]
    places += [{"city": f"City {n}"} for n in range(RULES - len(places))]
    env["sales.territory.rule"].create(
        [
            {"territory_id": territories[n % TERRITORIES].id, **place}
            for n, place in enumerate(places)
        ]
    )


def _insert_customers(env, company):
    """Written by SQL; creating them through the ORM would take minutes."""
    states = env.ref("base.us").state_ids
    env.flush_all()
    env.cr.execute(
        SQL(
            """
            INSERT INTO res_partner (name, complete_name, active, is_company, company_id, type,
                                     partner_share, autopost_bills, country_id, state_id, zip,
                                     city)
            SELECT 'Customer ' || n, 'Customer ' || n, TRUE, TRUE, %(company)s, 'contact',
                   TRUE, 'ask', %(country)s, (%(states)s::int[])[1 + n %% %(state_count)s],
                   lpad((n * 7 %% 100000)::text, 5, '0'), 'City ' || n %% 2000
              FROM generate_series(1, %(count)s) n
            """,
            company=company.id,
            country=env.ref("base.us").id,
            states=states.ids,
            state_count=len(states),
            count=CUSTOMERS,
        )
    )
    env.cr.execute(
        "UPDATE res_partner SET commercial_partner_id = id WHERE commercial_partner_id IS NULL"
    )
    env.cr.execute("ANALYZE res_partner, sales_territory_rule")
    env.invalidate_all(flush=False)


# === LEADERS === #
def _create_teams(env, company):
    """1,000 teams on three levels, each with a leader of its own."""
    users = env["res.users"].with_context(no_reset_password=True)
    leaders = users.create(
        [
            {
                "name": f"Leader {n}",
                "login": f"bench-leader-{n}",
                "company_id": company.id,
                "company_ids": [Command.set(company.ids)],
                "group_ids": [Command.set(env.ref("sales_system.group_sale_salesman_team").ids)],
            }
            for n in range(20)
        ]
    )
    teams = env["crm.team"]
    for number in range(TEAMS):
        parent = teams[(number - 1) // TEAMS_PER_LEVEL] if number else teams
        teams += teams.create(
            {
                "name": f"Team {number}",
                "company_id": company.id,
                "parent_id": parent.id,
                "user_id": leaders[number % len(leaders)].id if number < 111 else False,
            }
        )
    return teams


def _bench_managers(env, teams):
    """Store the leaders of all teams again against a recursive query over the same rows."""

    def ours():
        _forget(env, teams)
        teams._update_managers()

    def best_sql():
        _forget(env, teams)
        env.cr.execute(
            SQL(
                """
                WITH RECURSIVE leads(team_id, user_id) AS (
                    SELECT id, user_id FROM crm_team
                     WHERE user_id IS NOT NULL AND id = ANY(%s)
                     UNION
                    SELECT below.id, leads.user_id
                      FROM leads JOIN crm_team below ON below.parent_id = leads.team_id
                )
                INSERT INTO crm_team_manager_rel (team_id, user_id) SELECT * FROM leads
                """,
                teams.ids,
            )
        )

    return compare("team_leaders", TEAMS, ours=ours, best_sql=best_sql, env=env, repeat=5, target=3)


def _forget(env, teams):
    env.cr.execute("DELETE FROM crm_team_manager_rel WHERE team_id = ANY(%s)", [teams.ids])


# === LIST OF ORDERS === #
def _bench_order_list(env, company, teams):
    """First page and count of the orders: what a leader waits for against an administrator."""
    _insert_orders(env, company, teams)
    env.cr.execute("ANALYZE crm_team, crm_team_manager_rel")
    admin = _list_user(env, company, "admin", "sales_team.group_sale_manager")
    for name, led, target in (("all_teams", teams[0], 1.3), ("tenth_of_teams", teams[1], 1.5)):
        leader = _list_user(env, company, name, "sales_system.group_sale_salesman_team")
        led.user_id = leader
        yield compare(
            f"order_list_{name}",
            ORDERS,
            ours=_list(env, leader, company),
            best_sql=_list(env, admin, company),
            env=env,
            repeat=25,
            target=target,
        )


def _list_user(env, company, name, group):
    return (
        env["res.users"]
        .with_context(no_reset_password=True)
        .create(
            {
                "name": name,
                "login": f"bench-{name}",
                "company_id": company.id,
                "company_ids": [Command.set(company.ids)],
                "group_ids": [Command.set(env.ref(group).ids)],
            }
        )
    )


def _list(env, user, company):
    orders = env["sale.order"].with_user(user).with_context(allowed_company_ids=company.ids)
    columns = _columns(orders)
    return lambda: orders.web_search_read(
        [("state", "=", "sale")], columns, limit=80, count_limit=10_001
    )


def _columns(orders):
    """:return: what the web client asks for to show the list of orders"""
    view = orders.get_view(orders.env.ref("sale.view_order_tree").id, "list")
    names = {node.get("name") for node in etree.fromstring(view["arch"]).iter("field")}
    return {
        name: {"fields": {"display_name": {}}} if orders._fields[name].relational else {}
        for name in names
    }


def _insert_orders(env, company, teams):
    """Every team has its share, by salespeople who are not in question."""
    partner = env["res.partner"].create({"name": "Bench", "company_id": company.id})
    env.flush_all()
    env.cr.execute(
        SQL(
            """
            INSERT INTO sale_order (
                name, state, company_id, partner_id, partner_invoice_id, partner_shipping_id,
                ledger_partner_id, user_id, team_id, currency_id, currency_rate, date_order,
                amount_total, access_token)
            SELECT 'B' || n, 'sale', %(company)s, %(partner)s, %(partner)s, %(partner)s,
                   %(partner)s, %(user)s, (%(teams)s::int[])[1 + n %% %(team_count)s],
                   %(currency)s, 1, timestamp '2024-01-01' + n %% 900 * interval '1 day',
                   n, n::text
              FROM generate_series(1, %(orders)s) n
            """,
            company=company.id,
            partner=partner.id,
            user=env.uid,
            teams=teams.ids,
            team_count=len(teams),
            currency=company.currency_id.id,
            orders=ORDERS,
        )
    )
    env.cr.execute("ANALYZE sale_order")
    env.invalidate_all(flush=False)
