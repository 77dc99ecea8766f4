from odoo.fields import Command
from odoo.tests import tagged

from ..common import APRIL, MARCH, YEAR, SalesCommissionCommon

TIERS = [
    Command.create({"amount_from": amount, "rate": rate}) for amount, rate in ((0, 1), (1000, 3.5))
]


@tagged("post_install", "-at_install", "sales_commission")
class TestExplanation(SalesCommissionCommon):
    """How an earning came about, in one sentence."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner.name = "Acme"
        cls.env["res.lang"]._lang_get("en_US").date_format = "%Y-%m-%d"

    def _explain(self, run, index=0):
        self.env.invalidate_all()
        return self._get_earnings(run)[index].explanation

    def test_flat_rate(self):
        plan = self._create_plan()
        self._sell(18400, partner_id=self.partner.id)
        self.assertEqual(
            self._explain(self._create_run(plan_id=plan.id)),
            "S00001 of 2019-03-15, Acme, 18,400.00 × share 100 % = 18,400.00; "
            "rule “Flat” (plan Plan, version 1), 2 % = 368.00.",
        )

    def test_without_a_customer(self):
        plan = self._create_plan()
        self._sell(100)
        self.assertIn("S00001 of 2019-03-15, 100.00 × share", self._explain(self._create_run()))
        self.assertTrue(plan)

    def test_a_share(self):
        plan = self._create_plan()
        order = self._confirm_order(1000)
        self.env["sales.commission.split"].create(
            [
                {"order_id": order.id, "payee_id": user.partner_id.id, "share": share}
                for user, share in ((self.li_na, 60), (self.wang_wei, 40))
            ]
        )
        run = self._create_run(plan_id=plan.id)
        earnings = self._get_earnings(run).sorted("amount")
        self.assertIn("1,000.00 × share 40 % = 400.00;", earnings[0].explanation)
        self.assertIn("1,000.00 × share 60 % = 600.00;", earnings[1].explanation)

    def test_marginal_tiers(self):
        plan = self._create_plan({"rate_type": "marginal", "tier_ids": TIERS, "name": "Road"})
        self._sell(900, 300, 500)
        run = self._create_run(plan_id=plan.id)
        rule = "rule “Road” (plan Plan, version 1)"
        for index, expected in enumerate(
            (
                f"{rule}, running total in tier from 0.00: 1 % = 9.00.",
                # 100 of it at 1 % and 200 at 3.5 %
                f"{rule}, running total ends in tier from 1,000.00: 2.666667 % on average = 8.00.",
                f"{rule}, running total in tier from 1,000.00: 3.5 % = 17.50.",
            )
        ):
            with self.subTest(index=index):
                self.assertIn(expected, self._explain(run, index))

    def test_retroactive_tiers(self):
        plan = self._create_plan({"rate_type": "retroactive", "tier_ids": TIERS})
        self._sell(900, 300)
        self.assertIn(
            "total of 1,200.00 in tier from 1,000.00: 3.5 % on all sales = 31.50.",
            self._explain(self._create_run(plan_id=plan.id)),
        )

    def test_amounts_of_money(self):
        cases = (
            (
                {"rate_type": "unit", "base": "quantity", "unit_amount": 5},
                "quantity 1 × share 100 % = 1; rule “Flat” (plan Plan, version 1), "
                "5.00 per unit = 5.00.",
            ),
            (
                {"rate_type": "document", "unit_amount": 50},
                "its part of 50.00 per document = 50.00.",
            ),
            (
                {"rate_type": "period", "unit_amount": 80},
                "its part of 80.00 for the total of 100.00 = 80.00.",
            ),
            (
                {"base": "margin", "rate": 10},
                "margin 40.00 × share 100 % = 40.00; rule “Flat” (plan Plan, version 1), "
                "10 % = 4.00.",
            ),
        )
        for month, (rule, expected) in enumerate(cases, start=1):
            with self.subTest(rule=rule):
                day = f"{YEAR}-{month:02}-10"
                plan = self._create_plan(rule)
                self._sell(100, date=day, margin=40, document_id=month)
                self.assertIn(
                    expected, self._explain(self._create_run((day, day), plan_id=plan.id))
                )

    def test_below_the_threshold(self):
        plan = self._create_plan({"threshold": 5000})
        self._sell(3000)
        run = self._create_run(plan_id=plan.id)
        self.assertIn(
            "rule “Flat” (plan Plan, version 1): the total of 3,000.00 is below the threshold of "
            "5,000.00, so it brings 0.00.",
            self._explain(run),
        )
        self.assertEqual(run.statement_ids.line_ids.status, "threshold")

    def test_caps(self):
        plan = self._create_plan(
            {"cap_line": 15, "name": "Line"}, {"cap_period": 25, "name": "Period"}, rule_mode="all"
        )
        self._sell(1000, 1000)
        earnings = self._get_earnings(self._create_run(plan_id=plan.id))
        line, period = plan.rule_ids
        for earning in earnings.filtered(lambda one: one.rule_id == line):
            self.assertIn("limited by the cap of 15.00 per sale = 15.00.", earning.explanation)
        whole, rest = earnings.filtered(lambda one: one.rule_id == period)
        self.assertIn("2 % = 20.00.", whole.explanation)
        self.assertIn("2 %, limited by the cap of the period or year = 5.00.", rest.explanation)

    def test_a_correction_names_the_original(self):
        plan = self._create_plan()
        order = self._confirm_order(500)
        self._create_run(MARCH, approve=True, plan_id=plan.id)
        order._action_cancel()
        run = self._create_run(APRIL, plan_id=plan.id)
        [earning] = self._get_earnings(run)
        self.assertEqual(earning.kind, "clawback")
        self.assertIn(
            f"; corrects {order.name} of 2019-03-15, which run 2019-03 · Plan paid by rule “Flat” "
            "(plan Plan, version 1), at the 2 % that were paid = -10.00.",
            earning.explanation,
        )

    def test_a_true_up(self):
        plan = self._create_plan(
            {"rate_type": "retroactive", "tier_ids": TIERS, "measure_period": "year"}
        )
        self._sell(900)
        self._create_run(MARCH, approve=True, plan_id=plan.id)
        self._sell(600, date=f"{YEAR}-04-10")
        run = self._create_run(APRIL, plan_id=plan.id)
        [true_up] = self._get_earnings(run).filtered(lambda earning: earning.kind == "true_up")
        self.assertEqual(
            true_up.explanation,
            "True-up by rule “Flat” (plan Plan, version 1): total of 1,500.00 in tier from "
            "1,000.00: 3.5 % on all sales. What earlier runs counted since 2019-01-01, 900.00, "
            "now stands for 31.50; 9.00 were paid for it, which leaves 22.50.",
        )

    def test_a_foreign_payee_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        euro.rate_ids = [
            Command.clear(),
            Command.create({"name": "2019-01-01", "rate": 0.5, "company_id": self.company.id}),
        ]
        plan = self._create_plan(
            payee_scope="assigned",
            assignment_ids=[
                Command.create({"payee_id": self.li_na.partner_id.id, "currency_id": euro.id})
            ],
        )
        self._sell(1000)
        name = self.company.currency_id.name
        self.assertIn(
            f"1,000.00 × share 100 % = 1,000.00; rule “Flat” (plan Plan, version 1), "
            f"2 %, at 0.5 EUR for 1 {name} = 10.00 EUR.",
            self._explain(self._create_run(plan_id=plan.id)),
        )

    def test_no_target(self):
        target_plan = self.env["sales.target.plan"].create(
            {"name": "FY", "date_from": f"{YEAR}-01-01", "date_to": f"{YEAR}-12-31"}
        )
        plan = self._create_plan(
            {
                "rate_type": "retroactive",
                "tier_basis": "attainment",
                "tier_ids": TIERS,
                "target_plan_id": target_plan.id,
            }
        )
        self._sell(1000)
        self.assertIn(
            "target plan FY has no target for li_na, so it brings 0.00.",
            self._explain(self._create_run(plan_id=plan.id)),
        )

    def test_numbers_in_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("de_DE")
        plan = self._create_plan({"rate": 2.5})
        self._sell(1000)
        earning = self._get_earnings(self._create_run(plan_id=plan.id)).with_context(lang="de_DE")
        self.assertIn("1.000,00", earning.explanation)
        self.assertIn("2,5 % = 25,00", earning.explanation)

    def test_many_are_read_together(self):
        plan = self._create_plan()
        orders = [self._confirm_order(100) for _index in range(3)]
        self._create_run(MARCH, approve=True, plan_id=plan.id)
        for order in orders:
            order._action_cancel()
        self._sell(*[10] * 40, date=f"{YEAR}-04-10", partner_id=self.partner.id)
        run = self._create_run(APRIL, plan_id=plan.id)
        earnings = self._get_earnings(run)
        self.assertEqual(len(earnings), 43)
        self.env.flush_all()
        counts = []
        for some in (earnings[:5] | earnings[-1:], earnings):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.mapped("explanation")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
        self.assertLess(counts[1], 20)
