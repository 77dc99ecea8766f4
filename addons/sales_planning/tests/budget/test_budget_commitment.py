from datetime import date

from psycopg2 import IntegrityError
from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from .common import BudgetCommon


@tagged("post_install", "-at_install", "sales_planning")
class TestBudgetCommitment(BudgetCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.budget = cls._create_budget(cls.target_li, 100)
        cls.other = cls._create_budget(cls.target_wang, 100)

    def setUp(self):
        super().setUp()
        self._approve_plan()

    def test_money_within_the_budget_is_taken_spent_and_given_back(self):
        request = self._create_request(self.budget, 60)
        self.assertRegex(request.name, r"^SPEND/\d{4}/\d{4}$")
        self.assertEqual((request.state, request.available), ("draft", 100))
        self.assertEqual(self._figures(self.budget), (0, 0, 100))
        request.action_confirm()
        self.assertEqual(self._figures(self.budget), (60, 0, 40))
        request.action_spend()
        self.assertEqual(self._figures(self.budget), (0, 60, 40))
        request.action_reset()
        self.assertEqual((request.state, self._figures(self.budget)), ("approved", (60, 0, 40)))
        request.action_cancel()
        self.assertEqual(self._figures(self.budget), (0, 0, 100))
        request.action_reset()
        self.assertEqual(request.state, "draft")

    def test_over_the_budget_somebody_has_to_approve(self):
        self._create_request(self.budget, 60).action_confirm()
        request = self._create_request(self.budget, 50)
        self.assertEqual((request.available, request.excess), (40, 10))
        self.assertEqual(request.approval_status, "needed")
        with self._refused(UserError, r"Over budget \$.10.00 \(limit \$.0.00\)"):
            request.action_confirm()
        self.assertEqual((request.state, self._figures(self.budget)[0]), ("draft", 60))
        request.action_request_approval("Fair")
        with self._refused(UserError, "waits for the approval"):
            request.action_confirm()
        with self._refused(UserError):
            request.action_approve()
        self._as(self.manager, request).action_approve()
        request.action_confirm()
        self.assertEqual(self._figures(self.budget), (110, 0, -10))

    def test_an_approval_does_not_cover_more_than_was_asked(self):
        request = self._create_request(self.budget, 110)
        request.action_request_approval()
        self._as(self.manager, request).action_approve()
        self._create_request(self.budget, 1).action_confirm()
        with self._refused(UserError, "needs an approval first: Over budget .*11.00"):
            request.action_confirm()

    def test_a_rejected_request_stays_a_draft(self):
        request = self._create_request(self.budget, 110)
        request.action_request_approval()
        self._as(self.manager, request).action_reject("Too much")
        with self._refused(UserError, "has been rejected"):
            request.action_confirm()
        request.amount = 100
        request.action_confirm()

    def test_without_a_rule_only_a_manager_goes_over_the_budget(self):
        self.rule.active = False
        request = self._create_request(self.budget, 110)
        with self._refused(UserError, "10.00 over the budget .* Ask a sales manager"):
            request.action_confirm()
        self._as(self.manager, request).action_confirm()
        self.assertEqual(self._figures(self.budget)[2], -10)

    def test_a_rule_may_leave_a_margin(self):
        self.rule.threshold = 15
        self._create_request(self.budget, 115).action_confirm()
        with self._refused(UserError):
            self._create_request(self.other, 115.01, user=self.other_seller).action_confirm()

    def test_the_budgets_above_hold_too(self):
        self._create_budget(self.target_east, method="typed")
        budget = self._as(self.manager, self.target_east.budget_line_ids)
        self._create_request(self.budget, 100).action_confirm()
        budget._revise(200.00, "Needed")
        self.other._revise(60, "Less")
        budget._revise(160, "Less")
        cost = self._create_cost_centre("Extra")
        budget.sudo().analytic_account_id = cost
        self._cost(cost, 30)
        request = self._create_request(self.other, 40, user=self.other_seller)
        self.assertEqual((request.available, request.excess), (30, 10))
        with self._refused(UserError, "needs an approval"):
            request.action_confirm()

    def test_money_is_asked_for_where_it_was_distributed_to(self):
        east = self._create_budget(self.target_east, method="typed")
        east._revise(200, "Needed")
        with self._refused(ValidationError, "distributed, so money is asked for at its"):
            self._create_request(east, 5, user=self.manager)

    def test_a_budget_without_a_number_gives_nothing(self):
        self.budget._revise(False, "Not yet known")
        request = self._create_request(self.budget, 5)
        self.assertEqual(request.excess, 5)
        with self._refused(UserError, "needs an approval"):
            request.action_confirm()

    def test_what_cannot_be_asked_for_is_refused_with_a_sentence(self):
        cases = (
            (IntegrityError, "_amount_positive", {"amount": 0}),
            (IntegrityError, "_amount_positive", {"amount": -5}),
            (ValidationError, "1.005 has more decimals than USD", {"amount": 1.005}),
            (ValidationError, "runs from .* Choose a day of it", {"date": date(2027, 1, 1)}),
            (UserError, "starts as a draft. Leave its state out", {"state": "approved"}),
        )
        for exception, sentence, values in cases:
            with self.subTest(sentence), self._refused(exception, sentence):
                self._create_request(self.budget, **{"amount": 5, **values})
        self.assertFalse(self.budget.commitment_ids)

    def test_a_draft_plan_has_no_money_yet_and_a_closed_one_none_any_more(self):
        request = self._create_request(self.budget, 5)
        approved = self._create_request(self.budget, 5)
        approved.action_confirm()
        self.plan.sudo().action_close()
        for step in (
            request.action_confirm,
            approved.action_spend,
            approved.action_cancel,
            lambda: self._create_request(self.budget, 5),
        ):
            with self._refused((UserError, ValidationError), "closed"):
                step()
        draft = self._create_plan(name="Next")
        budget = self._create_budget(self._create_target({1: 5}, draft, user_id=self.seller.id), 50)
        with self._refused(UserError, "Next is not approved yet"):
            self._create_request(budget, 5).action_confirm()

    def test_what_was_agreed_stands(self):
        request = self._create_request(self.budget, 60)
        with self._refused(UserError, "cannot be set by hand"):
            request.write({"state": "approved"})
        request.action_confirm()
        with self._refused(UserError, "no longer a draft"):
            request.amount = 10
        with self._refused(UserError, "Cancel it instead"):
            request.unlink()
        with self._refused(UserError, "this step needs “Draft”"):
            request.action_confirm()
        # No step leads back to a draft, in which lines could be deleted.
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sales_target_plan SET state = 'draft' WHERE id = %s", [self.plan.id]
        )
        self.plan.invalidate_recordset()
        with self._refused(UserError, "has 1 spend requests"):
            self.budget.unlink()

    def test_two_at_once_are_held_against_the_same_money(self):
        requests = self._create_request(self.budget, 60) | self._create_request(self.budget, 60)
        with self._refused(UserError, "needs an approval"):
            requests.action_confirm()

    def test_leaders_decide_where_the_rule_says_so(self):
        self.rule.step_ids.write({"kind": "leader"})
        self.target_east.responsible_id = self.leader
        request = self._create_request(self.budget, 110)
        request.action_request_approval()
        self.assertEqual(request.approval_request_ids.actor_ids, self.leader)
        self._as(self.leader, request).action_approve()
        self.assertEqual(request.approval_status, "approved")


