from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import SalesCommissionCommon

OF_PAYEES = (
    "sales.commission.statement",
    "sales.commission.statement.line",
    "sales.commission.earning",
    "sales.commission.measure",
    "sales.commission.question",
    "sales.commission.adjustment",
)


@tagged("post_install", "-at_install", "sales_commission")
class TestStatementAccess(SalesCommissionCommon):
    """Who sees what of statements, questions, adjustments and payouts, by level."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.sales_commission_manager_id = cls.manager
        cls.leader = cls._create_user("leader", "sales_system.group_sale_salesman_team")
        cls.other_leader = cls._create_user("other", "sales_system.group_sale_salesman_team")
        for leader, member in ((cls.leader, cls.li_na), (cls.other_leader, cls.wang_wei)):
            team = cls.env["crm.team"].create({"name": leader.login, "user_id": leader.id})
            cls.env["crm.team.member"].create({"crm_team_id": team.id, "user_id": member.id})
        export = cls.env.ref("base.group_allow_export")
        for user in (cls.li_na, cls.wang_wei, cls.leader, cls.other_leader, cls.supervisor):
            user.group_ids += export
        cls.plan = cls._create_plan()
        cls._sell(100)
        for user in (cls.li_na, cls.wang_wei):
            cls.env["sales.commission.adjustment"].create(
                {
                    "payee_id": user.partner_id.id,
                    "amount": 5,
                    "date": "2019-03-20",
                    "reason": "Trade fair",
                }
            ).action_confirm()
        cls.run_record = cls._create_run(plan_id=cls.plan.id)

    def _settle(self):
        self.run_record.action_approve()
        for user in (self.li_na, self.wang_wei):
            statement = self.run_record.statement_ids.filtered(
                lambda one, user=user: one.payee_id == user.partner_id
            )
            statement.with_user(user).action_ask("Why?")
        self.run_record.statement_ids._pay("2019-04-05", "Payroll", False)

    def _get_payees(self, user, model):
        records = self.env[model].with_user(user).search([])
        return records.sudo().payee_id & (self.li_na.partner_id | self.wang_wei.partner_id)

    def test_by_level(self):
        self._settle()
        mine, others = self.li_na.partner_id, self.wang_wei.partner_id
        for user, seen in (
            (self.li_na, mine),
            (self.wang_wei, others),
            (self.leader, mine),
            (self.other_leader, others),
            (self.supervisor, mine | others),
            (self.manager, mine | others),
        ):
            for model in OF_PAYEES:
                with self.subTest(user=user.login, model=model):
                    if model == "sales.commission.measure" and user in (
                        self.wang_wei,
                        self.other_leader,
                    ):
                        continue  # Wang Wei sold nothing.
                    found = self._get_payees(user, model)
                    expected = seen - others if model == "sales.commission.measure" else seen
                    self.assertEqual(found, expected)

    def test_export(self):
        self._settle()
        for model in OF_PAYEES:
            others = self.env[model].search([("payee_id", "=", self.li_na.partner_id.id)])
            self.assertTrue(others, model)
            for user in (self.wang_wei, self.other_leader):
                with self.subTest(model=model, user=user.login), self.assertRaises(AccessError):
                    others.with_user(user).export_data(["payee_id/id"])
            for user in (self.li_na, self.leader, self.supervisor):
                with self.subTest(model=model, user=user.login):
                    rows = others.with_user(user).export_data([".id"])["datas"]
                    self.assertEqual(len(rows), len(others))

    def test_not_before_the_approval(self):
        for model in OF_PAYEES:
            for user in (self.li_na, self.leader):
                with self.subTest(model=model, user=user.login):
                    self.assertFalse(self._get_payees(user, model))

    def test_payouts_are_for_those_who_settle(self):
        self._settle()
        payouts = self.env["sales.commission.payout"]
        for user in (self.li_na, self.leader):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                payouts.with_user(user).search([])
        self.assertEqual(
            len(payouts.with_user(self.supervisor).search([("run_id", "=", self.run_record.id)])), 2
        )
        # The payee knows when it was paid all the same
        statement = self.run_record.statement_ids[0].with_user(self.li_na)
        self.env.invalidate_all()
        self.assertEqual(statement.search([]).mapped("payout_state"), ["paid"])
        self.assertEqual(statement.search([]).payout_reference, "Payroll")

    def test_other_companies_see_nothing(self):
        self._settle()
        company = self.env["res.company"].create({"name": "Second"})
        stranger = self._create_user(
            "stranger",
            "sales_team.group_sale_manager",
            company_id=company.id,
            company_ids=[company.id],
        )
        for model in (*OF_PAYEES, "sales.commission.payout"):
            with self.subTest(model=model):
                self.assertFalse(self._get_payees(stranger, model))
