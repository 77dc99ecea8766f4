from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.sales_system.tests.common import RpcCase

from ..common import SalesCommissionCommon


@tagged("post_install", "-at_install", "sales_commission")
class TestSplitForm(SalesCommissionCommon, RpcCase):
    """Shares of an order: its people see them, managers set them, and they are 100 %."""

    def _share(self, *shares):
        return [
            Command.create({"payee_id": user.partner_id.id, "share": share})
            for user, share in shares
        ]

    def _write(self, user, order, shares):
        with mute_logger("odoo.sql_db"):
            _result, error = self._call(user, order, "write", {"commission_split_ids": shares})
        return error

    def test_set_by_a_manager_read_by_the_salesperson(self):
        order = self._confirm_order(100)
        shares = self._share((self.li_na, 60), (self.wang_wei, 40))
        self.assertFalse(self._write(self.manager, order, shares))
        [values], error = self._call(
            self.li_na,
            order,
            "web_read",
            {"commission_split_ids": {"fields": {"share": {}}}},
        )
        self.assertFalse(error)
        self.assertEqual([line["share"] for line in values["commission_split_ids"]], [60, 40])
        error = self._write(self.li_na, order, [Command.clear()])
        self.assertIn("not allowed to delete", error)

    def test_not_100_percent(self):
        order = self._confirm_order(100)
        order.commission_split_ids = self._share((self.li_na, 60), (self.wang_wei, 30))
        with self.assertRaisesRegex(ValidationError, f"{order.name} add up to 90 %"):
            self.env.cr.precommit.run()
        self.env.cr.precommit.clear()

    def test_a_payee_twice(self):
        order = self._confirm_order(100)
        error = self._write(self.manager, order, self._share((self.li_na, 50), (self.li_na, 50)))
        self.assertIn("A payee shares in an order twice", error)
        self.assertFalse(order.commission_split_ids)

    def test_the_tab_is_for_sales(self):
        arch = self.env["sale.order"].with_user(self.li_na).get_view(view_type="form")["arch"]
        self.assertIn("commission_split_ids", arch)
        clerk = self._create_user("clerk", "account.group_account_invoice")
        arch = self.env["sale.order"].with_user(clerk).get_view(view_type="form")["arch"]
        self.assertNotIn("commission_split_ids", arch)
