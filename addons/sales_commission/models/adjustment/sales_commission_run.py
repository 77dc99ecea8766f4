from odoo import models


class SalesCommissionRun(models.Model):
    _inherit = "sales.commission.run"

    def _update_state(self, allowed, target, **values):
        super()._update_state(allowed, target, **values)
        if target == "approved":
            self.env["sales.commission.adjustment"]._settle(self)
