from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from .common import LedgerInvoicingCommon


@tagged("post_install", "-at_install", "sales_system")
class TestLedgerDiscount(LedgerInvoicingCommon):
    """Entries carry the discount of their document line, and follow a change of it."""

    def _create_discounted_order(self, discount=10.0, **values):
        order = self._create_order([(2, 1000.0)], confirm=False, **values)
        order.order_line.discount = discount
        order.action_confirm()
        return order

    def _create_discounted_invoice(self, *discounts, **values):
        """:param discounts: of one line of 1,000 each"""
        invoice = self._create_invoice([(1, 1000.0)] * len(discounts), post=False, **values)
        for line, discount in zip(invoice.invoice_line_ids, discounts, strict=True):
            line.discount = discount
        invoice.action_post()
        return invoice

    def _column(self, entries):
        """:return: the discounts as the database has them: the ORM reads nothing as zero"""
        rows = self.env.execute_query(
            SQL("SELECT discount FROM sales_ledger_entry WHERE id = ANY(%s)", entries.ids)
        )
        return [discount for (discount,) in rows]

    def _assert_settled(self, event, document):
        self.assertEqual(self.env["sales.ledger.posting"]._post(event, document.ids), 0)
        self.assertFalse(self.env["sales.ledger.posting"]._get_differences(self.company))

    # === CARRIED === #
    def test_booked(self):
        order = self._create_discounted_order(12.5)
        self.assertRecordValues(
            self._ledger(order), [{"event": "booked", "amount": 1750.0, "discount": 12.5}]
        )
        self._assert_settled("booked", order)

    def test_a_line_without_discount_says_zero(self):
        order = self._create_order()
        self.assertEqual(self._column(self._ledger(order)), [0])
        self._assert_settled("booked", order)
        # A row that was not written by Odoo may hold nothing: that is no other discount.
        self.env.cr.execute(
            SQL("UPDATE sale_order_line SET discount = NULL WHERE id = %s", order.order_line.id)
        )
        self._assert_settled("booked", order)

    def test_invoiced_and_collected(self):
        invoice = self._create_discounted_invoice(5.0, 20.0, tax=self.tax)
        self._pay(invoice, 550.0)
        self._pay(invoice, date="2026-03-10")
        for event, count in (("invoiced", 1), ("collected", 2)):
            with self.subTest(event=event):
                by_discount = self._ledger(invoice).grouped("event")[event].grouped("discount")
                self.assertEqual(
                    {
                        discount: (len(group), round(sum(group.mapped("amount")), 2))
                        for discount, group in by_discount.items()
                    },
                    {5.0: (count, 950.0), 20.0: (count, 800.0)},
                )
                self._assert_settled(event, invoice)

    def test_credit_note_takes_it_back_under_the_same_discount(self):
        invoice = self._create_discounted_invoice(5.0)
        note = self._credit(invoice)
        note.action_post()
        self.assertRecordValues(self._ledger(note), [{"amount": -950.0, "discount": 5.0}])
        self._assert_settled("invoiced", note)

    def test_foreign_currency(self):
        euro = self._set_rates(d2020_01_01=0.7)
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id, "company_id": self.company.id}
        )
        order = self._create_discounted_order(10.0, pricelist_id=pricelist.id)
        self.assertRecordValues(self._ledger(order), [{"amount": 2571.43, "discount": 10.0}])
        order.order_line.discount = 20.0
        self.assertEqual(self._ledger(order).mapped("discount"), [10.0, 10.0, 20.0])
        self._assert_settled("booked", order)

    # === CHANGED === #
    def test_another_discount_is_a_reversal_and_a_new_entry(self):
        order = self._create_discounted_order(10.0)
        first = self._ledger(order)
        order.order_line.discount = 25.0
        self.assertRecordValues(
            (self._ledger(order) - first).sorted("amount"),
            [
                {
                    "amount": -1800.0,
                    "margin": -600.0,
                    "quantity": -2.0,
                    "discount": 10.0,
                    "posting_no": 2,
                },
                {
                    "amount": 1500.0,
                    "margin": 300.0,
                    "quantity": 2.0,
                    "discount": 25.0,
                    "posting_no": 3,
                },
            ],
        )
        self._assert_settled("booked", order)

    def test_another_discount_at_the_same_amount(self):
        order = self._create_discounted_order(0.0)
        first = self._ledger(order)
        order.order_line.write({"price_unit": 2000.0, "discount": 50.0})
        self.assertRecordValues(
            (self._ledger(order) - first).sorted("amount"),
            [{"amount": -2000.0, "discount": 0.0}, {"amount": 2000.0, "discount": 50.0}],
        )

    def test_a_change_of_the_price_alone_stays_one_entry(self):
        order = self._create_discounted_order(10.0)
        first = self._ledger(order)
        order.order_line.price_unit = 1100.0
        self.assertRecordValues(
            self._ledger(order) - first, [{"amount": 180.0, "quantity": 0.0, "discount": 10.0}]
        )

    def test_cancelling_takes_it_back_under_its_discount(self):
        order = self._create_discounted_order(10.0)
        self._ledger(order)
        order._action_cancel()
        self.assertEqual(self._ledger(order).mapped("discount"), [10.0, 10.0])
        self.assertEqual(self._ledger_sum(order), 0.0)

    def test_a_paid_invoice_is_corrected(self):
        invoice = self._create_discounted_invoice(10.0)
        self._pay(invoice, 450.0)
        before = self._ledger(invoice)
        invoice.button_draft()
        invoice.invoice_line_ids.write({"price_unit": 1800.0, "discount": 50.0})
        invoice.action_post()
        self._ledger(invoice)
        invoice.line_ids.filtered(lambda line: line.display_type == "payment_term").reconcile()
        by_discount = {}
        for entry in self._ledger(invoice) - before:
            key = (entry.event, entry.discount)
            by_discount[key] = by_discount.get(key, 0.0) + entry.amount
        self.assertEqual(by_discount[("invoiced", 10.0)], -900.0)
        self.assertEqual(by_discount[("invoiced", 50.0)], 900.0)
        self.assertEqual(by_discount[("collected", 10.0)], -450.0)
        self._assert_settled("invoiced", invoice)
        self._assert_settled("collected", invoice)

    def test_a_change_on_a_posted_invoice_is_noticed(self):
        invoice = self._create_discounted_invoice(10.0)
        first = self._ledger(invoice)
        invoice.invoice_line_ids.write({"price_unit": 1800.0, "discount": 50.0})
        self.assertRecordValues(
            (self._ledger(invoice) - first).sorted("amount"),
            [{"amount": -900.0, "discount": 10.0}, {"amount": 900.0, "discount": 50.0}],
        )
        self._assert_settled("invoiced", invoice)

    def test_a_setting_of_digits_moves_no_history(self):
        precision = self.env.ref("product.decimal_discount")
        precision.digits = 4
        order = self._create_discounted_order(33.3333)
        posted = self._ledger(order)
        self.assertEqual([str(discount) for discount in self._column(posted)], ["33.3333"])
        precision.digits = 2
        order.order_line.invalidate_recordset()
        self._assert_settled("booked", order)

    # === VERIFIED, GUARDED, IMPORTED === #
    def test_verification_names_both_discounts(self):
        order = self._create_discounted_order(10.0)
        self._ledger(order)
        # Somebody changed the document behind Odoo's back.
        self.env.cr.execute(
            SQL("UPDATE sale_order_line SET discount = 15 WHERE id = %s", order.order_line.id)
        )
        verification = self.env["sales.ledger.verification"]._verify(self.company)
        self.assertRecordValues(
            verification.line_ids.sorted("discount"),
            [{"discount": 10.0, "amount": -1800.0}, {"discount": 15.0, "amount": 1800.0}],
        )
        verification.with_user(self.manager).action_repair()
        self.assertEqual((verification.difference_count, verification.repaired_count), (0, 2))

    @mute_logger("odoo.sql_db")
    def test_nobody_changes_it(self):
        entry = self._ledger(self._create_discounted_order(10.0))
        with self.assertRaisesRegex(UserError, "never edited"):
            self._as(self.manager, entry).write({"discount": 0.0})
        with self.assertRaisesRegex(IntegrityError, "append-only"), self.cr.savepoint():
            self.cr.execute("UPDATE sales_ledger_entry SET discount = 0 WHERE id = %s", [entry.id])

    def test_history_has_none(self):
        sales_import = self._create_import("Order,Date,Amount\nS1,2026-01-31,5\n")
        sales_import.action_check()
        sales_import.action_import()
        self.assertEqual(self._column(sales_import.entry_ids), [None])
        sales_import.action_reverse()
        self.assertEqual(self._column(sales_import.entry_ids), [None, None])

    def test_pivot_does_not_offer_it_as_a_measure(self):
        field = self.env["sales.ledger.entry"].fields_get(["discount"], ["aggregator"])["discount"]
        self.assertFalse(field.get("aggregator"))

    def test_new_line_of_a_confirmed_order(self):
        order = self._create_discounted_order(10.0)
        first = self._ledger(order)
        order.order_line = [Command.create({"product_id": self.product.id, "discount": 30.0})]
        self.assertRecordValues(
            self._ledger(order) - first, [{"amount": 700.0, "discount": 30.0, "posting_no": 1}]
        )
