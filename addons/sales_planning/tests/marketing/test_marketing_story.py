from datetime import date

from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from odoo.addons.sales_system.tests.ledger.common import LedgerInvoicingCommon

from .effect_common import EffectCommon

FIGURES = ("leads", "orders", "new_customers", "booked", "invoiced", "collected", "margin", "cost")


@tagged("post_install", "-at_install", "sales_planning")
class TestMarketingStory(LedgerInvoicingCommon, EffectCommon):
    """From a question about the market to what the answer has brought."""

    @freeze_time("2026-03-01")
    def test_from_research_to_return(self):
        # What do people pay? A research finds it out.
        research = self.env["sales.market.research"].create(
            {
                "title": "Price of an e-bike",
                "company_id": self.company.id,
                "user_id": self.manager.id,
                "conclusion": "<p>Below 1,200</p>",
            }
        )
        research.action_start()
        # Whom is it for? The shops of a city.
        self.customer.write({"city": "Effect Town"})
        self.other_customer.write({"city": "Effect Town"})
        segment = self._as(self.manager, self.env["sales.market.segment"]).create(
            {
                "name": "Shops of Shanghai",
                "company_id": self.company.id,
                "domain": "[('city', '=', 'Effect Town')]",
                "is_target": True,
            }
        )
        research.segment_ids = segment.with_env(self.env)
        research.action_done()
        segment.action_snapshot()
        self.assertEqual(segment.member_ids.partner_id, self.customer | self.other_customer)
        # How? By a strategy that rests on both.
        strategy = self.env["sales.strategy"].create(
            {
                "name": "E-bikes for the city",
                "company_id": self.company.id,
                "user_id": self.manager.id,
                "date_from": date(2026, 1, 1),
                "date_to": date(2026, 12, 31),
                "competitive_strategy": "focus",
                "segment_ids": [Command.set(segment.ids)],
                "research_ids": [Command.set(research.ids)],
                "goal_ids": [Command.create({"name": "Known in the city"})],
            }
        )
        self._as(self.manager, strategy).action_confirm()
        self.assertEqual(strategy.state, "approved")
        # The plan of the spring: an advertisement for the segment, and a fair.
        self.plan.strategy_id = strategy
        self.advert.segment_ids = segment.with_env(self.env)
        self._approve_plan()
        self._as(self.manager, self.advert).action_start()

        # Somebody who saw the poster asks for bikes, and comes to the fair later.
        lead = self._create_lead(self.poster, "2026-03-05", type="lead")
        self.assertEqual(self._story(), (1, 0, 0, 0, 0, 0, 0, 120))
        lead.convert_opportunity(self.customer)
        order = self._create_order(
            ((2, 1000.0),),
            confirm=False,
            opportunity_id=lead.id,
            campaign_id=lead.campaign_id.id,
            date_order="2026-03-10 10:00:00",
        )
        with freeze_time("2026-03-10"):
            order.action_confirm()
            lead.action_set_won()
        self.product.invoice_policy = "order"
        self.assertEqual(self._story(), (1, 1, 0, 2000, 0, 0, 0, 120))
        # Invoiced and paid. Cost of the goods 1,200, so the margin is 800.
        invoice = order._create_invoices()
        invoice.invoice_date = "2026-03-12"
        invoice.action_post()
        self.assertEqual(invoice.campaign_id, self.poster)
        self._pay(invoice, date="2026-03-20")
        self.assertEqual(self._story(), (1, 1, 1, 2000, 2000, 2000, 800, 120))
        self.assertEqual(self._roi(), round((800 - 120) / 120, 4))

        # At the fair the customer buys once more, in euros of which one is two dollars.
        self._create_lead(self.stand, "2026-05-03")
        euro = self._rate_of_euro()
        second = self._create_invoice(
            ((1, 650.0),), currency_id=euro.id, invoice_date="2026-05-05", campaign_id=self.stand.id
        )
        self._ledger(second)
        self.assertEqual(self._story(self.fair), (1, 0, 0, 0, 1300, 0, 700, 0))
        self.assertEqual(self._story()[4], 2000)
        self.assertEqual(self._story(attribution="first")[4], 3300)
        self.assertEqual(self._story(self.fair, "first")[4], 0)
        # By then they had met both, so each has half of the second sale.
        linear = self._story(attribution="linear")
        self.assertEqual(linear, (1, 1, 1, 2000, 2650, 2000, 1150, 120))
        self.assertEqual(self._story(self.fair, "linear"), (1, 0, 0, 0, 650, 0, 350, 0))
        self.assertEqual(self._roi("linear"), round((1150 - 120) / 120, 4))
        self.assertEqual(self._roi("first"), round((1500 - 120) / 120, 4))

        # What another company sold with the same campaign is none of this plan's.
        sister = self.env["res.company"].create({"name": "Sister"})
        self.env.user.company_ids |= sister
        self.manager.company_ids |= sister
        self._sell(("2026-03-11", self.poster, 5000), company=sister, user=self.manager.login)
        self.assertEqual(self._story()[4:7], (2000, 2000, 800))

        # One bike comes back: the invoice is credited, and the return is lower.
        credit = self._credit(invoice)
        credit.invoice_line_ids.quantity = 1
        credit.action_post()
        self._ledger(credit)
        self.assertEqual(self._story()[4:7], (1000, 2000, 400))
        self.assertEqual(self._roi(), round((400 - 120) / 120, 4))
        plan = self._as(self.manager, self.plan)
        plan.invalidate_recordset()
        self.assertEqual((plan.invoiced, plan.margin, plan.actual), (2300, 1100, 120))
        self.assertEqual(plan.roi, (1100 - 120) / 120)

    def _story(self, activity=None, attribution="marked"):
        self.env["sales.ledger.posting"]._post_pending()
        return self._figures_of(activity or self.advert, attribution, names=FIGURES)

    def _roi(self, attribution="marked"):
        return self._figures_of(self.advert, attribution, names=("roi",))[0]
