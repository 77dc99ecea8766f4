from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import APRIL, MARCH, SalesCommissionCommon

PRIVATE = (
    "sales.commission.plan",
    "sales.commission.rule",
    "sales.commission.assignment",
    "sales.commission.run",
    "sales.commission.run.total",
)
RESULTS = (
    "sales.commission.statement",
    "sales.commission.statement.line",
    "sales.commission.earning",
)


@tagged("post_install", "-at_install", "sales_commission")
class TestSecurity(SalesCommissionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.li_na.group_ids += cls.env.ref("base.group_allow_export")
        cls.plan = cls._create_plan()
        cls._sell(100)
        cls._sell(70, user=cls.wang_wei)
        cls.run_record = cls._create_run(MARCH, plan_id=cls.plan.id)

    def _get_own(self, user, model):
        records = self.env[model].with_user(user).search([])
        return records.filtered(lambda record: record.sudo().run_id == self.run_record)

    def test_a_payee_sees_the_own_statement_when_approved(self):
        for model in RESULTS:
            with self.subTest(model=model, state="calculated"):
                self.assertFalse(self._get_own(self.li_na, model))
        self.run_record.action_approve()
        for model in RESULTS:
            with self.subTest(model=model, state="approved"):
                self.assertEqual(self._get_own(self.li_na, model).payee_id, self.li_na.partner_id)

    def test_a_payee_reads_nothing_of_others(self):
        self.run_record.action_approve()
        others = self.run_record.statement_ids.filtered(
            lambda statement: statement.payee_id == self.wang_wei.partner_id
        )
        for records in (others, others.earning_ids, others.line_ids):
            with self.subTest(model=records._name):
                records = records.with_user(self.li_na)
                with self.assertRaises(AccessError):
                    records.read(["amount"])
                with self.assertRaises(AccessError):
                    records.export_data(["amount"])

    def test_a_payee_opens_the_own_statement_to_the_last_line(self):
        self.run_record.action_approve()
        statement = self._get_own(self.li_na, "sales.commission.statement")
        self.env.invalidate_all()
        self.assertEqual(statement.display_name, "2019-03 · Plan · li_na")
        action = statement.action_open_earnings()
        earnings = self.env[action["res_model"]].with_user(self.li_na).search(action["domain"])
        self.assertEqual(earnings.mapped("amount"), [2.0])
        self.assertTrue(earnings.rule_id.display_name)
        self.assertTrue(
            earnings.export_data(["reference", "run_id", "plan_id", "rule_id", "amount"])["datas"]
        )
        ledger = statement.action_open_ledger()
        rows = self.env[ledger["res_model"]].with_user(self.li_na).search(ledger["domain"])
        self.assertEqual(rows.mapped("amount"), [100.0])
        line = statement.line_ids.action_open_earnings()
        self.assertEqual(
            self.env[line["res_model"]].with_user(self.li_na).search(line["domain"]), earnings
        )

    def test_a_payee_reads_the_terms_of_the_own_plan(self):
        self.assertEqual(self._search_as_payee(self.plan), self.plan)
        self.assertEqual(self._search_as_payee(self.plan.rule_ids).rate, 2.0)

    def _search_as_payee(self, records):
        """:return: those of the records that the payee finds"""
        return records.with_user(self.li_na).search([("id", "in", records.ids)])

    def test_a_payee_has_no_way_to_plans_and_runs(self):
        with self.assertRaises(AccessError):
            self.env["sales.commission.run.total"].with_user(self.li_na).search([])
        self.assertFalse(self._search_as_payee(self.run_record))
        draft = self._create_plan(approve=False)
        others = self._create_plan(
            payee_scope="assigned",
            assignment_ids=[Command.create({"payee_id": self.wang_wei.partner_id.id})],
        )
        for plan in (draft, others):
            for records in (plan, plan.rule_ids, plan.assignment_ids):
                with self.subTest(records=records):
                    self.assertFalse(self._search_as_payee(records))
        with self.assertRaises(AccessError):
            self.plan.rule_ids.with_user(self.li_na).rate = 50
        for method in ("calculate", "approve", "close", "reset"):
            for user in (self.li_na, self.supervisor):
                with self.subTest(method=method, user=user.login), self.assertRaises(AccessError):
                    getattr(self.run_record.with_user(user), f"action_{method}")()
        for method in ("approve", "close", "reset"):
            for user in (self.li_na, self.supervisor):
                with self.subTest(method=method, user=user.login), self.assertRaises(AccessError):
                    getattr(self.plan.with_user(user), f"action_{method}")()

    def test_a_supervisor_reads_all_and_changes_nothing(self):
        for model in RESULTS:
            with self.subTest(model=model):
                self.assertEqual(len(self._get_own(self.supervisor, model)), 2)
        run = self.run_record.with_user(self.supervisor)
        self.assertEqual(run.amount, 3.4)
        self.assertTrue(run.total_ids.mapped("amount"))
        with self.assertRaises(AccessError):
            run.name = "Mine"
        with self.assertRaises(AccessError):
            self.plan.with_user(self.supervisor).name = "Mine"
        with self.assertRaises(AccessError):
            self.env["sales.commission.run"].with_user(self.supervisor).create({})

    def test_a_manager_settles_a_month(self):
        plan = self.plan.with_user(self.manager).copy()
        plan.action_approve()
        run = (
            self.env["sales.commission.run"]
            .with_user(self.manager)
            .create({"plan_id": plan.id, "date_from": MARCH[0], "date_to": MARCH[1]})
        )
        run.action_calculate()
        run.action_reset()
        run.action_calculate()
        run.action_approve()
        run.action_close()
        self.assertEqual(run.state, "closed")

    def test_nobody_writes_results(self):
        for model in ("sales.commission.statement", "sales.commission.run.total"):
            records = self.env[model].search([("run_id", "=", self.run_record.id)])
            with self.subTest(model=model):
                with self.assertRaises(AccessError):
                    records.with_user(self.manager).write({"amount": 1})
                with self.assertRaises(AccessError):
                    records.with_user(self.manager).unlink()
                with self.assertRaises(AccessError):
                    self.env[model].with_user(self.manager).create({})

    def test_companies_do_not_see_each_other(self):
        other = self.env["res.company"].create({"name": "Second"})
        manager = self._create_user(
            "other_manager",
            "sales_team.group_sale_manager",
            company_id=other.id,
            company_ids=[other.id],
        )
        for model in (*PRIVATE, *RESULTS):
            with self.subTest(model=model):
                self.assertFalse(
                    self.env[model]
                    .with_user(manager)
                    .search([])
                    .filtered(lambda record: record.sudo().company_id == self.company)
                )
        with self.assertRaises(AccessError):
            self.run_record.with_user(manager).action_calculate()
        with self.assertRaises(AccessError):
            self.env["sales.commission.run"].with_user(manager).create(
                {"company_id": self.company.id, "date_from": APRIL[0], "date_to": APRIL[1]}
            )
