from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from odoo.addons.sales_planning.tests.marketing.execution_common import DAY, ExecutionCommon
from odoo.addons.sales_system.tests.common import RpcCase


class LoyaltyCommon(ExecutionCommon):
    @classmethod
    def _create_program(cls, activity=None, **values):
        return cls.env["loyalty.program"].create(
            {
                "name": "Voucher",
                "program_type": "coupons",
                "trigger": "with_code",
                "applies_on": "current",
                "company_id": cls.company.id,
                "currency_id": cls.company.currency_id.id,
                "marketing_activity_id": activity and activity.id,
                "rule_ids": [Command.clear(), Command.create({})],
                "reward_ids": [
                    Command.clear(),
                    Command.create({"reward_type": "discount", "discount": 10}),
                ],
                **values,
            }
        )

    @classmethod
    def _create_coupon(cls, program):
        return cls.env["loyalty.card"].create({"program_id": program.id, "points": 1})

    @classmethod
    def _create_rewarded_order(cls, coupon, lines=((1, 1000.0),), confirm=True, **values):
        order = cls._create_order(lines, confirm=False, **values)
        rewards = order._try_apply_code(coupon.code)
        order._apply_program_reward(rewards[coupon], coupon)
        if confirm:
            order.action_confirm()
        return order


@tagged("post_install", "-at_install", "sales_planning_loyalty")
@freeze_time(DAY)
class TestMarketingLoyalty(LoyaltyCommon):
    """Programs of a promotion, and the orders that it wins by them."""

    # === STORY === #
    def test_from_the_program_to_the_ledger(self):
        program = self._create_program()
        self._as(self.manager, program).marketing_activity_id = self.advert
        campaign = self.advert.campaign_id
        self.assertEqual(campaign.title, "Advert")
        coupon, _unused = self._create_coupon(program), self._create_coupon(program)
        order = self._create_rewarded_order(coupon, confirm=False)
        activity = self._as(self.seller, self.advert)
        self.assertRecordValues(
            activity,
            [
                {
                    "loyalty_program_count": 1,
                    "coupon_count": 2,
                    "coupon_used_count": 0,
                    "loyalty_order_count": 0,
                }
            ],
        )
        self._as(self.seller, order).action_confirm()
        self.assertEqual(self._ledger(order).campaign_id, campaign)
        self.assertEqual(self._ledger_sum(order), 900)
        activity.invalidate_recordset()
        self.assertRecordValues(
            activity, [{"coupon_count": 2, "coupon_used_count": 1, "loyalty_order_count": 1}]
        )
        self.assertEqual(self._opened(activity.action_open_loyalty_programs()), program)
        self.assertEqual(len(self._opened(activity.action_open_coupons())), 2)
        self.assertEqual(self._opened(activity.action_open_loyalty_orders()), order)
        # The way back: the coupon is good again, and the ledger is even.
        order._action_cancel()
        self.assertEqual(self._ledger_sum(order), 0)
        activity.invalidate_recordset()
        self.assertRecordValues(activity, [{"coupon_used_count": 0, "loyalty_order_count": 0}])

    def test_what_takes_no_campaign(self):
        program = self._create_program(self.advert)
        self.assertFalse(self._create_order().campaign_id)
        own = self.env["utm.campaign"].create({"title": "Own"})
        order = self._create_rewarded_order(self._create_coupon(program), campaign_id=own.id)
        self.assertEqual(order.campaign_id, own)
        planned = self._create_coupon(self._create_program(self.fair))
        self.assertFalse(self._create_rewarded_order(planned).campaign_id)
        with freeze_time("2026-04-01 09:00:00"):
            late = self._create_coupon(program)
            self.assertFalse(self._create_rewarded_order(late).campaign_id)

    def test_a_promotion_without_a_code(self):
        program = self._create_program(self.advert, program_type="promotion", trigger="auto")
        order = self._create_order(confirm=False)
        order._update_programs_and_rewards()
        [(coupon, rewards)] = order._get_claimable_rewards().items()
        order._apply_program_reward(rewards, coupon)
        order.action_confirm()
        self.assertEqual(order.order_line.reward_id.program_id, program)
        self.assertEqual(order.campaign_id, self.advert.campaign_id)

    def test_a_price_list_and_a_program(self):
        """Of two activities, the one that began last; of one, its campaign."""
        self.plan._revise("Both")
        self.fair.predecessor_ids = False
        self.fair.write({"date_from": "2026-03-10", "date_to": "2026-03-20"})
        self._approve_plan()
        self.fair.action_start()
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Fair",
                "company_id": self.company.id,
                "currency_id": self.company.currency_id.id,
                "marketing_activity_id": self.fair.id,
            }
        )
        coupon = self._create_coupon(self._create_program(self.advert))
        order = self._create_rewarded_order(coupon, pricelist_id=pricelist.id)
        self.assertEqual(order.campaign_id, self.fair.campaign_id)

    def test_foreign_currency(self):
        euro = self._rate_of_euro()
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "company_id": self.company.id, "currency_id": euro.id}
        )
        coupon = self._create_coupon(self._create_program(self.advert))
        order = self._create_rewarded_order(coupon, [(1, 500)], pricelist_id=pricelist.id)
        self.assertEqual(self._ledger(order).campaign_id, self.advert.campaign_id)
        self.assertEqual(self._ledger_sum(order), 900)

    def test_statements_do_not_grow_with_the_orders(self):
        program = self._create_program(self.advert)
        orders = self.env["sale.order"].union(
            *(
                self._create_rewarded_order(self._create_coupon(program), confirm=False)
                for _number in range(5)
            )
        )
        orders.state = "sale"
        few = self._statements(orders[:2]._take_marketing_campaigns)
        orders.campaign_id = False
        self.assertEqual(self._statements(orders._take_marketing_campaigns), few)
        self.assertEqual(orders.campaign_id, self.advert.campaign_id)
        activities = self.advert | self.fair
        few = self._statements(lambda: self.advert.loyalty_order_count)
        self.assertEqual(self._statements(lambda: activities.mapped("loyalty_order_count")), few)
        self.assertEqual(activities.mapped("loyalty_order_count"), [5, 0])

    # === REFUSALS === #
    def test_an_activity_that_is_over_keeps_its_programs(self):
        program = self._create_program(self.advert)
        self.advert.action_done()
        for change in (
            lambda: program.write({"marketing_activity_id": False}),
            lambda: self._create_program(self.advert),
        ):
            with self._refused(UserError, "Advert.* is over, and what it worked with stays"):
                change()

    def test_companies(self):
        sister = self._create_sister()
        with self._refused(ValidationError, "belongs to Bike Works, and the marketing activity"):
            self._create_program(sister)
        with self._refused(ValidationError, "is shared by all companies"):
            self._create_program(sister, company_id=False)
        theirs = self._create_program(sister, company_id=sister.company_id.id)
        self._create_coupon(theirs)
        self.assertRecordValues(self.advert, [{"loyalty_program_count": 0, "coupon_count": 0}])
        for forbidden in (
            lambda: self._as(self.manager, theirs).write({"marketing_activity_id": False}),
            lambda: self._as(self.manager, sister).read(["coupon_count"]),
        ):
            with self._refused(AccessError):
                forbidden()


@tagged("post_install", "-at_install", "sales_planning_loyalty")
class TestMarketingLoyaltyRpc(LoyaltyCommon, RpcCase):
    def test_who_may_not(self):
        program = self._create_program()
        tie = {"marketing_activity_id": self.advert.id}
        for user, record, method, args in (
            (self.seller, program, "write", (tie,)),
            (self.team_leader, program, "write", (tie,)),
            (self._create_stranger(), program, "write", (tie,)),
            (self.outsider, program, "write", (tie,)),
            (self.outsider, program, "read", (["marketing_activity_id"],)),
            (self.outsider, self.advert, "read", (["coupon_count"],)),
            (self.outsider, self.advert, "action_open_coupons", ()),
        ):
            with self.subTest(user=user.login, method=method):
                _result, error = self._call(user, record, method, *args)
                self.assertTrue(error)
        self.assertRecordValues(self.advert, [{"loyalty_program_count": 0, "campaign_id": False}])
