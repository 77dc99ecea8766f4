from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from odoo.addons.sales_system.tests.common import RpcCase

from .execution_common import DAY, ExecutionCommon


class PricelistCommon(ExecutionCommon):
    @classmethod
    def _create_pricelist(cls, name="Spring Prices", activity=None, **values):
        return cls.env["product.pricelist"].create(
            {
                "name": name,
                "company_id": cls.company.id,
                "currency_id": cls.company.currency_id.id,
                "marketing_activity_id": activity and activity.id,
                **values,
            }
        )


@tagged("post_install", "-at_install", "sales_planning")
@freeze_time(DAY)
class TestMarketingPricelist(PricelistCommon):
    """Price lists of a promotion, and the orders that it wins by them."""

    # === STORY === #
    def test_from_the_price_list_to_the_ledger(self):
        pricelist = self._create_pricelist()
        self._as(self.manager, pricelist).marketing_activity_id = self.advert
        campaign = self.advert.campaign_id
        self.assertEqual(campaign.title, "Advert")
        order = self._create_order([(2, 500)], confirm=False, pricelist_id=pricelist.id)
        self._as(self.seller, order).action_confirm()
        self.assertEqual(order.campaign_id, campaign)
        self.assertEqual(self._ledger(order).campaign_id, campaign)
        self.assertEqual(self._ledger_sum(order), 1000)
        self.assertEqual(order._prepare_invoice()["campaign_id"], campaign.id)
        # The activity tells of it, and opens what it counts.
        self._create_order(confirm=False, pricelist_id=pricelist.id)
        activity = self._as(self.seller, self.advert)
        self.assertRecordValues(activity, [{"pricelist_count": 1, "pricelist_order_count": 1}])
        self.assertEqual(self._opened(activity.action_open_pricelists()), pricelist)
        self.assertEqual(self._opened(activity.action_open_pricelist_orders()), order)
        # The way back: a cancelled order leaves nothing.
        order._action_cancel()
        self.assertEqual(self._ledger_sum(order), 0)
        self.assertEqual(set(self._ledger(order).mapped("campaign_id")), set(campaign))
        activity.invalidate_recordset()
        self.assertEqual(activity.pricelist_order_count, 0)

    def test_what_takes_no_campaign(self):
        pricelist = self._create_pricelist(activity=self.advert)
        own = self.env["utm.campaign"].create({"title": "Own"})
        order = self._create_order(pricelist_id=pricelist.id, campaign_id=own.id)
        self.assertEqual(order.campaign_id, own)
        self.assertFalse(self._create_order(pricelist_id=False).campaign_id)
        planned = self._create_pricelist(activity=self.fair)
        self.assertFalse(self._create_order(pricelist_id=planned.id).campaign_id)
        for day in ("2026-02-28 09:00:00", "2026-04-01 09:00:00"):
            with self.subTest(day=day), freeze_time(day):
                self.assertFalse(self._create_order(pricelist_id=pricelist.id).campaign_id)
        self.advert.campaign_id = False
        self.assertFalse(self._create_order(pricelist_id=pricelist.id).campaign_id)
        self.advert.action_create_campaign()
        self.advert.action_done()
        self.assertFalse(self._create_order(pricelist_id=pricelist.id).campaign_id)

    def test_the_day_is_that_of_the_company(self):
        self.company.partner_id.tz = "Asia/Shanghai"
        pricelist = self._create_pricelist(activity=self.advert)
        with freeze_time("2026-02-28 20:00:00"):
            order = self._create_order(pricelist_id=pricelist.id)
        self.assertEqual((order.ledger_date, order.campaign_id.title), (date(2026, 3, 1), "Advert"))
        with freeze_time("2026-03-31 20:00:00"):
            self.assertFalse(self._create_order(pricelist_id=pricelist.id).campaign_id)

    def test_an_order_that_comes_confirmed(self):
        pricelist = self._create_pricelist(activity=self.advert)
        order = self._create_order(confirm=False, pricelist_id=pricelist.id, state="sale")
        self.assertEqual(self._ledger(order).campaign_id, self.advert.campaign_id)

    def test_of_several_the_one_that_began_last(self):
        self.fair.action_create_campaign()
        self.advert.action_create_campaign()
        both = self.advert | self.fair
        order = self._create_order()
        self.assertEqual(both._get_winner(order), self.advert)
        self.plan._revise("Earlier")
        self.fair.predecessor_ids = False
        self.fair.write({"date_from": "2026-03-10", "date_to": "2026-03-20"})
        self._approve_plan()
        self.fair.action_start()
        self.assertEqual(both._get_winner(order), self.fair)

    def test_foreign_currency(self):
        euro = self._rate_of_euro()
        pricelist = self._create_pricelist(activity=self.advert, currency_id=euro.id)
        order = self._create_order([(1, 500)], pricelist_id=pricelist.id)
        self.assertRecordValues(
            self._ledger(order), [{"campaign_id": self.advert.campaign_id.id, "amount": 1000.0}]
        )

    def test_statements_do_not_grow_with_the_orders(self):
        pricelists = [
            self._create_pricelist(str(number), activity=self.advert).id for number in range(6)
        ]
        orders = self.env["sale.order"].union(
            *(self._create_order(confirm=False, pricelist_id=pricelist) for pricelist in pricelists)
        )
        orders.state = "sale"
        few = self._statements(orders[:2]._take_marketing_campaigns)
        orders.campaign_id = False
        self.assertEqual(self._statements(orders._take_marketing_campaigns), few)
        self.assertEqual(orders.campaign_id, self.advert.campaign_id)
        activities = self.advert | self.fair
        few = self._statements(lambda: self.advert.pricelist_order_count)
        many = self._statements(lambda: activities.mapped("pricelist_order_count"))
        self.assertEqual((few, self.advert.pricelist_order_count), (many, 6))

    # === REFUSALS === #
    def test_companies(self):
        activity = self._create_sister()
        shared = self._create_pricelist("For All", company_id=False)
        own = self._create_pricelist("Ours")
        for pricelist, sentence in (
            (shared, "For All.* is shared by all companies.*belongs to Sister. Set “Company”"),
            (own, "Ours.* belongs to Bike Works, and.*to Sister. Choose an activity"),
        ):
            with self._refused(ValidationError, sentence):
                pricelist.marketing_activity_id = activity
        own.marketing_activity_id = self.advert
        with self._refused(ValidationError, "is shared by all companies"):
            own.company_id = False
        self.assertFalse(activity.campaign_id)
        # What is of another company wins nothing here.
        theirs = self._create_pricelist("Theirs", activity, company_id=activity.company_id.id)
        self.assertFalse(theirs.marketing_activity_id._get_winner(self._create_order()))
        for forbidden in (
            lambda: self._as(activity.user_id, own).write({"marketing_activity_id": False}),
            lambda: self._as(self.manager, theirs).write({"marketing_activity_id": False}),
            lambda: self._as(self.manager, own).write({"marketing_activity_id": activity.id}),
        ):
            with self._refused((AccessError, ValidationError)):
                forbidden()

    def test_an_activity_that_is_over_keeps_its_means(self):
        pricelist = self._create_pricelist(activity=self.advert)
        self.advert.action_done()
        for change in (
            lambda: pricelist.write({"marketing_activity_id": False}),
            lambda: pricelist.write({"marketing_activity_id": self.fair.id}),
            lambda: self._create_pricelist(activity=self.advert),
        ):
            with self._refused(UserError, "Advert.* is over, and what it worked with stays"):
                change()
        pricelist.write({"marketing_activity_id": self.advert.id, "name": "Other"})
        self.assertFalse(self.fair.campaign_id)
        self.advert.action_reset()
        pricelist.marketing_activity_id = False
        self.assertEqual(self.advert.pricelist_count, 0)

    def test_a_copy_is_of_no_activity(self):
        self.assertFalse(self._create_pricelist(activity=self.advert).copy().marketing_activity_id)


