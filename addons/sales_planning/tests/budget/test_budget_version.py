from datetime import date

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import BudgetCommon


@tagged("post_install", "-at_install", "sales_planning")
class TestBudgetVersion(BudgetCommon):
    """A later version has budgets of its own, and the money that was asked for follows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.whole = cls._create_budget(cls.target_east, 500)
        cls.budget = cls._create_budget(cls.target_li, 100)
        cls.rated = cls._create_budget(cls.target_wang, analytic_account_id=cls.cost_east.id)
        cls.adverts = cls._create_budget(cls.target_li, 40, category=cls.promotion)

    def setUp(self):
        super().setUp()
        self._approve_plan()

    def _new_version(self):
        return self.plan.browse(self._as(self.manager, self.plan).action_new_version()["res_id"])

    @staticmethod
    def _same(version, budget):
        return version.budget_line_ids.filtered(
            lambda line: (
                line.target_id.previous_id == budget.target_id
                and line.category_id == budget.category_id
            )
        )

    def test_the_planned_side_is_copied(self):
        self._create_request(self.budget, 60).action_confirm()
        version = self._new_version()
        self.assertEqual(len(version.budget_line_ids), 4)
        top = self._same(version, self.whole)
        self.assertRecordValues(
            self._same(version, self.budget) | self._same(version, self.rated),
            [
                {
                    "method": "typed",
                    "planned": 100,
                    "committed": 0,
                    "parent_target_id": top.target_id.id,
                    "company_id": self.company.id,
                    "analytic_account_id": False,
                },
                {
                    "method": "rate",
                    "planned": self.rated.planned,
                    "committed": 0,
                    "parent_target_id": top.target_id.id,
                    "company_id": self.company.id,
                    "analytic_account_id": self.cost_east.id,
                },
            ],
        )
        self.assertEqual(self._same(version, self.rated).rate, 2.5)
        self.assertEqual(self._figures(self.budget), (60, 0, 40), "the approved version goes on")

    def test_a_draft_version_budgets_anew_and_changes_nothing_before(self):
        version = self._new_version()
        budget = self._same(version, self.budget)
        budget.planned = 80
        target = self._same(version, self.rated).target_id
        target.cell_ids.write({"assigned": 50})
        self.assertEqual(self._same(version, self.rated).planned, 15)
        self.assertEqual(self.budget.planned, 100)
        request = self._create_request(budget, 10)
        with self._refused(UserError, "is not approved yet"):
            request.action_confirm()
        for record in (version, budget.target_id):
            with self._refused(UserError, "has 1 spend requests.* Delete those first"):
                record.unlink()
        request.unlink()
        version.unlink()
        self.assertEqual(self._figures(self.budget), (0, 0, 100))

    def test_money_follows_target_and_category(self):
        committed = self._create_request(self.budget, 60)
        spent = self._create_request(self.budget, 15)
        (committed | spent).action_confirm()
        spent.action_spend()
        draft = self._create_request(self.budget, 5)
        cancelled = self._create_request(self.budget, 7)
        cancelled.action_cancel()
        promotion = self._create_request(self.adverts, 11)
        promotion.action_confirm()
        whole = self._figures(self.whole)[:2]
        version = self._new_version()
        budget = self._same(version, self.budget)
        budget.planned = 90
        self._as(self.manager, version).action_approve()

        self.assertEqual((committed | spent | draft).line_id, budget)
        self.assertEqual(promotion.line_id, self._same(version, self.adverts))
        self.assertEqual(cancelled.line_id, self.budget)
        self.assertEqual((committed.plan_id, committed.target_id), (version, budget.target_id))
        self.assertEqual(self._figures(budget), (60, 15, 15))
        self.assertEqual(self._figures(self._same(version, self.whole))[:2], whole)
        self.assertEqual(self._figures(self.budget)[:2], (0, 0), "nothing counts twice")
        self.assertIn("version 2", str(committed.message_ids[:1].body))
        # Life goes on in the version that counts.
        spent.action_reset()
        committed.action_spend()
        self.assertEqual(self._figures(budget), (15, 60, 15))
        draft.action_confirm()
        self.assertEqual(self._figures(budget), (20, 60, 10))

    def test_costs_on_accounts_count_in_the_version_too(self):
        self._cost(self.cost_east, 30)
        version = self._new_version()
        version.action_approve()
        self.assertEqual(self._figures(self._same(version, self.rated))[1], 30)

    def test_the_money_of_a_target_that_is_gone_counts_above(self):
        request = self._create_request(self.budget, 60)
        request.action_confirm()
        self._create_request(self.adverts, 11).action_cancel()
        version = self._new_version()
        self._same(version, self.budget).target_id.unlink()
        version.top_target_ids.action_roll_up()
        version.action_approve()
        whole = self._same(version, self.whole)
        self.assertEqual(request.line_id, whole)
        self.assertEqual(self._figures(whole), (60, 0, 440))

    def test_money_without_any_budget_is_named_and_nothing_is_approved(self):
        request = self._create_request(self.adverts, 11)
        request.action_confirm()
        version = self._new_version()
        self._same(version, self.adverts).unlink()
        with self._refused(UserError, rf"{request.name}.* takes money from the budget Adverts"):
            self._as(self.manager, version).action_approve()
        self.assertEqual((self.plan.state, version.state), ("approved", "draft"))
        self.assertEqual(request.line_id, self.adverts)
        request.action_cancel()
        self._as(self.manager, version).action_approve()
        self.assertEqual(version.state, "approved")

    def test_money_of_days_that_the_version_leaves_out(self):
        request = self._create_request(self.budget, 60)
        version = self._new_version()
        version.target_ids.cell_ids.filtered(lambda cell: cell.date_from.month > 4).write(
            {"assigned": False}
        )
        version.date_to = date(2026, 4, 30)
        with self._refused(ValidationError, "is for 05/01/2026, and Orders 2026"):
            version.action_approve()
        request.action_cancel()
        version.action_approve()

    def test_an_approval_that_was_asked_for_is_asked_again(self):
        request = self._create_request(self.budget, 150)
        request.action_request_approval("Fair")
        self.assertEqual(request.approval_state, "pending")
        version = self._new_version()
        self._same(version, self.budget).planned = 200
        version.action_approve()
        self.assertEqual(request.available, 200)
        request.action_confirm()
        self.assertEqual(self._figures(request.line_id), (150, 0, 50))

    def test_only_the_current_version_is_among_what_is_running(self):
        version = self._new_version()
        search = self.env.ref("sales_planning.sales_budget_line_view_search")
        self.assertIn("plan_id.is_current", search.arch)
        current = [("plan_id.is_current", "=", True), ("id", "in", self._all_ids(version))]
        self.assertEqual(self.budget.search(current).plan_id, self.plan)
        version.action_approve()
        self.assertEqual(self.budget.search(current).plan_id, version)

    def _all_ids(self, version):
        return (self.plan | version).budget_line_ids.ids

    def test_statements_do_not_grow_with_the_requests(self):
        version = self._new_version()
        counts = []
        for number in (1, 20):
            for _number in range(number):
                self._create_request(self.adverts, 1)
            requests = self.adverts.commitment_ids
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            with self.env.cr.savepoint() as savepoint:
                requests._follow(version)
                counts.append(self.env.cr.sql_log_count - before)
                self.assertEqual(requests.line_id, self._same(version, self.adverts))
                savepoint.rollback()
            self.env.invalidate_all()
        self.assertLessEqual(counts[1], counts[0])
