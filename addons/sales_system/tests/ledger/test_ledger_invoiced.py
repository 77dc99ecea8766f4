from odoo.fields import Command
from odoo.tests import tagged

from .common import LedgerInvoicingCommon


@tagged("post_install", "-at_install", "sales_system")
class TestLedgerInvoiced(LedgerInvoicingCommon):
    def _assert_equals_invoice_report(self):
        """The ledger's total is the standard invoice analysis' own."""
        self.env["sales.ledger.posting"]._post_pending()
        self.env.flush_all()
        domain = [("company_id", "=", self.company.id)]
        ((report,),) = self.env["account.invoice.report"]._read_group(
            [*domain, ("state", "=", "posted"), ("move_type", "in", ("out_invoice", "out_refund"))],
            [],
            ["price_subtotal:sum"],
        )
        ((ledger,),) = self.env["sales.ledger.entry"]._read_group(
            [*domain, ("event", "=", "invoiced")], [], ["amount:sum"]
        )
        self.assertEqual(round(ledger or 0, 2), round(report or 0, 2))

    def test_draft_posts_nothing(self):
        self.assertFalse(self._ledger(self._create_invoice(post=False)))

    def test_posting_an_invoice(self):
        invoice = self._create_invoice([(2, 1000.0)], tax=self.tax)
        self.assertRecordValues(
            self._ledger(invoice),
            [
                {
                    "event": "invoiced",
                    "reference": invoice.name,
                    "amount": 2000.0,
                    "margin": 800.0,
                    "quantity": 2.0,
                    "user_id": self.seller.id,
                    "partner_id": self.customer.id,
                    "territory_id": self.city.id,
                    "product_id": self.product.id,
                    "categ_id": self.category.id,
                }
            ],
        )
        self.assertEqual(str(self._ledger(invoice).date), "2026-01-15")
        self._assert_equals_invoice_report()

    def test_reset_to_draft_and_post_again(self):
        invoice = self._create_invoice()
        self._ledger(invoice)
        invoice.button_draft()
        self.assertEqual(self._sum(invoice, "invoiced"), 0.0)
        invoice.invoice_line_ids.price_unit = 700.0
        invoice.action_post()
        self.assertEqual(self._sum(invoice, "invoiced"), 700.0)
        invoice.button_draft()
        invoice.button_cancel()
        self.assertEqual(self._sum(invoice, "invoiced"), 0.0)
        self._assert_equals_invoice_report()

    def test_credit_notes(self):
        invoice = self._create_invoice([(3, 1000.0)])
        full = self._credit(invoice)
        full.action_post()
        self.assertEqual(self._sum(full, "invoiced"), -3000.0)
        self.assertEqual(self._sum(full, "invoiced", "quantity"), -3.0)
        self.assertEqual(self._sum(full, "invoiced", "margin"), -1200.0)
        partial = self._credit(invoice)
        partial.invoice_line_ids.quantity = 1
        partial.action_post()
        self.assertEqual(self._sum(partial, "invoiced"), -1000.0)
        self._assert_equals_invoice_report()

    def test_credit_note_takes_back_the_margin_of_its_invoice(self):
        invoice = self._create_invoice([(1, 1000.0), (2, 50.0)])
        self.product.standard_price = 900.0
        note = self._credit(invoice)
        note.action_post()
        self.assertEqual(
            self._sum(note, "invoiced", "margin"), -self._sum(invoice, "invoiced", "margin")
        )

    def test_a_billing_clerk_credits_and_duplicates(self):
        clerk = self._create_user("clerk", "account.group_account_invoice")
        invoice = self._create_invoice()
        note = self._credit(invoice.with_user(clerk))
        note.action_post()
        self.assertEqual(self._sum(note.with_user(self.env.user), "invoiced"), -1000.0)
        copy = invoice.with_user(clerk).copy()
        self.assertTrue(copy.read(["invoice_line_ids", "amount_total"]))
        self.assertTrue(invoice.with_user(clerk).read())

    def test_a_change_of_a_posted_line_is_noticed(self):
        invoice = self._create_invoice([(2, 1000.0)])
        self._ledger(invoice)
        other = self.product.copy({"categ_id": self.category.id})
        invoice.invoice_line_ids.product_id = other
        self.env["sales.ledger.posting"]._post_pending()
        self.assertFalse(self.env["sales.ledger.posting"]._get_differences(self.company))
        by_product = dict(
            self.env["sales.ledger.entry"]._read_group(
                [("document_id", "=", invoice.id)], ["product_id"], ["amount:sum"]
            )
        )
        self.assertEqual(by_product[self.product], 0.0)
        self.assertEqual(by_product[other], sum(invoice.invoice_line_ids.mapped("price_subtotal")))

    def test_orders_of_two_territories_get_two_invoices(self):
        orders = self._create_order() + self._create_order(territory_id=self.region.id)
        orders.order_line.qty_delivered = 1
        invoices = orders._create_invoices()
        self.assertEqual(invoices.territory_id, self.city + self.region)

    def test_refund_and_new(self):
        invoice = self._create_invoice()
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "date": "2026-03-01"})
        )
        new = self.env["account.move"].browse(wizard.modify_moves()["res_id"])
        self.assertEqual(self._sum(invoice.reversal_move_ids, "invoiced"), -1000.0)
        new.invoice_line_ids.price_unit = 900.0
        new.action_post()
        self.assertEqual(self._sum(new, "invoiced"), 900.0)
        self._assert_equals_invoice_report()

    def test_taxes_in_the_price(self):
        invoice = self._create_invoice([(1, 110.0)], tax=self.included_tax)
        self.assertEqual(self._sum(invoice, "invoiced"), 100.0)
        self._assert_equals_invoice_report()

    def test_cash_rounding_is_no_sale(self):
        rounding = self.env["account.cash.rounding"].create(
            {
                "name": "5 cents",
                "rounding": 0.05,
                "strategy": "add_invoice_line",
                "profit_account_id": self.expense_account.id,
                "loss_account_id": self.expense_account.id,
                "rounding_method": "UP",
            }
        )
        invoice = self._create_invoice(
            [(1, 99.97)], post=False, invoice_cash_rounding_id=rounding.id
        )
        invoice.action_post()
        self.assertEqual(invoice.amount_total, 100.0)
        self.assertEqual(self._sum(invoice, "invoiced"), 99.97)

    def test_foreign_currency_at_the_rate_of_the_document(self):
        euro = self._set_rates(d2026_01_01=0.8, d2026_02_01=0.5)
        invoice = self._create_invoice([(1, 800.0)], currency_id=euro.id)
        self.assertEqual(self._sum(invoice, "invoiced"), 1000.0)
        self.assertEqual(self._sum(invoice, "invoiced", "margin"), 400.0)
        self._assert_equals_invoice_report()

    def test_vendor_bills_are_no_sales(self):
        bill = self._create_invoice(move_type="in_invoice")
        self.assertFalse(self._ledger(bill))

    # === FROM ORDERS === #
    def test_invoice_takes_the_dimensions_and_the_cost_of_its_order(self):
        order = self._create_order([(2, 1000.0)], territory_id=self.region.id)
        order.order_line.purchase_price = 550.0
        self.product.standard_price = 1.0
        order.order_line.qty_delivered = 2
        invoice = order._create_invoices()
        invoice.action_post()
        entry = self._ledger(invoice)
        self.assertRecordValues(
            entry,
            [{"territory_id": self.region.id, "user_id": self.seller.id, "margin": 900.0}],
        )

    def test_down_payment_counts_when_the_goods_are_invoiced(self):
        order = self._create_order([(1, 1000.0)])
        down = self._invoice_order(order, advance_payment_method="percentage", amount=30)
        self.assertEqual(down.amount_untaxed, 300.0)
        self.assertEqual(self._sum(down, "invoiced"), 0.0)
        order.order_line.filtered(lambda line: not line.is_downpayment).qty_delivered = 1
        final = self._invoice_order(order, advance_payment_method="delivered")
        self.assertEqual(final.amount_untaxed, 700.0)
        self.assertEqual(self._sum(final, "invoiced"), 1000.0)
        self._assert_equals_invoice_report()
        self.assertEqual(self._sum(order, "booked"), 1000.0)

    def _invoice_order(self, order, **values):
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_context(active_model="sale.order", active_ids=order.ids)
            .create(values)
        )
        invoice = wizard._create_invoices(order)
        invoice.invoice_date = "2026-01-20"
        invoice.action_post()
        return invoice

    # === DIMENSIONS === #
    def test_another_salesperson_on_a_posted_invoice(self):
        invoice = self._create_invoice()
        self._ledger(invoice)
        invoice.invoice_user_id = self.other_seller
        by_user = {}
        for entry in self._ledger(invoice):
            by_user[entry.user_id] = by_user.get(entry.user_id, 0) + entry.amount
        self.assertEqual(by_user, {self.seller: 0.0, self.other_seller: 1000.0})

    def test_notes_are_no_sales(self):
        invoice = self._create_invoice(post=False)
        invoice.invoice_line_ids = [Command.create({"display_type": "line_note", "name": "Red"})]
        invoice.action_post()
        self.assertEqual(len(self._ledger(invoice)), 1)

    def test_smart_button(self):
        invoice = self._create_invoice()
        self._ledger(invoice)
        self.assertEqual(invoice.ledger_entry_count, 1)
        action = invoice.action_open_ledger()
        self.assertEqual(
            self.env["sales.ledger.entry"].search(action["domain"]), self._ledger(invoice)
        )
        self.assertEqual(self._ledger(invoice).action_open_document()["res_id"], invoice.id)
