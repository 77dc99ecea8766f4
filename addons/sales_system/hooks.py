from odoo.api import Environment
from odoo.fields import Command


def post_init_hook(env: Environment):
    """Post the documents that are older than the ledger, in the background."""
    env["sales.ledger.backfill"]._start()


def uninstall_hook(env: Environment):
    """Leave Sales and CRM as they were, as far as the ORM does not see to it itself."""
    _drop_guards(env)
    _keep_leaders_in_sales(env)


def _drop_guards(env):
    env.cr.execute("DROP FUNCTION IF EXISTS sales_ledger_entry_refuse_change() CASCADE")
    env.cr.execute("DROP FUNCTION IF EXISTS sales_customer_history_refuse_change() CASCADE")


def _keep_leaders_in_sales(env):
    """The level team goes with the addon; its users keep what the level below gives them."""
    team = env.ref("sales_system.group_sale_salesman_team", raise_if_not_found=False)
    if team:
        own = env.ref("sales_team.group_sale_salesman")
        team.user_ids.write({"group_ids": [Command.link(own.id)]})
