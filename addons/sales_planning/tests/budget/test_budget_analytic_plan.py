from odoo.tests import tagged

from .common import BudgetCommon


@tagged("post_install", "-at_install", "sales_planning")
class TestBudgetAnalyticPlan(BudgetCommon):
    """Analytic plans are columns, and come while budgets are counted."""

    def test_a_new_plan_while_an_approval_is_to_be_counted_anew(self):
        budget = self._create_budget(self.target_li, 100, analytic_account_id=self.cost_east.id)
        self._approve_plan()
        self._cost(self.cost_east, 90)
        request = self._create_request(budget, 20)
        self.env.flush_all()
        self.env.add_to_compute(request._fields["approval_state"], request)
        new = self.env["account.analytic.plan"].create({"name": "Regions"})
        self.assertEqual((request.approval_state, request.excess), ("needed", 10))
        # Costs on the new plan count from now on, too.
        north = self._create_cost_centre("North", plan=new)
        other = self._create_budget(self.target_west, method="typed", analytic_account_id=north.id)
        self._cost(north, 7)
        self.assertEqual(self._figures(other)[1], 7)
