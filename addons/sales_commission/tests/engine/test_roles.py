from odoo.fields import Command
from odoo.tests import tagged

from .common import EngineCommon, InvoicingEngineCommon, day, period


@tagged("post_install", "-at_install", "sales_commission")
class TestRoles(EngineCommon):
    """Li Na and Wang Wei sell in a team that the supervisor leads, below the manager's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.region = cls.env["crm.team"].create({"name": "Region", "user_id": cls.manager.id})
        cls.team = cls.env["crm.team"].create(
            {"name": "Team", "user_id": cls.supervisor.id, "parent_id": cls.region.id}
        )

    def _create_override(self, *levels, **values):
        return self._create_plan(
            {"name": "Sale", "rate": 5},
            *(
                {"name": f"Level {level}", "role": "leader", "leader_level": level, "rate": rate}
                | values
                for level, rate in levels
            ),
        )

    def test_leaders_at_two_levels(self):
        plan = self._create_override((1, 1), (2, 0.5))
        self._sell(1000, team_id=self.team.id)
        self._sell(1000, user=self.wang_wei, team_id=self.region.id)
        run = self._settle(plan)
        # The first sale has two leaders above it, the second the manager alone
        self.assertEqual(
            self._paid(run),
            {"li_na": 50.0, "wang_wei": 50.0, "supervisor": 10.0, "manager": 5.0 + 10.0},
        )

    def test_a_leader_does_not_lead_the_own_sale(self):
        plan = self._create_override((1, 1), (2, 0.5))
        self._sell(1000, user=self.supervisor, team_id=self.team.id)
        self.assertEqual(self._paid(self._settle(plan)), {"supervisor": 50.0, "manager": 5.0})

    def test_unless_the_rule_says_so(self):
        plan = self._create_override((1, 1), own_sales=True)
        self._sell(1000, user=self.supervisor, team_id=self.team.id)
        self.assertEqual(self._paid(self._settle(plan)), {"supervisor": 60.0})

    def test_a_team_without_a_leader(self):
        self.team.user_id = False
        plan = self._create_override((1, 1), (2, 0.5))
        self._sell(1000, team_id=self.team.id)
        self.assertEqual(self._paid(self._settle(plan)), {"li_na": 50.0, "manager": 5.0})

    def test_a_leader_is_credited_once_for_a_shared_order(self):
        plan = self._create_override((1, 1))
        order = self._confirm_order(1000, team_id=self.team.id)
        self._share(order, (self.li_na, 70), (self.wang_wei, 30))
        run = self._settle(plan)
        self.assertEqual(self._paid(run), {"li_na": 35.0, "wang_wei": 15.0, "supervisor": 10.0})
        override = self._get_earnings(run).filtered(lambda one: one.role == "leader")
        self.assertRecordValues(override, [{"base": 1000.0, "share": 100.0, "amount": 10.0}])

    def test_a_level_left_on_another_rule_means_nothing(self):
        # Two rules for the salesperson compete, whatever level one of them once had
        plan = self._create_plan(
            {"name": "First", "rate": 5, "sequence": 1},
            {"name": "Second", "rate": 3, "sequence": 2, "leader_level": 2},
        )
        self._sell(1000)
        self.assertEqual(self._amounts(self._settle(plan)), [50.0])

    def test_a_named_payee(self):
        # The product manager earns on a product, whoever sold it, also nobody
        partner = self.env["res.partner"].create({"name": "Product Manager"})
        plan = self._create_plan(
            {"role": "payee", "payee_id": partner.id, "rate": 1, "product_id": self.product.id},
            payee_scope="assigned",
            assignment_ids=[Command.create({"payee_id": self.li_na.partner_id.id})],
        )
        self._sell(1000, product_id=self.product.id)
        self._sell(500, product_id=self.product.id, user=self.env["res.users"])
        self._sell(9000)
        self.assertEqual(self._paid(self._settle(plan)), {"Product Manager": 15.0})

    def test_a_channel_partner(self):
        dealer = self.env["res.partner"].create({"name": "Dealer"})
        plan = self._create_plan(
            {"name": "Sale", "rate": 2}, {"name": "Channel", "role": "channel", "rate": 8}
        )
        self._sell(1000, channel_partner_id=dealer.id)
        self._sell(1000)
        self.assertEqual(self._paid(self._settle(plan)), {"li_na": 40.0, "Dealer": 80.0})

    def test_orders_that_went_through_a_channel_partner(self):
        # A shop orders, which a dealer serves: the dealer earns what the order says
        dealer, other = self.env["res.partner"].create(
            [
                {"name": name, "is_company": True, "channel_type": "distributor"}
                for name in ("Dealer", "Other Dealer")
            ]
        )
        shop = self.env["res.partner"].create(
            {"name": "Shop", "is_company": True, "channel_upstream_id": dealer.id}
        )
        plan = self._create_plan({"name": "Channel", "role": "channel", "rate": 8})
        order = self._confirm_order(1000, partner_id=shop.id, date=day(1))
        self._confirm_order(300, partner_id=other.id, date=day(1))
        self._confirm_order(5000, date=day(1))
        january = self._settle(plan, 1)
        self.assertEqual(self._paid(january), {"Dealer": 80.0, "Other Dealer": 24.0})
        # It was the other dealer's sale, and then no sale at all
        order.channel_partner_id = other
        february = self._settle(plan, 2)
        self.assertEqual(self._paid(february), {"Dealer": -80.0, "Other Dealer": 80.0})
        order._action_cancel()
        self.assertEqual(self._paid(self._settle(plan, 3)), {"Other Dealer": -80.0})

    def test_a_salesperson_change_in_the_year(self):
        # Li Na's order of January is paid. In March the customer goes to Wang Wei, who gets
        # later orders; what was sold before stays Li Na's
        plan = self._create_plan({"rate_type": "marginal", **self._tiers((0, 2), (1000, 4))})
        self._confirm_order(1500, date=day(1))
        january = self._settle(plan, 1)
        self._confirm_order(1200, self.wang_wei, date=day(3))
        march = self._settle(plan, 3)
        self.assertEqual(self._paid(january, march), {"li_na": 40.0, "wang_wei": 28.0})

    def test_an_order_that_changes_hands_after_the_payout(self):
        plan = self._create_plan({"rate_type": "marginal", **self._tiers((0, 2), (1000, 4))})
        order = self._confirm_order(1500, date=day(1))
        january = self._settle(plan, 1)
        self.assertEqual(self._paid(january), {"li_na": 40.0})
        # In March it goes to Wang Wei, who sold 500 of his own: Li Na gives back what she got,
        # and he earns by his tiers of March
        order.user_id = self.wang_wei
        self._sell(500, user=self.wang_wei, date=day(3))
        march = self._settle(plan, 3)
        self.assertEqual(self._paid(march), {"li_na": -40.0, "wang_wei": 20.0 + 40.0})

    def _share(self, order, *shares):
        order.commission_split_ids = [
            Command.create({"payee_id": user.partner_id.id, "share": share})
            for user, share in shares
        ]


@tagged("post_install", "-at_install", "sales_commission")
class TestSplits(InvoicingEngineCommon):
    """An order that two people sold, from the order to the money."""

    def _sell_shared(self):
        order = self._create_order([(1, 1000.0)])
        order.date_order = f"{day(1)} 12:00:00"
        order.order_line.tax_ids = False
        order.commission_split_ids = [
            Command.create({"payee_id": user.partner_id.id, "share": share})
            for user, share in ((self.seller, 62.5), (self.other_seller, 37.5))
        ]
        return order

    def test_order_invoice_and_payment(self):
        self.product.invoice_policy = "order"
        plan = self._create_plan(
            {"name": "Order", "event": "booked", "rate": 1},
            {"name": "Invoice", "event": "invoiced", "rate": 2},
            {"name": "Payment", "event": "collected", "rate": 3},
        )
        order = self._sell_shared()
        invoice = order._create_invoices()
        invoice.invoice_date = day(2)
        invoice.action_post()
        self._pay(invoice, 400, date=day(3))
        expected = {
            1: (6.25, 3.75),
            2: (12.5, 7.5),
            # 3 % of 400
            3: (7.5, 4.5),
        }
        for month, (first, second) in expected.items():
            with self.subTest(month=month):
                run = self._create_run(period(month), approve=True, plan_id=plan.id)
                self.assertEqual(self._sum_of_payee(run), first)
                self.assertEqual(self._sum_of_payee(run, self.other_seller), second)
        earnings = self._get_earnings(run).sorted("share")
        self.assertRecordValues(
            earnings, [{"share": 37.5, "base": 150.0}, {"share": 62.5, "base": 250.0}]
        )
