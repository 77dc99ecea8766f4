from odoo.tests import tagged

from odoo.addons.sales_system.tests.common import RpcCase

from .common import SalesCommissionCommon


@tagged("post_install", "-at_install", "sales_commission")
class TestCommissionRpc(SalesCommissionCommon, RpcCase):
    """States and results stand, also for an administrator who writes a program."""

    def test_states_and_results_are_not_writable(self):
        plan = self._create_plan()
        self._sell(100)
        run = self._create_run(approve=True, plan_id=plan.id)
        statement = run.statement_ids
        for record, values in (
            (plan, {"state": "draft"}),
            (run, {"state": "calculated"}),
            (statement, {"amount": 1000}),
            (statement, {"payee_id": self.wang_wei.partner_id.id}),
            (statement.earning_ids, {"amount": 1000}),
        ):
            with self.subTest(model=record._name, values=values):
                _result, error = self._call(self.manager, record, "write", values)
                self.assertTrue(error)
        may = {"date_from": "2019-05-01", "date_to": "2019-05-31"}
        for model, values, message in (
            ("sales.commission.run", {"state": "approved", **may}, "starts as a draft"),
            ("sales.commission.statement", {"run_id": run.id}, "not allowed to create"),
            ("sales.commission.earning", {"run_id": run.id}, "never edited"),
        ):
            with self.subTest(model=model, values=values):
                _result, error = self._call(self.manager, self.env[model], "create", values)
                self.assertIn(message, error)
        self.assertEqual((plan.state, run.state, statement.amount), ("approved", "approved", 2.0))
