from odoo import api, models
from odoo.tools import SQL


class SalesCommissionCalculation(models.AbstractModel):
    _inherit = "sales.commission.calculation"

    @api.model
    def _sum_up(self, run):
        """Say of each statement whether there is anything to pay."""
        super()._sum_up(run)
        self.env.cr.execute(
            SQL(
                """
                UPDATE sales_commission_statement
                   SET payout_state = CASE WHEN amount = 0 THEN 'nothing' ELSE 'open' END
                 WHERE run_id = %s
                """,
                run.id,
            )
        )
