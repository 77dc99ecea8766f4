from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from .common import MarketingCommon


@tagged("post_install", "-at_install", "sales_planning")
class TestMarketingPlan(MarketingCommon):
    def test_from_draft_to_closed_and_back(self):
        plan = self._as(self.team_leader, self.plan)
        with freeze_time("2026-02-20"):
            plan.action_release()
        self.assertEqual((plan.state, plan.approved_on), ("approved", date(2026, 2, 20)))
        self.assertEqual(plan.team_id, self.team)
        with self._refused(UserError, "Advert of Spring is not done yet"):
            plan.action_close()
        self.advert.action_start()
        self.advert.action_done()
        self.fair.action_cancel()
        plan.action_close()
        with self._refused(UserError, "Spring is closed, so it stays as it is"):
            plan.name = "Later"
        with self._refused(UserError, "Spring is closed, so Advert stays"):
            self.advert.action_reset()
        plan.action_reopen()
        self.assertEqual(plan.state, "approved")

    def test_states_are_not_set_by_hand(self):
        plan = self._as(self.manager, self.plan)
        for values in ({"state": "approved"}, {"approved_on": "2026-01-01"}, {"revision": 3}):
            with self.subTest(values=values), self._refused(UserError, "cannot be set by hand"):
                plan.write(values)
        with self._refused(UserError, "starts as a draft"):
            self._create_plan(state="approved")
        with self._refused(UserError, "cannot be set by hand"):
            self._as(self.manager, plan.browse()).create(
                {"name": "New", "approved_on": "2026-01-01"}
            )

    def test_who_is_responsible_does_not_approve(self):
        with self._refused(UserError, "approved by a leader of its team or a sales manager"):
            self._as(self.seller, self.plan).action_release()
        self.assertEqual(self.plan.state, "draft")

    def test_who_sees_the_button_to_approve(self):
        for user, sees in (
            (self.seller, False),
            (self.team_leader, True),
            (self.manager, True),
        ):
            with self.subTest(user=user.login):
                self.assertEqual(self._as(user, self.plan).can_release, sees)
        self._create_limit(1000)
        self.env.invalidate_all()
        self.assertTrue(self._as(self.seller, self.plan).can_release)

    def test_a_plan_is_made_in_one_go(self):
        form = Form(self._as(self.manager, self.env["sales.marketing.plan"]))
        form.name = "Autumn"
        with form.activity_line_ids.new() as activity:
            activity.name = "Open day"
        with form.budget_line_ids.new() as budget:
            budget.category_id = self.adverts
            budget.planned = 500
        plan = form.save()
        self.assertEqual((plan.planned, plan.activity_line_ids.date_to), (500, plan.date_to))
        plan.action_release()
        self.assertEqual(plan.state, "approved")

    def test_a_plan_that_is_not_complete_is_refused(self):
        empty = self._create_plan(name="Empty")
        with self._refused(UserError, "Empty has no activity yet"):
            self._approve_plan(empty)
        self.fair.write({"date_from": date(2026, 3, 20)})
        with self._refused(UserError, "Fair starts on 03/20/2026 and comes after Advert"):
            self._approve_plan()

    def test_a_plan_rests_on_a_strategy_that_is_approved(self):
        strategy = self.env["sales.strategy"].create(
            {
                "name": "Commuters",
                "company_id": self.company.id,
                "user_id": self.manager.id,
                "competitive_strategy": "focus",
                "goal_ids": [Command.create({"name": "Lead in the city"})],
            }
        )
        self.plan.strategy_id = strategy
        with self._refused(UserError, "Commuters, which Spring puts into practice, is not"):
            self._approve_plan()
        strategy.action_confirm()
        self._approve_plan()
        self.assertEqual(self.plan.state, "approved")

    def test_a_copy_is_told_from_the_plan(self):
        self._approve_plan()
        copy = self._as(self.seller, self.plan).copy()
        self.assertRecordValues(
            copy,
            [{"name": "Spring (copy)", "state": "draft", "approved_on": False, "revision": 0}],
        )
        self.assertEqual(self.plan.copy({"name": "Autumn"}).name, "Autumn")

    def test_dates(self):
        with self._refused(IntegrityError, "_date_range"):
            self._create_plan(date_to=date(2026, 2, 1))
        with self._refused(ValidationError, "Fair runs from 05/01/2026 to 05/31/2026"):
            self.plan.date_to = date(2026, 5, 30)

    def test_a_limit_on_the_budget_asks_for_an_approval(self):
        rule = self._create_limit(1000)
        budget = self._create_budget(self.advert, 1000)
        mine = self._as(self.seller, self.plan)
        self.assertEqual(mine.approval_status, "none")
        budget.planned = 1200
        self.assertEqual(self.plan.approval_state, "needed")
        with self._refused(UserError, "needs an approval first: Budget of the plan"):
            mine.action_release()
        mine.action_request_approval("The market grows")
        with self._refused(UserError, "waits for the approval"):
            self._approve_plan()
        self._as(self.manager, self.plan.approval_request_ids).action_approve()
        self.env.invalidate_all()
        # It was all that the plan waited for.
        self.assertEqual(self.plan.state, "approved")
        self.assertEqual(self.plan.approval_status, "none")
        rule.threshold = 5000

    def test_a_rejected_plan_stays_a_draft(self):
        self._create_limit(1000)
        budget = self._create_budget(self.advert, 1200)
        mine = self._as(self.seller, self.plan)
        mine.action_request_approval()
        self._as(self.manager, self.plan.approval_request_ids).action_reject("Too much")
        self.env.invalidate_all()
        with self._refused(UserError, "has been rejected"):
            mine.action_release()
        budget.planned = 1000
        # Within its limit the rule leaves it to whoever plans.
        mine.action_release()
        self.assertEqual(self.plan.state, "approved")

    def test_a_revision_opens_the_plan_and_keeps_the_reason(self):
        budget = self._create_budget(self.advert, 100)
        self._approve_plan()
        mine = self._as(self.seller, self.plan)
        with self._refused(UserError, "Spring is approved, so it stands. Choose Revise"):
            mine.date_to = date(2026, 6, 30)
        wizard = self._as(self.seller, self.env["sales.marketing.revise"]).create(
            {"plan_id": self.plan.id, "reason": "The fair was moved"}
        )
        wizard.action_revise()
        revision = self.plan.revision_ids
        self.assertRecordValues(revision, [{"number": 1, "reason": "The fair was moved"}])
        self.assertEqual(revision.create_uid, self.seller)
        self.assertIn("Adverts · Advert: $", revision.terms_text)
        self.assertEqual((mine.state, mine.revision), ("draft", 1))
        request = self._create_request(budget, 5)
        with self._refused(UserError, "not approved yet"):
            request.action_confirm()
        mine.date_to = date(2026, 6, 30)
        self.fair.write({"date_from": date(2026, 6, 1), "date_to": date(2026, 6, 3)})
        budget.planned = 150
        self._approve_plan()
        log = self.plan.message_ids[0].body
        self.assertIn("Revision 1 approved", log)
        self.assertIn("05/01/2026 to 05/31/2026 → 06/01/2026 to 06/03/2026", log)
        self.assertRegex(log, r"100.00 → .*150.00")
        request.action_confirm()
        with self._refused(UserError, "approved, so it stays with its history"):
            self.plan.unlink()

    def test_revisions_are_kept(self):
        self._approve_plan()
        self.plan._revise("Why")
        revision = self.plan.revision_ids
        for step in (
            lambda: revision.write({"reason": "Other"}),
            revision.unlink,
            lambda: revision.create({"plan_id": self.plan.id, "number": 9, "reason": "x"}),
        ):
            with self._refused(UserError, "kept as they were made"):
                step()
        with self._refused(UserError, "this step needs “Approved”"):
            self.plan._revise("Again")

    def test_a_plan_stays_with_its_company(self):
        sister = self.env["res.company"].create({"name": "Sister"})
        with self._refused(UserError, "Spring has activities or budgets of Bike Works"):
            self.plan.company_id = sister
        self.seller.company_ids |= sister
        empty = self._create_plan(name="Empty", team_id=False)
        empty.write({"company_id": sister.id, "team_id": False})
        self.assertEqual(empty.company_id, sister)

    def test_the_timeline_shows_months_and_bars(self):
        with freeze_time("2026-04-01"):
            timeline = self.plan.timeline
        for text in ("Mar", "Apr", "May", "Advert", "After: <", "left: 33.7%"):
            self.assertIn(text if text != "After: <" else "After:", timeline)
        bars = [self.plan._get_bar(activity) for activity in self.advert | self.fair]
        self.assertEqual(bars[0], {"start": 0.0, "width": 33.7})
        self.assertEqual(bars[1], {"start": 66.3, "width": 33.7})
        widths = [month["width"] for month in self.plan._get_timeline_months()]
        self.assertEqual(widths, [33.7, 32.61, 33.7])
        self.assertIn("width: 33.7%", self.advert.bar)
        self.assertFalse(self._create_plan(name="Empty").timeline)

    def test_months_are_written_as_the_language_does(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        months = self.plan.with_context(lang="zh_CN")._get_timeline_months()
        self.assertEqual([month["label"] for month in months], ["2026年3月", "4月", "5月"])
        labels = [month["label"] for month in self.plan._get_timeline_months()]
        self.assertEqual(labels, ["Mar 2026", "Apr", "May"])

    def test_days_that_are_being_changed_draw_nothing(self):
        """One end is empty, or before the other, until both are typed."""
        with Form(self._as(self.seller, self.plan)) as form:
            for day in (date(2026, 2, 28), date(2026, 2, 1), False):
                with self.subTest(day=day):
                    form.date_to = day
                    self.assertFalse(form.timeline)
            form.date_to = date(2026, 5, 31)
            self.assertTrue(form.timeline)

    def test_a_name_is_no_markup(self):
        self.advert.name = "<script>alert(1)</script>"
        self.assertNotIn("<script>", self.plan.timeline)

    def test_sums_and_screens_of_the_plan(self):
        self.advert.write({"expected_leads": 20, "expected_revenue": 5000})
        self.fair.write({"expected_leads": 5, "expected_revenue": 1000})
        self.fair.action_cancel()
        self.assertRecordValues(
            self.plan,
            [{"activity_line_count": 2, "expected_leads": 20, "expected_revenue": 5000}],
        )
        action = self.plan.action_open_activities()
        self.assertEqual(
            self.env["sales.marketing.activity"].search(action["domain"]),
            self.plan.activity_line_ids,
        )
        budget = self._create_budget(self.plan, 5)
        action = self.plan.action_open_budgets()
        self.assertEqual(self.env["sales.budget.line"].search(action["domain"]), budget)
        self.assertEqual(budget.action_open_target()["res_model"], "sales.marketing.plan")

    def test_the_form_makes_a_plan(self):
        with Form(self._as(self.seller, self.env["sales.marketing.plan"])) as form:
            form.name = "Summer"
            self.assertEqual(form.team_id, self.team)
        self.assertEqual((form.record.user_id, form.record.state), (self.seller, "draft"))

    def _create_limit(self, threshold):
        return self.env["sales.approval.rule"].create(
            {
                "name": "Marketing budget",
                "model": "sales.marketing.plan",
                "company_id": self.company.id,
                "basis": "plan_budget",
                "threshold": threshold,
                "step_ids": [Command.create({"kind": "user", "user_id": self.manager.id})],
            }
        )
