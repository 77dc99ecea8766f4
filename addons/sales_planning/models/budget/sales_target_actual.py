from odoo import api, models


class SalesTargetActual(models.AbstractModel):
    _inherit = "sales.target.actual"

    @api.model
    def _roll_up(self, plan, target_ids=None):
        result = super()._roll_up(plan, target_ids)
        self.env["sales.budget.line"]._derive(plan, target_ids)
        return result
