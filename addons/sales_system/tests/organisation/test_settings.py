from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..approval.common import ApprovalCommon

APPROVAL_MENUS = (
    "sales_approval_request_menu",
    "sales_approval_delegation_menu",
    "sales_approval_rule_menu",
)
TERRITORY_MENUS = ("sales_territory_menu", "sales_territory_rule_menu", "sales_team_coverage_menu")


@tagged("post_install", "-at_install", "sales_system")
class TestSettings(ApprovalCommon):
    """An area that is switched off disappears, and nothing breaks."""

    def _settings(self, **values):
        return self.env["res.config.settings"].create(values)

    def _switch(self, **values):
        self._settings(**values).execute()

    def _menus(self, names):
        """:return: those of the menus that an administrator of Sales sees"""
        visible = self._as(self.manager, self.env["ir.ui.menu"])._visible_menu_ids()
        return [name for name in names if self.env.ref(f"sales_system.{name}").id in visible]

    def _fields_of(self, model, view_type):
        """:return: names of the fields and filters that an administrator of Sales is shown"""
        view = self._as(self.manager, self.env[model]).get_view(view_type=view_type)
        return {node.get("name") for node in etree.fromstring(view["arch"]).iter("field", "filter")}

    def test_areas_are_on_at_first(self):
        settings = self._settings()
        self.assertTrue(settings.group_sales_approval)
        self.assertTrue(settings.group_sales_territory)
        self.assertEqual(self._menus(APPROVAL_MENUS), list(APPROVAL_MENUS))
        self.assertEqual(self._menus(TERRITORY_MENUS), list(TERRITORY_MENUS))

    def test_every_area_has_a_setting_in_the_form(self):
        arch = self._settings().get_view(
            self.env.ref("base.res_config_settings_view_form").id, "form"
        )["arch"]
        shown = {
            node.get("name")
            for node in etree.fromstring(arch).iterfind(".//block[@name='sales_areas']//field")
        }
        self.assertLessEqual(set(self.env["res.config.settings"]._get_areas()), shown)

    # === APPROVALS === #
    def test_without_approvals_an_order_is_confirmed(self):
        order = self._create_quotation()
        self._switch(group_sales_approval=False)
        self._as(self.seller, order).action_quotation_send()
        self._as(self.seller, order).action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.approval_status, "none")
        self.assertFalse(order.approval_confirmed_terms)
        order.order_line.discount = 40.0
        self.assertFalse(order._is_approval_blocked())

    def test_without_approvals_nothing_shows_them(self):
        shown = {
            "form": {"approval_status", "approval_reasons", "approval_request_count"},
            "list": {"approval_state"},
            "search": {"approval_open"},
        }
        for view_type, names in shown.items():
            with self.subTest(view_type=view_type, area="on"):
                self.assertLessEqual(names, self._fields_of("sale.order", view_type))
        self._switch(group_sales_approval=False)
        for view_type, names in shown.items():
            with self.subTest(view_type=view_type, area="off"):
                self.assertFalse(names & self._fields_of("sale.order", view_type))
        self.assertFalse(self._menus(APPROVAL_MENUS))

    def test_switching_off_takes_pending_requests_back(self):
        order = self._create_quotation()
        request = self._request(order)
        self.assertEqual(self._settings().sales_pending_approval_count, 1)
        self._switch(group_sales_approval=False)
        self.assertEqual(request.state, "cancelled")
        self.assertFalse(request.actor_ids)
        self.assertFalse(request.activity_ids)
        self.assertEqual(
            request.decision_ids.filtered(lambda one: one.kind == "cancelled").reason,
            "Approvals have been switched off.",
        )
        note = order.message_ids[0]
        self.assertIn("Approvals have been switched off.", note.body)
        self.assertIn(self.seller.partner_id, note.notified_partner_ids)
        with self.assertRaisesRegex(UserError, "cancelled already"):
            self._approve(request)

    def test_stored_states_follow_the_switch(self):
        order = self._create_quotation()
        self.assertEqual(order.approval_state, "needed")
        for is_on, state in ((False, "none"), (True, "needed")):
            self._switch(group_sales_approval=is_on)
            with self.enter_registry_test_mode():
                self.env.ref("sales_system.ir_cron_sales_approval_refresh").method_direct_trigger()
            self.assertEqual(order.approval_state, state)

    def test_switched_on_again(self):
        confirmed = self._create_quotation()
        self._switch(group_sales_approval=False)
        confirmed.action_confirm()
        self._switch(group_sales_approval=True)
        self.assertFalse(confirmed._is_approval_blocked(), "it was confirmed in good faith")
        order = self._create_quotation()
        with self.assertRaisesRegex(UserError, "needs an approval"):
            self._as(self.seller, order).action_confirm()
        self._approve(self._request(order))
        self._as(self.seller, order).action_confirm()
        self.assertEqual(order.state, "sale")

    # === TERRITORIES === #
    def test_without_territories_nothing_shows_them(self):
        shown = {
            ("sale.order", "form"): {"territory_id"},
            ("res.partner", "search"): {"territory_id", "territory_pinned", "no_territory"},
            ("crm.team", "form"): {"territory_ids", "categ_ids"},
            ("sales.ledger.entry", "search"): {"territory_id", "group_territory"},
            ("sales.ledger.entry", "list"): {"territory_id"},
        }
        for (model, view_type), names in shown.items():
            with self.subTest(model=model, view_type=view_type, area="on"):
                self.assertLessEqual(names, self._fields_of(model, view_type))
        self._switch(group_sales_territory=False)
        for (model, view_type), names in shown.items():
            with self.subTest(model=model, view_type=view_type, area="off"):
                self.assertFalse(names & self._fields_of(model, view_type))
        self.assertFalse(self._menus(TERRITORY_MENUS))

    def test_without_territories_the_ledger_goes_on(self):
        self._switch(group_sales_territory=False)
        order = self._create_order(confirm=False)
        self._as(self.seller, order).action_confirm()
        self.assertEqual(self._ledger(order).territory_id, self.city)

    # === RIGHTS === #
    def test_an_administrator_of_sales_does_not_switch(self):
        for user in (self.manager, self.seller):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._as(user, self.env["res.config.settings"]).create(
                    {"group_sales_approval": False}
                ).execute()
