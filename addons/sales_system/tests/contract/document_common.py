import unicodedata
from datetime import timedelta
from io import BytesIO

from lxml import html
from pypdf import PdfReader

from odoo import fields
from odoo.fields import Command
from odoo.tools import mute_logger

from .common import ContractCommon

# A black pixel.
SIGNATURE = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg"
    "=="
)
REPORT = "sales_system.sales_contract_report"


class ContractDocumentCommon(ContractCommon):
    """A template of four clauses, in English and Chinese, and a contract of a year from today."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls.today = fields.Date.today()
        cls.customer.write({"lang": "en_US", "email": "buyer@acme.example", "street": "Main St 1"})
        cls.template = cls._create_template()

    @classmethod
    def _create_template(cls, **values):
        template = cls.env["sales.contract.template"].create(
            {
                "name": "Dealers",
                "title": "Dealer Contract",
                "clause_ids": [
                    Command.create({"sequence": sequence, **clause})
                    for sequence, clause in enumerate(cls._clauses())
                ],
                **values,
            }
        )
        chinese = ("本合同由{{ contract.partner_id.name }}签订。", None, "付款", "交付", "其他")
        for clause, text in zip(template.clause_ids, chinese, strict=True):
            field = "name" if clause.name else "text"
            if text:
                clause.with_context(lang="zh_CN")[field] = text
        return template

    @classmethod
    def _clauses(cls):
        return (
            {"text": "Between us and {{ contract.partner_id.name }}.", "is_mandatory": True},
            {"name": "Terms", "display_type": "line_section"},
            {
                "name": "Payment",
                "is_mandatory": True,
                "text": "The amount is {{ contract.amount }}.\nIt applies {{ contract.term }}.",
            },
            {"name": "Delivery", "text": "Delivered to {{ contract.partner_id.address }}."},
            {"name": "Other", "text": "Tax ID {{ contract.partner_id.vat }}."},
        )

    @classmethod
    def _create_contract(cls, **values):
        dates = {"date_from": cls.today, "date_to": cls.today + timedelta(days=365)}
        return super()._create_contract(
            **{"template_id": cls.template.id, "title": "Bikes", **dates, **values}
        )

    def _send(self, contract):
        contract.action_submit()
        contract.action_release()
        contract.action_mark_sent()
        return contract

    def _article(self, contract, name="Delivery"):
        return contract.article_ids.filtered(lambda article: article.name == name)

    def _html(self, records, report=REPORT, user=None):
        """:return: str, what is printed, with single spaces"""
        action = self.env.ref(report)
        if user:
            action = self._as(user, action)
        content, _type = action._render_qweb_html(action.report_name, records.ids)
        return " ".join(" ".join(html.fromstring(content).itertext()).split())

    def _pdf(self, records, report=REPORT):
        """:return: pages of what is printed; skips the test where that cannot be done"""
        reports = self.env["ir.actions.report"]
        if reports.get_wkhtmltopdf_state() in ("install", "broken"):
            self.skipTest("wkhtmltopdf is not installed: PDF files are not checked")
        # A build without patches says so of the space for headers, and draws none.
        with mute_logger("odoo.addons.base.models.ir_actions_report"):
            content, _type = reports.with_context(force_report_rendering=True)._render_qweb_pdf(
                self.env.ref(report).report_name, records.ids
            )
        return PdfReader(BytesIO(content)).pages

    @staticmethod
    def _pdf_text(pages):
        """:return: text of the pages without spaces, which a PDF has only by position"""
        text = "".join(page.extract_text() for page in pages)
        # Fonts name some characters as the radicals that they look like.
        return "".join(unicodedata.normalize("NFKC", text).split())
