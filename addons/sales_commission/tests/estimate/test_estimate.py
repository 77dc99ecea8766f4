from odoo import fields
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from ..common import YEAR, SalesCommissionCommon

TODAY = f"{YEAR}-04-15"


@tagged("post_install", "-at_install", "sales_commission")
class TestEstimate(SalesCommissionCommon):
    """What an order is expected to bring, before anything is in the ledger."""

    def setUp(self):
        super().setUp()
        self.startPatcher(freeze_time(TODAY))

    @classmethod
    def _quote(cls, *prices, user=None, **values):
        return cls.env["sale.order"].create(
            {
                "partner_id": cls.partner.id,
                "user_id": (user or cls.li_na).id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": cls.product.id,
                            "product_uom_qty": 1,
                            "price_unit": price,
                            "tax_ids": [Command.clear()],
                        }
                    )
                    for price in prices
                ],
                **values,
            }
        )

    def _get_estimate(self, order):
        """:return: dict of payee → expected commission"""
        order.invalidate_recordset()
        amounts = {}
        for row in order._get_commission_estimates().get(order.id, ()):
            amounts[row["payee"]] = round(amounts.get(row["payee"], 0) + row["amount"], 2)
        return amounts

    def _tiers(self, *tiers):
        return [Command.create({"amount_from": bound, "rate": rate}) for bound, rate in tiers]

    def test_a_quotation(self):
        self._create_plan({"event": "invoiced", "rate": 2})
        order = self._quote(1000, 500.5)
        self.assertEqual(self._get_estimate(order), {self.li_na.partner_id: 30.01})
        self.assertEqual(order.commission_estimate_amount, 30.01)
        self.assertIn("li_na", order.commission_estimate)

    def test_a_change_counts_once_it_is_saved(self):
        self._create_plan({"rate": 2})
        order = self._quote(1000)
        order.order_line.price_unit = 2000
        self.assertEqual(self._get_estimate(order), {self.li_na.partner_id: 40})
        order.action_cancel()
        self.assertEqual(self._get_estimate(order), {})

    def test_without_a_plan_there_is_nothing(self):
        order = self._quote(1000)
        self.assertEqual(self._get_estimate(order), {})
        self.assertFalse(order.commission_estimate)
        self._create_plan(date_from=f"{YEAR + 1}-01-01")
        self._create_plan(approve=False)
        self.assertEqual(self._get_estimate(order), {})

    def test_leaders_and_shares(self):
        leader = self._create_user("leader", "sales_system.group_sale_salesman_team")
        team = self.env["crm.team"].create({"name": "East", "user_id": leader.id})
        self._create_plan({"rate": 2}, {"role": "leader", "rate": 0.5})
        order = self._quote(1000, team_id=team.id)
        order.commission_split_ids = [
            Command.create({"payee_id": self.li_na.partner_id.id, "share": 70}),
            Command.create({"payee_id": self.wang_wei.partner_id.id, "share": 30}),
        ]
        self.assertEqual(
            self._get_estimate(order),
            {self.li_na.partner_id: 14, self.wang_wei.partner_id: 6, leader.partner_id: 5},
        )

    def test_the_channel_partner(self):
        dealer = self.env["res.partner"].create(
            {"name": "East Dealer", "is_company": True, "channel_type": "distributor"}
        )
        self.partner.commercial_partner_id.channel_upstream_id = dealer
        self._create_plan({"rate": 2}, {"role": "channel", "rate": 8})
        order = self._quote(1000)
        self.assertEqual(self._get_estimate(order), {self.li_na.partner_id: 20, dealer: 80})
        shown = order.with_user(self.manager).commission_estimate
        self.assertIn("East Dealer", shown)
        self.assertNotIn("East Dealer", order.with_user(self.li_na).commission_estimate)
        order.channel_partner_id = False
        self.assertEqual(self._get_estimate(order), {self.li_na.partner_id: 20})

    def test_shares_of_what_is_invoiced_later(self):
        self._create_plan({"event": "collected", "rate": 10})
        order = self._quote(100)
        order.commission_split_ids = [
            Command.create({"payee_id": self.wang_wei.partner_id.id, "share": 100})
        ]
        self.assertEqual(self._get_estimate(order), {self.wang_wei.partner_id: 10})

    def test_rules_of_several_steps_add_up(self):
        self._create_plan({"event": "booked", "rate": 1}, {"event": "collected", "rate": 2})
        self.assertEqual(self._get_estimate(self._quote(1000)), {self.li_na.partner_id: 30})
        rows = self._quote(1000)._get_commission_estimates()
        [rows] = rows.values()
        self.assertEqual([row["amount"] for row in rows], [20, 10])

    def test_the_first_of_two_rules(self):
        self._create_plan({"rate": 5, "partner_id": self.partner.id}, {"rate": 1})
        self.assertEqual(self._get_estimate(self._quote(1000)), {self.li_na.partner_id: 50})

    def test_conditions(self):
        self._create_plan({"discount_to": 10, "customer_kind": "new"})
        order = self._quote(1000)
        self.assertEqual(self._get_estimate(order), {self.li_na.partner_id: 20})
        order.order_line.discount = 10
        self.assertEqual(self._get_estimate(order), {})

    def test_on_top_of_the_total_of_the_month(self):
        self._create_plan(
            {"rate_type": "marginal", "tier_ids": self._tiers((0, 1), (1000, 3), (2000, 5))}
        )
        self._sell(900, date=f"{YEAR}-04-02")
        self._sell(5000, date=f"{YEAR}-03-31")
        self._sell(5000, date=f"{YEAR}-04-02", user=self.wang_wei)
        order = self._quote(1300)
        # 100 at 1 %, 1000 at 3 %, 200 at 5 %.
        self.assertEqual(self._get_estimate(order), {self.li_na.partner_id: 41})

    def test_a_confirmed_order_is_not_counted_on_top_of_itself(self):
        self._create_plan({"rate_type": "marginal", "tier_ids": self._tiers((0, 1), (1000, 3))})
        order = self._quote(1000)
        before = self._get_estimate(order)
        order.action_confirm()
        order.date_order = fields.Datetime.to_datetime(f"{TODAY} 12:00:00")
        self.env["sales.ledger.posting"]._post_pending()
        self.assertEqual(self._get_estimate(order), before)
        # The next one is.
        self.assertEqual(self._get_estimate(self._quote(1000)), {self.li_na.partner_id: 30})

    def test_on_top_of_what_runs_of_the_quarter_have_settled(self):
        plan = self._create_plan(
            {
                "rate_type": "retroactive",
                "tier_ids": self._tiers((0, 1), (1000, 3)),
                "measure_period": "year",
            }
        )
        self._sell(600, date=f"{YEAR}-03-02")
        self._create_run(plan_id=plan.id, approve=True)
        self._sell(300, date=f"{YEAR}-04-02")
        self.assertEqual(self._get_estimate(self._quote(50)), {self.li_na.partner_id: 0.5})
        self.assertEqual(self._get_estimate(self._quote(100)), {self.li_na.partner_id: 3})

    def test_threshold_and_caps(self):
        self._create_plan({"rate": 10, "threshold": 500, "cap_period": 90})
        self.assertEqual(self._get_estimate(self._quote(100)), {})
        self._sell(800, date=f"{YEAR}-04-02")
        self.assertEqual(self._get_estimate(self._quote(50)), {self.li_na.partner_id: 5})
        self.assertEqual(self._get_estimate(self._quote(500)), {self.li_na.partner_id: 10})

    def test_the_cap_of_the_year(self):
        plan = self._create_plan({"rate": 10, "cap_year": 100})
        self._sell(700)
        self._create_run(plan_id=plan.id, approve=True)
        self._sell(200, date=f"{YEAR}-04-02")
        self.assertEqual(self._get_estimate(self._quote(500)), {self.li_na.partner_id: 10})

    def test_the_estimate_is_what_the_run_then_pays(self):
        plan = self._create_plan(
            {"rate_type": "marginal", "tier_ids": self._tiers((0, 1), (1000, 3))},
            {"role": "payee", "payee_id": self.manager.partner_id.id, "rate": 10},
            rule_mode="all",
        )
        self._sell(777.7, date=f"{YEAR}-04-02")
        order = self._quote(333.3, 444.4)
        expected = self._get_estimate(order)
        order.action_confirm()
        order.date_order = fields.Datetime.to_datetime(f"{TODAY} 12:00:00")
        run = self._create_run((f"{YEAR}-04-01", f"{YEAR}-04-30"), plan_id=plan.id)
        earnings = self._get_earnings(run).filtered(
            lambda earning: earning.entry_id.document_id == order.id
        )
        paid = {
            payee: round(sum(own.mapped("amount")), 2)
            for payee, own in earnings.grouped("payee_id").items()
        }
        self.assertEqual(paid, expected)

    def test_a_foreign_currency(self):
        self._create_plan({"rate": 10})
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", euro.id)]).unlink()
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "name": f"{YEAR}-01-01", "rate": 0.5}
        )
        pricelist = self.env["product.pricelist"].create({"name": "EUR", "currency_id": euro.id})
        order = self._quote(100, pricelist_id=pricelist.id)
        self.assertEqual(order.currency_id, euro)
        self.assertEqual(self._get_estimate(order), {self.li_na.partner_id: 20})
        self.assertEqual(order.commission_currency_id, self.company.currency_id)

    def test_another_company_s_plans_do_not_count(self):
        company = self.env["res.company"].create({"name": "Second"})
        self._create_plan(company_id=company.id)
        self.assertEqual(self._get_estimate(self._quote(100)), {})

    def test_the_number_of_queries_does_not_depend_on_the_orders(self):
        self._create_plan({"rate_type": "marginal", "tier_ids": self._tiers((0, 1))})
        orders = self.env["sale.order"].union(*(self._quote(100, 200) for _number in range(8)))
        orders[:1]._get_commission_estimates()
        for batch in (orders[:1], orders):
            self.env.flush_all()
            with self.assertQueryCount(3):
                estimates = batch._get_commission_estimates()
            self.assertEqual(len(estimates), len(batch))

    def test_orders_of_a_batch_do_not_count_for_each_other(self):
        self._create_plan({"rate_type": "marginal", "tier_ids": self._tiers((0, 1), (150, 9))})
        orders = self._quote(100) + self._quote(100)
        estimates = orders._get_commission_estimates()
        self.assertEqual([rows[0]["amount"] for rows in estimates.values()], [1, 1])

    def test_a_new_quotation_has_none(self):
        self._create_plan()
        order = self.env["sale.order"].new({"partner_id": self.partner.id})
        self.assertEqual(order.commission_estimate_amount, 0)
