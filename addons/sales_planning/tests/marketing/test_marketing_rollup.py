from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged

from odoo.addons.sales_system.tests.common import RpcCase

from .common import MarketingCommon


@tagged("post_install", "-at_install", "sales_planning")
class TestMarketingRollup(MarketingCommon, RpcCase):
    """A target plan of 2026 allows 10 a day for adverts; the marketing plan runs for 92 days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.target_plan = cls._create_target_plan()
        cls.top = cls._create_target()
        cls.allowed = cls._create_target_budget(cls.top, 3650)

    @classmethod
    def _create_target_plan(cls, **values):
        return cls.env["sales.target.plan"].create(
            {
                "name": "Orders",
                "company_id": cls.company.id,
                "date_from": date(2026, 1, 1),
                "date_to": date(2026, 12, 31),
                **values,
            }
        )

    @classmethod
    def _create_target(cls, **values):
        target = cls.env["sales.target"].create({"plan_id": cls.target_plan.id, **values})
        target.cell_ids.write({"assigned": 0})
        return target

    @classmethod
    def _create_target_budget(cls, target, planned, category=None):
        return cls.env["sales.budget.line"].create(
            {
                "target_id": target.id,
                "category_id": (category or cls.adverts).id,
                "planned": planned,
            }
        )

    def _approve_targets(self):
        self.target_plan.action_approve()

    def _rows(self, plan=None, user=None):
        """:return: dict of category name → (targets, this plan, others, difference)"""
        plan = plan or self.plan
        self.env.flush_all()
        self.env.invalidate_all()
        return {
            row.category_id.name: (
                row.target_planned,
                row.planned,
                row.other_planned,
                row.difference,
            )
            for row in self._as(user or self.manager, plan).rollup_ids
        }

    def _create_other_plan(self, planned, territory=None, **values):
        values = {"date_from": date(2026, 4, 1), "date_to": date(2026, 6, 30), **values}
        other = self._create_plan(name="Other", **values)
        activity = self._create_activity(
            "Poster", 5, 5, plan=other, territory_id=territory and territory.id
        )
        self._create_budget(activity, planned)
        return other

    def test_days_in_common_count(self):
        self._create_budget(self.advert, 800)
        other = self._create_other_plan(910)
        self.assertEqual(self._rows(), {"Adverts": (False, 800, 0, False)})
        self._approve_targets()
        self.assertEqual(self._rows(), {"Adverts": (920, 800, 0, 120)})
        self.assertFalse(self.plan.target_warning)
        # 61 of the 91 days of the other one are days of this one.
        self._approve_plan(other)
        self.assertEqual(self._rows(), {"Adverts": (920, 800, 610, -490)})
        self.assertEqual(self._rows(other)["Adverts"], (910, 910, 0, 0))
        self._approve_plan()
        self.assertEqual(self._rows(other)["Adverts"], (910, 910, 530.43, -530.43))
        # It stands while it is revised.
        other._revise("Why")
        self.assertEqual(self._rows()["Adverts"][2], 610)

    def test_a_day_that_does_not_divide_is_rounded_once(self):
        self.allowed.planned = 1000
        self._create_target_budget(self.top, 1000, self.fairs)
        self._approve_targets()
        self._create_budget(self.plan, 10)
        self.assertEqual(self._rows()["Adverts"][0], 252.05)
        self.assertEqual(self._rows()["Fairs"], (252.05, 0, 0, 252.05))

    def test_committed_and_actual(self):
        self._approve_targets()
        self._create_budget(self.plan, 800, analytic_account_id=self.account.id)
        part = self._create_budget(self.advert, 300)
        self._approve_plan()
        self._create_request(part, 40).action_confirm()
        self._cost(55)
        self.env.invalidate_all()
        self.assertRecordValues(
            self.plan.rollup_ids,
            [{"planned": 800, "all_planned": 800, "committed": 40, "actual": 55}],
        )

    def test_budgets_inside_each_other_count_once(self):
        part = self._create_target(parent_id=self.top.id, user_id=self.seller.id)
        self._create_target_budget(part, 365)
        self._approve_targets()
        self._create_budget(self.plan, 1)
        self.assertEqual(self._rows()["Adverts"][0], 920)

    def test_territories(self):
        north = self.env["sales.territory"].create({"name": "North", "code": "N"})
        for territory, planned, person in (
            (self.region, 730, self.seller),
            (north, 365, self.other_seller),
        ):
            target = self._create_target(parent_id=self.top.id, territory_id=territory.id)
            budget = self._create_target_budget(target, planned)
            part = self._create_target(parent_id=target.id, user_id=person.id)
            self._create_target_budget(part, budget.planned / 2)
        self._approve_targets()
        self._create_budget(self.advert, 100)
        self._approve_plan(self._create_other_plan(91, north))
        # Everywhere, the whole counts.
        self.assertEqual(self._rows()["Adverts"], (920, 100, 61, 759))
        # In the city, what is closest around it, and nobody in the north takes from that.
        self.plan.activity_line_ids.territory_id = self.city
        self.assertEqual(self._rows()["Adverts"], (184, 100, 0, 84))
        self.fair.territory_id = north
        self.assertEqual(self._rows()["Adverts"], (276, 100, 61, 115))
        # A cancelled activity is nowhere.
        self.fair.action_cancel()
        self.assertEqual(self._rows()["Adverts"][0], 184)

    def test_no_budget_of_the_targets_says_nothing(self):
        self._approve_targets()
        self._create_budget(self.plan, 5000, self.fairs)
        self.assertEqual(self._rows()["Fairs"], (False, 5000, 0, False))
        self.assertFalse(self.plan.target_warning)

    def test_more_than_the_targets_allow_is_a_warning(self):
        self._approve_targets()
        budget = self._create_budget(self.advert, 1000)
        self.assertEqual(
            self.plan.target_warning,
            "Adverts: the marketing plans of this time spend $\N{NO-BREAK SPACE}80.00 more than "
            "the targets allow.",
        )
        self._approve_plan()
        self.assertEqual(self.plan.state, "approved")
        self.plan._revise("Too much")
        budget.planned = 920
        self.assertFalse(self.plan.target_warning)

    def test_the_warning_is_for_those_who_may_change_the_plan(self):
        """It is of all budgets, also of those that the reader does not see."""
        self._approve_targets()
        self._create_budget(self.advert, 1000)
        self._approve_plan()
        self.env.invalidate_all()
        for user, is_told in (
            (self.seller, True),
            (self.team_leader, True),
            (self.manager, True),
            (self.other_seller, False),
        ):
            with self.subTest(user=user.login):
                plan = self._as(user, self.plan)
                self.assertEqual(bool(plan.target_warning), is_told)
                (values,), error = self._call(user, plan, "read", ["target_warning"])
                self.assertFalse(error)
                self.assertEqual(bool(values["target_warning"]), is_told)

    def test_the_approval_request_tells_it(self):
        self._approve_targets()
        self._create_budget(self.advert, 1000)
        self.env["sales.approval.rule"].create(
            {
                "name": "Large plans",
                "model": "sales.marketing.plan",
                "company_id": self.company.id,
                "basis": "plan_budget",
                "threshold": 500,
                "step_ids": [Command.create({"kind": "user", "user_id": self.manager.id})],
            }
        )
        self._as(self.seller, self.plan).action_request_approval("We grow")
        reason = self.plan.approval_request_ids.request_reason
        self.assertIn("We grow\nAdverts: the marketing plans", reason)

    def test_a_closed_target_plan_does_not_count(self):
        self._approve_targets()
        self._create_budget(self.plan, 1)
        self.target_plan.action_close()
        self.assertEqual(self._rows()["Adverts"], (False, 1, 0, False))

    def test_companies_that_the_targets_count_together(self):
        """Their plans share the money, at the rate of the target plan: one euro is two dollars."""
        euro = self._rate_of_euro()
        sister = self.env["res.company"].create({"name": "Sister", "currency_id": euro.id})
        stranger = self._create_user("sister", "sales_team.group_sale_manager", sister)
        self.env["sales.target.company"].create(
            {"plan_id": self.target_plan.id, "company_id": sister.id, "rate": 2}
        )
        self._approve_targets()
        self._create_budget(self.advert, 100)
        other = self._create_other_plan(91, company_id=sister.id, user_id=stranger.id)
        other.activity_line_ids.user_id = stranger
        self._approve_plan()
        other.sudo()._release()
        both = self._create_user("both", "sales_team.group_sale_manager")
        both.company_ids |= sister
        self.assertEqual(self._rows(user=both)["Adverts"], (920, 100, 122, 698))
        self.assertEqual(self._rows(other, both)["Adverts"], (455, 91, 33.15, 330.85))
        # Who works for one company sees the budgets of that one.
        self.assertEqual(self._rows()["Adverts"], (920, 100, 0, 820))
        with self._refused(AccessError):
            self._rows(user=stranger)

    def test_each_figure_opens_what_it_counts(self):
        self._approve_targets()
        mine = self._create_budget(self.advert, 800)
        other = self._create_other_plan(910)
        self._approve_plan(other)
        row = self._as(self.manager, self.plan).rollup_ids
        lines = self.env["sales.budget.line"]
        self.assertEqual(lines.search(row.action_open_targets()["domain"]), self.allowed)
        self.assertEqual(
            lines.search(row.action_open_plans()["domain"]), mine | other.budget_line_ids
        )
        action = self._as(self.manager, self.plan).action_open_rollup()
        self.assertEqual(row.search(action["domain"]), row)
        self.assertEqual(row.action_open_plan()["res_id"], self.plan.id)

    def test_totals_are_of_one_plan(self):
        """Plans of one time meet the same money."""
        self._approve_targets()
        self._create_budget(self.advert, 100)
        other = self._create_other_plan(91)
        rows = self._as(self.manager, self.env["sales.marketing.rollup"])
        domain = [("plan_id", "in", (self.plan | other).ids)]
        measures = ["target_planned:sum", "planned:sum", "difference:sum"]
        self.assertEqual(
            [values[1:] for values in rows._read_group(domain, ["plan_id"], measures)],
            [(920, 100, 820), (910, 91, 819)],
        )
        self.assertEqual(
            [values[1:] for values in rows._read_group(domain, ["category_id"], measures)],
            [(False, 191, False)],
        )

    def test_rights(self):
        self._approve_targets()
        self._create_budget(self.advert, 100)
        rows = self.env["sales.marketing.rollup"]
        domain = [("plan_id", "=", self.plan.id)]
        # Who answers for the plan sees its budgets, and of the targets what is theirs: nothing.
        self.assertEqual(self._rows(user=self.seller)["Adverts"], (False, 100, 0, False))
        self._approve_plan()
        for user in (self.other_seller, self._create_stranger()):
            with self.subTest(user=user.login):
                self.assertFalse(self._as(user, rows).search(domain))
        with self._refused(AccessError):
            self._as(self.outsider, rows).search(domain)
        row = rows.search(domain)
        for user in (self.outsider, self.other_seller):
            for method in ("action_open_targets", "action_open_plans"):
                _result, error = self._call(user, row, method)
                self.assertTrue(error)
        _result, error = self._call(self.outsider, rows, "search_read", domain, ["planned"])
        self.assertIn("not allowed to access", error)
        _result, error = self._call(self.manager, rows, "_get_excesses", [self.plan.id])
        self.assertRegex(error, "private|remotely")

    def test_any_number_of_plans_takes_the_same_statements(self):
        self._approve_targets()
        plans = self.plan
        for number in range(5):
            plans |= self._create_other_plan(1000 + number)
        self.env.flush_all()
        rollup = self.env["sales.marketing.rollup"]
        rollup._get_excesses(self.plan)
        counts = []
        for some in (self.plan, plans):
            some.budget_line_ids.mapped("target_id")
            before = self.env.cr.sql_log_count
            rollup._get_excesses(some)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
        self.assertEqual(len(rollup._get_excesses(plans)), 5)

    def test_screens(self):
        self._approve_targets()
        self._create_budget(self.advert, 1000)
        form = Form(self._as(self.seller, self.plan))
        self.assertIn("more than the targets allow", form.target_warning)
        for view in ("list", "kanban", "pivot", "search"):
            self._as(self.seller, self.env["sales.marketing.rollup"]).get_view(view_type=view)
