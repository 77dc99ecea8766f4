from odoo.api import Environment

from odoo.addons.sales_system.hooks import leave_own_tables


def uninstall_hook(env: Environment):
    """Drop what the ORM does not know of, the guard functions and their triggers, and spare it what
    it would be refused to delete.
    """
    env.cr.execute(
        """
        DROP FUNCTION IF EXISTS sales_commission_earning_refuse_update() CASCADE;
        DROP FUNCTION IF EXISTS sales_commission_earning_refuse_settled() CASCADE;
        DROP FUNCTION IF EXISTS sales_commission_adjustment_refuse() CASCADE;
        """
    )
    leave_own_tables(env, "sales_commission")
