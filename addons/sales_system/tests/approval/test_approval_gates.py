from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import ApprovalCommon


@tagged("post_install", "-at_install", "sales_system")
class TestApprovalGates(ApprovalCommon):
    """An order over its limit goes nowhere, whichever way is tried."""

    def _assert_refused(self, action, *args):
        with self._refused(UserError, r"Discount 18 % \(limit 15 %\)"):
            action(*args)

    def test_within_the_limit_nothing_stops(self):
        order = self._create_quotation(discount=15.0)
        self.assertEqual(order.approval_state, "none")
        self.assertFalse(order.approval_reasons)
        self._as(self.seller, order).action_confirm()
        self.assertEqual(order.state, "sale")

    def test_cannot_be_confirmed(self):
        order = self._create_quotation()
        self.assertEqual(order.approval_state, "needed")
        self._assert_refused(self._as(self.seller, order).action_confirm)
        self._assert_refused(self._as(self.manager, order).action_confirm)
        self._assert_refused(order.sudo().action_confirm)
        self._request(order)
        self.assertEqual(order.approval_state, "pending")
        with self._refused(UserError, "waits for the approval of shanghai"):
            self._as(self.seller, order).action_confirm()

    def test_goods_flagged_as_a_down_payment(self):
        order = self._create_quotation()
        self._as(self.seller, order).order_line.is_downpayment = True
        self._assert_refused(self._as(self.seller, order).action_confirm)
        line = {"product_id": self.product.id, "price_unit": 820.0, "is_downpayment": True}
        order = self._as(self.seller, self.env["sale.order"]).create(
            {"partner_id": self.customer.id, "order_line": [Command.create(line)]}
        )
        self._assert_refused(order.action_confirm)

    def test_an_archived_rule_stays_out_whoever_asks_first(self):
        self.rule.active = False
        order = self._create_quotation()
        self.env.registry.clear_cache()
        order.with_context(active_test=False).order_line.discount = 19.0
        self.assertEqual(order.approval_state, "none")
        self._as(self.seller, order).action_confirm()
        self.assertEqual(order.state, "sale")

    def test_cannot_be_written_past(self):
        order = self._create_quotation()
        for state in ("sent", "sale"):
            self._assert_refused(self._as(self.seller, order).write, {"state": state})
        fine = self._create_quotation(discount=0.0)
        self._assert_refused(
            self._as(self.seller, fine).write,
            {
                "state": "sale",
                "order_line": [Command.update(fine.order_line.id, {"discount": 18.0})],
            },
        )
        self._assert_refused(
            self._as(self.seller, self.env["sale.order"]).create,
            {
                "partner_id": self.customer.id,
                "state": "sale",
                "order_line": [
                    Command.create({"product_id": self.product.id, "discount": 18.0}),
                ],
            },
        )
        with self._refused(UserError, "cannot be set by hand"):
            self._as(self.seller, order).approval_confirmed_terms = {"exact": {}, "rules": {}}

    def test_cannot_be_sent(self):
        order = self._create_quotation()
        own = self._as(self.seller, order)
        self._assert_refused(own.action_quotation_send)
        self._assert_refused(own.action_quotation_sent)
        template = self.env.ref("sale.email_template_edi_sale")
        composer = self._compose(order)
        self._assert_refused(composer.action_send_mail)
        self._assert_refused(composer.with_context(mark_so_as_sent=False).action_send_mail)
        self._assert_refused(template.send_mail, order.id)
        self._assert_refused(own.message_post_with_source, template)
        self._assert_refused(own.message_mail_with_source, template)
        self._assert_refused(own.with_context(mark_so_as_sent=True).message_post)
        self.assertEqual(order.state, "draft")

    def _compose(self, order, **values):
        """:return: the composer that “Send” opens for an order"""
        template = self.env.ref("sale.email_template_edi_sale")
        return (
            self.env["mail.compose.message"]
            .with_user(self.seller)
            .with_context(
                default_model="sale.order",
                default_res_ids=order.ids,
                default_template_id=template.id,
                default_composition_mode="comment",
                mark_so_as_sent=True,
            )
            .create(values)
        )

    def test_cannot_be_sent_later(self):
        order = self._create_quotation()
        later = fields.Datetime.now() + timedelta(days=1)
        self._assert_refused(self._compose(order, scheduled_date=later).action_schedule_message)
        self.assertFalse(self.env["mail.scheduled.message"].search([("res_id", "=", order.id)]))

    def test_a_scheduled_message_is_held_back_by_worse_terms(self):
        order = self._create_quotation(discount=10.0)
        self._as(self.seller, order).action_quotation_sent()
        later = fields.Datetime.now() + timedelta(days=1)
        self._compose(order, scheduled_date=later).action_schedule_message()
        scheduled = self.env["mail.scheduled.message"].search([("res_id", "=", order.id)])
        self.assertEqual(len(scheduled), 1)
        order.order_line.discount = 18.0
        self._assert_refused(scheduled.with_user(self.seller).post_message)
        order.order_line.discount = 15.0
        scheduled.with_user(self.seller).post_message()
        self.assertFalse(scheduled.exists())

    def test_one_over_the_limit_stops_a_batch(self):
        """All or nothing, as the list's selection is confirmed."""
        orders = self._create_quotation(discount=0.0) + self._create_quotation()
        self._assert_refused(self._as(self.seller, orders).action_confirm)
        self.assertEqual(orders.mapped("state"), ["draft", "draft"])
        self._assert_refused(self._as(self.seller, orders).action_quotation_sent)
        self.assertEqual(orders.mapped("state"), ["draft", "draft"])

    def test_cannot_be_imported_past(self):
        """A file that brings the state is refused as a row typed by hand is."""
        result = self._as(self.seller, self.env["sale.order"]).load(
            ["partner_id/.id", "state", "order_line/product_id/.id", "order_line/discount"],
            [[str(self.customer.id), "Sales Order", str(self.product.id), "18"]],
        )
        self.assertFalse(result["ids"])
        self.assertIn("Discount 18 % (limit 15 %)", result["messages"][0]["message"])

    def test_locking_confirms_nothing(self):
        order = self._create_quotation()
        self._as(self.leader, order).action_lock()
        self.assertRecordValues(order, [{"state": "draft", "approval_state": "needed"}])
        self._assert_refused(self._as(self.leader, order).action_confirm)

    def test_no_down_payment_is_invoiced(self):
        order = self._create_quotation()
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "advance_payment_method": "percentage",
                "amount": 30.0,
                "sale_order_ids": [Command.set(order.ids)],
            }
        )
        self._assert_refused(wizard.create_invoices)
        self.assertFalse(order.invoice_ids)
        self.assertEqual(len(order.order_line), 1)

    def test_colleagues_may_talk_about_it(self):
        order = self._create_quotation()
        question = "Is 18 % possible?"
        self.assertTrue(self._as(self.seller, order).message_post(body=question))

    def test_is_sent_and_confirmed_once_approved(self):
        order = self._create_approved()
        self.assertEqual(order.approval_state, "approved")
        own = self._as(self.seller, order)
        self.assertEqual(own.action_quotation_send()["res_model"], "mail.compose.message")
        own.action_quotation_sent()
        own.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertEqual(self._ledger_sum(order), 820.0)

    def test_the_customer_neither_signs_nor_pays(self):
        order = self._create_quotation(require_signature=True, require_payment=True)
        self.assertFalse(order._has_to_be_signed())
        self.assertFalse(order._has_to_be_paid())
        link = self.env["payment.link.wizard"].create(
            {"res_model": "sale.order", "res_id": order.id, "amount": 820.0, "amount_max": 820.0}
        )
        self.assertIn("Discount 18 %", link.warning_message)
        self._approve(self._request(order))
        self.assertTrue(order._has_to_be_signed())
        self.assertTrue(order._has_to_be_paid())

    def _create_payment(self, order):
        provider = self.env["payment.provider"].create(
            {"name": "Test", "code": "none", "state": "test", "company_id": self.company.id}
        )
        method = (
            self.env["payment.method"].sudo().with_context(active_test=False).search([], limit=1)
        )
        return self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "amount": order.amount_total,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "reference": f"TEST-{order.name}",
                "sale_order_ids": [Command.set(order.ids)],
            }
        )

    def test_no_payment_is_started(self):
        order = self._create_quotation()
        with self._refused(ValidationError, "Discount 18 %"):
            self._create_payment(order)

    def test_money_that_has_arrived_confirms_nothing_and_is_not_lost(self):
        order = self._create_quotation(discount=0.0, require_payment=True)
        payment = self._create_payment(order)
        order.order_line.discount = 18.0
        payment.state = "done"
        self.assertFalse(payment._check_amount_and_confirm_order())
        self.assertEqual(order.state, "draft")
        self.assertIn("Paid online", order.message_ids[0].body)
        self._approve(self._request(order))
        self.assertEqual(payment._check_amount_and_confirm_order(), order)
        self.assertEqual(order.state, "sale")

    def test_a_worse_edit_after_confirming_stops_the_invoice(self):
        order = self._create_approved()
        order.action_confirm()
        self.assertEqual(order.approval_state, "none")
        line = order.order_line
        line.discount = 10.0
        self.assertEqual(order.approval_state, "none")
        line.discount = 30.0
        self.assertEqual(order.approval_state, "needed")
        with self._refused(UserError, "Discount 30 %"):
            order._create_invoices()
        self._approve(self._request(order))
        self.assertEqual(order.approval_state, "approved")

    def test_orders_older_than_the_rule_go_on(self):
        self.rule.active = False
        order = self._create_quotation()
        order.action_confirm()
        self.rule.active = True
        order.order_line.product_uom_qty = 2
        self.assertEqual(order.approval_state, "none")

    def test_cancelling_takes_the_request_back(self):
        order = self._create_quotation()
        request = self._request(order)
        order.action_cancel()
        self.assertEqual(request.state, "cancelled")
        self.assertFalse(request.activity_ids)
        self.assertEqual(order.approval_state, "none")

    def test_deleting_takes_the_request_back_and_keeps_its_history(self):
        order = self._create_quotation()
        request = self._request(order)
        order.unlink()
        self.assertEqual(request.state, "cancelled")
        self.assertEqual(request.decision_ids.mapped("kind"), ["cancelled", "requested"])
        self.assertFalse(request.amount)
