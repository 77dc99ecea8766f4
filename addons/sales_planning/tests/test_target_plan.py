import re
from datetime import date
from decimal import Decimal

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import SalesPlanningCommon


@tagged("post_install", "-at_install", "sales_planning")
class TestTargetPlan(SalesPlanningCommon):
    def test_life_of_a_plan(self):
        target = self._create_target({1: 100}, user_id=self.seller.id)
        self.plan.action_approve()
        self.assertEqual(self.plan.state, "approved")
        self._post("2026-01-05", 60, user_id=self.seller)
        self.plan.action_refresh()
        self.assertEqual(target.actual, 60)
        self._post("2026-01-06", 20, user_id=self.seller)
        self.plan.action_close()
        self.assertEqual((self.plan.state, target.actual), ("closed", 80))
        self._post("2026-01-07", 5, user_id=self.seller)
        self.plan.action_refresh()
        self.assertEqual(target.actual, 80, "a closed plan keeps its figures")
        self.plan.action_reopen()
        self.assertEqual(self.plan.state, "approved")
        with self.assertRaisesRegex(UserError, "this step needs “Closed”"):
            self.plan.action_reopen()
        self.assertEqual(self.plan.state, "approved", "approved numbers stay")

    def test_a_plan_without_numbers_is_not_approved(self):
        with self.assertRaisesRegex(UserError, "has no target yet"):
            self.plan.action_approve()
        self._create_target({1: 100}, user_id=self.seller.id)
        empty = self._create_target(user_id=self.other_seller.id)
        with self.assertRaisesRegex(UserError, f"the first is {re.escape(empty.name)}"):
            self.plan.action_approve()
        self.assertEqual(self.plan.state, "draft")

    def test_a_plan_with_a_remainder_is_not_approved(self):
        top = self._create_target({1: 100}, territory_id=self.region.id)
        part = self._create_target({1: 70.5}, user_id=self.seller.id, parent_id=top.id)
        with self.assertRaisesRegex(UserError, "Jan 2026 has 29.50 that no target below.*Add Up"):
            self.plan.action_approve()
        self.assertEqual(self.plan.state, "draft")
        self._cell(part, 1).assigned = 100
        self.plan.action_approve()

    def test_steps_out_of_order_are_refused(self):
        with self.assertRaisesRegex(UserError, "is in state “Draft”; this step needs “Approved”"):
            self.plan.action_close()
        with self.assertRaisesRegex(UserError, "is in state “Draft”"):
            self.plan.action_reopen()

    def test_an_approved_plan_stands(self):
        target = self._create_target({1: 100}, user_id=self.seller.id)
        self.plan.action_approve()
        with self.assertRaisesRegex(UserError, "change only by a revision"):
            self._cell(target, 1).assigned = 5
        for change in (
            lambda: self._cell(target, 1).unlink(),
            lambda: target.write({"user_id": self.other_seller.id}),
            lambda: target.unlink(),
            lambda: self._create_target(user_id=self.other_seller.id),
            lambda: self.plan.write({"date_to": date(2027, 12, 31)}),
            lambda: self.plan.write({"metric": "margin"}),
            lambda: self.plan.unlink(),
            lambda: self.plan.action_import_targets(),
        ):
            with self.assertRaisesRegex(UserError, "no longer a draft"):
                change()

    def test_dates(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            self._create_plan(date_from=date(2026, 2, 1), date_to=date(2026, 1, 1))
        with self.assertRaisesRegex(ValidationError, "at most ten years"):
            self._create_plan(date_from=date(1026, 1, 1))

    def test_cells_follow_the_dates_of_the_plan(self):
        target = self._create_target({3: 100}, user_id=self.seller.id)
        self.plan.date_from = date(2026, 2, 1)
        self.assertEqual(len(target.cell_ids), 11)
        self.plan.date_to = date(2027, 1, 31)
        self.assertEqual(len(target.cell_ids), 12)
        self.assertEqual(self._cell(target, 3).assigned, 100)
        with self.assertRaisesRegex(ValidationError, "Clear them first"):
            self.plan.date_from = date(2026, 4, 1)

    def test_no_number_goes_with_its_period(self):
        """0 is a number, and so is what somebody proposes."""
        for name, number in (("assigned", 0), ("stretch", 7), ("challenge", 0), ("proposed", 7)):
            with self.subTest(name=name):
                plan = self._create_plan(name=name)
                target = self._create_target(plan=plan, partner_id=self.customer.id)
                self.env["sales.target.numbers"]._set(
                    plan, name, {self._cell(target, 3).id: Decimal(number)}, "typed"
                )
                with self.assertRaisesRegex(ValidationError, "Clear them first"):
                    plan.date_from = date(2026, 4, 1)

    def test_a_new_plan_covers_the_year(self):
        with Form(self.env["sales.target.plan"]) as form:
            form.name = "This year"
        plan = form.save()
        self.assertEqual(len(plan._get_periods()), 12)
        self.assertEqual(plan.currency_id, self.company.currency_id)

    def test_screens_open(self):
        self._create_target({1: 100}, user_id=self.seller.id)
        for action, model in (
            (self.plan.action_open_targets(), "sales.target"),
            (self.plan.action_new_target(), "sales.target"),
            (self.plan.action_open_attainment(), "sales.target.cell"),
            (self.plan.action_open_ledger(), "sales.ledger.entry"),
            (self.plan.target_ids.action_open_cells(), "sales.target.cell"),
            (self.env["sales.target.cell"].action_open_attainment(), "sales.target.cell"),
            (self.env["sales.target.cell"].action_open_mine(), "sales.target.cell"),
        ):
            with self.subTest(name=action["name"]):
                self.assertEqual(action["res_model"], model)
                if isinstance(action["domain"], list):
                    self.env[model].search_count(action["domain"])
