from odoo.tests import HttpCase, tagged

from .common import SalesCommissionCommon


@tagged("post_install", "-at_install", "sales_commission", "sales_tour")
class TestTour(SalesCommissionCommon, HttpCase):
    def test_settle_a_month(self):
        self._create_plan()
        self._sell(1000, 500.5)
        self._sell(200, user=self.wang_wei)
        self._create_run(calculate=False, name="Tour 2019-03")
        self.start_tour("/odoo", "sales_commission_settle_month", login=self.manager.login)
        run = self.env["sales.commission.run"].search([("name", "=", "Tour 2019-03")])
        self.assertRecordValues(run, [{"state": "approved", "amount": 34.01}])
