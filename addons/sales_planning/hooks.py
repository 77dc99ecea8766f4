from odoo.api import Environment

from odoo.addons.sales_system.hooks import keep_posted_imports, leave_own_tables


def uninstall_hook(env: Environment):
    """Drop what the ORM does not know of, the guard functions and their triggers, and spare it what
    it would be refused to delete.
    """
    env.cr.execute(
        """
        DROP FUNCTION IF EXISTS sales_target_guard() CASCADE;
        DROP FUNCTION IF EXISTS sales_target_cell_guard() CASCADE;
        DROP FUNCTION IF EXISTS sales_target_trail_refuse_change() CASCADE;
        DROP FUNCTION IF EXISTS sales_target_revision_refuse_change() CASCADE;
        """
    )
    keep_posted_imports(env, "sales_planning")
    leave_own_tables(env, "sales_planning")
