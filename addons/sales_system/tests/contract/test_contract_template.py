from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .document_common import ContractDocumentCommon


@tagged("post_install", "-at_install", "sales_system")
class TestContractTemplate(ContractDocumentCommon):
    """Templates, and the copy of their clauses that each contract has."""

    # === TAKING === #
    def test_a_contract_takes_the_clauses(self):
        contract = self._create_contract()
        self.assertEqual(
            contract.article_ids.mapped("name"), [False, "Terms", "Payment", "Delivery", "Other"]
        )
        self.assertEqual(
            contract.article_ids.mapped("number"),
            ["", "Chapter 1", "Article 1", "Article 2", "Article 3"],
        )
        self.assertFalse(any(contract.article_ids.mapped("is_edited")))

    def test_in_the_language_of_the_customer(self):
        self.customer.lang = "zh_CN"
        contract = self._create_contract()
        self.assertEqual(contract.lang, "zh_CN")
        self.assertEqual(
            contract.article_ids.mapped("name"), [False, "Terms", "付款", "交付", "其他"]
        )
        self.assertEqual(
            contract.article_ids.mapped("number"), ["", "第一章", "第一条", "第二条", "第三条"]
        )

    def test_another_language_or_template_takes_them_anew(self):
        contract = self._create_contract()
        contract.article_ids = [Command.create({"name": "Special", "text": "Ours", "sequence": 99})]
        contract.lang = "zh_CN"
        self.assertEqual(
            contract.article_ids.mapped("name")[2:], ["付款", "交付", "其他", "Special"]
        )
        contract.template_id = False
        self.assertEqual(contract.article_ids.mapped("name"), ["Special"])

    def test_changed_clauses_are_not_dropped(self):
        contract = self._create_contract()
        self._article(contract).text = "Collected by the buyer."
        with self.assertRaisesRegex(UserError, "Delivery of .* changed by hand"):
            contract.lang = "zh_CN"
        self.assertEqual(contract.lang, "en_US")
        self._article(contract).action_restore()
        contract.lang = "zh_CN"
        self.assertEqual(contract.article_ids[-1].name, "其他")

    def test_the_template_moves_on_without_its_contracts(self):
        contract = self._create_contract()
        self.template.clause_ids[3].text = "Anywhere."
        self.assertIn("Delivered to", self._article(contract).text)
        self.template.clause_ids[3].unlink()
        self.assertTrue(self._article(contract).exists())

    def test_in_the_form(self):
        with Form(self._as(self.seller, self.env["sales.contract"])) as form:
            form.partner_id = self.customer
            form.template_id = self.template
            form.contract_type = "framework"
        self.assertEqual(len(form.record.article_ids), 5)
        self.assertEqual(form.record.lang, "en_US")

    # === WHO CHANGES WHAT === #
    def test_optional_clauses_are_changed_and_it_is_tracked(self):
        contract = self._as(self.seller, self._create_contract())
        self._article(contract).text = "Delivered to Shanghai."
        self._article(contract, "Other").unlink()
        contract.article_ids = [Command.create({"name": "Special", "text": "Ours"})]
        changed, left_out, added = contract.message_ids.sorted("id")[-3:]
        self.assertEqual(changed.author_id, self.seller.partner_id)
        self.assertIn("<ins>Shanghai</ins>", changed.body)
        self.assertIn("<del>{{ contract.partner_id.address }}</del>", changed.body)
        self.assertIn("<del>Tax ID", left_out.body)
        self.assertIn("<ins>Ours</ins>", added.body)

    def test_mandatory_clauses_are_for_administrators(self):
        contract = self._create_contract()
        payment = self._as(self.seller, self._article(contract, "Payment"))
        for change in (
            lambda: payment.write({"text": "Whenever"}),
            lambda: payment.unlink(),
            lambda: payment.contract_id.write({"article_ids": [Command.clear()]}),
        ):
            with self.assertRaisesRegex(UserError, "mandatory clauses"):
                change()
        self.assertFalse(payment.is_edited)
        self._as(self.manager, payment).text = "Whenever"
        self.assertTrue(payment.is_edited)

    def test_where_a_clause_comes_from_is_not_set_by_hand(self):
        article = self._as(self.seller, self._article(self._create_contract(), "Payment"))
        for values in ({"is_mandatory": False}, {"template_text": "x"}, {"clause_id": False}):
            with self.subTest(values=values), self.assertRaisesRegex(UserError, "by hand"):
                article.write(values)

    def test_nothing_changes_after_the_approval(self):
        contract = self._send(self._create_contract())
        article = self._article(contract)
        for change in (
            lambda: article.write({"text": "x"}),
            lambda: article.unlink(),
            lambda: contract.write({"template_id": False}),
            lambda: contract.write({"lang": "zh_CN"}),
            lambda: contract.write({"title": "x"}),
            lambda: article.create({"contract_id": contract.id, "text": "x"}),
        ):
            with self.assertRaisesRegex(UserError, "have been approved"):
                change()
        self.assertEqual(len(contract.article_ids), 5)

    def test_a_clause_does_not_move_into_another_contract(self):
        contract, sent = self._create_contract(), self._send(self._create_contract())
        with self.assertRaisesRegex(UserError, "have been approved"):
            self._article(contract).contract_id = sent

    # === PLACEHOLDERS === #
    def test_an_unknown_placeholder_is_refused(self):
        for text, name in (
            ("{{ contract.env.cr }}", "contract.env.cr"),
            ("{{ contract.partner_id.bank_ids }}", "contract.partner_id.bank_ids"),
            ("{{ contract.name", "{{"),
            ("{{ 1 + 1 }}", "1 [+] 1"),
        ):
            with self.subTest(text=text):
                message = f"“{name}”, which does not exist.*contract.partner_id.name"
                with self.assertRaisesRegex(ValidationError, message):
                    self.template.clause_ids[3].text = text
                with self.assertRaisesRegex(ValidationError, message):
                    self._article(self._create_contract()).text = text

    def test_nor_in_a_translation(self):
        clause = self.template.clause_ids[3]
        with self.assertRaisesRegex(ValidationError, "“contract.x”"):
            clause.with_context(lang="zh_CN").text = "{{ contract.x }}"
        with self.assertRaisesRegex(ValidationError, "“contract.x”, which does not exist"):
            clause.update_field_translations("text", {"zh_CN": "{{ contract.x }}"})

    def test_every_placeholder_has_a_value_and_a_label(self):
        contract = self._create_contract()
        help_text = self.template.placeholder_help
        for name, value in contract._get_placeholder_values().items():
            with self.subTest(name=name):
                self.assertIsInstance(value, str)
                self.assertIn(name, help_text)
                self.assertTrue(contract._get_placeholder_label(name))

    def test_what_is_missing_is_listed(self):
        contract = self._as(self.seller, self._create_contract())
        self.assertEqual(contract.document_blanks, "Customer / Tax ID")
        self.assertIn("Tax ID ____________.", self._html(contract))
        self.customer.vat = "US123"
        contract.invalidate_recordset(["document_blanks"])
        self.assertFalse(contract.document_blanks)

    # === SHAPE === #
    def test_a_clause_says_something(self):
        for values in ({"name": "Empty"}, {"display_type": "line_section"}):
            with (
                self.subTest(values=values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.template.clause_ids = [Command.create(values)]
                self.env.flush_all()

    def test_a_copy_of_a_template_and_of_a_contract(self):
        copied = self.template.copy()
        self.assertEqual(copied.name, "Dealers (copy)")
        self.assertEqual(copied.with_context(lang="zh_CN").clause_ids[2].name, "付款")
        contract = self._create_contract()
        self._article(contract).text = "Collected by the buyer."
        again = self._as(self.seller, contract).copy()
        self.assertEqual(self._article(again).text, "Collected by the buyer.")
        self.assertTrue(self._article(again).is_edited)
        self.assertEqual(self._article(again).root_id, self._article(contract))

    # === RIGHTS === #
    def test_who_may_not(self):
        contract = self._create_contract()
        with self.assertRaises(AccessError):
            self._as(self.seller, self.template).name = "x"
        with self.assertRaises(AccessError):
            self._as(self.seller, self.template.clause_ids[0]).text = "x"
        with self.assertRaises(AccessError):
            self._as(self.outsider, self.template).read(["name"])
        for user in (self.outsider, self.other_seller):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._as(user, self._article(contract)).text = "x"

    def test_a_second_company(self):
        stranger = self._create_stranger()
        self.template.company_id = self.company
        with self.assertRaises(AccessError):
            self._as(stranger, self.template).read(["name"])
        with self.assertRaises(AccessError):
            self._as(stranger, self.template.clause_ids).read(["text"])
        with self.assertRaises(AccessError):
            self._as(stranger, self._create_contract().article_ids).read(["text"])
        with self.assertRaises(UserError):
            self._create_contract(
                company_id=stranger.company_id.id, partner_id=self.other_customer.id, user_id=False
            )
