from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ..common import RpcCase
from .common import ApprovalCommon

# One transparent pixel.
SIGNATURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg"
    "=="
)


@tagged("post_install", "-at_install", "sales_system")
class TestApprovalRpc(ApprovalCommon, RpcCase):
    """The same refusals for a program that calls the server, and on the customer's page."""

    def test_over_the_limit(self):
        order = self._create_quotation()
        for method, args in (
            ("action_confirm", ()),
            ("action_quotation_send", ()),
            ("action_quotation_sent", ()),
            ("write", ({"state": "sale"},)),
            ("write", ({"state": "sent"},)),
        ):
            with self.subTest(method=method):
                _result, error = self._call(self.seller, order, method, *args)
                self.assertIn("Discount 18 % (limit 15 %)", error)
                self.assertEqual(order.state, "draft")

    def test_a_batch_and_a_file(self):
        orders = self._create_quotation(discount=0.0) + self._create_quotation()
        _result, error = self._call(self.seller, orders, "action_confirm")
        self.assertIn("Discount 18 % (limit 15 %)", error)
        self.assertEqual(orders.mapped("state"), ["draft", "draft"])
        result, _error = self._call(
            self.seller,
            self.env["sale.order"],
            "load",
            ["partner_id/.id", "state", "order_line/product_id/.id", "order_line/discount"],
            [[str(self.customer.id), "sale", str(self.product.id), "18"]],
        )
        self.assertFalse(result["ids"])
        self.assertIn("Discount 18 %", result["messages"][0]["message"])

    def test_mail(self):
        order = self._create_quotation()
        template = self.env.ref("sale.email_template_edi_sale")
        for method, model, args in (
            ("send_mail", template, (order.id,)),
            ("message_post_with_source", order, (template.id,)),
        ):
            with self.subTest(method=method):
                _result, error = self._call(self.seller, model, method, *args)
                self.assertTrue(error)
        context = {
            "allowed_company_ids": self.company.ids,
            "default_model": "sale.order",
            "default_res_ids": order.ids,
            "default_template_id": template.id,
        }
        composers = self.env["mail.compose.message"]
        composer, _error = self._call(self.seller, composers, "create", {}, context=context)
        _result, error = self._call(
            self.seller, composers.browse(composer), "action_send_mail", context=context
        )
        self.assertIn("Discount 18 % (limit 15 %)", error)
        self.assertEqual(order.state, "draft")

    def test_bad_input(self):
        """A clear sentence, and no effect, for a program as for a form."""
        today = str(fields.Date.today())
        delegation = {
            "user_id": self.city_leader.id,
            "delegate_id": self.city_leader.id,
            "date_from": today,
            "date_to": today,
        }
        rule = {
            "name": "Nobody",
            "company_id": self.company.id,
            "basis": "discount",
            "step_ids": [Command.create({"kind": "user"})],
        }
        for user, records, method, args, message in (
            (self.manager, self.rule, "write", ({"domain": "[('x'"},), "cannot be used"),
            (self.manager, self.rule, "write", ({"domain": "[('x', '=', 1)]"},), "cannot be used"),
            (self.manager, self.rule.browse(), "create", (rule,), "needs that user"),
            (self.manager, self.top, "write", ({"parent_id": self.shanghai.id},), "inside itself"),
            (
                self.city_leader,
                self.env["sales.approval.delegation"],
                "create",
                (delegation,),
                "cannot delegate to themselves",
            ),
        ):
            with self.subTest(method=method, message=message), mute_logger("odoo.sql_db"):
                _result, error = self._call(user, records, method, *args)
                self.assertIn(message, error)
        self.assertEqual(self.rule.domain, "[]")
        self.assertFalse(self.top.parent_id)
        self.assertFalse(self.rule.search([("name", "=", "Nobody")]))
        self.assertFalse(self.env["sales.approval.delegation"].search([]))

    def test_a_step_with_no_possible_approver(self):
        order = self._create_quotation()
        order.team_id = self._create_team("Leaderless")
        _result, error = self._call(self.seller, order, "action_request_approval")
        self.assertIn("Nobody could approve", error)
        self.assertFalse(order.approval_request_ids)

    def test_an_expired_delegate(self):
        today = fields.Date.today()
        with freeze_time(today - timedelta(days=3)):
            self.env["sales.approval.delegation"].create(
                {
                    "user_id": self.city_leader.id,
                    "delegate_id": self.west_leader.id,
                    "date_from": today - timedelta(days=3),
                    "date_to": today - timedelta(days=1),
                }
            )
            request = self._request(self._create_quotation())
        self.assertIn(self.west_leader, request.actor_ids)
        _result, error = self._call(self.west_leader, request, "action_approve")
        self.assertIn("the delegation by shanghai", error)
        self.assertIn("ended on", error)
        self.assertEqual(request.state, "pending")

    def test_the_state_is_not_writable(self):
        order = self._create_quotation()
        lower = [Command.update(order.order_line.id, {"list_price_unit": 820.0})]
        for values in (
            {"approval_state": "approved"},
            {"approval_confirmed_terms": {"exact": {}, "rules": {}}},
            {"order_line": lower},
        ):
            with self.subTest(values=values):
                _result, error = self._call(self.seller, order, "write", values)
                self.assertIn("cannot be set by hand", error)
        _result, error = self._call(
            self.seller,
            self.env["sale.order"],
            "create",
            {"partner_id": self.customer.id, "approval_state": "approved"},
        )
        self.assertIn("cannot be set by hand", error)
        _result, error = self._call(self.seller, order, "action_confirm")
        self.assertIn("needs an approval", error)
        request = [
            Command.create(
                {
                    "res_model": "sale.order",
                    "state": "approved",
                    "company_id": self.company.id,
                    "requester_id": self.seller.id,
                    "terms": order._get_approval_terms(),
                }
            )
        ]
        _result, error = self._call(self.seller, order, "write", {"approval_request_ids": request})
        self.assertTrue(error)
        self.assertFalse(order.approval_request_ids)

    def test_from_request_to_order(self):
        order = self._create_quotation()
        self.assertTrue(self._call(self.seller, order, "action_request_approval")[0])
        request = order.approval_request_ids
        for user in (self.seller, self.other_seller, self.leader, self.manager, self.outsider):
            with self.subTest(user=user.login):
                _result, error = self._call(user, request, "action_approve")
                self.assertTrue(error)
                self.assertEqual(request.state, "pending")
        _result, error = self._call(self.seller, request, "action_approve")
        self.assertIn("you asked for it", error)
        _result, error = self._call(self.seller, request, "write", {"state": "approved"})
        self.assertTrue(error)
        _result, error = self._call(self.seller, request, "_close", "approved")
        self.assertTrue(error)
        self.assertEqual(self._call(self.city_leader, request, "action_approve"), (True, None))
        self.assertEqual(order.approval_state, "approved")
        worse = [Command.update(order.order_line.id, {"discount": 25.0})]
        self._call(self.seller, order, "write", {"order_line": worse})
        self.assertEqual(order.approval_state, "needed")
        better = [Command.update(order.order_line.id, {"discount": 17.0})]
        self._call(self.seller, order, "write", {"order_line": better})
        self.assertEqual(self._call(self.seller, order, "action_confirm"), (True, None))
        self.assertEqual(order.state, "sale")

    def test_asking_with_a_reason(self):
        order = self._create_quotation()
        wizards = self.env["sales.approval.request.ask"]
        values = {"res_model": "sale.order", "res_id": order.id, "reason": "A second shop"}
        wizard, _error = self._call(self.seller, wizards, "create", values)
        _result, error = self._call(self.outsider, wizards.browse(wizard), "action_ask")
        self.assertTrue(error)
        self.assertFalse(order.approval_request_ids)
        self._call(self.seller, wizards.browse(wizard), "action_ask")
        self.assertEqual(order.approval_request_ids.request_reason, "A second shop")
        values["res_model"] = "res.users"
        wizard, _error = self._call(self.seller, wizards, "create", values)
        _result, error = self._call(self.seller, wizards.browse(wizard), "action_ask")
        self.assertIn("knows no approvals", error)

    def test_a_copy(self):
        order = self._create_approved()
        copy, _error = self._call(self.seller, order, "copy")
        copy = order.browse(copy)
        _result, error = self._call(self.seller, copy, "action_confirm")
        self.assertIn("needs an approval", error)

    def test_wrong_arguments(self):
        request = self._request(self._create_quotation())
        for method, args in (
            ("action_reject", ()),
            ("action_reject", ("",)),
            ("action_delegate", (0,)),
            ("action_delegate", (10**8,)),
            ("action_delegate", (self._create_stranger().id,)),
        ):
            with self.subTest(method=method, args=args):
                _result, error = self._call(self.city_leader, request, method, *args)
                self.assertTrue(error)
                self.assertEqual(request.decision_ids.mapped("kind"), ["requested"])

    # === THE CUSTOMER'S PAGE === #
    def _accept(self, order):
        order._portal_ensure_token()
        self.authenticate(None, None)
        answer = self._post_json(
            f"/my/orders/{order.id}/accept",
            {"access_token": order.access_token, "name": "Joe", "signature": SIGNATURE},
        )
        self.env.invalidate_all()
        return answer["result"]

    def test_the_customer_does_not_sign(self):
        order = self._create_quotation(require_signature=True, require_payment=False)
        error = self._accept(order)["error"]
        self.assertIn("still being checked by us", error)
        self.assertNotIn("18", error.replace(order.name, ""))
        self.assertRecordValues(order, [{"state": "draft", "signature": False}])
        self._approve(self._request(order))
        self.assertTrue(self._accept(order)["force_refresh"])
        self.assertEqual(order.state, "sale")

    def test_the_customer_does_not_pay(self):
        order = self._create_quotation(require_signature=False, require_payment=True)
        order._portal_ensure_token()
        self.authenticate(None, None)
        answer = self._post_json(
            f"/my/orders/{order.id}/transaction",
            {
                "access_token": order.access_token,
                "provider_id": 1,
                "payment_method_id": 1,
                "token_id": None,
                "amount": order.amount_total,
                "flow": "direct",
                "tokenization_requested": False,
                "landing_route": "/my",
            },
        )
        self.assertIn("still being checked by us", answer["error"]["data"]["message"])
        self.assertFalse(order.transaction_ids)

    def test_the_customer_sees_no_button(self):
        order = self._create_quotation(require_signature=True, require_payment=True)
        order.state = "draft"
        order._portal_ensure_token()
        self.authenticate(None, None)
        for payment in ("", "&payment_amount=820"):
            page = self.url_open(
                f"/my/orders/{order.id}?access_token={order.access_token}{payment}"
            ).text
            self.assertIn("still being checked by us", page)
            self.assertNotIn("#modalaccept", page)
            self.assertNotIn("limit 15", page)
        self._approve(self._request(order))
        page = self.url_open(f"/my/orders/{order.id}?access_token={order.access_token}").text
        self.assertIn("#modalaccept", page)
        self.assertNotIn("still being checked by us", page)
