from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .common import ContractCommon


@tagged("post_install", "-at_install", "sales_system")
class TestContract(ContractCommon):
    """What a contract says of itself."""

    def test_numbers_are_per_company_and_year(self):
        first, second = self._create_contract(), self._create_contract()
        next_year = self._create_contract(date_from="2027-03-01", date_to="2027-12-31")
        other = self._create_stranger().company_id
        foreign = self._create_contract(
            company_id=other.id, partner_id=self.other_customer.id, user_id=False, lines=()
        )
        self.assertEqual(first.name, "SC/2026/0001")
        self.assertEqual(second.name, "SC/2026/0002")
        self.assertEqual(next_year.name, "SC/2027/0001")
        self.assertEqual(foreign.name, "SC/2026/0001")

    def test_amount_is_that_of_the_lines(self):
        self.assertEqual(self._create_contract().amount, 450_000)

    def test_totals_of_one_currency_and_of_two(self):
        euro = self._rate_of_euro()
        contracts = self._create_contract() | self._create_contract()
        names = ("ordered_amount", "delivered_amount", "invoiced_amount", "collected_amount")
        contracts.write(dict.fromkeys(names, 5))
        self.assertEqual(self._group_totals(contracts, "amount", "partner_id"), [900_000])
        for name in names:
            with self.subTest(name=name):
                self.assertEqual(self._group_totals(contracts, name, "partner_id"), [10])
        contracts |= self._create_contract(currency_id=euro.id)
        self.assertEqual(self._group_totals(contracts, "amount", "partner_id"), [1_800_000])

    def test_a_seller_writes_a_contract_in_the_form(self):
        contracts = self._as(self.seller, self.env["sales.contract"])
        with Form(contracts) as form:
            form.partner_id = self.customer
            form.date_from = "2026-02-01"
            form.term_months = 36
            form.renewal = "tacit"
            form.renewal_months = 12
            form.notice_months = 3
            with form.line_ids.new() as line:
                line.product_id = self.product
                line.max_quantity = 2
        contract = form.record
        self.assertEqual(contract.date_to, fields.Date.to_date("2029-01-31"))
        self.assertEqual(contract.notice_date, fields.Date.to_date("2028-10-31"))
        self.assertEqual(contract.amount, 2_000)
        self.assertEqual(contract.root_id, contract)

    def test_state_is_not_set_by_hand(self):
        contract = self._create_contract()
        with self._refused(UserError, "buttons"):
            contract.state = "active"
        with self._refused(UserError, "Number"):
            self._as(self.seller, contract).name = "X"
