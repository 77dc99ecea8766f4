from odoo import fields, models


class SalesCommissionPlan(models.Model):
    _inherit = "sales.commission.plan"

    simulation_ids = fields.One2many(
        comodel_name="sales.commission.simulation",
        inverse_name="plan_id",
        string="Simulations",
        groups="sales_team.group_sale_manager",
    )

    # === ACTION METHODS === #
    def action_simulate(self):
        """Simulate the plan on the last twelve months, and show the result."""
        self.ensure_one()
        simulation = self.env["sales.commission.simulation"].create({"plan_id": self.id})
        simulation.action_simulate()
        return {
            "type": "ir.actions.act_window",
            "res_model": simulation._name,
            "res_id": simulation.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
