from lxml import etree

from odoo.tests import freeze_time, tagged

from ..ledger.common import LedgerInvoicingCommon
from ..organisation.common import OrganisationCommon
from .common import TODAY, ContractMixin

MENUS = ("sales_contract_menu", "sales_contract_milestone_menu")
LIST_FIELDS = {
    "name": {},
    "partner_id": {"fields": {"display_name": {}}},
    "amount": {},
    "ordered_percent": {},
    "delivered_percent": {},
    "invoiced_percent": {},
    "collected_percent": {},
    "remaining_amount": {},
    "notice_date": {},
    "state": {},
}


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestContractArea(ContractMixin, LedgerInvoicingCommon):
    """Contracts switched on and off, and where they show."""

    def _switch(self, is_on):
        self.env["res.config.settings"].create({"group_sales_contract": is_on}).execute()
        self.env.invalidate_all()

    def _shown(self, model, view_type="form"):
        records = self._as(self.seller, self.env[model])
        arch = etree.fromstring(records.get_view(view_type=view_type)["arch"])
        return bool(arch.xpath("//field[@name='contract_id']"))

    def test_switched_off_it_disappears_and_nothing_breaks(self):
        contract = self._create_contract(state="active")
        order = self._call_off(contract, 10)
        menus = self.env["ir.ui.menu"].union(
            *(self.env.ref(f"sales_system.{name}") for name in MENUS)
        )
        models = ("sale.order", "sales.ledger.entry")
        for is_on in (True, False, True):
            self._switch(is_on)
            with self.subTest(is_on=is_on):
                visible = self.env["ir.ui.menu"].with_user(self.seller)._visible_menu_ids()
                self.assertEqual(set(menus.ids) <= visible, is_on)
                for model in models:
                    self.assertEqual(self._shown(model), is_on)
                # Orders under a contract go on as agreed, those without one as well.
                self.assertEqual(self._call_off(contract, 1, user=self.seller).state, "sale")
                self.assertEqual(self._create_order().state, "sale")
        self.assertEqual(self._refreshed(contract).line_ids.ordered_quantity, 13)
        self.assertEqual(self._ledger(order).contract_id, contract)

    def test_the_list_with_its_bars_has_a_constant_number_of_statements(self):
        contracts = self.env["sales.contract"].concat(
            *(self._create_contract(state="active") for _ in range(30))
        )

        def count(ids):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._as(self.leader, contracts).web_search_read(
                [("id", "in", ids)], LIST_FIELDS, count_limit=10
            )
            return self.env.cr.sql_log_count - before

        count(contracts.ids[:1])
        self.assertEqual(count(contracts.ids[:1]), count(contracts.ids))

    def test_from_the_customer_and_the_order(self):
        contract = self._create_contract(state="active")
        order = self._call_off(contract, 1)
        customer = self._as(self.seller, self.customer)
        self.assertEqual(customer.contract_count, 1)
        domain = customer.action_open_contracts()["domain"]
        self.assertEqual(self.env["sales.contract"].search(domain), contract)
        self.assertEqual(self._as(self.seller, order).action_open_contract()["res_id"], contract.id)
        own = self._as(self.seller, contract)
        self.assertEqual(own.order_count, 1)
        orders = self.env["sale.order"].search(own.action_open_orders()["domain"])
        self.assertEqual(orders, order)
        invoice = order._create_invoices()
        self.env.invalidate_all()
        self.assertEqual(contract.invoice_count, 1)
        found = self.env["account.move"].search(contract.action_open_invoices()["domain"])
        self.assertEqual(found, invoice)
        self.assertTrue(contract.action_open_ledger()["domain"])


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestContractHandover(ContractMixin, OrganisationCommon):
    """Contracts move with a handover, and with them what they promise."""

    def test_handed_over_and_back(self):
        contracts = {
            state: self._create_contract(
                milestones=[{"date_due": "2026-07-01", "amount": 5}], state=state
            )
            for state in ("draft", "active")
        }
        over = self._create_contract()
        over.action_cancel()
        other = self._create_contract(user_id=self.other_seller.id)
        handover = self.env["sales.handover"].create(
            {
                "company_id": self.company.id,
                "from_user_id": self.seller.id,
                "to_user_id": self.other_seller.id,
            }
        )
        handover.action_collect()
        lines = handover.line_ids.filtered(lambda line: line.kind == "contract")
        self.assertEqual(set(lines.mapped("res_id")), {one.id for one in contracts.values()})
        handover.action_hand_over()
        for contract in contracts.values():
            self.assertEqual(contract.user_id, self.other_seller)
            self.assertEqual(contract.milestone_ids.user_id, self.other_seller)
        self.assertEqual((over.user_id, other.user_id), (self.seller, self.other_seller))
        handover.action_undo()
        for contract in contracts.values():
            self.assertEqual(contract.user_id, self.seller)

    def test_left_out(self):
        self._create_contract()
        handover = self.env["sales.handover"].create(
            {
                "company_id": self.company.id,
                "from_user_id": self.seller.id,
                "to_user_id": self.other_seller.id,
                "move_contracts": False,
            }
        )
        handover.action_collect()
        self.assertNotIn("contract", handover.line_ids.mapped("kind"))
