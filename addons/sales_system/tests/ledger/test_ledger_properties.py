from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from .common import LedgerInvoicingCommon

CENTS = st.integers(0, 99_999).map(lambda cents: cents / 100)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("quantity"), st.integers(0, 9)),
        st.tuples(st.just("price"), CENTS),
        st.tuples(st.just("discount"), st.integers(0, 100)),
        st.tuples(st.just("salesperson"), st.booleans()),
        st.tuples(st.just("territory"), st.booleans()),
        st.tuples(st.just("post"), st.none()),
        st.tuples(st.just("cancel"), st.none()),
        st.tuples(st.just("confirm"), st.none()),
        st.tuples(st.just("invoice"), CENTS),
        st.tuples(st.just("pay"), CENTS),
        st.tuples(st.just("credit"), st.none()),
        st.tuples(st.just("unreconcile"), st.none()),
        st.tuples(st.just("draft"), st.none()),
    ),
    max_size=10,
)


@tagged("post_install", "-at_install", "sales_system")
class TestLedgerProperties(LedgerInvoicingCommon):
    """After any sequence of steps the ledger says what the documents say."""

    @settings(
        max_examples=12,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(steps=STEPS)
    def test_ledger_equals_documents(self, steps):
        story = _Story(self)
        for step, value in steps:
            getattr(story, step)(value)
        posting = self.env["sales.ledger.posting"]
        self.assertFalse(posting._get_differences(self.company))
        self.assertEqual(posting._post("booked", story.order.ids), 0)
        for event in ("invoiced", "collected"):
            self.assertEqual(posting._post(event, story.invoices.ids), 0)
        self._assert_equals_reports()
        for invoice in story.invoices.filtered(lambda one: one.state == "posted"):
            self._assert_collected(invoice)

    def _assert_equals_reports(self):
        """L4: booked and invoiced are what Odoo's own analyses say."""
        domain = [("company_id", "=", self.company.id)]
        ledger = {
            event: round(amount, 2)
            for event, amount in self.env["sales.ledger.entry"]._read_group(
                domain, ["event"], ["amount:sum"]
            )
        }
        ((booked,),) = self.env["sale.report"]._read_group(
            [*domain, ("state", "=", "sale")], [], ["price_subtotal:sum"]
        )
        ((invoiced,),) = self.env["account.invoice.report"]._read_group(
            [*domain, ("state", "=", "posted")], [], ["price_subtotal:sum"]
        )
        self.assertEqual(ledger.get("booked", 0), round(booked or 0, 2))
        self.assertEqual(ledger.get("invoiced", 0), round(invoiced or 0, 2))

    def _assert_collected(self, invoice):
        """L5, for invoices that only money has settled."""
        money = sum(
            partial.debit_amount_currency
            for partial in invoice.line_ids.matched_credit_ids
            if partial.credit_move_id.payment_id
        )
        total = invoice.amount_total
        settled_by_money = round(total - invoice.amount_residual - money, 2) == 0
        if settled_by_money and total:
            self.assertEqual(
                self._sum(invoice, "collected"),
                round(invoice.amount_untaxed * money / total + 1e-9, 2),
            )


class _Story:
    """What can happen to one order and the invoices of its customer."""

    def __init__(self, case):
        self.case = case
        self.order = case._create_order([(1, 10.01), (3, 7.77)])
        self.invoices = case.env["account.move"]

    @property
    def _open_invoices(self):
        return self.invoices.filtered(
            lambda one: one.state == "posted" and one.amount_residual and one.amount_total
        )

    def quantity(self, value):
        self.order.order_line[0].product_uom_qty = value

    def price(self, value):
        self.order.order_line[0].price_unit = value

    def discount(self, value):
        self.order.order_line[1].discount = value

    def salesperson(self, value):
        user = self.case.seller if value else self.case.other_seller
        self.order.user_id = user
        self.invoices[:1].invoice_user_id = user

    def territory(self, value):
        self.order.territory_id = self.case.city if value else self.case.region

    def post(self, _value):
        self.case.env["sales.ledger.posting"]._post_pending()

    def cancel(self, _value):
        if self.order.state == "sale":
            self.order._action_cancel()

    def confirm(self, _value):
        if self.order.state == "cancel":
            self.order.action_draft()
            self.order.action_confirm()

    def invoice(self, price):
        self.invoices += self.case._create_invoice([(1, price), (2, 33.33)], tax=self.case.tax)

    def pay(self, amount):
        invoice = self._open_invoices[:1]
        if invoice and amount:
            self.case._pay(invoice, min(amount, invoice.amount_residual))

    def credit(self, _value):
        invoice = self._open_invoices[:1]
        if invoice:
            note = self.case._credit(invoice)
            note.action_post()

    def unreconcile(self, _value):
        self.invoices.line_ids.remove_move_reconcile()

    def draft(self, _value):
        posted = self.invoices.filtered(lambda one: one.state == "posted")
        posted[:1].button_draft()
