from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from ..common import SalesSystemCommon

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("quantity"), st.integers(0, 9)),
        st.tuples(st.just("price"), st.integers(0, 99_999).map(lambda cents: cents / 100)),
        st.tuples(st.just("discount"), st.integers(0, 100)),
        st.tuples(st.just("salesperson"), st.booleans()),
        st.tuples(st.just("territory"), st.booleans()),
        st.tuples(st.just("post"), st.none()),
        st.tuples(st.just("cancel"), st.none()),
        st.tuples(st.just("confirm"), st.none()),
    ),
    max_size=8,
)


@tagged("post_install", "-at_install", "sales_system")
class TestLedgerProperties(SalesSystemCommon):
    """After any sequence of steps the ledger says what the document says."""

    def _take(self, order, step, value):
        if step == "quantity":
            order.order_line[0].product_uom_qty = value
        elif step == "price":
            order.order_line[0].price_unit = value
        elif step == "discount":
            order.order_line[1].discount = value
        elif step == "salesperson":
            order.user_id = self.seller if value else self.other_seller
        elif step == "territory":
            order.territory_id = self.city if value else self.region
        elif step == "post":
            self.env["sales.ledger.posting"]._post_pending()
        elif step == "cancel" and order.state == "sale":
            order._action_cancel()
        elif step == "confirm" and order.state == "cancel":
            order.action_draft()
            order.action_confirm()

    @settings(
        max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(steps=STEPS)
    def test_ledger_equals_documents(self, steps):
        order = self._create_order([(1, 10.01), (3, 7.77)])
        for step, value in steps:
            self._take(order, step, value)
        self.env["sales.ledger.posting"]._post_pending()
        groups = self.env["sales.ledger.entry"]._read_group(
            [("document_id", "=", order.id)],
            ["source_id", "user_id", "territory_id"],
            ["amount:sum", "quantity:sum"],
        )
        standing = {
            (source, user, territory): (round(amount, 2), quantity)
            for source, user, territory, amount, quantity in groups
            if round(amount, 2) or quantity
        }
        expected = {
            (line.id, order.user_id, order.territory_id): (
                line.price_subtotal,
                line.product_uom_qty,
            )
            for line in order.order_line
            if order.state == "sale" and (line.price_subtotal or line.product_uom_qty)
        }
        self.assertEqual(standing, expected)
        self.assertEqual(self.env["sales.ledger.posting"]._post("booked", order.ids), 0)
