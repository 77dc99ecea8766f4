from odoo import models


class SalesCommissionPlan(models.Model):
    _inherit = "sales.commission.plan"

    # === ACTION METHODS === #
    def action_policy(self):
        """Ask for the language, and print what the plan says."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Policy"),
            "res_model": "sales.commission.policy",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_plan_id": self.id},
        }
