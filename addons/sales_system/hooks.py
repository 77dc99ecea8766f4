from odoo.api import Environment


def uninstall_hook(env: Environment):
    """Drop what the ORM does not know of: the ledger's guard function and its triggers."""
    env.cr.execute("DROP FUNCTION IF EXISTS sales_ledger_entry_refuse_change() CASCADE")
