from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .document_common import ContractDocumentCommon


@tagged("post_install", "-at_install", "sales_system")
class TestContractVersions(ContractDocumentCommon):
    """What a version says differently from another one."""

    def _amend(self, **values):
        contract = self._send(self._create_contract(**values))
        contract._activate()
        return contract, contract._amend()

    def _differences(self, amendment, other):
        comparison = self._as(self.seller, self.env["sales.contract.comparison"]).create(
            {"contract_id": amendment.id}
        )
        self.assertEqual(comparison.other_id, other)
        return str(comparison.differences)

    def test_nothing_changed(self):
        contract, amendment = self._amend()
        self.assertIn("say the same", self._differences(amendment, contract))

    def test_clause_by_clause(self):
        contract, amendment = self._amend()
        self._article(amendment).text = "Delivered within 30 days."
        self._article(amendment, "Other").unlink()
        amendment.article_ids = [
            Command.create({"name": "Special", "text": "Ours", "sequence": 1}),
        ]
        differences = self._differences(amendment, contract)
        for part in (
            "<b>Article 3 Delivery</b>",
            "<del>to Main St 1</del><ins>within 30 days</ins>.",
            "<b>Article 1 Special</b>",
            "New",
            "Left out",
        ):
            with self.subTest(part=part):
                self.assertIn(part, differences)
        # Only its number has moved.
        self.assertNotIn("Payment</b>", differences)

    def test_chinese_by_characters(self):
        self.customer.lang = "zh_CN"
        contract, amendment = self._amend()
        self._article(amendment, "交付").name = "交货"
        differences = self._differences(amendment, contract)
        self.assertIn("交<del>付</del><ins>货</ins>", differences)

    def test_lines_and_head(self):
        contract, amendment = self._amend()
        amendment.line_ids.write({"max_quantity": 600, "price_unit": 850})
        amendment.line_ids = [Command.create({"categ_id": self.category.id, "max_amount": 1000.0})]
        amendment.write(
            {
                "title": "More bikes",
                "milestone_ids": [
                    Command.create({"name": "Deposit", "date_due": self.today, "amount": 5.0})
                ],
            }
        )
        differences = self._differences(amendment, contract)
        for part in (
            "<del>500</del><ins>600</ins>",
            "<ins>850.00</ins>",
            "<ins>More bikes</ins>",
            "Deposit",
        ):
            with self.subTest(part=part):
                self.assertIn(part, differences.replace(' class="text-danger"', ""))

    def test_in_the_form_and_on_paper(self):
        contract, amendment = self._amend()
        self._article(amendment).text = "Delivered within 30 days."
        action = self._as(self.seller, amendment).action_compare()
        comparisons = self._as(self.seller, self.env["sales.contract.comparison"])
        with Form(comparisons.with_context(**action["context"])) as form:
            self.assertIn("<ins>", str(form.differences))
        text = self._html(form.record, "sales_system.sales_contract_comparison_report", self.seller)
        self.assertIn(f"{contract.display_name} → {amendment.display_name}", text)
        self.assertIn("within 30 days", text)
        pages = self._pdf(form.record, "sales_system.sales_contract_comparison_report")
        self.assertIn("within30days", self._pdf_text(pages))

    def test_a_contract_of_somebody_else(self):
        contract, _amendment = self._amend()
        mine = self._create_contract(user_id=self.other_seller.id)
        comparisons = self._as(self.other_seller, self.env["sales.contract.comparison"])
        comparison = comparisons.create({"contract_id": mine.id, "other_id": contract.id})
        with self.assertRaises(AccessError):
            comparison.read(["differences"])
        with self.assertRaises(AccessError):
            self._as(self.outsider, comparisons).create({"contract_id": mine.id})