@tagged("post_install", "-at_install", "sales_planning")
@freeze_time(DAY)
class TestMarketingAudience(ExecutionCommon):
    """Whom an activity is for."""

    def test_those_who_are_in_a_segment_today(self):
        contact = self.env["res.partner"].create({"name": "Owner", "parent_id": self.shop.id})
        activity = self._as(self.seller, self.advert)
        self.assertEqual(activity.audience_count, 3)
        self.assertEqual(
            self._opened(activity.action_open_audience()), self.shop | self.other_shop | contact
        )
        # Whoever is in two of them is one customer; whoever has left is none.
        self.plan._revise("More")
        self.advert.segment_ids |= self._create_segment("Bund", "Bund")
        self.advert.segment_ids |= self._create_segment("Also Shanghai", "Shanghai")
        self.shop.city = "Bund"
        for segment in self.advert.segment_ids:
            segment._snapshot()
        activity.invalidate_recordset()
        self.assertEqual(activity.audience_count, 3)
        self.other_shop.city = "Suzhou"
        for segment in self.advert.segment_ids:
            segment._snapshot()
        activity.invalidate_recordset()
        self.assertEqual(activity.audience_count, 2)
        self.assertEqual(self._opened(activity.action_open_audience()), self.shop | contact)

    def test_without_a_segment_there_is_none(self):
        self.assertEqual(self.fair.audience_count, 0)
        with self._refused(UserError, "Fair.* has no segment, so it has no audience. Choose"):
            self.fair.action_open_audience()

    def test_one_sees_ones_own_customers(self):
        """Where customers are hidden by access level, the number hides them too."""
        self.env["res.config.settings"]._get_partner_rules().active = True
        self.shop.user_id = self.seller
        self.other_shop.user_id = self.other_seller
        self.env.flush_all()
        for user, found in ((self.seller, self.shop), (self.manager, self.shop | self.other_shop)):
            with self.subTest(user=user.login):
                activity = self._as(user, self.advert)
                activity.invalidate_recordset()
                partners = self._as(user, self.env["res.partner"]).search(
                    activity.action_open_audience()["domain"]
                )
                self.assertEqual(partners, found)
                self.assertEqual(activity.audience_count, len(found))

    def test_statements_do_not_grow_with_the_activities(self):
        self.plan._revise("More")
        self.fair.segment_ids = self.segment
        few = self._statements(lambda: self.advert.audience_count)
        activities = self.advert | self.fair
        many = self._statements(lambda: activities.mapped("audience_count"))
        self.assertEqual(few, many)
        self.assertEqual(activities.mapped("audience_count"), [2, 2])

    def test_companies(self):
        stranger = self._create_stranger()
        for forbidden in (
            lambda: self._as(stranger, self.advert).read(["audience_count"]),
            self._as(stranger, self.advert).action_open_audience,
        ):
            with self._refused(AccessError):
                forbidden()


