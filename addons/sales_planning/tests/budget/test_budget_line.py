from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import BudgetCommon


@tagged("post_install", "-at_install", "sales_planning")
class TestBudgetLine(BudgetCommon):
    def test_a_rate_follows_the_target_until_the_plan_is_approved(self):
        budget = self._create_budget(self.target_li)
        self.assertIs(budget.planned, False)  # no target yet: no number, which is not 0
        self._fill()
        self.assertEqual((budget.rate, self.target_li.assigned), (2.5, 1203))
        self.assertEqual(budget.planned, 30.08)  # 30.075, halves up
        self.target_li.cell_ids.write({"assigned": 0})
        self.assertEqual(budget.planned, 0)
        self.target_li.cell_ids.write({"assigned": 50})
        budget.rate = 5
        self.assertEqual(budget.planned, 30)
        self.top.action_roll_up()
        self.plan.action_approve()
        self.env["sales.budget.line"]._derive(self.plan)
        with self._refused(UserError, "approved, so the budget"):
            budget.rate = 6
        self.assertEqual(budget.planned, 30)

    def test_the_form_derives_before_it_is_saved(self):
        self._fill()
        with Form(self.env["sales.budget.line"].with_context(default_plan_id=self.plan.id)) as form:
            form.target_id = self.target_li
            form.category_id = self.travel
            self.assertEqual((form.rate, form.planned), (2.5, 30.08))
            form.method = "typed"
            form.planned = 31
        self.assertEqual(form.record.planned, 31)

    def test_an_amount_can_be_typed(self):
        budget = self._create_budget(self.target_li, 1000)
        self.assertEqual((budget.method, budget.planned), ("typed", 1000))
        self._fill()
        self.assertEqual(budget.planned, 1000)
        budget.planned = False
        self.assertIs(budget.planned, False)
        self.assertIs(budget.available, False)
        budget.planned = 0
        self.assertEqual((budget.planned, budget.available, budget.used), (0, 0, 0))

    def test_what_cannot_be_a_budget_is_refused_with_a_sentence(self):
        self._create_budget(self.target_li, 100)
        derived = self._create_budget(self.target_wang)
        cases = (
            (IntegrityError, "_category_unique", lambda: self._create_budget(self.target_li, 5)),
            (
                IntegrityError,
                "_planned_not_negative",
                lambda: self._create_budget(self.target_li, -1, self.promotion),
            ),
            (
                IntegrityError,
                "_rate_not_negative",
                lambda: self._create_budget(self.target_li, category=self.promotion, rate=-1),
            ),
            (
                ValidationError,
                "1.005 has more decimals than USD allows. Round it to 0.01",
                lambda: self._create_budget(self.target_li, 1.005, self.promotion),
            ),
            (ValidationError, "Choose “Typed” to enter", lambda: derived.write({"planned": 7})),
        )
        for exception, sentence, change in cases:
            with self.subTest(sentence), self._refused(exception, sentence):
                change()
        self.assertEqual(len(self.plan.budget_line_ids), 2)

    def test_a_rate_above_a_hundred_is_asked_about(self):
        budgets = self.env["sales.budget.line"]
        self.assertIn("150 %", budgets._warn_of_rate(150)["warning"]["message"])
        self.assertIsNone(budgets._warn_of_rate(100))

    def test_a_plan_of_pieces_has_typed_budgets_only(self):
        pieces = self._create_plan(name="Pieces", metric="quantity")
        target = self._create_target({1: 10}, plan=pieces)
        with self._refused(ValidationError, "counts pieces"):
            self._create_budget(target)
        budget = self._create_budget(target, 12.34)
        self.assertEqual((budget.planned, budget.currency_id), (12.34, self.company.currency_id))

    def test_an_approved_budget_changes_with_a_reason_only(self):
        budget = self._create_budget(self.target_li, 100)
        self._approve_plan()
        for change in (
            lambda: budget.write({"planned": 200}),
            lambda: budget.write({"method": "rate"}),
            budget.unlink,
            lambda: budget.action_distribute(),
        ):
            with self._refused(UserError, "Choose Revise"):
                change()
        wizard = self._as(self.manager, self.env["sales.budget.revise"]).create(
            {"line_id": budget.id, "planned": 250, "reason": "Trade fair"}
        )
        wizard.action_revise()
        self.assertEqual(budget.planned, 250)
        self.assertIn("Trade fair", budget.message_ids[0].body)
        self.plan.action_close()
        with self._refused(UserError, "closed"):
            wizard.action_revise()
        with self._refused(UserError, "closed"):
            self._create_budget(self.target_wang, 5)

    def test_a_new_budget_of_an_approved_plan_gets_its_money_by_revise(self):
        self._approve_plan()
        for values in ({"planned": 5}, {"method": "rate"}):
            with self._refused(UserError, "approved, so the new budget .* has no number yet"):
                self._create_budget(self.target_wang, **values)
        budget = self._create_budget(self.target_wang, method="typed")
        self.assertIs(budget.planned, False)
        self._as(self.manager, self.env["sales.budget.revise"]).create(
            {"line_id": budget.id, "planned": 5, "reason": "Trade fair"}
        ).action_revise()
        self.assertEqual(budget.planned, 5)
        self.assertIn("Trade fair", budget.message_ids[0].body)

    def test_a_revised_amount_finer_than_the_currency(self):
        budget = self._create_budget(self.target_li, 100)
        self._approve_plan()
        wizards = self._as(self.manager, self.env["sales.budget.revise"])
        values = {"line_id": budget.id, "planned": 100.005, "reason": "Cents"}
        with self._refused(ValidationError, "100.005 has more decimals than USD"):
            wizards.create(values)
        wizard = wizards.create({**values, "planned": 101})
        with self._refused(ValidationError, "Journeys · .*100.005 has more decimals than USD"):
            wizard.planned = 100.005
        with self._refused(ValidationError, "is negative"):
            wizard.planned = -1
        wizard.action_revise()
        self.assertEqual(budget.planned, 101)

    def test_costs_of_the_analytic_account_are_the_actual(self):
        budget = self._create_budget(self.target_east, 1000, analytic_account_id=self.cost_east.id)
        self._cost(self.cost_east, 120.5)
        self._cost(self.cost_east, -20.5)  # part of it came back
        self._cost(self.cost_east, 7, day="2025-12-31")
        self._cost(self.cost_east, 8, day="2027-01-01")
        self._cost(self._create_cost_centre("West"), 9)
        self.assertEqual(self._figures(budget), (0, 100, 900))
        self.assertEqual(budget.used, 10)
        self.assertEqual(self._drilled_costs(budget), 100)

    def test_categories_tell_costs_of_one_account_apart(self):
        hotel, advert, sales = self.env["account.account"].create(
            [
                {"name": name, "code": code, "account_type": kind}
                for name, code, kind in (
                    ("Hotels", "6601X", "expense"),
                    ("Adverts", "6602X", "expense"),
                    ("Sales", "4000X", "income"),
                )
            ]
        )
        travel = self._create_budget(self.target_east, 500, analytic_account_id=self.cost_east.id)
        with self._refused(ValidationError, "would both count the costs"):
            self._create_budget(
                self.target_east, 500, self.promotion, analytic_account_id=self.cost_east.id
            )
        with self._refused(ValidationError, "would both count the costs"):
            self._create_budget(self.target_li, 50, analytic_account_id=self.cost_east.id)
        self._cost(self.cost_east, 30, general=hotel)
        self._cost(self.cost_east, 40, general=advert)
        self._cost(self.cost_east, -5000, general=sales)
        # Without cost accounts every cost counts, but goods sold are no negative cost.
        self.assertEqual(self._figures(travel)[1], 70)
        self.assertEqual(self._drilled_costs(travel), 70)
        self.travel.account_ids = hotel
        self.promotion.account_ids = advert
        promotion = self._create_budget(
            self.target_east, 500, self.promotion, analytic_account_id=self.cost_east.id
        )
        self.assertEqual(self._figures(travel)[1], 30)
        self.assertEqual(self._figures(promotion)[1], 40)
        self.assertEqual(self._drilled_costs(promotion), 40)
        with self._refused(ValidationError, "would both count the costs"):
            self.promotion.account_ids = hotel | advert

    def test_further_companies_count_at_the_plan_rate(self):
        branch = self.env["res.company"].create(
            {"name": "Branch", "currency_id": self.env.ref("base.EUR").id}
        )
        stranger = self.env["res.company"].create({"name": "Stranger"})
        cost_branch = self._create_cost_centre("Branch", branch)
        budget = self._create_budget(self.target_west, 1000)
        with self._refused(ValidationError, "belongs to Branch"):
            budget.analytic_account_id = cost_branch
        self.env["sales.target.company"].create(
            {"plan_id": self.plan.id, "company_id": branch.id, "rate": 1.5}
        )
        budget.analytic_account_id = cost_branch
        self._cost(cost_branch, 100.33, company=branch)
        self.assertEqual(self._figures(budget)[1], 150.5)  # 150.495
        shared = self._create_cost_centre("Shared")
        shared.company_id = False
        budget.analytic_account_id = shared
        self._cost(shared, 10, company=branch)
        self._cost(shared, 10)
        self._cost(shared, 1000, company=stranger)
        self.assertEqual(self._figures(budget)[1], 25)

    def test_a_budget_includes_what_is_spent_below_it(self):
        top = self._create_budget(self.top, 1000)
        east = self._create_budget(self.target_east, 600, analytic_account_id=self.cost_east.id)
        li = self._create_budget(self.target_li, 300)
        west = self._create_budget(self.target_west, 400)
        self._approve_plan()
        requests = [
            self._create_request(budget, amount, user=self.manager)
            for budget, amount in ((li, 50), (li, 20), (west, 10))
        ]
        for request in requests:
            request.action_confirm()
        self.assertEqual(self._figures(top), (80, 0, 920))
        self.assertEqual(self._figures(east), (70, 0, 530))
        requests[1].action_spend()
        requests[2].action_spend()
        # East names an account: there the bill counts, and not the request as well.
        self._cost(self.cost_east, 21)
        self.assertEqual(self._figures(li), (50, 20, 230))
        self.assertEqual(self._figures(east), (50, 21, 529))
        self.assertEqual(self._figures(top), (50, 31, 919))

    def test_figures_take_the_same_number_of_queries_for_all(self):
        budgets = self._create_budget(self.top, 1000)
        budgets |= self._create_budget(self.target_east, 600, analytic_account_id=self.cost_east.id)
        for target in (self.target_li, self.target_wang, self.target_west):
            budgets |= self._create_budget(target, 100) | self._create_budget(
                target, 100, self.promotion
            )
        fields = ["committed", "actual", "available", "used", "undistributed"]
        budgets.read(fields)
        for some in (budgets[:1], budgets):
            self.env.invalidate_all()
            some.read(["planned", "company_id"])
            some.currency_id.mapped("rounding")
            with self.subTest(len(some)), self.assertQueryCount(4):
                some.read(fields)

    def test_groups_are_summed_up(self):
        self._create_budget(self.target_li, 300)
        self._create_budget(self.target_west, 100, analytic_account_id=self.cost_east.id)
        self._cost(self.cost_east, 150)
        [(planned, committed, actual, available, used)] = self.env["sales.budget.line"]._read_group(
            [("plan_id", "=", self.plan.id)],
            [],
            ["planned:sum", "committed:sum", "actual:sum", "available:sum", "used:avg"],
        )
        self.assertEqual((planned, committed, actual, available), (400, 0, 150, 250))
        self.assertEqual(used, 37.5)
        over = self.env["sales.budget.line"].search(
            [("plan_id", "=", self.plan.id), ("available", "<", 0)]
        )
        self.assertEqual(over.target_id, self.target_west)
        described = self.env["sales.budget.line"].fields_get(["committed", "used"], ["aggregator"])
        self.assertEqual(described["committed"]["aggregator"], "sum")
        self.assertEqual(described["used"]["aggregator"], "avg")

    def test_totals_are_taken_over_the_topmost_that_one_sees(self):
        top = self._create_budget(self.top, 1000)
        li = self._create_budget(self.target_li, 300)  # nothing in between, for East
        west = self._create_budget(self.target_west, 300, self.promotion)
        budgets = self.env["sales.budget.line"]
        domain = [("plan_id", "=", self.plan.id), ("is_topmost", "=", True)]
        self.assertEqual(budgets.search(domain), top | west)
        self.assertEqual((top | li | west).filtered("is_topmost"), top | west)
        self.assertEqual(self._as(self.seller, budgets).search(domain), li)

    def test_costs_open_for_those_who_may_see_them(self):
        budget = self._create_budget(self.target_li, 1000)
        action = budget.action_open_actual()
        self.assertEqual(action["res_model"], "sales.budget.commitment")
        budget.analytic_account_id = self.cost_east
        self._cost(self.cost_east, 5)
        mine = self._as(self.seller, budget)
        self.assertEqual(mine.actual, 5)  # the sum is everybody's who sees the budget
        with self._refused(AccessError, "Ask your accountant"):
            mine.action_open_actual()
        self.assertEqual(
            budget.action_open_commitments()["domain"], [("line_id", "in", budget.ids)]
        )

    def test_the_plan_and_the_target_lead_to_their_budgets(self):
        budget = self._create_budget(self.target_li, 1000)
        self.assertEqual(self.plan.budget_line_count, 1)
        action = self.plan.action_open_budgets()
        self.assertEqual(self.env["sales.budget.line"].search(action["domain"]), budget)
        self.assertEqual(self.target_li.budget_line_ids, budget)
        self.assertEqual(budget.action_open_target()["res_id"], self.target_li.id)

    def _drilled_costs(self, budget):
        action = budget.action_open_actual()
        return -sum(self.env[action["res_model"]].search(action["domain"]).mapped("amount"))
