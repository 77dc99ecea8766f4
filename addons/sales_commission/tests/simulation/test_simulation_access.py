from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.sales_system.tests.common import RpcCase

from .common import SimulationCommon


@tagged("post_install", "-at_install", "sales_commission")
class TestSimulationAccess(SimulationCommon, RpcCase):
    """What everybody would have earned is for managers."""

    def test_for_managers_only(self):
        plan = self._create_plan()
        self._sell(100)
        simulation = self._simulate(plan)
        for user in (self.li_na, self.supervisor):
            for records in (simulation, simulation.line_ids, simulation.payee_ids):
                with self.subTest(user=user.name, model=records._name):
                    with self.assertRaises(AccessError):
                        records.with_user(user).read(["simulated_amount"])
                    _result, error = self._call(user, self.env[records._name], "search_read", [])
                    self.assertIn("not allowed to access", error)
            with self.subTest(user=user.name):
                _result, error = self._call(user, plan, "action_simulate")
                self.assertIn("not allowed to create", error)

    def test_a_manager_by_rpc(self):
        plan = self._create_plan()
        self._sell(100)
        result, error = self._call(self.manager, plan, "action_simulate")
        self.assertFalse(error)
        self.assertEqual(result["res_model"], "sales.commission.simulation")

    def test_results_are_not_written_by_hand(self):
        simulation = self._simulate(self._create_plan())
        self._sell(100)
        simulation.action_simulate()
        for records, values in (
            (simulation.line_ids, {"simulated_amount": 1}),
            (simulation.payee_ids, {"difference": 1}),
        ):
            _result, error = self._call(self.manager, records, "write", values)
            self.assertIn("not allowed to modify", error)

    def test_another_company(self):
        simulation = self._simulate(self._create_plan())
        company = self.env["res.company"].create({"name": "Second"})
        stranger = self._create_user(
            "stranger",
            "sales_team.group_sale_manager",
            company_id=company.id,
            company_ids=[company.id],
        )
        found = self.env["sales.commission.simulation"].with_user(stranger).search([])
        self.assertNotIn(simulation, found)
        _result, error = self._call(stranger, simulation, "action_simulate")
        self.assertTrue(error)
