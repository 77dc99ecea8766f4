from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ..common import RpcCase
from .common import TODAY, ContractCommon


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestContractRpc(ContractCommon, RpcCase):
    """What the screens refuse, a program that calls the server is refused as well."""

    @mute_logger("odoo.sql_db")
    def test_what_cannot_be_agreed_on(self):
        contracts = self.env["sales.contract"]
        values = {"partner_id": self.customer.id, "date_from": "2026-01-01"}
        for bad, sentence in (
            ({"date_to": "2025-12-31"}, "cannot end before it starts"),
            ({"notice_months": -1}, "cannot be negative"),
            ({"state": "active"}, "starts as a draft"),
            ({"version": 3}, "cannot be set by hand"),
            ({"ordered_amount": 3}, "cannot be set by hand"),
            ({"company_id": self._create_stranger().company_id.id}, "access"),
            ({"line_ids": [(0, 0, {"max_quantity": 1})]}, "choose one of them"),
            (
                {"line_ids": [(0, 0, {"categ_id": self.category.id, "discount": 101})]},
                "between 0 and 100",
            ),
        ):
            with self.subTest(bad=bad):
                _result, error = self._call(self.seller, contracts, "create", [{**values, **bad}])
                self.assertIn(sentence, error or "")
        self.assertFalse(contracts.search([("company_id", "=", self.company.id)]))

    def test_others_neither_read_nor_move_it(self):
        contract = self._create_contract(state="active")
        self.env.flush_all()
        for user in (self.other_seller, self.outsider):
            for method, args in (
                ("read", (["amount"],)),
                ("write", ({"title": "Mine"},)),
                ("action_amend", ()),
                ("action_new_order", ()),
                ("action_withdraw_termination", ()),
                ("unlink", ()),
            ):
                with self.subTest(user=user.login, method=method):
                    _result, error = self._call(user, contract, method, *args)
                    self.assertTrue(error)
        self.assertEqual((contract.state, contract.title), ("active", False))

    def test_private_steps(self):
        contract = self._create_contract()
        for method in ("_update_state", "_activate", "_take_over", "_terminate", "_extend"):
            with self.subTest(method=method):
                _result, error = self._call(self.manager, contract, method, "active")
                self.assertTrue(error)
        self.assertEqual(contract.state, "draft")

    def test_going_beyond_the_contract(self):
        contract = self._create_contract(state="active")
        order = self._call_off(contract, 501, confirm=False)
        for method, args in (("action_confirm", ()), ("write", ({"state": "sale"},))):
            with self.subTest(method=method):
                _result, error = self._call(self.seller, order, method, *args)
                self.assertIn("501.00 Units ordered in all, 500.00 agreed", error)
                self.assertEqual(order.state, "draft")
        confirmed = self._call_off(contract, 500)
        for line_values in ({"product_uom_qty": 501}, {"product_uom_qty": 600}):
            _result, error = self._call(self.seller, confirmed.order_line, "write", line_values)
            self.assertIn("goes beyond contract", error)
        self.assertEqual(confirmed.order_line.product_uom_qty, 500)

    def test_a_line_of_a_contract_in_force(self):
        contract = self._create_contract(
            state="active", milestones=[{"date_due": "2026-07-01", "amount": 5}]
        )
        for record, method, args in (
            (contract.line_ids, "write", ({"price_unit": 1},)),
            (contract.line_ids, "unlink", ()),
            (
                contract.line_ids.browse(),
                "create",
                ([{"contract_id": contract.id, "product_id": self.product.id}],),
            ),
            (contract.milestone_ids, "write", ({"date_due": "2027-01-01"},)),
            (contract.milestone_ids, "write", ({"done_date": "2026-01-01"},)),
            (contract.milestone_ids, "unlink", ()),
        ):
            with self.subTest(model=record._name, method=method):
                _result, error = self._call(self.manager, record, method, *args)
                self.assertTrue(error)
        self.assertEqual(contract.line_ids.price_unit, 900)
        self.assertEqual(len(contract.milestone_ids), 1)
