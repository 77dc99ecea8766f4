from psycopg2.errors import CheckViolation, ExclusionViolation

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import YEAR, SalesCommissionCommon


@tagged("post_install", "-at_install", "sales_commission")
class TestPlan(SalesCommissionCommon):
    def test_states_move_through_the_buttons(self):
        plan = self._create_plan(approve=False)
        self.assertEqual(plan.state, "draft")
        plan.action_approve()
        self.assertEqual(plan.state, "approved")
        plan.action_reset()
        self.assertEqual(plan.state, "draft")
        with self.assertRaisesRegex(UserError, "Use the buttons"):
            plan.state = "approved"
        with self.assertRaisesRegex(UserError, "starts as a draft"):
            self.env["sales.commission.plan"].create({"name": "Sly", "state": "approved"})
        with self.assertRaisesRegex(UserError, "this step needs “Approved”"):
            plan.date_to = f"{YEAR}-12-31"
            plan.action_close()

    def test_a_plan_without_rules_is_not_approved(self):
        plan = self.env["sales.commission.plan"].create({"name": "Empty"})
        with self.assertRaisesRegex(UserError, "Plan Empty has no rule"):
            plan.action_approve()

    def test_a_plan_for_assigned_payees_needs_one(self):
        plan = self._create_plan(payee_scope="assigned", approve=False)
        with self.assertRaisesRegex(UserError, "pays assigned payees only and has none"):
            plan.action_approve()

    def test_approved_terms_are_locked(self):
        plan = self._create_plan()
        refused = "what people earned by it must not change"
        with self.assertRaisesRegex(UserError, refused):
            plan.rule_ids.rate = 3
        with self.assertRaisesRegex(UserError, refused):
            plan.rule_ids.unlink()
        with self.assertRaisesRegex(UserError, refused):
            plan.rule_ids = [Command.create({"name": "Extra", "rate": 1})]
        with self.assertRaisesRegex(UserError, refused):
            plan.date_from = f"{YEAR}-02-01"
        with self.assertRaisesRegex(UserError, refused):
            plan.unlink()
        draft = self._create_plan(approve=False)
        with self.assertRaisesRegex(UserError, refused):
            draft.rule_ids.plan_id = plan

    def test_an_approved_plan_can_end(self):
        plan = self._create_plan()
        self._sell(100)
        self._create_run(plan_id=plan.id, approve=True)
        with self.assertRaisesRegex(UserError, "paid li_na for a sale of 2019-03-15"):
            plan.date_to = "2019-03-14"
        plan.date_to = "2019-03-15"
        plan.action_close()
        with self.assertRaises(UserError):
            plan.date_to = "2019-12-31"
        with self.assertRaises(UserError):
            plan.assignment_ids = [Command.create({"payee_id": self.li_na.partner_id.id})]

    def test_a_payee_can_leave_but_not_undo_what_was_paid(self):
        plan = self._create_plan(
            payee_scope="assigned",
            assignment_ids=[
                Command.create({"payee_id": user.partner_id.id})
                for user in (self.li_na, self.wang_wei)
            ],
        )
        self._sell(100)
        self._create_run(plan_id=plan.id, approve=True)
        paid, unpaid = plan.assignment_ids
        with self.assertRaisesRegex(UserError, "a correction of it would be lost"):
            paid.date_to = "2019-03-14"
        with self.assertRaisesRegex(UserError, "a correction of it would be lost"):
            paid.unlink()
        paid.date_to = "2019-03-15"
        unpaid.unlink()

    def test_a_plan_that_paid_stays_approved(self):
        plan = self._create_plan()
        self._sell(100)
        run = self._create_run(plan_id=plan.id)
        with self.assertRaises(UserError):
            plan.action_reset()
        run.action_reset()
        plan.action_reset()
        self.assertEqual(plan.state, "draft")

    def test_a_copy_is_a_draft_with_the_same_rules(self):
        plan = self._create_plan({"rate": 1.5}, {"rate": 3, "base": "margin"}, name="2019")
        copy = plan.copy()
        self.assertRecordValues(copy, [{"name": "2019 (copy)", "state": "draft"}])
        self.assertEqual(copy.rule_ids.mapped("rate"), [1.5, 3])
        copy.rule_ids[0].rate = 2

    def test_rates_are_percentages(self):
        for rate in (-0.1, 100.1):
            with (
                self.subTest(rate=rate),
                mute_logger("odoo.sql_db"),
                self.assertRaisesRegex(CheckViolation, "rate_range"),
                self.cr.savepoint(),
            ):
                self._create_plan({"rate": rate})

    @mute_logger("odoo.sql_db")
    def test_a_payee_is_assigned_once_a_day(self):
        payee = self.li_na.partner_id
        values = {"payee_id": payee.id, "date_from": f"{YEAR}-03-01", "date_to": f"{YEAR}-03-31"}
        plan = self._create_plan(payee_scope="assigned", assignment_ids=[Command.create(values)])
        with self.assertRaises(ExclusionViolation), self.cr.savepoint():
            plan.assignment_ids = [Command.create({"payee_id": payee.id})]
        plan.assignment_ids = [
            Command.create({"payee_id": payee.id, "date_from": f"{YEAR}-04-01"}),
        ]
