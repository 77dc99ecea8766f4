from odoo import api, models


class SalesTargetActual(models.AbstractModel):
    _inherit = "sales.target.actual"

    @api.model
    def _roll_up(self, plan):
        result = super()._roll_up(plan)
        self.env["sales.budget.line"]._derive(plan)
        return result
