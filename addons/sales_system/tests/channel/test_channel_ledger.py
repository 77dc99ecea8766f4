from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tools import SQL

from ..ledger.common import LedgerInvoicingCommon
from .common import ChannelMixin


@tagged("post_install", "-at_install", "sales_system")
@freeze_time("2026-06-15")
class TestChannelLedger(ChannelMixin, LedgerInvoicingCommon):
    """Whom a sale is counted through, from the order to the money and back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_channel()

    def _by_channel(self, *documents):
        """:return: dict of (event, channel partner) → amount, without what is taken back"""
        sums = {}
        for document in documents:
            for entry in self._ledger(document):
                key = entry.event, entry.channel_partner_id
                sums[key] = round(sums.get(key, 0) + entry.amount, 2)
        return {key: amount for key, amount in sums.items() if amount}

    def _invoice(self, order):
        invoice = order._create_invoices()
        invoice.invoice_date = "2026-02-01"
        invoice.action_post()
        return invoice

    def test_foreign_currency(self):
        euro = self._set_rates(d2026_01_01=0.5)
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id, "company_id": self.company.id}
        )
        order = self._create_order(partner_id=self.reseller.id, pricelist_id=pricelist.id)
        invoice = self._invoice(order)
        self.assertEqual(invoice.currency_id, euro)
        self._pay(invoice, currency_id=euro.id)
        self.assertEqual(
            self._by_channel(order, invoice),
            {(event, self.reseller): 2000 for event in ("booked", "invoiced", "collected")},
        )

    def test_a_credit_note_goes_back_through_the_same_partner(self):
        order = self._create_order(
            partner_id=self.customer.id, channel_partner_id=self.distributor.id
        )
        invoice = self._invoice(order)
        # What the customer would give a new invoice is not what the sale went through.
        self.customer.channel_upstream_id = self.reseller
        credit = self._credit(invoice)
        credit.action_post()
        self.assertEqual(credit.channel_partner_id, self.distributor)
        self.assertEqual(self._by_channel(invoice), {("invoiced", self.distributor): 1000})
        self.assertEqual(self._by_channel(credit), {("invoiced", self.distributor): -1000})

    def test_cancelling_takes_it_back_from_the_same_partner(self):
        order = self._create_order(partner_id=self.reseller.id)
        self.assertEqual(self._by_channel(order), {("booked", self.reseller): 1000})
        order._action_cancel()
        self.assertEqual(self._by_channel(order), {})
        self.assertEqual(self._ledger(order).channel_partner_id, self.reseller)

    def test_a_changed_invoice_moves_what_it_collected(self):
        order = self._create_order(partner_id=self.reseller.id)
        invoice = self._invoice(order)
        self._pay(invoice, amount=400)
        invoice.button_draft()
        invoice.channel_partner_id = self.distributor
        invoice.action_post()
        sums = self._by_channel(order, invoice)
        self.assertEqual(sums["booked", self.reseller], 1000)
        self.assertEqual(sums["invoiced", self.distributor], 1000)
        self.assertNotIn(("invoiced", self.reseller), sums)
        self.assertNotIn(("collected", self.reseller), sums)

    def test_a_partner_of_all_companies_is_counted_in_each(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids |= other
        shared = self._create_channel_partner("Everywhere", company_id=False, territory_id=False)
        orders = self._create_order(partner_id=shared.id, confirm=False)
        orders |= self.env["sale.order"].create(
            {
                "partner_id": shared.id,
                "company_id": other.id,
                "order_line": [
                    Command.create(
                        {"name": "Bike", "product_id": self.product.id, "price_unit": 70}
                    )
                ],
            }
        )
        orders.action_confirm()
        for order in orders:
            self.assertEqual(order.channel_partner_id, shared)
            self.assertEqual(self._ledger(order).company_id, order.company_id)
            self.assertEqual(self._ledger(order).channel_partner_id, shared)

    def test_a_verification_names_the_partner(self):
        order = self._create_order(partner_id=self.reseller.id)
        self._ledger(order)
        self.env.cr.execute(
            SQL(
                "UPDATE sale_order SET channel_partner_id = %s WHERE id = %s",
                self.distributor.id,
                order.id,
            )
        )
        self.env.invalidate_all()
        verification = self.env["sales.ledger.verification"]._verify(self.company)
        self.assertEqual(
            {line.channel_partner_id: line.amount for line in verification.line_ids},
            {self.reseller: -1000, self.distributor: 1000},
        )
        verification.with_user(self.manager).action_repair()
        self.assertEqual(verification.difference_count, 0)
        self.assertEqual(self._by_channel(order), {("booked", self.distributor): 1000})

    def test_past_sales_of_a_channel_partner_went_through_it(self):
        self.reseller.ref, self.distributor.ref = "R1", "D1"
        contact = self.env["res.partner"].create(
            {"name": "Ann", "ref": "R1A", "parent_id": self.reseller.id}
        )
        rows = (
            "Date,Document,Customer,Channel Partner,Amount",
            "2026-01-05,A1,R1,,100",
            "2026-01-05,A2,R1A,,30",
            "2026-01-06,A3,C1,D1,20",
            "2026-01-07,A4,C1,,7",
        )
        done = self._create_import("\n".join(rows))
        done.action_check()
        self.assertFalse(done.reject_count)
        done._import()
        found = {entry.reference: entry.channel_partner_id for entry in done.entry_ids}
        nobody = self.env["res.partner"]
        self.assertEqual(
            found,
            {"A1": self.reseller, "A2": self.reseller, "A3": self.distributor, "A4": nobody},
        )
        self.assertEqual(contact.commercial_partner_id, self.reseller)
        done.action_reverse()
        self.assertEqual(sum(done.entry_ids.mapped("amount")), 0)
