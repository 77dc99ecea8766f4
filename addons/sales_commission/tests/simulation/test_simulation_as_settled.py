from odoo.fields import Command
from odoo.tests import tagged

from ..common import YEAR
from .common import SimulationCommon

TIERS = ((0, 1), (500, 2.5), (1500, 4))


@tagged("post_install", "-at_install", "sales_commission")
class TestSimulationAsSettled(SimulationCommon):
    """Simulating the plan that paid, over the months that it paid, gives the amounts paid: by
    payee and month, to the cent. So all that a simulation says of other plans can be trusted."""

    def _assert_as_settled(self, *rules, months=range(1, 8), first=1, **values):
        self._sell_a_year(months)
        plan = self._create_plan(*rules, **values)
        self._settle(plan, *months)
        simulation = self._simulate(plan, first=f"{YEAR}-{first:02}-01")
        lines = simulation.line_ids
        self.assertTrue(lines)
        self.assertEqual(
            lines.mapped("simulated_amount"), lines.mapped("current_amount"), lines.mapped("month")
        )
        self.assertEqual(set(lines.mapped("source")), {"settled"})
        statements = self.env["sales.commission.statement"].search(
            [("run_id.plan_id", "=", plan.id), ("date_from", ">=", f"{YEAR}-{first:02}-01")]
        )
        self.assertAlmostEqual(simulation.simulated_amount, sum(statements.mapped("amount")))
        self.assertEqual(simulation.difference, 0)
        return simulation

    def test_flat(self):
        self._assert_as_settled({"rate": 1.75})

    def test_marginal_by_month(self):
        self._assert_as_settled({"rate_type": "marginal", "tier_ids": self._tiers(*TIERS)})

    def test_marginal_by_quarter(self):
        self._assert_as_settled(
            {
                "rate_type": "marginal",
                "tier_ids": self._tiers(*TIERS),
                "measure_period": "quarter",
            }
        )

    def test_retroactive_by_quarter_with_its_true_ups(self):
        self._assert_as_settled(
            {
                "rate_type": "retroactive",
                "tier_ids": self._tiers(*TIERS),
                "measure_period": "quarter",
            }
        )

    def test_retroactive_by_year(self):
        self._assert_as_settled(
            {"rate_type": "retroactive", "tier_ids": self._tiers(*TIERS), "measure_period": "year"}
        )

    def test_from_the_middle_of_a_year_that_counts_from_january(self):
        self._assert_as_settled(
            {"rate_type": "retroactive", "tier_ids": self._tiers(*TIERS), "measure_period": "year"},
            first=5,
        )

    def test_a_quarter_with_a_month_without_sales(self):
        self._assert_as_settled(
            {
                "rate_type": "retroactive",
                "tier_ids": self._tiers(*TIERS),
                "measure_period": "quarter",
            },
            months=(1, 3, 4, 5, 8),
        )

    def test_threshold(self):
        self._assert_as_settled({"threshold": 700}, {"threshold": 900, "role": "leader"})

    def test_threshold_by_quarter(self):
        self._assert_as_settled({"threshold": 1500, "measure_period": "quarter"})

    def test_caps(self):
        self._assert_as_settled({"rate": 10, "cap_line": 20, "cap_period": 60, "cap_year": 333.33})

    def test_a_cap_of_the_year_from_its_middle_on(self):
        self._assert_as_settled({"rate": 10, "cap_year": 444}, first=3)

    def test_amounts_per_unit_document_and_period(self):
        self._assert_as_settled(
            {"rate_type": "unit", "unit_amount": 1.5, "base": "quantity"},
            {"rate_type": "document", "unit_amount": 10.01, "measure_period": "quarter"},
            {"rate_type": "period", "unit_amount": 99.99},
            rule_mode="all",
        )

    def _rules_and_roles(self):
        return (
            {"rate": 3, "user_id": self.wang_wei.id},
            {"rate_type": "marginal", "tier_ids": self._tiers(*TIERS)},
            {"role": "leader", "rate": 0.5},
            {"role": "payee", "payee_id": self.manager.partner_id.id, "rate": 0.25},
        )

    def test_the_first_of_several_rules_and_roles(self):
        self._assert_as_settled(*self._rules_and_roles())

    def test_all_of_several_rules_and_roles(self):
        self._assert_as_settled(*self._rules_and_roles(), rule_mode="all")

    def test_the_best_rule(self):
        self._assert_as_settled(
            {"rate": 2},
            {"rate_type": "retroactive", "tier_ids": self._tiers(*TIERS)},
            rule_mode="best",
        )

    def test_assigned_payees_on_their_days(self):
        self._assert_as_settled(
            payee_scope="assigned",
            assignment_ids=[
                Command.create({"payee_id": self.li_na.partner_id.id, "date_to": f"{YEAR}-06-20"})
            ],
        )

    def test_attainment(self):
        target_plan = self._create_target_plan()
        self._assert_as_settled(
            {
                "rate_type": "retroactive",
                "tier_basis": "attainment",
                "target_plan_id": target_plan.id,
                "tier_ids": self._tiers((0, 1), (80, 2), (100, 5)),
            },
        )

    def _create_target_plan(self):
        plan = self.env["sales.target.plan"].create(
            {
                "name": "Orders",
                "metric": "booked",
                "period": "month",
                "date_from": f"{YEAR}-01-01",
                "date_to": f"{YEAR}-12-31",
                "company_id": self.company.id,
            }
        )
        for user in (self.li_na, self.wang_wei):
            target = self.env["sales.target"].create({"plan_id": plan.id, "user_id": user.id})
            target.cell_ids.assigned = 1100
        plan.action_approve()
        return plan