@tagged("post_install", "-at_install", "sales_planning")
class TestBudgetAccess(BudgetCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls._create_budget(cls.target_li, 100)
        cls.foreign = cls._create_budget(cls.target_wang, 100)
        cls.west = cls._create_budget(cls.target_west, 100)
        cls._fill(cls)
        cls.plan.action_approve()

    def _visible(self, user, model="sales.budget.line"):
        return self._as(user, self.env[model]).search([])

    def test_everybody_sees_the_budgets_of_the_own_level(self):
        self.assertEqual(self._visible(self.seller), self.own)
        self.assertEqual(self._visible(self.leader), self.own | self.foreign | self.west)
        self.env["crm.team.member"].create(
            {"crm_team_id": self.west.target_id.team_id.id, "user_id": self.seller.id}
        )
        self.assertEqual(self._visible(self.seller), self.own | self.west)
        self.target_east.responsible_id = self.other_seller
        self.assertEqual(self._visible(self.other_seller), self.own | self.foreign)
        head = self._create_user("head", "sales_system.group_sale_salesman_team")
        self.assertFalse(self._visible(head))
        self.east.user_id = head
        self.env.flush_all()
        self.assertEqual(self._visible(head), self.own | self.foreign)
        with self._refused(AccessError):
            self._as(self.seller, self.foreign).read(["planned"])

    def test_strangers_see_nothing(self):
        request = self._create_request(self.own, 5)
        stranger = self._create_stranger()
        for model in ("sales.budget.line", "sales.budget.commitment"):
            with self.subTest(model):
                self.assertFalse(self._visible(stranger, model))
                with self._refused(AccessError):
                    self._visible(self.outsider, model)
        for step in ("action_confirm", "action_cancel"):
            with self._refused(AccessError):
                getattr(self._as(stranger, request), step)()
        with self._refused(AccessError):
            self._create_request(self.own, 5, user=stranger)

    def test_budgets_are_set_by_managers(self):
        for user in (self.seller, self.leader):
            for change in (
                lambda user=user: self._as(user, self.own).write({"planned": 1}),
                lambda user=user: self._as(user, self.own).unlink(),
                lambda user=user: self._as(user, self.env["sales.budget.line"]).create(
                    {"target_id": self.target_li.id, "category_id": self.promotion.id}
                ),
                lambda user=user: self._as(user, self.env["sales.budget.revise"]).create(
                    {"line_id": self.own.id, "planned": 1, "reason": "x"}
                ),
                lambda user=user: self._as(user, self.travel).write({"default_rate": 1}),
            ):
                with self.subTest(user=user.login), self._refused(AccessError):
                    change()

    def test_money_is_asked_for_in_ones_own_name_and_of_ones_own_budgets(self):
        with self._refused(AccessError):
            self._create_request(self.foreign, 5)
        with self._refused(AccessError):
            self._create_request(self.own, 5, user_id=self.other_seller.id)
        request = self._create_request(self.own, 5)
        with self._refused(AccessError):
            request.line_id = self.foreign
        for step in ("action_confirm", "action_spend", "action_cancel", "action_reset"):
            with self.subTest(step), self._refused(AccessError):
                getattr(self._as(self.other_seller, request), step)()
        self.assertEqual(request.state, "draft")

    def test_who_answers_or_decides_reads_the_request(self):
        request = self._create_request(self.own, 105)
        reader = self._as(self.other_seller, request)
        with self._refused(AccessError):
            reader.read(["amount"])
        self.rule.step_ids.write({"kind": "user", "user_id": self.other_seller.id})
        request.action_request_approval()
        self.assertEqual(reader.read(["amount"])[0]["amount"], 105)
        with self._refused(AccessError):
            reader.amount = 1
        reader.action_approve()


@tagged("post_install", "-at_install", "sales_planning")
class TestBudgetConcurrency(BaseCase):
    """Two real transactions want the last money, so what they share is committed, and removed."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            plan = env["sales.target.plan"].create(
                {"name": "Race", "date_from": "2026-01-01", "date_to": "2026-12-31"}
            )
            target = env["sales.target"].create({"plan_id": plan.id})
            target.cell_ids[0].assigned = 100
            category = env["sales.budget.category"].create({"name": "Race"})
            line = env["sales.budget.line"].create(
                {"target_id": target.id, "category_id": category.id, "planned": 100}
            )
            plan.action_approve()
            requests = env["sales.budget.commitment"].create(
                [
                    {
                        "line_id": line.id,
                        "amount": 60,
                        "purpose": "Race",
                        "date": "2026-05-01",
                    }
                ]
                * 2
            )
            self.ids = requests.ids
            self.plan_id, self.category_id = plan.id, category.id
        self.addCleanup(self._remove)

    def _remove(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            requests = env["sales.budget.commitment"].browse(self.ids)
            requests.filtered(lambda request: request.state == "approved").action_cancel()
            requests.unlink()
            plan = env["sales.target.plan"].browse(self.plan_id)
            plan.flush_recordset()
            cr.execute("UPDATE sales_target_plan SET state = 'draft' WHERE id = %s", [plan.id])
            env.invalidate_all()
            plan.unlink()
            env["sales.budget.category"].browse(self.category_id).unlink()

    def _request(self, cr, id_):
        return api.Environment(cr, SUPERUSER_ID, {})["sales.budget.commitment"].browse(id_)

    @mute_logger("odoo.sql_db")
    def test_the_last_money_is_given_once(self):
        first, second = self.registry.cursor(), self.registry.cursor()
        self.addCleanup(first.close)
        self.addCleanup(second.close)
        second.execute("SELECT 1")  # takes its snapshot before the first commits
        self._request(first, self.ids[0]).action_confirm()
        first.commit()
        with self.assertRaises(SerializationFailure):
            self._request(second, self.ids[1]).action_confirm()
        second.rollback()
        # What Odoo does with a serialization failure: the request runs again.
        error = self._request(second, self.ids[1])._get_approval_error()
        excess = self._request(second, self.ids[1])._measure_over_budget()[self.ids[1]]
        self.assertEqual(excess, 20)
        if error:
            self.assertIn("20.00", error)
        self.assertEqual(self._request(second, self.ids[1]).state, "draft")
