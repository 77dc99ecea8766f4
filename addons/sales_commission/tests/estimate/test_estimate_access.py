from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.sales_system.tests.common import RpcCase

from ..common import SalesCommissionCommon

FIELDS = ["commission_estimate_amount", "commission_estimate"]


@tagged("post_install", "-at_install", "sales_commission")
class TestEstimateAccess(SalesCommissionCommon, RpcCase):
    """Salespeople see what an order brings them, leaders what it brings their people."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        level = "sales_system.group_sale_salesman_team"
        cls.leader, cls.stranger = (
            cls._create_user(login, level) for login in ("leader", "stranger")
        )
        cls.team = cls.env["crm.team"].create({"name": "East", "user_id": cls.leader.id})
        cls.env["crm.team.member"].create({"user_id": cls.li_na.id, "crm_team_id": cls.team.id})
        cls._create_plan({"rate": 2}, {"role": "leader", "rate": 1})
        cls.order = cls.env["sale.order"].create(
            {
                "partner_id": cls.partner.id,
                "user_id": cls.li_na.id,
                "team_id": cls.team.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": cls.product.id,
                            "product_uom_qty": 1,
                            "price_unit": 1000,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )

    def test_by_level(self):
        for user, amount in (
            (self.li_na, 20),
            (self.leader, 30),
            (self.supervisor, 30),
            (self.manager, 30),
        ):
            with self.subTest(user=user.name):
                [values], error = self._call(user, self.order, "read", FIELDS)
                self.assertFalse(error)
                self.assertEqual(values["commission_estimate_amount"], amount)
                self.assertEqual(values["commission_estimate"].count("<tr>"), 2 + (amount == 30))

    def test_a_salesperson_who_earns_nothing_by_it_sees_nothing(self):
        """Another one's payee may open the order, and not what it brings the salesperson."""
        order = self.order.with_user(self.stranger).sudo()
        self.assertEqual(
            order.sudo(False)._filter_visible_payees(self.li_na.partner_id.ids).ids, []
        )

    def test_without_the_order_there_is_no_estimate(self):
        _result, error = self._call(self.wang_wei, self.order, "read", FIELDS)
        self.assertTrue(error)

    def test_switched_off(self):
        settings = self.env["res.config.settings"].create(
            {"group_sales_commission_estimate": False}
        )
        settings.execute()
        with self.assertRaises(AccessError):
            self.order.with_user(self.li_na).read(FIELDS)
        _result, error = self._call(self.li_na, self.order, "read", FIELDS)
        self.assertTrue(error)
        arch = self.order.with_user(self.li_na).get_view(view_type="form")["arch"]
        self.assertNotIn("commission_estimate", arch)
        self.assertIn("commission_split_ids", arch)

    def test_whoever_sells_nothing_sees_none(self):
        clerk = new_test_user(
            self.env, login="estimate_clerk", groups="account.group_account_invoice"
        )
        with self.assertRaises(AccessError):
            self.order.with_user(clerk).read(FIELDS)
        arch = self.order.with_user(self.li_na).get_view(view_type="form")["arch"]
        self.assertIn("commission_estimate", arch)
