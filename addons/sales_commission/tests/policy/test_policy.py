from lxml import html

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sales_system.tests.common import RpcCase

from ..common import MARCH, YEAR, SalesCommissionCommon

TIERS = ((0, 1), (1000, 3), (5000, 5))


@tagged("post_install", "-at_install", "sales_commission")
class TestPolicy(SalesCommissionCommon, RpcCase):
    """The plan as a text to sign, with numbers that the runs would come to."""

    def _tiers(self, *tiers):
        return [Command.create({"amount_from": bound, "rate": rate}) for bound, rate in tiers]

    def _render(self, plan, user=None, **data):
        report = self.env["ir.actions.report"].with_user(user or self.env.user)
        content, _type = report._render_qweb_html(
            "sales_commission.report_policy", plan.ids, data=data
        )
        return " ".join(html.fromstring(content).text_content().split())

    def _get_examples(self, plan):
        examples = self.env["sales.commission.example"]._compute(plan.rule_ids)
        return [
            [(example.base, example.amount) for example in examples[rule]] for rule in plan.rule_ids
        ]

    def test_the_text(self):
        plan = self._create_plan(
            {"name": "Bikes", "rate_type": "marginal", "tier_ids": self._tiers(*TIERS)},
            {"name": "Leaders", "role": "leader", "rate": 0.5, "cap_year": 2000},
            name="Policy 2019",
        )
        text = self._render(plan, payee_id=self.li_na.partner_id.id)
        for words in (
            "Policy 2019",
            "1. Bikes",
            "The salesperson earns 1 % to 5 % of the untaxed amount of orders",
            "2. Leaders",
            "The leader of the sale's team earns 0.5 %",
            "2,000.00 at most in a calendar year.",
            "the first of them counts",
            "no limit",
            "Signature",
            "li_na",
            "until further notice",
        ):
            with self.subTest(words=words):
                self.assertIn(words, text)
        self.assertNotIn("Draft", text)

    def test_a_draft_says_that_it_is_one(self):
        self.assertIn("not approved yet", self._render(self._create_plan(approve=False)))

    def test_examples_by_hand(self):
        for values, expected in (
            ({"rate": 2}, [(100000, 2000)]),
            ({"rate": 2, "threshold": 1000}, [(500, 0), (1200, 24)]),
            ({"rate": 2, "cap_period": 3000}, [(100000, 2000), (187500, 3000)]),
            (
                {"rate_type": "marginal", "tier_ids": self._tiers(*TIERS)},
                [(500, 5), (3000, 70), (6000, 180)],
            ),
            (
                {"rate_type": "retroactive", "tier_ids": self._tiers(*TIERS)},
                [(500, 5), (3000, 90), (6000, 300)],
            ),
            ({"rate_type": "unit", "base": "quantity", "unit_amount": 1.5}, [(100, 150)]),
            ({"rate_type": "document", "unit_amount": 40}, [(100000, 40)]),
            ({"rate_type": "period", "unit_amount": 40}, [(100000, 40)]),
        ):
            with self.subTest(values=values):
                plan = self._create_plan(values, approve=False)
                self.assertEqual(self._get_examples(plan), [expected])

    def test_attainment(self):
        target_plan = self.env["sales.target.plan"].create(
            {
                "name": "Orders",
                "metric": "booked",
                "date_from": f"{YEAR}-01-01",
                "date_to": f"{YEAR}-12-31",
                "company_id": self.company.id,
            }
        )
        plan = self._create_plan(
            {
                "rate_type": "retroactive",
                "tier_basis": "attainment",
                "target_plan_id": target_plan.id,
                "tier_ids": self._tiers((0, 1), (80, 2), (100, 5)),
            },
            approve=False,
        )
        self.assertEqual(self._get_examples(plan), [[(40000, 400), (90000, 1800), (120000, 6000)]])
        text = self._render(plan)
        self.assertIn("Attainment from", text)
        self.assertIn("80 %", text)

    def test_examples_are_what_a_run_pays(self):
        plan = self._create_plan(
            {"rate_type": "marginal", "tier_ids": self._tiers(*TIERS), "cap_period": 100}
        )
        [examples] = self._get_examples(plan)
        for number, (base, _amount) in enumerate(examples):
            with self.subTest(base=base):
                user = self._create_user(f"payee_{number}", "sales_team.group_sale_salesman")
                self._sell(base, user=user)
        run = self._create_run(MARCH, plan_id=plan.id)
        self.assertEqual(
            sorted(run.statement_ids.mapped("amount")), sorted(amount for _b, amount in examples)
        )

    def test_the_language_is_chosen(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        plan = self._create_plan({"rate": 2.5})
        wizard = self.env["sales.commission.policy"].create(
            {"plan_id": plan.id, "lang": "fr_FR", "payee_id": self.li_na.partner_id.id}
        )
        action = wizard.action_preview()
        self.assertEqual((action["report_type"], action["data"]["lang"]), ("qweb-html", "fr_FR"))
        values = self.env["report.sales_commission.report_policy"]._get_report_values(
            [], action["data"]
        )
        self.assertEqual(values["docs"], plan)
        self.assertEqual(values["docs"].env.lang, "fr_FR")
        self.assertEqual(wizard.action_print()["report_type"], "qweb-pdf")

    def test_a_language_that_is_not_there_falls_back(self):
        plan = self._create_plan()
        values = self.env["report.sales_commission.report_policy"]._get_report_values(
            plan.ids, {"lang": "xx_XX"}
        )
        self.assertEqual(values["language"], self.env.lang)

    def test_whom_the_plan_pays_may_read_it(self):
        plan = self._create_plan(
            payee_scope="assigned",
            assignment_ids=[
                Command.create({"payee_id": user.partner_id.id})
                for user in (self.li_na, self.manager)
            ],
        )
        text = self._render(plan, self.li_na)
        self.assertIn("li_na", text)
        self.assertNotIn("manager", text)
        with self.assertRaises(AccessError):
            self._render(plan, self.wang_wei)
        with self.assertRaises(AccessError):
            self._render(plan, self.wang_wei, plan_ids=plan.ids)
        report = self.env["report.sales_commission.report_policy"]
        _result, error = self._call(self.wang_wei, report, "_get_report_values", plan.ids)
        self.assertIn("Private methods", error)

    def test_a_draft_is_for_managers(self):
        plan = self._create_plan(approve=False)
        self._render(plan, self.manager)
        with self.assertRaises(AccessError):
            self._render(plan, self.li_na)
