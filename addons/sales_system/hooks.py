from odoo.api import Environment


def post_init_hook(env: Environment):
    """Post the documents that are older than the ledger, in the background."""
    env["sales.ledger.backfill"]._start()


def uninstall_hook(env: Environment):
    """Drop what the ORM does not know of: the ledger's guard function and its triggers."""
    env.cr.execute("DROP FUNCTION IF EXISTS sales_ledger_entry_refuse_change() CASCADE")