@tagged("post_install", "-at_install", "sales_planning")
class TestMarketingMeansRpc(PricelistCommon, RpcCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pricelist = cls._create_pricelist()
        # Whoever keeps the prices does not answer for the plan of somebody else.
        prices = cls.env.ref("product.group_product_manager")
        cls.other_seller.group_ids = [Command.link(prices.id)]
        cls.outsider.group_ids = [Command.link(prices.id)]

    def test_who_may_not(self):
        tie = {"marketing_activity_id": self.advert.id}
        new = {"name": "Mine", "company_id": self.company.id}
        for user, record, method, args in (
            (self.seller, self.pricelist, "write", (tie,)),
            (self.other_seller, self.pricelist, "write", (tie,)),
            (self.other_seller, self.pricelist.browse(), "create", ([{**new, **tie}],)),
            (self.outsider, self.pricelist, "write", (tie,)),
            (self.outsider, self.pricelist, "read", (["marketing_activity_id"],)),
            (self.outsider, self.advert, "read", (["audience_count"],)),
            (self.outsider, self.advert, "action_open_audience", ()),
            (self.seller, self.advert, "_take_means", ()),
        ):
            with self.subTest(user=user.login, method=method):
                _result, error = self._call(user, record, method, *args)
                self.assertTrue(error)
        self.assertFalse(self.advert.pricelist_ids)
        self.assertFalse(self.advert.campaign_id)
        # Prices alone are theirs to keep.
        _result, error = self._call(self.outsider, self.pricelist, "write", {"name": "Newer"})
        self.assertFalse(error)

    def test_a_default_is_no_way_around(self):
        _result, error = self._call(
            self.other_seller,
            self.env["product.pricelist"],
            "create",
            [{"name": "Mine", "company_id": self.company.id}],
            context={
                "allowed_company_ids": self.company.ids,
                "default_marketing_activity_id": self.advert.id,
            },
        )
        self.assertTrue(error)
        self.assertFalse(self.advert.pricelist_ids)
