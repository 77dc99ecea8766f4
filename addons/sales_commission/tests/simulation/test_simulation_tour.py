from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from ..common import SalesCommissionCommon


@tagged("post_install", "-at_install", "sales_commission", "sales_tour")
class TestSimulationTour(SalesCommissionCommon, HttpCase):
    def test_plan_and_simulate(self):
        last_month = fields.Date.today() - relativedelta(months=1)
        self._sell(1000, 500, date=last_month)
        self.start_tour("/odoo", "sales_commission_plan_simulate", login=self.manager.login)
        plan = self.env["sales.commission.plan"].search([("name", "=", "Tour Plan")])
        self.assertRecordValues(plan.rule_ids, [{"rate": 3, "event": "booked"}])
        self.assertEqual(len(plan.simulation_ids), 1)
