from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import SalesPlanningCommon


@tagged("post_install", "-at_install", "sales_planning")
class TestSecurity(SalesPlanningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.region_target = cls._create_target({1: 300}, territory_id=cls.region.id)
        cls.own = cls._create_target({1: 100}, user_id=cls.seller.id)
        cls.foreign = cls._create_target({1: 200}, user_id=cls.other_seller.id)
        cls.models = ("sales.target", "sales.target.cell", "sales.target.change")

    def _visible(self, user, model):
        return self._as(user, self.env[model]).search([])

    def test_a_salesperson_sees_the_own_targets_only(self):
        self.assertEqual(self._visible(self.seller, "sales.target"), self.own)
        self.assertEqual(self._visible(self.seller, "sales.target.cell").target_id, self.own)
        self.assertEqual(self._visible(self.seller, "sales.target.change").target_id, self.own)
        self.assertEqual(self._visible(self.seller, "sales.target.plan"), self.plan)
        with self.assertRaises(AccessError):
            self._as(self.seller, self.foreign).read(["assigned"])
        with self.assertRaises(AccessError):
            self._as(self.seller, self.foreign.cell_ids[0]).action_open_ledger()

    def test_a_plan_without_a_target_of_mine_is_not_seen(self):
        other_plan = self._create_plan(name="Other")
        self.assertNotIn(other_plan, self._visible(self.seller, "sales.target.plan"))
        self.assertIn(other_plan, self._visible(self.leader, "sales.target.plan"))

    def test_a_leader_sees_all_and_changes_nothing(self):
        targets = self.region_target | self.own | self.foreign
        self.assertEqual(self._visible(self.leader, "sales.target"), targets)
        with self.assertRaises(AccessError):
            self._as(self.leader, self.own.cell_ids[0]).assigned = 1

    def test_only_the_administrator_changes(self):
        for user in (self.seller, self.leader):
            for change in (
                lambda user=user: self._as(user, self.own.cell_ids[0]).write({"assigned": 1}),
                lambda user=user: self._as(user, self.own).write({"user_id": user.id}),
                lambda user=user: self._as(user, self.own).unlink(),
                lambda user=user: self._as(user, self.plan).action_approve(),
                lambda user=user: self._as(user, self.plan).action_close(),
                lambda user=user: self._as(user, self.plan).action_reopen(),
                lambda user=user: self._as(user, self.env["sales.target.plan"]).create(
                    {"name": "Mine"}
                ),
                lambda user=user: self._as(user, self.env["sales.import"]).create(
                    {"kind": "target"}
                ),
            ):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    change()
        self._as(self.manager, self._cell(self.own, 1)).assigned = 111
        self._as(self.manager, self.plan).action_approve()
        self.assertEqual((self.own.assigned, self.plan.state), (111, "approved"))

    def test_changes_are_written_by_nobody(self):
        change = self.own.cell_ids.change_ids
        for user in (self.seller, self.manager):
            with (
                self.subTest(user=user.login),
                self.assertRaisesRegex(UserError, "is kept as it was"),
            ):
                self._as(user, change).write({"amount_after": 1})

    def test_opening_a_screen_counts_for_everybody(self):
        self._post("2026-01-05", 60, user_id=self.seller)
        self._post("2026-01-05", 70, user_id=self.other_seller)
        self._as(self.seller, self.env["sales.target.cell"]).action_open_mine()
        self.assertEqual((self.own.actual, self.foreign.actual), (60, 70))
        action = self.env.ref("sales_planning.sales_target_cell_action_open_attainment")
        opened = self._as(self.seller, action).run()
        self.assertEqual(opened["res_model"], "sales.target.cell")

    def test_other_companies_and_other_people_see_nothing(self):
        stranger = self._create_stranger()
        for model in ("sales.target.plan", *self.models):
            with self.subTest(model=model):
                self.assertFalse(self._visible(stranger, model))
                with self.assertRaises(AccessError):
                    self._visible(self.outsider, model)
        with self.assertRaises(AccessError):
            self._as(stranger, self.plan).action_refresh()

    def test_every_rule_set_and_access_right_is_there(self):
        for model in ("sales.target.plan", *self.models):
            rules = self.env["ir.rule"].search([("model_id.model", "=", model)])
            with self.subTest(model=model):
                self.assertEqual(
                    rules.groups,
                    self.env.ref("sales_team.group_sale_salesman")
                    | self.env.ref("sales_system.group_sale_salesman_team")
                    | self.env.ref("sales_team.group_sale_salesman_all_leads"),
                )
                self.assertEqual(len(rules.filtered("global")), 1)
