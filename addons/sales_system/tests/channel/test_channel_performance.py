from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from ..ledger.common import LedgerInvoicingCommon
from .common import ChannelMixin

TODAY = "2026-06-15"
SUMS = ("booked", "previous_booked", "margin", "quantity", "invoiced", "collected", "overdue")


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestChannelPerformance(ChannelMixin, LedgerInvoicingCommon):
    """What went through channel partners: sales, growth, mix and how they pay."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_channel()
        cls.performance = cls.env["sales.channel.performance"]
        cls.helmets = cls.env["product.category"].create({"name": "Helmets"})
        cls.helmet = cls.env["product.product"].create(
            {"name": "Helmet", "categ_id": cls.helmets.id, "taxes_id": [Command.clear()]}
        )

    def _book(self, day, amount, partner=None, **values):
        """:return: an order of a day, counted through a channel partner"""
        order = self._create_order(
            ((1, amount),), partner_id=(partner or self.distributor).id, **values
        )
        order.date_order = f"{day} 09:00:00"
        return order

    def _groups(self, groupby, *figures, domain=(), user=None):
        """:return: dict of group → figures, in the ledger as the transaction left it"""
        self.env["sales.ledger.posting"]._post_pending()
        rows = self.performance if not user else self._as(user, self.performance)
        aggregates = [f"{name}:{rows._fields[name].aggregator}" for name in figures]
        domain = [("company_id", "=", self.company.id), *domain]
        return {
            row[: len(groupby)]: row[len(groupby) :]
            for row in rows._read_group(domain, groupby, aggregates)
        }

    # === SALES === #
    def test_figures_of_a_partner_and_month(self):
        self._book("2026-05-04", 1000)
        self._book("2026-05-20", 500, self.reseller)
        order = self._book("2026-05-21", 2000)
        invoice = order._create_invoices()
        invoice.invoice_date = "2026-05-22"
        invoice.action_post()
        self._create_order(partner_id=self.customer.id)
        figures = self._groups(["channel_partner_id", "date:month"], *SUMS[:6])
        self.assertEqual(
            figures,
            {
                (self.distributor, date(2026, 5, 1)): (3000, 0, 1800, 2, 2000, 0),
                (self.reseller, date(2026, 5, 1)): (500, 0, -100, 1, 0, 0),
            },
        )

    def test_growth_over_the_same_month(self):
        self._book("2025-05-10", 1000)
        self._book("2026-05-04", 1500)
        self._book("2026-04-04", 700)
        figures = self._groups(["date:month"], "booked", "previous_booked", "growth")
        self.assertEqual(figures[date(2026, 5, 1),], (1500, 1000, 0.5))
        self.assertEqual(figures[date(2026, 4, 1),][:2], (700, 0))
        self.assertFalse(figures[date(2026, 4, 1),][2])
        year = self._groups(
            ["channel_partner_id"], "booked", "growth", domain=[("date", ">=", "2026-01-01")]
        )
        self.assertAlmostEqual(year[self.distributor,][1], 1.2)

    def test_this_month_is_compared_up_to_today(self):
        self._book("2025-06-10", 1000)
        self._book("2025-06-20", 9000)
        self._book("2026-06-04", 1100)
        figures = self._groups(["date:month"], "previous_booked", "growth")
        self.assertEqual(figures[date(2026, 6, 1),][0], 1000)
        self.assertAlmostEqual(figures[date(2026, 6, 1),][1], 0.1)

    def test_the_29th_of_february(self):
        self._book("2024-02-29", 400)
        figures = self._groups(["date:month"], "previous_booked")
        self.assertEqual(figures[date(2025, 2, 1),], (400,))

    def test_the_mix_is_what_a_category_is_of_its_partner(self):
        self._book("2026-05-04", 3000)
        order = self._book("2026-05-05", 1000)
        order.order_line = [Command.create({"product_id": self.helmet.id, "price_unit": 1000})]
        self._book("2026-05-05", 200, self.reseller)
        expected = {
            (self.distributor, self.category): (0.8,),
            (self.distributor, self.helmets): (0.2,),
            (self.reseller, self.category): (1,),
        }
        groupby = ["channel_partner_id", "categ_id"]
        found = self._groups(groupby, "mix")
        self.assertEqual(found.keys(), expected.keys())
        for key, (share,) in expected.items():
            self.assertAlmostEqual(found[key][0], share)
        # The pivot asks for all levels at once.
        total, by_partner, by_both, by_category = self.performance._read_grouping_sets(
            [("company_id", "=", self.company.id)],
            [[], ["channel_partner_id"], groupby, ["categ_id"]],
            ["mix:avg", "booked:sum"],
        )
        self.assertEqual([float(mix) for mix, _booked in total], [1])
        self.assertEqual({float(row[1]) for row in by_partner}, {1})
        shares = {row[:2]: float(row[2]) for row in by_both}
        self.assertAlmostEqual(shares[self.distributor, self.helmets], 0.2)
        shares = {row[0]: row[1] for row in by_category}
        self.assertAlmostEqual(shares[self.helmets], 1000 / 5200)

    def test_margin_rate_is_of_the_sums(self):
        self._book("2026-05-04", 1000)
        self._book("2026-05-05", 3000)
        figures = self._groups(["channel_partner_id"], "margin_rate")
        self.assertAlmostEqual(figures[self.distributor,][0], 0.7)

    def test_a_cancelled_order_leaves_nothing(self):
        order = self._book("2026-05-04", 1000)
        self._groups([], "booked")
        order._action_cancel()
        self.assertEqual(self._groups(["channel_partner_id"], "booked", "quantity"), {
            (self.distributor,): (0, 0)
        })  # fmt: skip

    def test_foreign_currency_counts_in_the_companys(self):
        euro = self._set_rates(d2026_01_01=0.5)
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id, "company_id": self.company.id}
        )
        self._book("2026-05-04", 100, pricelist_id=pricelist.id)
        self.assertEqual(self._groups(["channel_partner_id"], "booked")[self.distributor,], (200,))

    # === PAYMENT === #
    def test_days_from_the_invoice_to_the_money(self):
        fast = self._create_invoice(((1, 3000),), partner_id=self.distributor.id)
        slow = self._create_invoice(((1, 1000),), partner_id=self.distributor.id)
        self._pay(fast, date="2026-01-25")
        self._pay(slow, date="2026-03-06")
        days = self._groups(["channel_partner_id"], "collection_days", "collected")
        # Three quarters of the money after 10 days, the last quarter after 50.
        self.assertEqual(days[self.distributor,], (20, 4000))

    def test_taking_a_payment_back_takes_its_days_back(self):
        fast = self._create_invoice(((1, 3000),), partner_id=self.distributor.id)
        slow = self._create_invoice(((1, 1000),), partner_id=self.distributor.id)
        self._pay(fast, date="2026-01-25")
        payment = self._pay(slow, date="2026-03-06")
        self._groups([], "collected")
        payment.move_id.line_ids.remove_move_reconcile()
        days = self._groups(["channel_partner_id"], "collection_days", "collected")
        self.assertEqual(days[self.distributor,], (10, 3000))

    def test_overdue_is_what_is_unpaid_today(self):
        values = {"partner_id": self.distributor.id, "invoice_date_due": "2026-02-01"}
        open_invoice = self._create_invoice(((1, 1000),), **values)
        paid = self._create_invoice(((1, 700),), **values)
        self._pay(paid)
        self._create_invoice(
            ((1, 50),), partner_id=self.distributor.id, invoice_date_due="2026-07-01"
        )
        self._pay(open_invoice, amount=400)
        self.assertEqual(self._overdue(), 600)
        credit = self._credit(open_invoice)
        self.assertEqual(credit.channel_partner_id, self.distributor)
        credit.action_post()
        self.assertEqual(self._overdue(), 600 - 1000)

    def _overdue(self):
        self.env.flush_all()
        figures = self._groups(["date:day"], "overdue", domain=[("kind", "=", "overdue")])
        self.assertEqual(list(figures), [(date(2026, 6, 15),)])
        return figures[date(2026, 6, 15),][0]

    # === WHERE A FIGURE COMES FROM === #
    def test_every_row_opens_what_it_is_made_of(self):
        order = self._book("2025-05-04", 1000)
        invoice = self._create_invoice(
            partner_id=self.distributor.id, invoice_date_due="2026-02-01"
        )
        self.env["sales.ledger.posting"]._post_pending()
        rows = self.performance.search([("channel_partner_id", "=", self.distributor.id)])
        opened = {}
        for row in rows:
            action = row.action_open_source()
            opened.setdefault(row.kind, []).append((action["res_model"], action["res_id"]))
        self.assertEqual(opened["previous"], [("sale.order", order.id)])
        self.assertEqual(opened["overdue"], [("account.move", invoice.id)])
        self.assertCountEqual(
            opened["current"], [("sale.order", order.id), ("account.move", invoice.id)]
        )

    # === WHO SEES WHAT === #
    def test_levels_are_those_of_the_ledger(self):
        team = self.env["crm.team"].create(
            {"name": "East", "company_id": self.company.id, "user_id": self.other_seller.id}
        )
        self._book("2026-05-04", 1000, team_id=team.id)
        self._book("2026-05-05", 300, user_id=self.leader.id, team_id=False)
        self._create_invoice(
            partner_id=self.distributor.id, invoice_date_due="2026-02-01", team_id=team.id
        )
        self.other_seller.group_ids |= self.env.ref("sales_system.group_sale_salesman_team")
        for user, booked, overdue in (
            (self.seller, 1000, 1000),
            (self.other_seller, 1000, 1000),
            (self.leader, 1300, 1000),
        ):
            with self.subTest(user=user.login):
                sums = self._groups(["channel_partner_id"], "booked", "overdue", user=user)
                self.assertEqual(sums[self.distributor,], (booked, overdue))
        nobody = self._create_user("nobody", "sales_team.group_sale_salesman")
        self.assertFalse(self._groups(["channel_partner_id"], "booked", user=nobody))
        stranger = self._create_stranger()
        self.assertFalse(self._as(stranger, self.performance).search([]))
        with self.assertRaises(AccessError):
            self._as(self.outsider, self.performance).search([])

    # === CARDS === #
    def test_the_cards_take_one_statement(self):
        partners = self.distributor | self.reseller
        partners |= self.env["res.partner"].concat(
            *(self._create_channel_partner(f"Partner {number}") for number in range(20))
        )
        self._book("2026-05-04", 1000)
        self._book("2025-05-04", 9000)
        self._create_invoice(partner_id=self.distributor.id, invoice_date_due="2026-02-01")
        self.env["sales.ledger.posting"]._post_pending()
        self.assertRecordValues(
            self._as(self.seller, self.distributor),
            [{"channel_booked_year": 1000, "channel_overdue": 1000}],
        )

        def statements(partners):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            partners.mapped("channel_booked_year")
            partners.mapped("channel_customer_count")
            return self.env.cr.sql_log_count - before

        statements(partners)
        self.assertEqual(statements(self.distributor), statements(partners))

    def test_from_the_partner_to_what_is_behind_its_figures(self):
        order = self._book("2026-05-04", 1000)
        self.customer.channel_upstream_id = self.distributor
        invoice = self._create_invoice(
            partner_id=self.distributor.id, invoice_date_due="2026-02-01"
        )
        self.env["sales.ledger.posting"]._post_pending()
        partner = self._as(self.manager, self.distributor)
        self.assertEqual(partner.channel_downstream_count, 1)
        self.assertEqual(partner.channel_customer_count, 1)
        for action, expected in (
            (partner.action_open_channel_downstream(), self.reseller),
            (partner.action_open_channel_customers(), self.customer),
            (partner.action_open_channel_overdue(), invoice),
        ):
            found = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual(found, expected)
        action = partner.action_open_channel_ledger()
        entries = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(set(entries.mapped("document_id")), {order.id, invoice.id})
