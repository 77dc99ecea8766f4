from psycopg2.errors import CheckViolation, RestrictViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.sales_system.tests.common import RpcCase

from ..common import APRIL, MARCH, MAY, YEAR, SalesCommissionCommon


@tagged("post_install", "-at_install", "sales_commission")
class TestAdjustment(SalesCommissionCommon, RpcCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._create_plan()
        cls._sell(1000)
        cls.env["sales.approval.rule"].search([]).active = False

    def _adjust(self, amount=50, confirm=True, user=None, **values):
        adjustment = (
            self.env["sales.commission.adjustment"]
            .with_user(user or self.manager)
            .create(
                {
                    "payee_id": self.li_na.partner_id.id,
                    "amount": amount,
                    "date": f"{YEAR}-03-20",
                    "reason": "Trade fair.",
                    **values,
                }
            )
        )
        if confirm:
            adjustment.action_confirm()
        return adjustment

    def _get_adjusted(self, run):
        return self._get_earnings(run).filtered("adjustment_id")

    # === THE HAPPY PATH === #
    def test_an_adjustment_is_settled_with_the_run(self):
        # Approved by a sales manager, it waits for the run of its date
        adjustment = self._adjust()
        self.assertRegex(adjustment.name, r"^ADJ/\d{4}/\d{4}$")
        run = self._create_run(plan_id=self.plan.id)
        earning = self._get_adjusted(run)
        self.assertRecordValues(
            earning,
            [
                {
                    "kind": "adjustment",
                    "amount": 50.0,
                    "entry_id": False,
                    "rule_id": False,
                    "plan_id": False,
                    "payee_id": self.li_na.partner_id.id,
                }
            ],
        )
        self.assertIn("ADJ/", earning.explanation)
        self.assertTrue(earning.explanation.endswith(": Trade fair = 50.00."), earning.explanation)
        self.assertEqual(earning.action_open_document()["res_id"], adjustment.id)
        self.assertEqual(run.statement_ids.amount, 70.0)
        self.assertIn("adjustment", run.statement_ids.line_ids.mapped("kind"))
        # Calculated again, it is there once
        run.action_calculate()
        self.assertEqual(self._get_adjusted(run).mapped("amount"), [50.0])
        self.assertEqual(run.statement_ids.amount, 70.0)
        # Reset, it is free; and settled with the approval
        run.action_reset()
        self.assertFalse(adjustment.taken_ids)
        self.assertEqual(adjustment.state, "approved")
        run.action_calculate()
        run.action_approve()
        self.assertEqual(adjustment.state, "settled")
        self.assertEqual(adjustment.statement_id, run.statement_ids)
        # The next run takes it no second time
        self._sell(10, date=f"{YEAR}-04-05")
        self.assertFalse(self._get_adjusted(self._create_run(APRIL, plan_id=self.plan.id)))

    def test_one_that_comes_after_the_calculation(self):
        run = self._create_run(plan_id=self.plan.id)
        sales = self._get_earnings(run)
        adjustment = self._adjust()
        self._sell(500)
        for _turn in range(2):
            # Only what is new is calculated: what the sales brought stays
            run.action_calculate()
            self.assertEqual(self._get_earnings(run) & sales, sales)
            self.assertEqual(self._get_adjusted(run).adjustment_id, adjustment)
            self.assertEqual(run.statement_ids.amount, 80.0)
        # What a run holds is not cancelled under it
        with self.assertRaisesRegex(UserError, f"part of run {run.name}"):
            adjustment.action_cancel()
        run.action_reset()
        adjustment.action_cancel()
        run.action_calculate()
        self.assertFalse(self._get_adjusted(run))
        self.assertEqual(run.statement_ids.amount, 30.0)

    def test_somebody_without_sales_gets_a_statement(self):
        self._adjust(payee_id=self.wang_wei.partner_id.id)
        run = self._create_run(plan_id=self.plan.id)
        statement = run.statement_ids.filtered(lambda one: one.payee_id == self.wang_wei.partner_id)
        self.assertRecordValues(
            statement, [{"amount": 50.0, "earned_amount": 50.0, "entry_count": 0}]
        )

    def test_a_correction_is_a_further_adjustment(self):
        adjustment = self._adjust()
        run = self._create_run(approve=True, plan_id=self.plan.id)
        back = self._adjust(
            -50, date=f"{YEAR}-04-20", earning_id=adjustment.taken_ids.id, reason="Booked twice"
        )
        later = self._create_run(APRIL, approve=True, plan_id=self.plan.id)
        earning = self._get_adjusted(later)
        self.assertEqual(later.statement_ids.amount, -50.0)
        self.assertIn(f"to {adjustment.name} in run {run.name}: Booked twice", earning.explanation)
        self.assertEqual(back.state, "settled")
        self.assertEqual(run.statement_ids.amount + later.statement_ids.amount, 20.0)

    # === WHICH RUN === #
    def test_the_first_open_run_of_its_date(self):
        late = self._adjust(date=f"{YEAR}-02-10", reason="Late")
        future = self._adjust(date=f"{YEAR}-05-10", reason="Future")
        march = self._create_run(MARCH, calculate=False, plan_id=self.plan.id)
        april = self._create_run(APRIL, plan_id=self.plan.id)
        self.assertFalse(self._get_adjusted(april))
        march.action_calculate()
        self.assertEqual(self._get_adjusted(march).adjustment_id, late)
        may = self._create_run(MAY, calculate=False, plan_id=self.plan.id)
        may.action_calculate()
        self.assertFalse(self._get_adjusted(april))
        self.assertEqual(self._get_adjusted(may).adjustment_id, future)

    def test_a_run_of_its_plan(self):
        other = self._create_plan()
        adjustment = self._adjust(plan_id=other.id)
        self.assertFalse(self._get_adjusted(self._create_run(plan_id=self.plan.id)))
        run = self._create_run(plan_id=other.id)
        self.assertEqual(self._get_adjusted(run).adjustment_id, adjustment)

    def test_a_foreign_currency_has_a_statement_of_its_own(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self._adjust(currency_id=euro.id)
        run = self._create_run(plan_id=self.plan.id)
        self.assertEqual(
            {one.currency_id: one.amount for one in run.statement_ids},
            {self.company.currency_id: 20.0, euro: 50.0},
        )

    def test_another_company(self):
        company = self.env["res.company"].create({"name": "Second"})
        self.env["sales.commission.adjustment"].create(
            {
                "company_id": company.id,
                "payee_id": self.li_na.partner_id.id,
                "amount": 9,
                "date": f"{YEAR}-03-20",
                "reason": "Elsewhere",
            }
        ).action_confirm()
        self.assertFalse(self._get_adjusted(self._create_run(plan_id=self.plan.id)))

    # === REFUSALS === #
    def test_bad_input(self):
        for values, constraint in (
            ({"amount": 0}, "amount_not_zero"),
            # Rounded to the currency
            ({"amount": 0.001}, "amount_not_zero"),
            ({"reason": "  "}, "reason_given"),
        ):
            with (
                self.subTest(values=values),
                mute_logger("odoo.sql_db"),
                self.assertRaisesRegex(CheckViolation, constraint),
                self.cr.savepoint(),
            ):
                self._adjust(confirm=False, **values)
                self.env.flush_all()
        run = self._create_run(plan_id=self.plan.id)
        with self.assertRaisesRegex(ValidationError, "not an approved one of"):
            self._adjust(earning_id=self._get_earnings(run).id)
        run.action_approve()
        with self.assertRaisesRegex(ValidationError, "not an approved one of"):
            self._adjust(
                payee_id=self.wang_wei.partner_id.id, earning_id=self._get_earnings(run).id
            )

    def test_what_is_agreed_stands(self):
        adjustment = self._adjust()
        for change in (
            lambda: adjustment.write({"amount": 500}),
            lambda: adjustment.write({"payee_id": self.wang_wei.partner_id.id}),
            lambda: adjustment.write({"state": "draft"}),
            lambda: adjustment.unlink(),
        ):
            with self.assertRaises(UserError):
                change()
        run = self._create_run(plan_id=self.plan.id)
        with self.assertRaisesRegex(UserError, f"part of run {run.name}"):
            adjustment.action_cancel()
        run.action_reset()
        adjustment.action_cancel()
        run.action_calculate()
        self.assertFalse(self._get_adjusted(run))
        adjustment.action_reset()
        adjustment.write({"amount": 10})
        self.assertEqual(adjustment.state, "draft")

    @mute_logger("odoo.sql_db")
    def test_the_database_guards_what_is_settled(self):
        adjustment = self._adjust()
        self._create_run(approve=True, plan_id=self.plan.id)
        self.env.flush_all()
        for query in (
            "UPDATE sales_commission_adjustment SET amount = 5 WHERE id = %s",
            "UPDATE sales_commission_adjustment SET state = 'draft' WHERE id = %s",
            "DELETE FROM sales_commission_adjustment WHERE id = %s",
        ):
            with (
                self.subTest(query=query),
                self.assertRaisesRegex(RestrictViolation, "never changes"),
                self.cr.savepoint(),
            ):
                self.cr.execute(query, (adjustment.id,))

    def test_an_approval_that_overlooked_a_cancelled_one(self):
        adjustment = self._adjust()
        run = self._create_run(plan_id=self.plan.id)
        # As if somebody had cancelled it on an older view of the data
        self.env.cr.execute(
            "UPDATE sales_commission_adjustment SET state = 'cancelled' WHERE id = %s",
            (adjustment.id,),
        )
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "Calculate the run again"):
            run.action_approve()

    # === APPROVAL === #
    def test_the_payee_does_not_approve(self):
        mine = self._adjust(payee_id=self.manager.partner_id.id, confirm=False)
        with self.assertRaisesRegex(UserError, "somebody else has to approve"):
            mine.action_confirm()
        other = self._create_user("second_manager", "sales_team.group_sale_manager")
        mine.with_user(other).action_confirm()
        self.assertEqual(mine.state, "approved")

    def test_a_rule_on_the_amount(self):
        approver = self._create_user("approver", "sales_team.group_sale_salesman_all_leads")
        self.env["res.config.settings"].create({"group_sales_approval": True}).execute()
        self.env["sales.approval.rule"].create(
            {
                "name": "Large adjustments",
                "model": "sales.commission.adjustment",
                "basis": "adjustment_amount",
                "threshold": 100,
                "step_ids": [Command.create({"kind": "user", "user_id": approver.id})],
            }
        )
        self._adjust(100)
        for amount in (500, -500):
            with self.subTest(amount=amount):
                large = self._adjust(amount, confirm=False)
                with self.assertRaisesRegex(UserError, "needs an approval first"):
                    large.action_confirm()
                large.action_request_approval("Big deal")
                large.with_user(approver).action_approve()
                large.action_confirm()
                self.assertEqual(large.state, "approved")

    # === NO RIGHTS === #
    def test_only_managers_adjust(self):
        draft = self._adjust(confirm=False)
        for user in (self.li_na, self.supervisor):
            with self.subTest(user=user.login):
                with self.assertRaises(AccessError):
                    self._adjust(user=user)
                for method in ("confirm", "cancel", "reset"):
                    with self.assertRaises(AccessError):
                        getattr(draft.with_user(user), f"action_{method}")()

    def test_by_rpc(self):
        adjustment = self._adjust()
        for user, method, arguments in (
            (self.li_na, "write", ({"amount": 5000},)),
            (self.li_na, "action_cancel", ()),
            (self.manager, "write", ({"amount": 5000},)),
            (self.manager, "write", ({"state": "settled"},)),
        ):
            with self.subTest(user=user.login, method=method):
                _result, error = self._call(user, adjustment, method, *arguments)
                self.assertTrue(error)
        _result, error = self._call(
            self.manager,
            self.env["sales.commission.adjustment"],
            "create",
            {
                "payee_id": self.li_na.partner_id.id,
                "amount": 1,
                "reason": "x",
                "state": "approved",
            },
        )
        self.assertIn("starts as a draft", error)
