from odoo.api import Environment
from odoo.fields import Command
from odoo.tools import SQL


def post_init_hook(env: Environment):
    """Take in what is older than the addon, most of it in the background."""
    env["sales.ledger.backfill"]._start()
    env["sales.identity.backfill"]._start()
    env["crm.lead"]._measure_old_responses()
    _guard_tax_ids(env)


def _guard_tax_ids(env):
    """Where customers share tax IDs, somebody looks at them before the guard is switched on."""
    partners = env["res.partner"]
    partners._fill_tax_identities()
    if not partners._find_tax_duplicates():
        partners._switch_tax_guard(True)


def uninstall_hook(env: Environment):
    """Leave Sales and CRM as they were, as far as the ORM does not see to it itself."""
    _drop_tree_range(env)
    _drop_guards(env)
    _keep_leaders_in_sales(env)
    env["ir.rule"]._widen_nobodys_leads()


def _drop_guards(env):
    env.cr.execute("DROP FUNCTION IF EXISTS sales_ledger_entry_refuse_change() CASCADE")
    env.cr.execute("DROP FUNCTION IF EXISTS sales_customer_history_refuse_change() CASCADE")
    env.cr.execute("DROP FUNCTION IF EXISTS sales_pool_move_refuse_change() CASCADE")


def _drop_tree_range(env):
    env.cr.execute("DROP TYPE IF EXISTS sales_tree_range CASCADE")


def _keep_leaders_in_sales(env):
    """The level team goes with the addon; its users keep what the level below gives them."""
    team = env.ref("sales_system.group_sale_salesman_team", raise_if_not_found=False)
    if team:
        own = env.ref("sales_team.group_sale_salesman")
        team.user_ids.write({"group_ids": [Command.link(own.id)]})


def leave_own_tables(env: Environment, addon):
    """Leave the records of an addon's own models to their tables, which are about to be dropped.

    Odoo would delete those with an external ID one by one, and where a key restricts that, try
    again with fewer of them: each refusal is an error in the log.

    :param str addon: the one that is being uninstalled; those that build on it go with it
    """
    models = [model for model in env.registry.values() if model._original_module == addon]
    env["ir.model.data"].search([("model", "in", [model._name for model in models])]).unlink()
    env.cr.execute(
        SQL(
            """
            SELECT owner.relname, rule.conname
              FROM pg_constraint rule JOIN pg_class owner ON owner.oid = rule.conrelid
             WHERE rule.contype = 'f' AND rule.confdeltype IN ('a', 'r')
               AND owner.relnamespace = current_schema::regnamespace
               AND owner.relname = ANY(%s)
            """,
            [model._table for model in models],
        )
    )
    for table, key in env.cr.fetchall():
        env.cr.execute(
            SQL("ALTER TABLE %s DROP CONSTRAINT %s", SQL.identifier(table), SQL.identifier(key))
        )


def keep_posted_imports(env: Environment, addon):
    """Let imports of past sales that an addon brought stay: the ledger has their sales, for good.

    :param str addon: the one that is being uninstalled
    """
    owned = env["ir.model.data"].search([("module", "=", addon), ("model", "=", "sales.import")])
    posted = env["sales.ledger.entry"]._read_group(
        [("import_id", "in", owned.mapped("res_id"))], ["import_id"]
    )
    ids = {sales_import.id for (sales_import,) in posted}
    owned.filtered(lambda data: data.res_id in ids).unlink()
