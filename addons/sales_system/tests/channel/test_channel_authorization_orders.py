from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import freeze_time, new_test_user, tagged

from ..common import RpcCase
from ..contract.common import TODAY, ContractCommon
from .common import AuthorizationMixin

PIXEL = "R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw=="


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestChannelAuthorizationOrders(AuthorizationMixin, ContractCommon, RpcCase):
    """Orders through a channel partner who may not sell what they are about."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_channel()
        cls._authorize(cls.distributor, cls.region, cls.category)
        cls.lamp = cls.env["product.product"].create(
            {"name": "Lamp", "list_price": 50.0, "categ_id": cls.parts.id}
        )

    @classmethod
    def _order(cls, confirm=False, territory=None, product=None, **values):
        line = {"product_id": (product or cls.product).id, "product_uom_qty": 1}
        return cls._create_order(
            confirm=confirm,
            channel_partner_id=cls.distributor.id,
            territory_id=(territory or cls.city).id,
            order_line=[Command.create(line)],
            **values,
        )

    def test_within_the_authorization(self):
        self.company.sales_channel_authorization_check = "block"
        order = self._order()
        self.assertFalse(order.channel_warning)
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_blocked_with_a_sentence_for_each_reason(self):
        self.company.sales_channel_authorization_check = "block"
        nowhere = self.env["sales.territory"].create({"name": "Nowhere"})
        for territory, product, sentence in (
            (self.north, self.product, "East Wheels is authorized for Bikes, but not in North"),
            (self.city, self.lamp, "is authorized in East / Shanghai, but not for Parts"),
            (nowhere, self.lamp, "is authorized neither in Nowhere nor for Parts"),
        ):
            order = self._order(territory=territory, product=product)
            with self.subTest(sentence=sentence), self._refused(UserError, sentence):
                order.action_confirm()
            self.assertRegex(order.channel_warning, sentence)
            self.assertEqual(order.state, "draft")
        with (
            freeze_time("2027-01-10"),
            self._refused(UserError, "is not authorized for anything on 01/10/2027"),
        ):
            self._order().action_confirm()

    def test_a_warning_where_the_company_only_warns(self):
        order = self._order(territory=self.north)
        self.assertIn("but not in North", order.channel_warning)
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertIn("Outside the authorization: East Wheels", order.message_ids[0].body)

    def test_not_checked(self):
        self.company.sales_channel_authorization_check = "block"
        order = self._order(territory=self.north)
        order.channel_partner_id = self.rival  # never authorized for anything
        order.action_confirm()
        direct = self._order(territory=self.north)
        direct.channel_partner_id = False
        direct.action_confirm()
        self.company.sales_channel_authorization_check = "none"
        ignored = self._order(territory=self.north)
        self.assertFalse(ignored.channel_warning)
        ignored.action_confirm()
        self.assertEqual((order | direct | ignored).mapped("state"), ["sale"] * 3)

    def test_the_setting_of_the_orders_company(self):
        other = self.env["res.company"].create(
            {"name": "Other", "sales_channel_authorization_check": "block"}
        )
        self.env.user.company_ids |= other
        self.distributor.company_id = False
        self._authorize(
            self.distributor, self.env["sales.territory"], self.parts, company_id=other.id
        )
        order = self._order(territory=self.north)
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        with self._refused(UserError, "but not for Bikes"):
            self._order(
                company_id=other.id, territory=self.north, user_id=False, team_id=False
            ).action_confirm()

    def test_a_confirmed_order_stays_within_it(self):
        self.company.sales_channel_authorization_check = "block"
        order = self._order(confirm=True)
        self.other_customer.channel_upstream_id = self.rival
        lead = self.env["crm.lead"].create({"name": "Lead", "channel_partner_id": self.rival.id})
        contract = self._create_contract(channel_partner_id=self.rival.id, state="active")
        self._authorize(self.rival, self.region, self.parts)
        for values in (
            {"date_order": "2027-01-10"},
            {"partner_id": self.other_customer.id},
            {"contract_id": contract.id},
            {"opportunity_id": lead.id},
            {"territory_id": self.north.id},
            {"order_line": [Command.create({"product_id": self.lamp.id})]},
        ):
            with (
                self.subTest(**values),
                self._refused(UserError, "but not|is not authorized|is authorized neither"),
                self.env.cr.savepoint(),
            ):
                order.write(values)
        with self._refused(UserError, "but not in North"):
            self._order(territory=self.north, state="sale")

    def test_a_line_that_nobody_ordered_yet(self):
        self.company.sales_channel_authorization_check = "block"
        order = self._order(confirm=True)
        order.order_line = [Command.create({"product_id": self.lamp.id, "product_uom_qty": 0})]
        line = order.order_line.filtered(lambda line: line.product_id == self.lamp)
        with self._refused(UserError, "but not for Parts"), self.env.cr.savepoint():
            line.product_uom_qty = 5

    def test_a_batch_with_a_constant_number_of_statements(self):
        for check in ("warn", "block"):
            self.company.sales_channel_authorization_check = check
            territory = self.north if check == "warn" else self.city

            def count(number, territory=territory):
                orders = self.env["sale.order"].concat(
                    *(self._order(territory=territory) for _ in range(number))
                )
                self.env.flush_all()
                self.env.invalidate_all()
                orders.mapped("company_id.sales_channel_authorization_check")
                before = self.env.cr.sql_log_count
                orders._check_channel_authorization()
                self.env.flush_all()
                return self.env.cr.sql_log_count - before

            count(1)
            with self.subTest(check=check):
                self.assertEqual(count(1), count(30))

    def test_by_rpc_and_by_the_customer(self):
        self.company.sales_channel_authorization_check = "block"
        order = self._order(territory=self.north)
        for method, args in (("action_confirm", ()), ("write", ({"state": "sale"},))):
            with self.subTest(method=method):
                _result, error = self._call(self.seller, order, method, *args)
                self.assertIn("but not in North", error)
                self.assertEqual(order.state, "draft")
        buyer = new_test_user(self.env, login="ann.buyer", groups="base.group_portal")
        buyer.partner_id.parent_id = self.customer
        order.write({"require_signature": True, "require_payment": False, "state": "sent"})
        token = order._portal_ensure_token()
        self.env.flush_all()
        self.authenticate("ann.buyer", "ann.buyer")
        answer = self._post_json(
            f"/my/orders/{order.id}/accept",
            {"access_token": token, "name": "Ann", "signature": PIXEL},
        )
        message = answer["error"]["data"]["message"]
        self.assertEqual(message, f"{order.name} cannot be confirmed online. Please contact us.")
        self.env.invalidate_all()
        self.assertEqual(order.state, "sent")
