from psycopg2.errors import RestrictViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import APRIL, MARCH
from .common import CommissionRunCommon


@tagged("post_install", "-at_install", "sales_commission")
class TestRunSettling(CommissionRunCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._create_plan()
        cls._sell(1000)
        cls._sell(500, user=cls.wang_wei)

    def _as(self, user, run):
        return run.with_user(user)

    def _pay(self, run):
        """Mark all statements of the run as paid, as the wizard does."""
        action = run.action_pay()
        wizard = self.env[action["res_model"]].with_user(run.env.user)
        wizard.with_context(**action["context"]).create(
            {"date": "2019-04-10", "reference": "T 17"}
        ).action_pay()
        self.cr.precommit.run()

    # === THE HAPPY PATH === #
    def test_from_draft_to_closed(self):
        run = self._as(self.manager, self._create_run(calculate=False, plan_id=self.plan.id))
        run.action_calculate()
        run.action_submit()
        self.assertEqual(run.state, "review")
        run.action_approve()
        self.assertRecordValues(run, [{"state": "approved", "approved_by_id": self.manager.id}])
        self._pay(run)
        self.assertEqual(run.state, "paid")
        run.action_close()
        self.assertEqual(run.statement_ids.mapped("state"), ["closed", "closed"])

    def test_back_from_review(self):
        run = self._create_run(plan_id=self.plan.id)
        run.action_submit()
        run.action_reset()
        self.assertRecordValues(
            run,
            [{"state": "draft", "amount": 0.0, "calculated_at": False, "calculation_count": 0}],
        )
        self.assertFalse(run.statement_ids or run.check_ids or run.total_ids)

    def test_calculating_in_review_takes_it_back(self):
        run = self._create_run(plan_id=self.plan.id)
        run.action_submit()
        run.action_calculate()
        self.assertEqual(run.state, "calculated")

    # === REFUSALS === #
    def test_steps_in_the_wrong_order(self):
        draft = self._create_run(calculate=False, plan_id=self.plan.id)
        for step, wanted in (
            ("submit", "Calculated"),
            ("approve", "Calculated”"),
            ("pay", "Approved"),
            ("close", "Approved"),
            ("verify", "Approved"),
            ("reset", "Calculated"),
        ):
            with (
                self.subTest(step=step),
                self.assertRaisesRegex(
                    UserError, f"is in state “Draft”; this step needs “{wanted}"
                ),
            ):
                getattr(draft, f"action_{step}")()
        self.assertEqual(draft.state, "draft")

    def test_a_paid_run_is_not_calculated_again(self):
        run = self._create_run(approve=True, plan_id=self.plan.id)
        self._pay(run)
        self._sell(70)
        with self.assertRaisesRegex(UserError, "is approved, and its statements stand"):
            run.action_calculate()
        with self.assertRaisesRegex(UserError, "is in state “Paid”"):
            run.action_reset()
        self.assertRecordValues(run, [{"state": "paid", "amount": 30.0, "calculation_count": 1}])

    @mute_logger("odoo.sql_db")
    def test_the_database_keeps_what_is_settled_in_every_state(self):
        run = self._create_run(plan_id=self.plan.id)
        for step in (run.action_approve, lambda: self._pay(run), run.action_close):
            step()
            self.env.flush_all()
            with (
                self.subTest(state=run.state),
                self.assertRaisesRegex(RestrictViolation, "its earnings stand"),
                self.cr.savepoint(),
            ):
                self.cr.execute("DELETE FROM sales_commission_earning WHERE run_id = %s", [run.id])

    # === WHO APPROVES === #
    def test_a_payee_approves_no_own_run(self):
        self._sell(100, user=self.manager)
        run = self._create_run(plan_id=self.plan.id)
        run.action_submit()
        with self.assertRaisesRegex(UserError, "You are paid by run 2019-03 · Plan yourself"):
            self._as(self.manager, run).action_approve()
        self.assertEqual(run.state, "review")
        self._as(self.second_manager, run).action_approve()
        self.assertEqual(run.state, "approved")

    def test_a_payee_carries_out_what_another_approved(self):
        self._limit("run_total", 10)
        self._sell(100, user=self.manager)
        run = self._as(self.manager, self._create_run(plan_id=self.plan.id))
        run.action_submit()
        request = run.approval_request_ids
        self.assertEqual(request.actor_ids, self.second_manager)
        request.with_user(self.second_manager).action_approve()
        run.action_approve()
        self.assertEqual(run.state, "approved")

    def test_a_payee_is_no_approver_of_a_request(self):
        self._limit("run_total", 10, approver=self.manager)
        self._sell(100, user=self.manager)
        run = self._as(self.second_manager, self._create_run(plan_id=self.plan.id))
        with self.assertRaisesRegex(UserError, "Nobody could approve 2019-03 · Plan"):
            run.action_submit()

    # === APPROVAL RULES === #
    def test_a_limit_needs_an_approval(self):
        self._limit("run_total", 29.99)
        run = self._as(self.manager, self._create_run(plan_id=self.plan.id))
        self.assertEqual(run.approval_status, "needed")
        with self.assertRaisesRegex(UserError, "needs an approval first: Commission of the run"):
            run.action_approve()
        run.action_submit()
        self.assertEqual(run.approval_status, "pending")
        with self.assertRaisesRegex(UserError, "waits for the approval of second_manager"):
            run.action_approve()
        run.approval_request_ids.with_user(self.second_manager).action_approve()
        run.action_approve()
        self.assertEqual((run.state, run.approval_state), ("approved", "none"))

    def test_within_the_limit_nobody_is_asked(self):
        self._limit("run_total", 30)
        run = self._as(self.manager, self._create_run(plan_id=self.plan.id))
        run.action_submit()
        self.assertFalse(run.approval_request_ids)
        run.action_approve()
        self.assertEqual(run.state, "approved")

    def test_another_result_is_approved_anew(self):
        self._limit("run_total", 10)
        run = self._as(self.manager, self._create_run(plan_id=self.plan.id))
        run.action_submit()
        run.approval_request_ids.with_user(self.second_manager).action_approve()
        self.assertEqual(run.approval_status, "approved")
        # The same result keeps the approval
        run.action_calculate()
        self.assertEqual(run.approval_status, "approved")
        # The same total for other people does not
        self._sell(-300)
        self._sell(300, user=self.wang_wei)
        run.action_calculate()
        self.assertEqual(run.amount, 30.0)
        self.assertEqual((run.approval_status, run.approval_state), ("needed", "needed"))
        with self.assertRaisesRegex(UserError, "needs an approval first"):
            run.action_approve()

    def test_a_pending_request_ends_with_its_result(self):
        self._limit("run_total", 10)
        run = self._as(self.manager, self._create_run(plan_id=self.plan.id))
        run.action_submit()
        request = run.approval_request_ids
        run.action_calculate()
        self.assertEqual(request.state, "pending")
        self._sell(100)
        run.action_calculate()
        self.assertEqual(request.state, "cancelled")
        run.action_submit()
        self.assertEqual(run.approval_status, "pending")
        run.action_reset()
        self.assertEqual(set(run.approval_request_ids.mapped("state")), {"cancelled"})

    def test_change_against_the_run_before(self):
        self._limit("run_change", 50)
        march = self._create_run(approve=True, plan_id=self.plan.id)
        self.assertFalse(march.earlier_run_id)
        self._sell(2250, date=APRIL[0])
        april = self._create_run(APRIL, plan_id=self.plan.id)
        self.assertRecordValues(
            april,
            [{"earlier_run_id": march.id, "earlier_amount": 30.0, "earlier_change": 50.0}],
        )
        self.assertEqual(april.approval_status, "none")
        self._sell(1, date=APRIL[0])
        april.action_calculate()
        self.assertEqual(april.approval_status, "needed")

    def test_open_findings(self):
        self._limit("run_findings", 0)
        self._sell(100, partner_id=self.li_na.partner_id.id)
        run = self._create_run(plan_id=self.plan.id)
        self.assertEqual(run.approval_status, "needed")
        run.check_ids.action_look()
        self.assertEqual((run.approval_status, run.approval_state), ("none", "none"))

    # === RIGHTS === #
    def test_nobody_else_moves_a_run(self):
        stranger = self._create_stranger()
        run = self._create_run(plan_id=self.plan.id)
        for user in (self.li_na, self.supervisor, stranger):
            for step in (
                "calculate",
                "cancel_calculation",
                "submit",
                "approve",
                "pay",
                "close",
                "reset",
                "verify",
            ):
                with self.subTest(user=user.login, step=step), self.assertRaises(AccessError):
                    getattr(run.with_user(user), f"action_{step}")()
        self.assertEqual(run.state, "calculated")

    def test_a_payee_reads_no_total_of_others(self):
        run = self._create_run(MARCH, approve=True, plan_id=self.plan.id).with_user(self.li_na)
        self.assertEqual(run.payee_count, 1)
        for name in ("amount", "check_ids", "rule_total_ids", "total_ids", "verification_ids"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                run.read([name])
