from odoo.tests import HttpCase, tagged

from .common import CommissionRunCommon


@tagged("post_install", "-at_install", "sales_commission", "sales_tour")
class TestRunTour(CommissionRunCommon, HttpCase):
    def test_review_and_pay_a_run(self):
        self._create_plan()
        self._sell(1000, discount=30)
        self._sell(200, user=self.wang_wei)
        run = self._create_run(calculate=False, name="Tour review")
        self.start_tour("/odoo", "sales_commission_review_run", login=self.manager.login)
        self.assertRecordValues(run, [{"state": "closed", "amount": 24.0}])
        self.assertEqual(run.statement_ids.payout_ids.mapped("reference"), ["T 17", "T 17"])
        self.assertEqual(run.check_ids.looked_by_id, self.manager)
