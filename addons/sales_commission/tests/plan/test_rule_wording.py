from odoo.fields import Command
from odoo.tests import tagged

from ..common import YEAR, SalesCommissionCommon


@tagged("post_install", "-at_install", "sales_commission")
class TestRuleWording(SalesCommissionCommon):
    """Every rule can be said in words."""

    def _say(self, **values):
        plan = self._create_plan(values, approve=False)
        return plan.rule_ids.summary

    def _tiers(self, *tiers):
        return [Command.create({"amount_from": bound, "rate": rate}) for bound, rate in tiers]

    def test_who_and_how_much(self):
        team_leader = {"role": "leader", "leader_level": 2}
        for values, words in (
            ({"rate": 2.5}, "The salesperson earns 2.5 % of the untaxed amount of orders."),
            (
                {"event": "collected", "base": "margin"},
                "The salesperson earns 2 % of the margin of what customers have paid.",
            ),
            (
                {"rate_type": "unit", "base": "quantity", "event": "invoiced", "unit_amount": 1.5},
                "earns $1.50 for each unit of the quantity invoiced.",
            ),
            (
                {"rate_type": "document", "event": "invoiced", "unit_amount": 40},
                "earns $40.00 for each invoice.",
            ),
            (
                {"rate_type": "period", "measure_period": "quarter", "unit_amount": 1000},
                "earns $1,000.00 for each quarter in which the untaxed amount of orders is above",
            ),
            (team_leader, "The leader of team level 2 above the sale earns 2 %"),
            (
                {"role": "payee", "payee_id": self.manager.partner_id.id},
                "manager earns 2 % of the untaxed amount of orders.",
            ),
            ({"role": "payee"}, "A payee who is not chosen yet earns"),
            ({"role": "channel"}, "The channel partner earns"),
        ):
            with self.subTest(words=words):
                self.assertIn(words, self._say(**values).replace("\xa0", "").replace("$ ", "$"))

    def test_tiers(self):
        tiers = {"tier_ids": self._tiers((0, 1), (1000, 2.25))}
        self.assertIn(
            "earns 1 % to 2.25 % of the untaxed amount of orders in the settled period: each part "
            "of the total at the rate of its own tier.",
            self._say(rate_type="marginal", **tiers),
        )
        self.assertIn(
            "in the year to date: all of the total at the rate of the tier that it reaches.",
            self._say(rate_type="retroactive", measure_period="year", **tiers),
        )
        self.assertIn(
            "attainment of the target (not chosen yet) has reached",
            self._say(rate_type="retroactive", tier_basis="attainment", **tiers),
        )

    def test_limits_and_conditions(self):
        category = self.env["product.category"].create({"name": "Bikes"})
        tag = self.env["res.partner.category"].create({"name": "Gold"})
        summary = self._say(
            threshold=1000,
            cap_line=10,
            cap_period=100,
            cap_year=500,
            categ_id=category.id,
            partner_tag_ids=tag.ids,
            discount_from=5,
            discount_to=12.5,
            customer_kind="new",
            new_days=90,
            date_from=f"{YEAR}-03-01",
        )
        for words in (
            "nothing is paid, from there on everything is",
            "One line of a sale earns",
            "at most in a period",
            "at most in a calendar year",
            "Only products of category Bikes and the categories below it count.",
            "Only customers with one of these tags count: Gold.",
            "Only sales at a discount from 5 % to less than 12.5 % count.",
            "sales within 90 days of their first one",
            f"Only sales from {YEAR}-03-01 on count.",
        ):
            with self.subTest(words=words):
                self.assertIn(words, summary)

    def test_whoever_reads_the_rule_reads_its_words(self):
        """Though not the customer that it names."""
        secret = self.env["res.partner"].create({"name": "Acme", "user_id": self.wang_wei.id})
        plan = self._create_plan({"partner_id": secret.id})
        rule = plan.rule_ids.with_user(self.li_na)
        self.assertIn("Only sales to customer Acme count.", rule.summary)
