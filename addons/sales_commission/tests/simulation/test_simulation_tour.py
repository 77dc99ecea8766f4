from odoo.tests import HttpCase, freeze_time, tagged

from ..common import SalesCommissionCommon


@tagged("post_install", "-at_install", "sales_commission", "sales_tour")
class TestSimulationTour(SalesCommissionCommon, HttpCase):
    def test_plan_and_simulate(self):
        self._sell(1000, 500, date="2019-03-15")
        self.start_tour("/odoo", "sales_commission_plan_simulate", login=self.manager.login)
        plan = self.env["sales.commission.plan"].search([("name", "=", "Tour Plan")])
        self.assertRecordValues(plan.rule_ids, [{"rate": 3, "event": "booked"}])
        simulation = plan.simulation_ids
        self.assertEqual(simulation.plan_id, plan)
