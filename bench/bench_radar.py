"""The conflict check: the radar over 500,000 names against plain lookups by an index.

Judged by the 95th percentile of what one search takes: a misspelt name against the nearest names
by the same trigram index, anything exact against a customer that Odoo finds by an indexed field.
The radar also looks at leads and deal registrations, at companies and at what the user may see.
"""

import random
import statistics
import sys
import time

from odoo.tools import SQL

from .harness import Result

NAMES = 500_000
SEARCHES = 200
TARGET = 3
CITIES = "上海 北京 广州 深圳 杭州 南京 苏州 成都 武汉 西安 天津 重庆 青岛 大连".split()
WORDS = "华 新 东 方 海 天 达 盛 宏 金 瑞 联 创 科 嘉 润 泰 恒 信 通 远 博 德 明 康 安".split()
TRADES = "自行车 运动器材 电子科技 贸易 机械设备 信息技术 国际物流 商贸 户外用品 实业".split()
FORMS = "有限公司 股份有限公司 有限责任公司".split()
PLACE = 8_613_000_000_000


def run(env):
    """Yield one result per line of the issue on speed."""
    seller = _create_seller(env)
    names = _insert_customers(env)
    radar = env["sales.conflict.radar"].with_user(seller)
    dice = random.Random(20)  # noqa: S311
    misspelt = [_misspell(dice.choice(names), dice) for _ in range(SEARCHES)]
    phones = [f"+{PLACE + dice.randrange(NAMES)}" for _ in range(SEARCHES)]
    _print_plan(env, radar, misspelt[0])
    yield _compare("radar_name", env, misspelt, radar._search_text, _nearest_names(env))
    yield _compare("radar_phone", env, phones, radar._search_text, _by_indexed_field(env, seller))


def _create_seller(env):
    """A salesperson who sees own customers only: the radar has to tell which."""
    env["res.config.settings"].create({"sales_own_customers_only": True}).execute()
    return env["res.users"].create(
        {
            "name": "Bench",
            "login": "bench.radar",
            "group_ids": [(4, env.ref("sales_team.group_sale_salesman").id)],
        }
    )


def _insert_customers(env):
    dice = random.Random(19)  # noqa: S311
    names = [
        dice.choice(CITIES)
        + "".join(dice.choices(WORDS, k=dice.choice((2, 2, 3, 4))))
        + dice.choice(TRADES)
        + dice.choice(FORMS)
        for _ in range(NAMES)
    ]
    rows = env.execute_query(
        SQL(
            """
            INSERT INTO res_partner (name, complete_name, phone, ref, active, is_company, type,
                                     partner_share, autopost_bills, create_date)
            SELECT name, name, '+' || (%s + number - 1), 'R' || number, TRUE, TRUE, 'contact',
                   TRUE, 'ask', now()
              FROM unnest(%s) WITH ORDINALITY AS made (name, number)
            RETURNING id
            """,
            PLACE,
            names,
        )
    )
    env.cr.execute(
        "UPDATE res_partner SET commercial_partner_id = id WHERE commercial_partner_id IS NULL"
    )
    ids = [partner_id for (partner_id,) in rows]
    for start in range(0, NAMES, 10_000):
        env["sales.identity.key"]._renew("res.partner", ids[start : start + 10_000])
    for table in ("res_partner", "sales_identity_key"):
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
    return names


def _misspell(name, dice):
    """Leave one character out."""
    place = dice.randrange(2, len(name) - 4)
    return name[:place] + name[place + 1 :]


def _nearest_names(env):
    from odoo.addons.sales_system.engine.identity import name_key

    def lookup(text):
        key = name_key(text)
        env.cr.execute(
            """
            SELECT partner_id, similarity(key, %(key)s) FROM sales_identity_key
             WHERE kind = 'name' AND key %% %(key)s
             ORDER BY 2 DESC LIMIT 20
            """,
            {"key": key},
        )
        return env.cr.fetchall()

    return lookup


def _by_indexed_field(env, seller):
    partners = env["res.partner"].with_user(seller)

    def lookup(phone):
        return partners.search_read([("ref", "=", f"R{int(phone[1:]) - PLACE + 1}")], ["name"])

    return lookup


def _print_plan(env, radar, text):
    from odoo.addons.sales_system.engine.conflict import search_keys

    radar._search_text(text)  # sets how similar is similar
    query = radar._find_query(search_keys(text), similar=True)
    rows = env.execute_query(SQL("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) %s", query))
    plan = "\n".join(line for (line,) in rows)
    sys.stdout.write(f"{plan}\n")
    for index in ("sales_identity_key_name_trgm_idx", "sales_identity_key_key_idx"):
        if index not in plan:
            raise AssertionError(f"The plan does not use {index}.")


def _compare(name, env, texts, ours, plain):
    """Time both for each text, by turns; what is compared is the 95th percentile."""
    our_seconds, plain_seconds, statements = [], [], []
    for text in texts:
        env.invalidate_all()
        before = env.cr.sql_log_count
        our_seconds.append(_seconds(ours, text))
        statements.append(env.cr.sql_log_count - before)
        env.invalidate_all()
        plain_seconds.append(_seconds(plain, text))
    ratio = _p95(our_seconds) / _p95(plain_seconds)
    result = Result(
        bench=name,
        rows=NAMES,
        seconds=round(_p95(our_seconds), 4),
        cpu_seconds=0,
        sql_seconds=round(_p95(plain_seconds), 4),
        sql_cpu_seconds=0,
        ratio_to_sql=round(ratio, 2),
        statements=round(statistics.median(statements)),
        sql_statements=1,
        judged_by="p95",
        target=TARGET,
        ok=ratio <= TARGET,
    )
    sys.stdout.write(result.as_json() + "\n")
    return result


def _seconds(work, text):
    start = time.perf_counter()
    work(text)
    return time.perf_counter() - start


def _p95(seconds):
    return statistics.quantiles(seconds, n=20)[-1]
