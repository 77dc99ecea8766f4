from odoo.tests import tagged

from odoo.addons.sales_system.tests.common import RpcCase

from .common import CommissionRunCommon


@tagged("post_install", "-at_install", "sales_commission")
class TestRunRpc(CommissionRunCommon, RpcCase):
    """What a program may do with runs, findings and verifications."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._create_plan()
        cls._sell(100, discount=50)
        cls.run_record = cls._create_run(plan_id=cls.plan.id)
        cls.check = cls.run_record.check_ids

    def _refused(self, user, record, method, *args):
        result, error = self._call(user, record, method, *args)
        self.assertTrue(error, result)
        return error

    def test_payees_and_supervisors_move_nothing(self):
        for user in (self.li_na, self.supervisor):
            for method in ("action_calculate", "action_submit", "action_approve", "action_pay"):
                with self.subTest(user=user.login, method=method):
                    self._refused(user, self.run_record, method)
            with self.subTest(user=user.login):
                self._refused(user, self.check, "action_look")
                self._refused(user, self.check, "write", {"note": "Fine"})
        self.assertEqual(self.run_record.state, "calculated")
        self.assertTrue(self.check.is_open)

    def test_states_and_approvals_are_not_written(self):
        run = self.run_record
        for values, message in (
            ({"state": "approved"}, "cannot be set by hand"),
            ({"approval_state": "approved"}, "cannot be set by hand"),
        ):
            with self.subTest(values=values):
                self.assertIn(message, self._refused(self.manager, run, "write", values))
        self.assertIn(
            "Findings come from the calculation",
            self._refused(self.manager, self.check, "write", {"is_open": False}),
        )
        for model in ("sales.commission.check", "sales.commission.verification"):
            with self.subTest(model=model):
                self._refused(self.manager, self.env[model], "create", {"run_id": run.id})
        for method in ("_calculate", "_queue", "_update_state", "_calculate_queued"):
            with self.subTest(method=method):
                self._refused(self.manager, run, method)

    def test_a_manager_settles_a_run(self):
        run = self.run_record
        for method, *args in (
            ("action_submit",),
            ("action_approve",),
            ("action_verify",),
            ("action_close",),
        ):
            with self.subTest(method=method):
                self.assertFalse(self._call(self.manager, run, method, *args)[1])
        self.assertRecordValues(run, [{"state": "closed"}])
        self.assertEqual(run.verification_ids.state, "identical")

    def test_another_company(self):
        stranger = self._create_stranger()
        for record, method in (
            (self.run_record, "action_approve"),
            (self.run_record, "action_verify"),
            (self.check, "action_look"),
            (self.check, "action_open_rows"),
        ):
            with self.subTest(method=method):
                self._refused(stranger, record, method)
        self.assertEqual(self.run_record.state, "calculated")
