from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sales_system.tests.common import RpcCase

from .common import SalesPlanningCommon


@tagged("post_install", "-at_install", "sales_planning")
class TestTargetRpc(SalesPlanningCommon, RpcCase):
    """Figures and states stand, also for an administrator who writes a program."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.target = cls._create_target({1: 100}, user_id=cls.seller.id)
        cls._post("2026-01-05", 60, user_id=cls.seller)
        cls.plan.action_approve()
        cls.plan.action_close()
        cls.january = cls._cell(cls.target, 1)

    def _assert_refused(self, record, method, *args, message):
        _result, error = self._call(self.manager, record, method, *args)
        self.assertRegex(error or "", message)

    def _figures(self):
        return [
            (record.assigned, record.actual, record.gap) for record in (self.target, self.january)
        ]

    def test_figures(self):
        before = self._figures()
        self.assertEqual(before, [(100, 60, -40)] * 2)
        for record, name in (
            (self.target, "assigned"),
            (self.target, "actual"),
            (self.target, "gap"),
            (self.target, "attainment"),
            (self.january, "actual"),
            (self.january, "gap"),
            (self.january, "attainment"),
        ):
            for state in ("closed", "draft"):
                with self.subTest(model=record._name, field=name, state=state):
                    self.plan._update_state((self.plan.state,), state)
                    self._assert_refused(
                        record, "write", {name: 1}, message="by hand|no longer a draft"
                    )
                    cells = [Command.update(self.january.id, {"actual": 1})]
                    self._assert_refused(
                        self.plan,
                        "write",
                        {"target_ids": [Command.update(self.target.id, {"cell_ids": cells})]},
                        message="by hand" if state == "draft" else "no longer a draft",
                    )
                    self.assertEqual(self._figures(), before)

    def test_figures_of_a_new_record(self):
        plan = self._create_plan(name="New")
        self._assert_refused(
            self.env["sales.target"], "create", {"plan_id": plan.id, "actual": 5}, message="by hand"
        )

    def test_a_closed_plan_takes_nothing_in(self):
        """Neither a target nor a period moves into it from a draft."""
        draft = self._create_plan(name="Draft")
        target = self._create_target({1: 5}, plan=draft, user_id=self.other_seller.id)
        self._assert_refused(
            target, "write", {"plan_id": self.plan.id}, message="no longer a draft"
        )
        self._cell(target, 2).unlink()
        self._assert_refused(
            self._cell(target, 1),
            "write",
            {"target_id": self.target.id, "date_from": "2026-02-01", "date_to": "2026-02-28"},
            message="no longer a draft",
        )
        self.assertEqual(target.plan_id, draft)

    def test_state(self):
        self._assert_refused(self.plan, "write", {"state": "draft"}, message="never a draft again")
        self._assert_refused(
            self.env["sales.target.plan"],
            "create",
            {"name": "Sly", "state": "approved"},
            message="starts as a draft",
        )
        self._assert_refused(self.plan, "_update_state", ("closed",), "draft", message="rivate")
        self.assertEqual(self.plan.state, "closed")

    def test_without_rights(self):
        for method in ("action_approve", "action_close", "action_reopen"):
            with self.subTest(method=method):
                _result, error = self._call(self.seller, self.plan, method)
                self.assertTrue(error)
                self.assertEqual(self.plan.state, "closed")
