from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.sales_system.tests.common import RpcCase

from .common import MarketingCommon


@tagged("post_install", "-at_install", "sales_planning")
class TestMarketingCopy(MarketingCommon, RpcCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.segment = cls.env["sales.market.segment"].create(
            {"name": "Cities", "company_id": cls.company.id, "user_id": cls.manager.id}
        )
        cls.advert.write(
            {
                "campaign_id": cls.env["utm.campaign"].create({"title": "Spring"}).id,
                "segment_ids": cls.segment.ids,
                "territory_id": cls.city.id,
                "expected_leads": 7,
            }
        )
        cls.env["sales.marketing.media"].create(
            {
                "activity_id": cls.advert.id,
                "medium_id": cls.env["utm.medium"].create({"name": "Poster"}).id,
                "slots": 3,
                "price_unit": 10,
                "date_from": date(2026, 3, 2),
            }
        )
        cls.env["sales.marketing.resource"].create(
            {"activity_id": cls.advert.id, "user_id": cls.seller.id, "hours": 2, "unit_cost": 40}
        )
        cls.whole = cls._create_budget(cls.plan, 500, analytic_account_id=cls.account.id)
        cls.part = cls._create_budget(cls.advert, 100)

    def test_all_parts_are_copied_and_nothing_that_happened(self):
        self._approve_plan()
        self._create_request(self.part, 5).action_confirm()
        self.advert.action_start()
        self.plan._revise("Why")
        self._approve_plan()
        copied = self._as(self.seller, self.plan).copy()
        self.assertRecordValues(
            copied,
            [
                {
                    "name": "Spring (copy)",
                    "state": "draft",
                    "approved_on": False,
                    "revision": 0,
                    "date_from": date(2026, 3, 1),
                    "date_to": date(2026, 5, 31),
                }
            ],
        )
        self.assertFalse(copied.revision_ids)
        advert, fair = copied.activity_line_ids.sorted("date_from")
        self.assertEqual((advert.name, fair.name), ("Advert", "Fair"))
        self.assertFalse((advert | fair) & (self.advert | self.fair))
        self.assertEqual((advert.predecessor_ids, fair.predecessor_ids), (fair.browse(), advert))
        self.assertRecordValues(
            advert,
            [
                {
                    "state": "planned",
                    "campaign_id": False,
                    "segment_ids": self.segment.ids,
                    "territory_id": self.city.id,
                    "expected_leads": 7,
                    "date_from": date(2026, 3, 1),
                    "date_to": date(2026, 3, 31),
                }
            ],
        )
        self.assertRecordValues(
            advert.media_ids, [{"slots": 3, "amount": 30, "date_from": date(2026, 3, 2)}]
        )
        self.assertRecordValues(
            advert.resource_ids, [{"user_id": self.seller.id, "hours": 2, "amount": 80}]
        )
        whole, part = copied.budget_line_ids.sorted("planned", reverse=True)
        self.assertEqual((whole.planned, whole.activity_id), (500, advert.browse()))
        self.assertEqual((part.planned, part.activity_id), (100, advert))
        # The same costs must not count in both plans.
        self.assertFalse(whole.analytic_account_id)
        self.assertEqual((copied.committed, copied.actual), (0, 0))
        # What was copied is as it was.
        self.assertEqual(self.fair.predecessor_ids, self.advert)
        self.assertEqual(len(self.plan.activity_line_ids), 2)
        self._approve_plan(copied)
        self.assertEqual(copied.state, "approved")

    def test_a_budget_without_a_number_stays_without(self):
        self.whole.planned = False
        copied = self.plan.copy({"name": "Autumn"})
        self.assertEqual(copied.name, "Autumn")
        whole = copied.budget_line_ids.filtered(lambda line: not line.activity_id)
        self.assertIs(whole.planned, False)

    def test_an_activity_copied_within_its_plan(self):
        copied = self._as(self.seller, self.fair).copy()
        self.assertEqual((copied.plan_id, copied.predecessor_ids), (self.plan, self.advert))
        self.assertFalse(self.advert.copy().successor_ids)
        self.assertEqual(self.fair.predecessor_ids, self.advert)

    def test_no_right(self):
        # An approved plan is read by everybody, and its responsible makes plans of that name.
        self._approve_plan()
        plans = self.plan.search_count([])
        with self._refused(AccessError):
            self._as(self.other_seller, self.plan).copy()
        _result, error = self._call(self.other_seller, self.plan, "copy")
        self.assertIn("doesn't have 'create' access", error)
        self.assertEqual(self.plan.search_count([]), plans)
        result, error = self._call(self.seller, self.plan, "copy")
        self.assertFalse(error)
        self.assertEqual(self.plan.browse(result).activity_line_count, 2)
