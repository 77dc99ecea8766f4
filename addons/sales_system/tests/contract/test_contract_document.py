from datetime import date

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from .document_common import ContractDocumentCommon


@tagged("post_install", "-at_install", "sales_system")
class TestContractDocument(ContractDocumentCommon):
    """What is printed of a contract."""

    MILESTONE = {"name": "Deposit", "date_due": "2026-03-31", "percent": 30}

    def _create_dated(self, **values):
        """A contract with days that can be read off the print."""
        return self._create_contract(
            date_from="2026-01-01",
            date_to="2026-12-31",
            milestones=(self.MILESTONE,),
            **values,
        )

    def test_the_text(self):
        text = self._html(self._create_dated(renewal="tacit", renewal_months=12, notice_months=3))
        for part in (
            "Dealer Contract Bikes No. SC/2026/",
            "Party A Bike Works",
            "Party B Acme Bikes Address Main St 1",
            "Start January 1, 2026 End of First Term December 31, 2026",
            "at least 3 months before the end of the term, the Contract is renewed by 12 months",
            "Period of notice 3 months",
            "Between us and Acme Bikes.",
            "Chapter 1 Terms",
            "Article 1 Payment 1.1 The amount is USD 450,000.00. "
            "1.2 It applies from January 1, 2026 to December 31, 2026.",
            "Article 2 Delivery Delivered to Main St 1.",
            "[P1] Road Bike USD 900.00 Units 500 USD 450,000.00",
            "Contract amount, untaxed USD 450,000.00",
            "Four Hundred And Fifty Thousand Dollars",
            "March 31, 2026 Payment Deposit 30 % USD 135,000.00",
            "(signature and seal)",
        ):
            with self.subTest(part=part):
                self.assertIn(part, text)

    def test_in_chinese(self):
        yuan = self.env.ref("base.CNY")
        yuan.active = True
        contract = self._create_dated(lang="zh_CN", currency_id=yuan.id)
        text = self._html(contract)
        for part in (
            "本合同由Acme Bikes签订。",
            "第一章",
            "第一条 付款",
            "第二条 交付",
            "2026年1月1日",
            "2026年3月31日",
            "¥450,000.00",
            "人民币肆拾伍万元整",
        ):
            with self.subTest(part=part):
                self.assertIn(part, text)
        contract.currency_id = self.env.ref("base.USD")
        self.assertIn("美元肆拾伍万元整", self._html(contract))

    def test_kinds_of_prices_and_limits(self):
        contract = self._create_contract(
            lines=(
                {
                    "product_id": self.product.id,
                    "price_basis": "discount",
                    "discount": 12.5,
                    "min_quantity": 10,
                    "max_quantity": 100,
                    "date_from": self.today,
                    "is_exclusive": True,
                },
                {"categ_id": self.category.id, "max_amount": 5000},
            )
        )
        text = self._html(contract)
        self.assertRegex(text, r"Road Bike, exclusive, from .* list price less 12.5 % Units 10 100")
        self.assertIn("Bikes, all products of the category list price USD 5,000.00", text)

    def test_items_are_not_counted(self):
        contract = self._create_contract()
        self._article(contract).text = "One:\n(1) first\n- second\nTwo"
        self.assertIn("2.1 One: (1) first - second 2.2 Two", self._html(contract))

    def test_html_in_a_text_is_text(self):
        contract = self._create_contract()
        self._article(contract).text = "<script>alert(1)</script>"
        self.assertIn("<script>alert(1)</script>", self._html(contract))

    def test_what_was_sent_stays(self):
        contract = self._send(self._create_contract())
        before, digest = self._html(contract), contract._get_document_digest()
        self.customer.write({"name": "Acme Renamed", "street": "Elsewhere 2"})
        self.product.name = "Gravel Bike"
        self.template.title = "Another Title"
        self.assertEqual(self._html(contract), before)
        self.assertEqual(contract._get_document_digest(), digest)
        contract.action_draft()
        text = self._html(contract)
        self.assertIn("Acme Renamed", text)
        self.assertIn("Gravel Bike", text)
        self.assertNotEqual(contract._get_document_digest(), digest)

    def test_reading_it_needs_the_right_to(self):
        contract = self._create_contract()
        self.assertIn("Dealer Contract", self._html(contract, user=self.seller))
        for user in (self.other_seller, self.outsider, self._create_stranger()):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._html(contract, user=user)

    def test_the_document_is_not_set_by_hand(self):
        contract = self._as(self.seller, self._create_contract())
        with self.assertRaisesRegex(Exception, "made of its terms"):
            contract.document = {"title": "x"}

    # === PDF === #
    def test_pdf(self):
        pages = self._pdf(self._create_dated())
        text = self._pdf_text(pages)
        for part in ("DealerContract", "Article1", "450,000.00", "Deposit", "AcmeBikes"):
            with self.subTest(part=part):
                self.assertIn(part, text)
        width, height = (float(side) for side in pages[0].mediabox[2:])
        self.assertAlmostEqual(width, 595, delta=2)
        self.assertAlmostEqual(height, 842, delta=2)

    def test_pdf_in_chinese(self):
        text = self._pdf_text(self._pdf(self._create_dated(lang="zh_CN")))
        for part in ("第一条付款", "2026年1月1日", "美元肆拾伍万元整"):
            with self.subTest(part=part):
                self.assertIn(part, text)

    def test_pages_are_counted(self):
        html = self.env["ir.actions.report"]._render_qweb_html(
            "sales_system.report_sales_contract",
            self._create_contract().ids,
            data={"report_type": "pdf"},
        )[0]
        self.assertIn(b'class="topage"', html)


