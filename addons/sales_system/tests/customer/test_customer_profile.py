from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import freeze_time, tagged

from ..ledger.common import LedgerInvoicingCommon
from .common import NOW, TODAY, CustomerCommon


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(NOW)
class TestCustomerProfile(CustomerCommon):
    """What the pass over the ledger says of a customer."""

    def _ago(self, days):
        return TODAY - timedelta(days=days)

    def _lifecycle(self, partner):
        self._count()
        return self._profile(partner).lifecycle

    def test_figures_of_a_customer(self):
        self._book(self.customer, date(2025, 6, 15), 5000)  # twelve months and a day: too old
        self._book(self.customer, date(2026, 3, 1), 300, margin=100)
        self._book(self.customer, date(2026, 3, 1), 200, margin=50)
        self._book(self.customer, date(2026, 5, 1), 1000, margin=600)
        self._book(self.customer, date(2026, 5, 20), 100, event="collected")
        self._count()
        self.assertRecordValues(
            self._profile(self.customer),
            [
                {
                    "order_count": 4,
                    "order_days": 3,
                    "first_order_on": date(2025, 6, 15),
                    "last_order_on": date(2026, 5, 1),
                    "last_collected_on": date(2026, 5, 20),
                    "frequency": 2,
                    "monetary": 1500,
                    "margin": 750,
                    "purchase_cycle": 160.0,
                    "expected_on": date(2026, 10, 8),
                    "recency": 45,
                    "lifecycle": "repeat",
                }
            ],
        )

    def test_prospect_and_engaged(self):
        self.assertEqual(self._lifecycle(self._create_customer()), "prospect")
        for partner, engage in (
            (self._create_customer(), self._contact),
            (self._create_customer(), self._lead),
            (self._create_customer(), self._quote),
        ):
            engage(partner)
            with self.subTest(engage=engage.__name__):
                self.assertEqual(self._lifecycle(partner), "engaged")

    def _contact(self, partner):
        partner.last_contact_on = fields.Datetime.now()

    def _lead(self, partner):
        contact = self.env["res.partner"].create({"name": "Ann", "parent_id": partner.id})
        self.env["crm.lead"].create(
            {"name": "Bikes", "partner_id": contact.id, "company_id": self.company.id}
        )

    def _quote(self, partner):
        self._create_order(partner_id=partner.id, confirm=False)

    def test_silence(self):
        """Twice the cycle of ten days is less than the thirty that each customer has at least."""
        for name, gaps, expected in (
            ("first order", [5], "customer"),
            ("first order, silent", [180], "customer"),
            ("first order, dormant", [181], "dormant"),
            ("first order, lost", [361], "lost"),
            ("cycle of 10, silent", [40, 30], "repeat"),
            ("cycle of 10, dormant", [41, 31], "dormant"),
            ("cycle of 10, lost", [71, 61], "lost"),
            ("cycle of 50, silent", [150, 100], "repeat"),
            ("cycle of 50, dormant", [151, 101], "dormant"),
            ("cycle of 50, lost", [251, 201], "lost"),
        ):
            partner = self._create_customer(name)
            for days in gaps:
                self._book(partner, self._ago(days))
            with self.subTest(name):
                self.assertEqual(self._lifecycle(partner), expected)

    def test_thresholds_of_the_company(self):
        self.company.write(
            {
                "sales_dormant_factor": 3,
                "sales_dormant_least_days": 5,
                "sales_lost_factor": 1.5,
                "sales_dormant_days": 10,
            }
        )
        regular, first = self._create_customer(), self._create_customer()
        for days in (28, 18):
            self._book(regular, self._ago(days))
        self._book(first, self._ago(11))
        self.assertEqual(self._lifecycle(regular), "repeat")
        self.assertEqual(self._lifecycle(first), "dormant")
        with freeze_time("2026-06-29 09:00:00"):
            self.assertEqual(self._lifecycle(regular), "dormant")
            self.assertEqual(self._lifecycle(first), "lost")

    def test_what_is_taken_back_is_no_order(self):
        document = self._book(self.customer, date(2026, 5, 1), 500)
        self._book(self.customer, date(2026, 5, 1), -500, document=document)
        self._count()
        self.assertRecordValues(
            self._profile(self.customer),
            [{"order_days": 0, "order_count": 0, "last_order_on": False, "monetary": 0}],
        )

    def test_correction_of_a_locked_period_counts_where_it_belongs(self):
        document = self._book(self.customer, date(2026, 1, 5), 500)
        self._book(self.customer, date(2026, 2, 5), 500)
        self._book(
            self.customer, date(2026, 6, 1), -500, document=document, late_for=date(2026, 1, 5)
        )
        self._count()
        self.assertRecordValues(
            self._profile(self.customer),
            [{"order_days": 1, "first_order_on": date(2026, 2, 5), "monetary": 500}],
        )

    def test_orders_of_the_documents(self):
        """Confirming, cancelling and confirming an order again."""
        order = self._create_order([(2, 500.0)])
        self.assertEqual(self._lifecycle(self.customer), "customer")
        order._action_cancel()
        self.assertEqual(self._lifecycle(self.customer), "engaged")
        self.assertEqual(self._profile(self.customer).monetary, 0)
        order.action_draft()
        order.action_confirm()
        self.assertEqual(self._lifecycle(self.customer), "customer")
        self.assertEqual(self._profile(self.customer).monetary, 1000)

    def test_days_to_come_are_not_counted(self):
        self._book(self.customer, date(2026, 6, 16))
        self._count()
        self.assertEqual(self._profile(self.customer).order_days, 0)

    def test_scores_are_fifths_and_equals_are_equal(self):
        customers = [self._create_customer(f"C{number}") for number in range(10)]
        for number, customer in enumerate(customers):
            self._book(customer, self._ago(10 + number), 100 if number < 4 else 1000 + number)
        self._create_customer("Without an order")
        self._count()
        scores = [self._profile(customer) for customer in customers]
        self.assertEqual(
            [profile.recency_score for profile in scores], [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
        )
        self.assertEqual([profile.frequency_score for profile in scores], [1] * 10)
        self.assertEqual(
            [profile.monetary_score for profile in scores], [1, 1, 1, 1, 3, 3, 4, 4, 5, 5]
        )
        self.assertEqual(scores[0].rfm, "5-1-1")

    def test_search_by_days_since_the_last_order(self):
        self._book(self.customer, self._ago(10))
        self._book(self.other_customer, self._ago(20))
        self._count()
        profiles = self.env["sales.customer.profile"]
        for operator, days, expected in (
            (">", 10, self.other_customer),
            (">=", 10, self.customer | self.other_customer),
            ("<", 20, self.customer),
            ("<=", 9, self.customer.browse()),
            ("=", 10, self.customer),
        ):
            with self.subTest(operator=operator, days=days):
                found = profiles.search(
                    [("recency", operator, days), ("company_id", "=", self.company.id)]
                )
                self.assertEqual(found.partner_id, expected)

    def test_a_night_without_news_writes_nothing(self):
        self._book(self.customer, self._ago(10))
        written, _moved = self._count()
        self.assertGreaterEqual(written, 1)
        with freeze_time("2026-06-16 09:00:00"):
            self.assertEqual(self._count(), (0, 0))

    def test_companies_know_a_shared_customer_each_by_itself(self):
        stranger = self._create_stranger()
        other = stranger.company_id
        self._book(self.customer, self._ago(10), 100)
        self._book(self.customer, self._ago(200), 700, company=other)
        self._count()
        self._count(other)
        self.assertEqual(self._profile(self.customer).lifecycle, "customer")
        self.assertEqual(self._profile(self.customer, other).lifecycle, "dormant")
        self.assertEqual(self._profile(self.customer, other).monetary, 700)
        customer = self._as(stranger, self.customer)
        self.assertEqual(customer.lifecycle, "dormant")
        self.assertEqual(self._as(self.leader, self.customer).lifecycle, "customer")

    def test_customers_of_another_company_are_none_here(self):
        other = self._create_stranger().company_id
        partner = self._create_customer(company_id=other.id)
        self._count()
        self.assertFalse(self._profile(partner))

    def test_vendors_and_colleagues_are_no_customers(self):
        vendor = self._create_customer("Vendor", customer_rank=0)
        self._count()
        self.assertFalse(self._profile(vendor))
        self.assertFalse(self._profile(self.seller.partner_id))

    def test_a_customer_that_becomes_a_contact(self):
        self._book(self.customer, self._ago(10), 100)
        self._count()
        self.customer.write({"is_company": False, "parent_id": self.other_customer.id})
        self._count()
        self.assertFalse(self._profile(self.customer))
        self.assertEqual(self._profile(self.other_customer).monetary, 100)

    def test_statements_are_constant(self):
        self._count()
        counts = []
        for number in (1, 200):
            for partner in self.env["res.partner"].create(
                [{"name": f"N{n}", "is_company": True} for n in range(number)]
            ):
                self._book(partner, self._ago(number))
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self._count()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])

    def test_limits_that_make_no_sense(self):
        for name, value in (
            ("sales_dormant_factor", 0.5),
            ("sales_dormant_days", 0),
            ("sales_dormant_least_days", -1),
            ("sales_lost_factor", 0.9),
        ):
            with self.subTest(name):
                with self.assertRaises(ValidationError) as caught:
                    self.company.write({name: value})
                self.assertIn(f"cannot be {value}: enter 1 or more", str(caught.exception))


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(NOW)
class TestCustomerMoney(CustomerCommon, LedgerInvoicingCommon):
    """Foreign currency, credit notes, payments."""

    def test_foreign_currency_and_credit_note(self):
        self._set_rates(d2026_01_01=0.5)
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": self.env.ref("base.EUR").id}
        )
        self._create_order([(1, 100.0)], pricelist_id=pricelist.id)
        self._count()
        self.assertEqual(self._profile(self.customer).monetary, 200)
        invoice = self._create_invoice([(1, 300.0)], invoice_date="2026-06-01")
        self._pay(invoice, date="2026-06-10")
        self._count()
        self.assertEqual(self._profile(self.customer).last_collected_on, date(2026, 6, 10))
        invoice.line_ids.remove_move_reconcile()
        note = self._credit(invoice, date="2026-06-12")
        note.action_post()
        self._count()
        profile = self._profile(self.customer)
        self.assertFalse(profile.last_collected_on)
        # What was booked stays booked until the order is cancelled.
        self.assertEqual(profile.monetary, 200)
