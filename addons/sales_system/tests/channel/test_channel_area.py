from lxml import etree

from odoo.tests import tagged

from ..common import SalesSystemCommon
from .common import ChannelMixin

MENUS = (
    "sales_system_menu_channels",
    "sales_channel_partner_menu",
    "sales_channel_performance_menu",
    "sales_channel_performance_menu_reporting",
)
SHOWN = (
    ("sale.order", "form", "//field[@name='channel_partner_id']"),
    ("sale.order", "search", "//filter[@name='through_channel']"),
    ("account.move", "form", "//field[@name='channel_partner_id']"),
    ("sales.ledger.entry", "form", "//field[@name='channel_partner_id']"),
    ("sales.handover", "form", "//field[@name='move_channel_partners']"),
    ("res.partner", "form", "//page[@name='channel']"),
    ("res.partner", "form", "//button[@name='action_open_channel_ledger']"),
)


@tagged("post_install", "-at_install", "sales_system")
class TestChannelArea(ChannelMixin, SalesSystemCommon):
    """Channels switched on and off, and where they show."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_channel()

    def _switch(self, is_on):
        self.env["res.config.settings"].create({"group_sales_channel": is_on}).execute()
        self.env.invalidate_all()

    def test_switched_off_it_disappears_and_nothing_breaks(self):
        menus = self.env["ir.ui.menu"].union(
            *(self.env.ref(f"sales_system.{name}") for name in MENUS)
        )
        orders = self.env["sale.order"]
        for is_on in (True, False, True):
            self._switch(is_on)
            with self.subTest(is_on=is_on):
                visible = self.env["ir.ui.menu"].with_user(self.seller)._visible_menu_ids()
                self.assertEqual(
                    menus.ids if is_on else [], [*filter(visible.__contains__, menus.ids)]
                )
                for model, view_type, path in SHOWN:
                    view = self._as(self.seller, self.env[model]).get_view(view_type=view_type)
                    found = etree.fromstring(view["arch"]).xpath(path)
                    self.assertEqual(bool(found), is_on, (model, path))
                order = self._create_order(partner_id=self.reseller.id)
                orders |= order
                # What goes through whom is kept, for the day on which the area is on again.
                self.assertEqual(order.channel_partner_id, self.reseller)
                self._as(self.seller, self.distributor).read(["name", "channel_type"])
                handover = self.env["sales.handover"].create(
                    {
                        "company_id": self.company.id,
                        "from_user_id": self.seller.id,
                        "to_user_id": self.other_seller.id,
                    }
                )
                handover.action_collect()
                self.assertIn("channel", handover.line_ids.mapped("kind"))
        entries = self.env["sales.ledger.entry"]
        for order in orders:
            entries |= self._ledger(order)
        self.assertEqual(entries.channel_partner_id, self.reseller)
        self.assertEqual(sum(entries.mapped("amount")), 3000)

    def test_the_screens_of_the_area(self):
        """Every view of the menus loads and reads its fields, for the least of their readers."""
        for name in ("sales_channel_partner_action", "sales_channel_performance_action"):
            action = self.env.ref(f"sales_system.{name}")
            records = self._as(self.seller, self.env[action.res_model])
            for view_id, view_type in action.views:
                with self.subTest(action=name, view_type=view_type):
                    view = records.get_view(view_id, view_type)
                    names = {
                        node.get("name")
                        for node in etree.fromstring(view["arch"]).iter("field")
                        if not node.xpath("ancestor::field")
                    }
                    found = records.search([], limit=3)
                    found.read(list(names))