@tagged("post_install", "-at_install", "sales_system")
class TestStandardTemplates(ContractDocumentCommon):
    """The contracts that come with the addon read well in both languages."""

    def _get_template(self, kind):
        return self.env.ref(f"sales_system.sales_contract_template_{kind}")

    @freeze_time("2026-11-26")
    def test_framework(self):
        contract = self._create_contract(
            template_id=self._get_template("framework").id, renewal="none"
        )
        text = self._html(contract)
        self.assertIn("Sales Framework Contract", text)
        self.assertIn("Acme Bikes (“Party B”, the buyer)", text)
        self.assertIn("The contract amount is USD 450,000.00 (Four Hundred", text)
        self.assertEqual(contract.document_blanks, "Payment Term / Payment Terms")

    def test_chinese_stands_beside_the_english(self):
        yuan = self.env.ref("base.CNY")
        yuan.active = True
        for kind, title in (("framework", "销售框架合同"), ("distribution", "经销合同")):
            with self.subTest(kind=kind):
                template = self._get_template(kind)
                contract = self._create_contract(
                    template_id=template.id,
                    contract_type=kind,
                    lang="zh_CN",
                    currency_id=yuan.id,
                    date_from=date(2026, 11, 26),
                    date_to=date(2027, 11, 25),
                    territory_id=self.city.id,
                )
                text = self._html(contract)
                self.assertIn(title, text)
                self.assertIn("Acme Bikes（以下简称“乙方”", text)
                self.assertIn("第十条", text)
                for clause in template.clause_ids.with_context(lang="zh_CN"):
                    self.assertRegex(f"{clause.name or ''}{clause.text or ''}", "[\u4e00-\u9fff]")

    def test_chinese_typography(self):
        """Full-width punctuation between Chinese characters, and no spaces between them."""
        for kind in ("framework", "distribution"):
            for clause in self._get_template(kind).clause_ids.with_context(lang="zh_CN"):
                with self.subTest(clause=clause.display_name):
                    text = clause.text or ""
                    self.assertNotRegex(text, "[\u4e00-\u9fff][,;:()!?.]|[,;:()!?.][\u4e00-\u9fff]")
                    self.assertNotRegex(text, "[\u4e00-\u9fff] +[\u4e00-\u9fff]")
                    for line in text.splitlines():
                        self.assertRegex(line, "(。|；|：|}})$")
