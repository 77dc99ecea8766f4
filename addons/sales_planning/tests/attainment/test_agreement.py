from lxml import html

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.attainment import sales_target as sales_target_module
from ..common import SalesPlanningCommon


@tagged("post_install", "-at_install", "sales_planning")
class TestAgreement(SalesPlanningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("zh_CN")
        cls.region_target = cls._create_target({1: 9000}, territory_id=cls.region.id)
        cls.target = cls._create_target(
            {1: 1000, 2: 2500.5}, user_id=cls.seller.id, parent_id=cls.region_target.id
        )
        cls._cell(cls.target, 1).stretch = 1200
        cls.region_target.responsible_id = cls.leader

    def _text(self, records, report="report_target_agreement_action", user=None):
        """:return: str, what is printed, as the user's browser would ask for it"""
        action = self.env.ref(f"sales_planning.{report}")
        if user:
            action = self._as(user, action)
        content, _type = action._render_qweb_html(action.report_name, records.ids)
        return " ".join(html.fromstring(content).text_content().split())

    def test_the_sheet_of_a_person(self):
        text = self._text(self.target)
        for part in (
            "Target Agreement",
            "Company Bike Works",
            f"Person {self.seller.name}",
            "Plan Orders 2026",
            "What counts Booked",
            "01/01/2026 – 12/31/2026",
            "Jan 2026 $ 1,000.00 $ 1,200.00",
            "Total $ 3,500.50 $ 1,200.00",
            "Three Thousand, Five Hundred Dollars and Fifty Cents",
            "I accept the targets above",
            f"Leader{self.leader.name}",
            "Signature",
        ):
            with self.subTest(part=part):
                self.assertIn(part, text)
        self.assertNotIn("Challenge", text)

    def test_each_person_reads_the_own_language(self):
        self.seller.lang = "zh_CN"
        self.plan.commitments = False
        self.env.ref("sales_planning.report_target_agreement_document").update_field_translations(
            "arch_db", {"zh_CN": {"Target Agreement": "责任书", "Signature": "签字"}}
        )
        text = self._text(self.target)
        self.assertIn("责任书", text)
        self.assertIn("签字", text)
        self.assertIn("2026年1月", text)
        self.assertNotIn("Jan 2026", text)
        self.assertNotIn("Thousand", text)

    def test_amounts_in_chinese_capitals(self):
        if sales_target_module.an2cn is None:
            self.skipTest("cn2an is not installed")
        chinese = self.target.with_context(lang="zh_CN")
        self.assertEqual(chinese._get_assigned_in_words(), "USD 叁仟伍佰元伍角")
        yuan = self.env.ref("base.CNY")
        yuan.active = True
        self.plan.company_id.currency_id = yuan
        self._cell(self.target, 2).assigned = 1_000_000
        self.assertEqual(chinese._get_assigned_in_words(), "壹佰万壹仟元整")

    def test_pieces_have_no_words(self):
        plan = self._create_plan(metric="quantity")
        target = self._create_target({1: 1200}, plan=plan, user_id=self.seller.id)
        self.assertEqual(target._get_assigned_in_words(), "")
        text = self._text(target)
        self.assertIn("Total 1,200", text)
        self.assertNotIn("in words", text)

    def test_the_leader_is_the_next_one_above_or_of_the_team(self):
        self.assertEqual(self.target._get_leader(), self.leader)
        self.region_target.responsible_id = False
        self.assertFalse(self.target._get_leader())
        team = self.env["crm.team"].create(
            {"name": "East", "user_id": self.manager.id, "company_id": self.company.id}
        )
        self.env["crm.team.member"].create({"crm_team_id": team.id, "user_id": self.seller.id})
        self.assertEqual(self.target._get_leader(), self.manager)

    def test_the_sheets_of_all_people_of_a_plan(self):
        self._create_target({1: 1}, user_id=self.other_seller.id)
        text = self._text(self.plan, "report_target_agreement_plan_action")
        self.assertEqual(text.count("Target Agreement"), 2)
        self.assertIn(self.other_seller.name, text)

    def test_a_plan_without_people_prints_nothing(self):
        plan = self._create_plan(name="Regions")
        self._create_target({1: 1}, plan=plan, territory_id=self.region.id)
        with self.assertRaisesRegex(UserError, "Regions has no target of a salesperson"):
            self._text(plan, "report_target_agreement_plan_action")

    def test_a_salesperson_prints_the_own_sheet_only(self):
        other = self._create_target({1: 1}, user_id=self.other_seller.id)
        self.assertIn("Total $ 3,500.50", self._text(self.target, user=self.seller))
        with mute_logger("odoo.addons.base.models.ir_rule"), self.assertRaises(AccessError):
            self._text(other, user=self.seller)
        plan = self._text(self.plan, "report_target_agreement_plan_action", user=self.seller)
        self.assertNotIn(self.other_seller.name, plan)
