from odoo.tests import tagged

from ..common import APRIL, MARCH
from .common import CommissionRunCommon


@tagged("post_install", "-at_install", "sales_commission")
class TestRunEmpty(CommissionRunCommon):
    """Reasons that depend on who is paid by a rule, and by which sales."""

    def test_nobody_to_pay(self):
        plan = self._create_plan({"role": "channel"})
        sale = self._sell(100, user=self.env["res.users"])
        run = self._create_run(plan_id=plan.id)
        self.assertIn("nobody whom the rules could pay", run.empty_message)
        self._sell(100, channel_partner_id=self.partner.id)
        run.action_calculate()
        self.assertFalse(run.empty_message)
        self.assertNotIn(sale, self._get_earnings(run).entry_id)

    def test_a_leader_is_paid_without_a_salesperson(self):
        plan = self._create_plan({"role": "leader"})
        self.sale_team.user_id = False
        self._sell(100, user=self.env["res.users"], team_id=self.sale_team.id)
        run = self._create_run(plan_id=plan.id)
        self.assertIn("nobody whom the rules could pay", run.empty_message)
        self.sale_team.user_id = self.manager
        run.action_calculate()
        self.assertEqual(run.amount, 2.0)

    def test_sales_of_an_earlier_run_are_no_match(self):
        plan = self._create_plan({"product_id": self.product.id})
        self._sell(100, product_id=self.product.id)
        self._create_run(MARCH, approve=True, plan_id=plan.id)
        self._sell(100, date=APRIL[0])
        run = self._create_run(APRIL, plan_id=plan.id)
        self.assertIn("No rule matches a sale between 2019-04-01", run.empty_message)

    def test_a_discount_that_no_rule_takes(self):
        plan = self._create_plan({"discount_to": 10})
        self._sell(100, discount=10)
        run = self._create_run(plan_id=plan.id)
        self.assertIn("No rule matches a sale", run.empty_message)
        self._sell(100, discount=9.99)
        run.action_calculate()
        self.assertEqual(run.amount, 2.0)

    def test_all_sales_were_paid_by_another_run(self):
        plan = self._create_plan()
        late = self._sell(100, date=APRIL[0])
        other = self._create_run(APRIL, plan_id=plan.id)
        self.assertEqual(self._get_earnings(other).entry_id, late)
        self.assertFalse(other.empty_message)

    def test_the_reason_is_gone_with_the_result(self):
        run = self._create_run()
        self.assertTrue(run.empty_message)
        run.action_reset()
        self.assertFalse(run.empty_message)
