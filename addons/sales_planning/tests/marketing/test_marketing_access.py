from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.sales_system.tests.common import RpcCase

from .common import MarketingCommon


@tagged("post_install", "-at_install", "sales_planning")
class TestMarketingAccess(MarketingCommon, RpcCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.budget = cls._create_budget(cls.advert, 100)
        cls.resource = cls.env["sales.marketing.resource"].create(
            {"activity_id": cls.advert.id, "user_id": cls.seller.id, "hours": 1}
        )
        cls.media = cls.env["sales.marketing.media"].create(
            {
                "activity_id": cls.advert.id,
                "medium_id": cls.env["utm.medium"].create({"name": "Poster"}).id,
            }
        )
        cls.records = (cls.plan, cls.advert, cls.resource, cls.media)
        cls.west_leader = cls._create_user("zhou.min", "sales_system.group_sale_salesman_team")

    def _sees(self, user, record):
        return self._as(user, record.browse()).search_count([("id", "=", record.id)]) == 1

    def test_a_draft_is_seen_by_those_who_plan_it(self):
        for user, sees in (
            (self.seller, True),
            (self.other_seller, False),
            (self.team_leader, True),
            (self.west_leader, False),
            (self.leader, True),
            (self.manager, True),
            (self._create_stranger(), False),
        ):
            for record in (*self.records, self.budget):
                with self.subTest(user=user.login, record=record):
                    self.assertEqual(self._sees(user, record), sees)
        with self._refused(AccessError):
            self._sees(self.outsider, self.plan)

    def test_everybody_in_sales_reads_what_is_approved(self):
        self._approve_plan()
        stranger = self._create_stranger()
        for record in self.records:
            self.assertTrue(self._sees(self.other_seller, record))
            self.assertTrue(self._sees(self.west_leader, record))
            self.assertFalse(self._sees(stranger, record))
        # Also while it is revised; but its money is there for those who do it.
        self.plan._revise("Why")
        self.assertTrue(self._sees(self.other_seller, self.plan))
        self.assertFalse(self._sees(self.other_seller, self.budget))
        self.assertEqual(self._as(self.other_seller, self.plan).planned, 100)
        self.assertEqual(self._as(self.other_seller, self.plan).revision_ids.reason, "Why")

    def test_who_writes(self):
        for user in (self.seller, self.team_leader, self.leader, self.manager):
            with self.subTest(user=user.login):
                self._as(user, self.plan).name = f"Spring by {user.login}"
                self._as(user, self.advert).expected_leads = 5
                self._as(user, self.resource).hours = 2
                self._as(user, self.media).slots = 2
                self._as(user, self.budget).planned = 50
        self.advert.user_id = self.other_seller
        other = self._as(self.other_seller, self.advert)
        other.expected_leads = 6
        self.assertTrue(self._sees(self.other_seller, self.budget))
        for change in (
            lambda: self._as(self.other_seller, self.plan).write({"name": "Mine"}),
            lambda: self._as(self.other_seller, self.budget).write({"planned": 500}),
            lambda: self._as(self.other_seller, self.fair).write({"expected_leads": 6}),
            other.unlink,
            lambda: other.create(
                {
                    "name": "New",
                    "plan_id": self.plan.id,
                    "user_id": self.other_seller.id,
                    "date_from": "2026-03-01",
                    "date_to": "2026-03-02",
                }
            ),
        ):
            with self._refused(AccessError):
                change()

    def test_who_does_an_activity_opens_it_while_its_plan_is_a_draft(self):
        self.advert.user_id = self.other_seller
        activity = self._as(self.other_seller, self.advert)
        self.assertFalse(self._sees(self.other_seller, self.plan))
        self.assertFalse(self._sees(self.other_seller, self.fair))
        self.assertIn("width", activity.bar)
        self.assertIn("Advert", activity.action_open_budgets()["name"])
        activity.date_to = "2026-03-20"
        with self._refused(UserError, "not approved yet. Start Advert once it is"):
            activity.action_start()
        with self._refused(ValidationError, "Keep the activity within the plan"):
            activity.date_to = "2026-07-20"
        with self._refused(UserError, "belongs to Spring and stays there"):
            activity.plan_id = self._create_plan(self.other_seller, name="Mine", team_id=False)

    def test_a_budget_cannot_be_moved_into_the_plan_of_somebody_else(self):
        foreign = self._create_plan(self.other_seller, name="Foreign", team_id=False)
        with self._refused(AccessError):
            self._as(self.seller, self.budget).write(
                {"activity_id": False, "marketing_plan_id": foreign.id}
            )
        with self._refused(AccessError):
            self._as(self.seller, self.env["sales.budget.line"]).create(
                {"marketing_plan_id": foreign.id, "category_id": self.fairs.id, "planned": 5}
            )

    def test_requests_are_read_by_those_who_answer_for_the_money(self):
        self.advert.user_id = self.other_seller
        self._approve_plan()
        request = self._create_request(self.budget, 5, self.other_seller)
        for user, sees in (
            (self.seller, True),
            (self.other_seller, True),
            (self.team_leader, True),
            (self.west_leader, False),
            (self._create_stranger(), False),
        ):
            with self.subTest(user=user.login):
                self.assertEqual(self._sees(user, request), sees)
        with self._refused(AccessError):
            self._as(self.seller, request).amount = 6

    def test_by_rpc(self):
        for user, record, method, args, sentence in (
            (self.other_seller, self.plan, "action_release", (), "doesn't have 'write' access"),
            (self.seller, self.plan, "action_release", (), "approved by a leader of its team"),
            (self.seller, self.plan, "write", ({"state": "approved"},), "cannot be set by hand"),
            (self.seller, self.plan, "write", ({"revision": 7},), "cannot be set by hand"),
            (self.seller, self.advert, "write", ({"date_to": "2026-07-01"},), "within the plan"),
            (self.seller, self.budget, "write", ({"company_id": 1},), "they follow from"),
            (self.seller, self.budget, "write", ({"planned": -5},), "is negative. Enter 0"),
            (
                self.other_seller,
                self.budget,
                "write",
                ({"planned": 5},),
                "doesn't have 'write' access",
            ),
            (self.seller, self.plan, "_revise", ("x",), "cannot be called remotely|private"),
            (self.seller, self.plan, "_release", (), "cannot be called remotely|private"),
        ):
            with self.subTest(user=user.login, method=method, args=args):
                _result, error = self._call(user, record, method, *args)
                self.assertRegex(error or "", sentence)
        self.assertEqual((self.plan.state, self.plan.revision), ("draft", 0))
        self.assertEqual((self.budget.planned, self.budget.company_id), (100, self.company))

    def test_a_revision_is_asked_for_by_those_who_may(self):
        self._approve_plan()
        for user in (self.other_seller, self.west_leader):
            wizard = self._as(user, self.env["sales.marketing.revise"]).create(
                {"plan_id": self.plan.id, "reason": "x"}
            )
            with self.subTest(user=user.login), self._refused((AccessError, UserError)):
                wizard.action_revise()
        self.assertFalse(self.plan.revision_ids)
