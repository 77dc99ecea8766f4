from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.sales_system.tests.common import RpcCase

from ..common import SalesCommissionCommon


@tagged("post_install", "-at_install", "sales_commission")
class TestPayoutRpc(SalesCommissionCommon, RpcCase):
    """Whoever writes a program pays nobody without the right, and nobody twice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_plan()
        cls._sell(1000)
        cls.run_record = cls._create_run(approve=True)
        cls.statement = cls.run_record.statement_ids

    def test_no_rights(self):
        wizard = {"statement_ids": [(6, 0, self.statement.ids)], "date": "2019-04-25"}
        for user in (self.li_na, self.supervisor):
            for record, method, arguments in (
                (self.statement, "action_pay", ()),
                (self.statement, "action_create_bills", ()),
                (self.run_record, "action_pay", ()),
                (self.run_record, "action_send_statements", ()),
                (self.env["sales.commission.pay"], "create", (wizard,)),
                (
                    self.env["sales.commission.payout"],
                    "create",
                    ({"statement_id": self.statement.id, "kind": "manual", "date": "2019-04-25"},),
                ),
            ):
                with self.subTest(user=user.login, model=record._name, method=method):
                    _result, error = self._call(user, record, method, *arguments)
                    self.assertTrue(error)
        self.assertEqual(self.statement.payout_state, "open")

    def test_private_methods_and_states(self):
        self.statement._pay("2019-04-25", "Payroll", False)
        payout = self.statement.payout_ids
        for record, method, arguments in (
            (self.statement, "_pay", ("2019-04-26", "Again", False)),
            (self.statement, "write", ({"payout_state": "open"},)),
            (payout, "write", ({"is_undone": True},)),
            (payout, "unlink", ()),
        ):
            with self.subTest(model=record._name, method=method):
                _result, error = self._call(self.manager, record, method, *arguments)
                self.assertTrue(error)
        _result, error = self._call(self.manager, self.statement, "action_pay")
        self.assertIn("Paid already", error)
        self.assertEqual(len(self.statement.payout_ids), 1)

    def test_the_last_statement_pays_the_run(self):
        wizard, error = self._call(
            self.manager,
            self.env["sales.commission.pay"],
            "create",
            {"statement_ids": [(6, 0, self.statement.ids)], "date": "2019-04-25"},
        )
        self.assertFalse(error)
        self._call(self.manager, self.env["sales.commission.pay"].browse(wizard), "action_pay")
        self.assertEqual(self.run_record.state, "paid")
        self._call(self.manager, self.statement.payout_ids, "action_undo")
        self.assertEqual(self.run_record.state, "approved")

    def test_another_company(self):
        company = self.env["res.company"].create({"name": "Second"})
        stranger = self._create_user(
            "stranger",
            "sales_team.group_sale_manager",
            company_id=company.id,
            company_ids=[company.id],
        )
        statement = self.statement.with_user(stranger).with_context(allowed_company_ids=company.ids)
        for method in ("action_pay", "action_create_bills"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(statement, method)()
