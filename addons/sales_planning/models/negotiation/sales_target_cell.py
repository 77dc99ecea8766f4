from odoo import api, models


class SalesTargetCell(models.Model):
    _inherit = "sales.target.cell"

    # === ACTION METHODS === #
    @api.model
    def action_open_attainment(self):
        """Of several versions of a plan, the current one counts."""
        return {
            **super().action_open_attainment(),
            "domain": [("plan_id.is_current", "=", True)],
        }

    @api.model
    def action_open_mine(self):
        return {
            **super().action_open_mine(),
            "domain": [("user_id", "=", self.env.uid), ("plan_id.is_current", "=", True)],
        }
