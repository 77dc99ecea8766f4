from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..contract.common import ContractMixin
from ..ledger.common import LedgerInvoicingCommon
from .common import ChannelMixin


@tagged("post_install", "-at_install", "sales_system")
class TestChannelPartner(ChannelMixin, ContractMixin, LedgerInvoicingCommon):
    """Who sells on, and through whom a sale is counted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_channel()

    # === MASTER DATA === #
    def test_a_kind_of_channel_makes_a_channel_partner(self):
        self.assertEqual(self.distributor.channel_state, "active")
        self.assertFalse(self.customer.channel_state)
        self.customer.channel_type = "retail"
        self.assertEqual(self.customer.channel_state, "active")
        self.customer.channel_type = False
        self.assertFalse(self.customer.channel_state)

    def test_status_follows_the_buttons_only(self):
        partner = self._as(self.manager, self.distributor)
        with self.assertRaisesRegex(UserError, "cannot be set by hand"):
            partner.channel_state = "ended"
        partner.action_channel_suspend()
        self.assertEqual(partner.channel_state, "suspended")
        with self.assertRaisesRegex(UserError, "East Wheels is “Suspended” and cannot become"):
            partner.action_channel_suspend()
        partner.action_channel_activate()
        partner.action_channel_end()
        self.assertEqual(partner.channel_state, "ended")
        self.assertTrue(partner.channel_since)

    def test_no_circle_of_upstream_partners(self):
        with self.assertRaisesRegex(ValidationError, "Corner Bikes, who buys from East Wheels"):
            self.distributor.channel_upstream_id = self.reseller

    def test_upstream_is_a_channel_partner(self):
        with self.assertRaisesRegex(ValidationError, "Velo Shop is no channel partner"):
            self.customer.channel_upstream_id = self.other_customer
        with self.assertRaisesRegex(ValidationError, "still serves 1 others, such as Corner Bikes"):
            self.distributor.channel_type = False

    def test_a_contact_is_no_channel_partner(self):
        contact = self.env["res.partner"].create({"name": "Ann", "parent_id": self.customer.id})
        with self.assertRaisesRegex(ValidationError, "Ann is a contact of Acme Bikes"):
            contact.channel_type = "agent"

    # === DOCUMENTS === #
    def test_a_customer_is_served_by_its_upstream_partner(self):
        self.customer.channel_upstream_id = self.reseller
        contact = self.env["res.partner"].create({"name": "Ann", "parent_id": self.customer.id})
        for partner, channel in (
            (self.customer, self.reseller),
            (contact, self.reseller),
            (self.reseller, self.reseller),
            (self.other_customer, self.env["res.partner"]),
        ):
            with self.subTest(partner=partner.name):
                order = self._create_order(partner_id=partner.id)
                self.assertEqual(order.channel_partner_id, channel)
                self.assertEqual(self._ledger(order).channel_partner_id, channel)

    def test_nothing_new_goes_through_a_suspended_partner(self):
        self.customer.channel_upstream_id = self.reseller
        self.reseller.action_channel_suspend()
        self.assertFalse(self._create_order().channel_partner_id)

    def test_the_contract_comes_first(self):
        self.customer.channel_upstream_id = self.reseller
        contract = self._create_contract(state="active", channel_partner_id=self.distributor.id)
        self.assertEqual(self._call_off(contract, 1).channel_partner_id, self.distributor)

    def test_partners_of_other_companies_serve_their_own_orders(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids |= other
        self.customer.channel_upstream_id = self.distributor
        order = self.env["sale.order"].create(
            {"partner_id": self.customer.id, "company_id": other.id}
        )
        self.assertFalse(order.channel_partner_id)
        self.assertEqual(self._create_order().channel_partner_id, self.distributor)
        with self.assertRaisesRegex(ValidationError, "East Wheels belongs to Bike Works"):
            self._create_channel_partner(
                "Far Away", company_id=other.id, channel_upstream_id=self.distributor.id
            )

    # === LEDGER === #
    def test_invoice_and_payment_follow_the_order(self):
        order = self._create_order(partner_id=self.customer.id)
        order.channel_partner_id = self.distributor
        invoice = order._create_invoices()
        self.assertEqual(invoice.channel_partner_id, self.distributor)
        invoice.invoice_date = "2026-02-01"
        invoice.action_post()
        self._pay(invoice)
        entries = self._ledger(order) | self._ledger(invoice)
        self.assertEqual(set(entries.mapped("event")), {"booked", "invoiced", "collected"})
        self.assertEqual(entries.channel_partner_id, self.distributor)

    def test_a_correction_is_a_reversal_and_a_new_entry(self):
        order = self._create_order(channel_partner_id=self.distributor.id)
        self.assertEqual(self._ledger(order).channel_partner_id, self.distributor)
        order.channel_partner_id = self.reseller
        by_channel = {}
        for entry in self._ledger(order):
            key = entry.channel_partner_id
            by_channel[key] = by_channel.get(key, 0) + entry.amount
        self.assertEqual(by_channel, {self.distributor: 0, self.reseller: 1000})

    def test_orders_of_two_channels_are_invoiced_apart(self):
        orders = self._create_order(channel_partner_id=self.distributor.id)
        orders |= self._create_order(channel_partner_id=self.reseller.id)
        invoices = orders._create_invoices()
        self.assertEqual(invoices.channel_partner_id, self.distributor | self.reseller)
