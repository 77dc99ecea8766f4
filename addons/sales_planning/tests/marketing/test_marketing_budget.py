from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged

from .common import MarketingCommon


@tagged("post_install", "-at_install", "sales_planning")
class TestMarketingBudget(MarketingCommon):
    def test_costs_beyond_the_budget_are_shown_and_approval_is_asked_for(self):
        """Budget 100, expenses 120 on its analytic account."""
        budget = self._create_budget(self.advert, 100, analytic_account_id=self.account.id)
        self._approve_plan()
        self._cost(90)
        self.assertEqual((self.plan.over_budget, self.plan.approval_status), (0, "none"))
        self._ask()
        self.assertFalse(self.plan.approval_request_ids)
        self._cost(30)
        self.env.invalidate_all()
        self.assertEqual(self._figures(budget), (0, 120, -20))
        self.assertEqual(budget.used, 120)
        for record in (self.advert, self.plan):
            with self.subTest(record=record):
                self.assertEqual(self._figures(record), (0, 120, -20))
                self.assertEqual((record.over_budget, record.budget_used), (20, 120))
                self.assertEqual(record.search([("over_budget", ">", 0)]), record)
        self.assertEqual(self.plan.approval_status, "needed")
        self.assertRegex(self.plan.approval_reasons, r"Over budget \$.20.00 \(limit \$.0.00\)")
        self._ask()
        request = self.plan.approval_request_ids
        self.assertEqual((request.state, request.actor_ids), ("pending", self.manager))
        self.assertEqual((self.plan.approval_state, self.plan.state), ("pending", "approved"))
        self._ask()
        self.assertEqual(self.plan.approval_request_ids, request)
        self._as(self.manager, request).action_approve()
        self.env.invalidate_all()
        self.assertEqual(self.plan.approval_status, "approved")
        # What is approved is 20, not more.
        self._cost(1)
        self.env.invalidate_all()
        self.assertEqual(self.plan.approval_status, "needed")
        # Money that came back is no longer over budget.
        self._cost(-21)
        self.env.invalidate_all()
        self.assertEqual((self.plan.over_budget, self.plan.approval_status), (0, "none"))

    def test_somebody_may_ask_for_the_approval_by_hand(self):
        self._create_budget(self.advert, 100, analytic_account_id=self.account.id)
        self._approve_plan()
        self._cost(120)
        self._as(self.seller, self.plan).action_request_approval("Prices went up")
        self.assertEqual(self.plan.approval_request_ids.state, "pending")

    def test_without_a_rule_it_is_shown_only(self):
        self.rules.active = False
        self._create_budget(self.advert, 100, analytic_account_id=self.account.id)
        self._approve_plan()
        self._cost(120)
        self._ask()
        self.assertEqual((self.plan.over_budget, self.plan.approval_status), (20, "none"))
        self.assertFalse(self.plan.approval_request_ids)

    def test_money_is_taken_spent_and_given_back(self):
        budget = self._create_budget(self.advert, 100)
        request = self._create_request(budget, 60)
        with self._refused(UserError, "Spring is not approved yet"):
            request.action_confirm()
        self._approve_plan()
        request.action_confirm()
        self.assertEqual(self._figures(self.plan), (60, 0, 40))
        request.action_spend()
        self.assertEqual(self._figures(self.advert), (0, 60, 40))
        request.action_reset()
        request.action_cancel()
        self.assertEqual(self._figures(budget), (0, 0, 100))
        self.assertEqual((request.marketing_plan_id, request.activity_id), (self.plan, self.advert))

    def test_a_request_begins_on_a_day_of_the_plan(self):
        budget = self._create_budget(self.advert, 100)
        for today, day in (
            ("2026-01-10", "2026-03-01"),
            ("2026-04-10", "2026-04-10"),
            ("2026-07-10", "2026-05-31"),
        ):
            with self.subTest(today=today), freeze_time(today):
                context = self._as(self.seller, budget).action_request()["context"]
                self.assertEqual(context["default_date"], day)

    def test_requests_are_opened_from_the_plan_and_the_activity(self):
        budgets = self._create_budget(self.advert, 100) | self._create_budget(self.fair, 100)
        requests = self.env["sales.budget.commitment"]
        for budget in budgets:
            requests |= self._create_request(budget, 5)
        for holder, expected in ((self.plan, requests), (self.fair, requests[1])):
            action = self._as(self.seller, holder).action_open_requests()
            self.assertEqual(requests.search(action["domain"]), expected)
        self.assertEqual(action["context"], {"default_line_id": budgets[1].id})

    def test_over_the_budget_a_request_needs_an_approval(self):
        budget = self._create_budget(self.advert, 100, analytic_account_id=self.account.id)
        self._approve_plan()
        self._cost(120)
        request = self._create_request(budget, 10)
        self.assertEqual((request.available, request.excess), (-20, 30))
        with self._refused(UserError, "needs an approval first: Over budget"):
            request.action_confirm()
        request.action_request_approval()
        self._as(self.manager, request).action_approve()
        request.action_confirm()
        self.assertEqual(self._figures(budget), (10, 120, -30))

    def test_a_budget_of_the_plan_includes_those_of_its_activities(self):
        whole = self._create_budget(self.plan, 300)
        part = self._create_budget(self.advert, 100)
        other = self._create_budget(self.fair, 150, self.fairs)
        self.assertEqual(whole.undistributed, 200)
        self.assertEqual(whole._get_branch(), whole | part)
        self.assertEqual(
            self.env["sales.budget.line"].search(whole.action_open_parts()["domain"]), part
        )
        topmost = [("marketing_plan_id", "=", self.plan.id), ("is_topmost", "=", True)]
        self.assertEqual(self.env["sales.budget.line"].search(topmost), whole | other)
        self.assertEqual(self.plan.planned, 450)
        with self._refused(ValidationError, "is distributed, so money is asked for at its parts"):
            self._create_request(whole, 5)
        self._approve_plan()
        request = self._create_request(part, 80)
        request.action_confirm()
        self.assertEqual(self._figures(whole), (80, 0, 220))
        self.assertEqual(self._figures(self.plan), (80, 0, 370))
        # The account of the plan knows the bills of its parts, and not the requests as well.
        whole.analytic_account_id = self.account
        self._cost(83)
        request.action_spend()
        self.assertEqual(self._figures(part), (0, 80, 20))
        self.assertEqual(self._figures(whole), (0, 83, 217))

    def test_an_overspent_activity_counts_though_its_plan_has_money_left(self):
        self._create_budget(self.plan, 300)
        self._create_budget(self.advert, 100, analytic_account_id=self.account.id)
        self._approve_plan()
        self._cost(120)
        self.assertEqual((self.plan.available, self.plan.over_budget), (180, 20))
        self.assertEqual(self.plan.approval_status, "needed")

    def test_parts_may_not_exceed_the_budget_of_the_plan(self):
        self._create_budget(self.plan, 50)
        self._create_budget(self.advert, 100)
        with self._refused(UserError, r"add up to \$.50.00 more than its \$.50.00"):
            self._approve_plan()

    def test_a_budget_without_a_number_holds_nothing(self):
        self._create_budget(self.advert, False, analytic_account_id=self.account.id)
        self._approve_plan()
        self._cost(5)
        self.assertEqual(self.advert.over_budget, 5)
        self.assertEqual(self.advert.search([("over_budget", ">", 0)]), self.advert)

    def test_a_budget_has_one_holder(self):
        target_plan = self.env["sales.target.plan"].create(
            {
                "name": "Orders",
                "company_id": self.company.id,
                "date_from": date(2026, 1, 1),
                "date_to": date(2026, 12, 31),
            }
        )
        target = self.env["sales.target"].create({"plan_id": target_plan.id})
        budgets = self.env["sales.budget.line"]
        values = {"category_id": self.adverts.id, "method": "typed"}
        cases = (
            (IntegrityError, "_one_holder", values),
            (
                IntegrityError,
                "_one_holder",
                {**values, "target_id": target.id, "marketing_plan_id": self.plan.id},
            ),
            (
                IntegrityError,
                "_one_holder",
                {**values, "target_id": target.id, "activity_id": self.advert.id},
            ),
            (
                IntegrityError,
                "_marketing_typed",
                {**values, "method": "rate", "activity_id": self.advert.id},
            ),
            (
                ValidationError,
                "Advert is not part of Other",
                {
                    **values,
                    "activity_id": self.advert.id,
                    "marketing_plan_id": self._create_plan(name="Other").id,
                },
            ),
            (
                IntegrityError,
                "_planned_not_negative",
                {**values, "activity_id": self.advert.id, "planned": -1},
            ),
            (
                ValidationError,
                "1.005 has more decimals than USD",
                {**values, "activity_id": self.advert.id, "planned": 1.005},
            ),
        )
        for exception, sentence, case in cases:
            with self.subTest(sentence, case=case), self._refused(exception, sentence):
                budgets.create(case)
        for holder in (self.plan, self.advert):
            self._create_budget(holder, 10)
            with self._refused(IntegrityError, "_category_unique"):
                self._create_budget(holder, 10)
        with self._refused(UserError, "nothing says how to distribute"):
            self.plan.budget_line_ids[:1].action_distribute()
        self.assertEqual(len(self.plan.budget_line_ids), 2)

    def test_budgets_of_targets_and_of_marketing_do_not_mix(self):
        target_plan = self.env["sales.target.plan"].create(
            {
                "name": "Orders",
                "company_id": self.company.id,
                "date_from": date(2026, 1, 1),
                "date_to": date(2026, 12, 31),
            }
        )
        target = self.env["sales.target"].create({"plan_id": target_plan.id})
        of_target = self.env["sales.budget.line"].create(
            {"target_id": target.id, "category_id": self.adverts.id, "planned": 1000}
        )
        of_plan = self._create_budget(self.plan, 300, analytic_account_id=self.account.id)
        of_advert = self._create_budget(self.advert, 100)
        self._cost(30)
        lines = of_target | of_plan | of_advert
        self.assertEqual(lines.mapped("actual"), [0, 30, 0])
        self.assertEqual(of_target._get_branch(), of_target)
        self.assertEqual(
            lines._get_chains(),
            {of_target: of_target, of_plan: of_plan, of_advert: of_plan | of_advert},
        )
        self.assertEqual(lines.mapped("plan_state"), ["draft", "draft", "draft"])
        self._approve_plan()
        of_state = lines.search([("id", "in", lines.ids), ("plan_state", "=", "approved")])
        self.assertEqual(of_state, of_plan | of_advert)
        others = lines.search([("id", "in", lines.ids), ("plan_state", "!=", "approved")])
        self.assertEqual(others, of_target)

    def test_figures_take_the_same_number_of_queries_for_all(self):
        for number in range(5):
            activity = self._create_activity(f"Activity {number}", 4, 4)
            self._create_budget(activity, 100)
        activities = self.plan.activity_line_ids
        names = ["planned", "committed", "actual", "available", "over_budget", "budget_used"]
        activities.read(names)
        counts = []
        for ids in (activities.filtered("budget_line_ids")[:1].ids, activities.ids):
            self.env.invalidate_all()
            some = activities.browse(ids)
            before = self.env.cr.sql_log_count
            some.read(names)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])

    def test_costs_outside_the_plan_and_of_other_companies_do_not_count(self):
        sister = self.env["res.company"].create({"name": "Sister"})
        shared = self._create_cost_centre("Shared")
        shared.company_id = False
        budget = self._create_budget(self.advert, 100, analytic_account_id=shared.id)
        self._cost(10, shared)
        self._cost(20, shared, day="2026-06-01")
        self._cost(40, shared, company=sister)
        self.assertEqual(self._figures(budget)[1], 10)
        foreign = self._create_cost_centre("Foreign", sister)
        with self._refused(ValidationError, "belongs to Sister, which Spring does not count"):
            budget.analytic_account_id = foreign
        with self._refused(ValidationError, "would both count the costs"):
            self._create_budget(self.fair, 100, analytic_account_id=shared.id)

    def test_a_company_with_another_currency_plans_in_its_own(self):
        euro = self._rate_of_euro()
        branch = self.env["res.company"].create({"name": "Branch", "currency_id": euro.id})
        (self.manager | self.seller).company_ids |= branch
        plan = self._create_plan(self.manager, name="Branch", company_id=branch.id)
        activity = self._create_activity("Poster", 3, 3, plan)
        account = self._create_cost_centre("Branch", branch)
        budget = self._create_budget(activity, 10.5, analytic_account_id=account.id)
        self._cost(4.25, account, company=branch)
        self.assertEqual(budget.currency_id, euro)
        self.assertEqual((plan.currency_id, self._figures(plan)), (euro, (0, 4.25, 6.25)))

    def test_the_form_of_a_plan_takes_budgets(self):
        with Form(self.plan) as form:
            with form.budget_line_ids.new() as line:
                line.category_id = self.adverts
                line.activity_id = self.advert
                line.planned = 70
            with form.budget_line_ids.new() as line:
                line.category_id = self.fairs
                line.planned = 30
        self.assertEqual((self.plan.planned, self.advert.planned), (100, 70))
        self.assertEqual(set(self.plan.budget_line_ids.mapped("method")), {"typed"})

    def test_an_approved_budget_changes_with_a_reason_only(self):
        budget = self._create_budget(self.advert, 100)
        self._approve_plan()
        for change in (
            lambda: budget.write({"planned": 200}),
            lambda: budget.write({"activity_id": self.fair.id}),
            budget.unlink,
        ):
            with self._refused(UserError, "Spring is approved, so the budget"):
                change()
        with self._refused(UserError, "has no number yet"):
            self._create_budget(self.fair, 5)
        draft = self._create_plan(name="Draft")
        moving = self._create_budget(draft, 5, self.fairs)
        with self._refused(UserError, "Spring is approved, so the budget"):
            moving.marketing_plan_id = self.plan
        self._as(self.manager, self.env["sales.budget.revise"]).create(
            {"line_id": budget.id, "planned": 250, "reason": "Two more posters"}
        ).action_revise()
        self.assertEqual(budget.planned, 250)
        with self._refused(UserError, "is changed by a sales manager only"):
            self._as(self.seller, budget).analytic_account_id = self.account

    def test_money_asked_for_keeps_its_plan(self):
        budget = self._create_budget(self.advert, 100)
        self._create_request(budget, 10)
        for record in (budget, self.advert, self.plan):
            with self.subTest(record=record), self._refused(UserError, "has 1 spend requests"):
                record.unlink()
        with self._refused(ValidationError, "takes money of Spring on 04/01/2026"):
            self.fair.unlink()
            self.plan.date_to = date(2026, 3, 31)

    def _ask(self):
        with self.enter_registry_test_mode():
            self.env.ref("sales_planning.ir_cron_marketing_over_budget").method_direct_trigger()
        self.env.invalidate_all()
