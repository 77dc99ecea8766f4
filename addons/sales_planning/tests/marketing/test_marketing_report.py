from io import BytesIO

from lxml import html
from pypdf import PdfReader

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import MarketingCommon

REPORT = "sales_planning.report_marketing_plan"


@tagged("post_install", "-at_install", "sales_planning")
class TestMarketingReport(MarketingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls.strategy = cls.env["sales.strategy"].create(
            {
                "name": "E-Bikes",
                "company_id": cls.company.id,
                "date_from": "2026-01-01",
                "date_to": "2026-12-31",
                "competitive_strategy": "focus",
            }
        )
        cls.env["sales.strategy.goal"].create(
            {"strategy_id": cls.strategy.id, "name": "Known in towns", "metric": "%", "value": 12.5}
        )
        cls.strategy.action_confirm()
        cls.plan.write({"strategy_id": cls.strategy.id, "description": "<p>To the towns</p>"})
        cls.advert.write({"expected_leads": 40, "expected_revenue": 12000})
        cls.env["sales.marketing.media"].create(
            {
                "activity_id": cls.advert.id,
                "medium_id": cls.env["utm.medium"].create({"name": "Metro Poster"}).id,
                "slots": 4,
                "price_unit": 250,
                "impressions": 50000,
            }
        )
        cls.env["sales.marketing.resource"].create(
            [
                {"activity_id": cls.fair.id, "user_id": cls.seller.id, "hours": 6, "unit_cost": 50},
                {
                    "activity_id": cls.fair.id,
                    "kind": "material",
                    "product_id": cls.product.id,
                    "quantity": 2,
                },
            ]
        )
        cls._create_budget(cls.advert, 1500, analytic_account_id=cls.account.id)
        cls._create_budget(cls.fair, 800, cls.fairs)
        cls._cost(1600)

    def _text(self, user=None, plan=None, **context):
        """:return: what is printed, with single spaces"""
        report = self._as(user or self.seller, self.env["ir.actions.report"])
        content, _kind = report.with_context(**context)._render_qweb_html(
            REPORT, (plan or self.plan).ids
        )
        text = " ".join(html.fromstring(content).itertext())
        return " ".join(text.replace("\N{ZERO WIDTH NO-BREAK SPACE}", "").split())

    def test_what_it_says(self):
        text = self._text()
        for part in (
            "Spring Marketing Plan",
            "Draft: this plan is not approved.",
            "03/01/2026 – 05/31/2026",
            "Strategy E-Bikes",
            "To the towns",
            "Known in towns % 12.50",
            "Fair 05/01/2026 to 05/31/2026 After: Advert",
            "Metro Poster",
            "4 $ 250.00 $ 1,000.00 50,000 $ 20.00",
            "People li.na",
            "6.00",
            "Material [P1] Road Bike 2.00 $ 600.00 $ 1,200.00",
            "Adverts $ 1,500.00 $ 0.00 $ 1,600.00 $ -100.00",
            "Fairs $ 800.00 $ 0.00 $ 0.00 $ 800.00",
            "Total $ 2,300.00 $ 0.00 $ 1,600.00 $ 700.00",
            "Expected Leads 40",
            "Budget per Expected Lead $ 57.50",
        ):
            with self.subTest(part=part):
                self.assertIn(part, text)

    def test_drafts_and_revisions_are_marked(self):
        with freeze_time("2026-02-20"):
            self._approve_plan()
        text = self._text()
        self.assertIn("State Approved ( 02/20/2026 )", text)
        self.assertNotIn("Draft", text)
        self.plan._revise("Why")
        self.assertIn(
            "Draft of revision 1: what was approved on 02/20/2026 is being changed.", self._text()
        )

    def test_bars_lie_where_the_days_are(self):
        report = self._as(self.seller, self.env["ir.actions.report"])
        content, _kind = report._render_qweb_html(REPORT, self.plan.ids)
        styles = " ".join(html.fromstring(content).xpath("//td//div/@style"))
        # March is the first 31 of 92 days, May the last 31.
        self.assertIn("left: 0.0%; width: 33.7%", styles)
        self.assertIn("left: 66.3%; width: 33.7%", styles)

    def test_it_speaks_the_language_of_the_reader(self):
        self.adverts.with_context(lang="zh_CN").name = "广告"
        self.seller.lang = "zh_CN"
        for context in ({}, {"lang": "zh_CN"}):
            text = self._text(**context)
            self.assertIn("2026/03/01 – 2026/05/31", text)
            self.assertIn("3月", text)
            self.assertIn("广告", text)
        self.assertIn("03/01/2026 – 05/31/2026", self._text(lang="en_US"))

    def test_who_reads_it(self):
        for user in (self.other_seller, self.outsider, self._create_stranger()):
            with self.subTest(user=user.login), self._refused(AccessError):
                self._text(user)
        self._approve_plan()
        # Of an approved plan everybody in sales reads what is done, not the single budgets.
        text = self._text(self.other_seller)
        self.assertIn("Fair 05/01/2026 to 05/31/2026", text)
        self.assertNotIn("Adverts", text)
        with self._refused(AccessError):
            self._text(self.outsider)

    def test_an_empty_plan_and_several_at_once(self):
        empty = self._create_plan(name="Empty")
        self.assertIn("Empty Marketing Plan", self._text(plan=empty))
        text = self._text(plan=self.plan | empty)
        self.assertIn("Spring Marketing Plan", text)
        self.assertIn("Empty Marketing Plan", text)

    def test_the_file(self):
        reports = self.env["ir.actions.report"]
        if reports.get_wkhtmltopdf_state() in ("install", "broken"):
            self.skipTest("wkhtmltopdf is not installed: PDF files are not checked")
        # A build without patches says so of the space for headers, and draws none.
        with mute_logger("odoo.addons.base.models.ir_actions_report"):
            content, _kind = reports.with_context(force_report_rendering=True)._render_qweb_pdf(
                REPORT, self.plan.ids
            )
        pages = PdfReader(BytesIO(content)).pages
        # A PDF file has spaces only by position.
        text = "".join("".join(page.extract_text() for page in pages).split())
        for part in ("Spring", "Draft:thisplanisnotapproved.", "MetroPoster", "ExpectedLeads40"):
            self.assertIn(part, text)
