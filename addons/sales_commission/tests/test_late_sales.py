from psycopg2.errors import UniqueViolation

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import APRIL, MARCH, MAY, YEAR, SalesCommissionCommon


@tagged("post_install", "-at_install", "sales_commission")
class TestLateSales(SalesCommissionCommon):
    def test_a_sale_cancelled_after_the_payout_is_taken_back(self):
        # March is settled with an order of 1,000
        plan = self._create_plan({"rate": 3}, date_to=MARCH[1])
        self._create_plan({"rate": 5}, date_from=APRIL[0])
        order = self._confirm_order(1000)
        march = self._create_run(MARCH, approve=True)
        self.assertEqual(march.amount, 30.0)
        # In April the customer withdraws, and another order comes in
        order._action_cancel()
        self._sell(200, date=APRIL[0])
        # April's run takes the commission back at March's rate
        april = self._create_run(APRIL)
        self.assertRecordValues(
            self._get_earnings(april).sorted("amount"),
            [
                {"base": -1000.0, "rate": 3.0, "amount": -30.0, "plan_id": plan.id},
                {
                    "base": 200.0,
                    "rate": 5.0,
                    "amount": 10.0,
                    "plan_id": april.mapped("statement_ids.earning_ids")
                    .sorted("amount")[-1]
                    .plan_id.id,
                },
            ],
        )
        self.assertRecordValues(
            april.statement_ids,
            [{"earned_amount": 10.0, "deducted_amount": -30.0, "amount": -20.0}],
        )
        self.assertEqual(april.total_ids.late_amount, -1000.0)
        # March's statement stays as it was
        self.assertEqual(march.amount, 30.0)
        # And nothing is taken twice
        april.action_approve()
        self.assertFalse(self._get_earnings(self._create_run(MAY)))

    def test_a_sale_of_a_locked_day_earns_by_the_plan_of_that_day(self):
        self._create_plan({"rate": 3}, date_to=MARCH[1])
        self._create_plan({"rate": 5}, date_from=APRIL[0])
        self._sell(-100, date=APRIL[0], late_for=MARCH[0])
        april = self._create_run(APRIL)
        self.assertEqual(self._get_earnings(april).amount, -3.0)

    def test_days_that_no_run_covered_wait_for_their_own(self):
        plan = self._create_plan()
        self._sell(100)
        april = self._create_run(APRIL, plan_id=plan.id)
        self.assertFalse(self._get_earnings(april))
        march = self._create_run(MARCH, plan_id=plan.id)
        self.assertEqual(march.amount, 2.0)

    def test_two_open_runs_share_no_late_sale(self):
        plan = self._create_plan()
        self._create_run(MARCH, approve=True, plan_id=plan.id)
        late = self._sell(100)
        may = self._create_run(MAY, calculate=False, plan_id=plan.id)
        april = self._create_run(APRIL, calculate=False, plan_id=plan.id)
        # Whichever is calculated first, the earlier one takes it
        may.action_calculate()
        april.action_calculate()
        self.assertEqual(self._get_earnings(april).entry_id, late)
        self.assertFalse(self._get_earnings(may))

    def test_a_run_that_came_first_keeps_the_late_sale(self):
        plan = self._create_plan()
        self._create_run(MARCH, approve=True, plan_id=plan.id)
        late = self._sell(100)
        may = self._create_run(MAY, plan_id=plan.id)
        self.assertEqual(self._get_earnings(may).entry_id, late)
        april = self._create_run(APRIL, plan_id=plan.id)
        self.assertFalse(self._get_earnings(april))
        self.assertEqual(self._get_earnings(may).entry_id, late)

    def test_a_plan_approved_late_reaches_back(self):
        self._create_plan()
        self._sell(100)
        self._create_run(MARCH, approve=True)
        bonus = self._create_plan({"rate": 1}, date_from=f"{YEAR}-03-01")
        april = self._create_run(APRIL)
        self.assertRecordValues(self._get_earnings(april), [{"plan_id": bonus.id, "amount": 1.0}])

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_to_pay_a_sale_twice(self):
        plan = self._create_plan()
        self._sell(100)
        run = self._create_run(plan_id=plan.id)
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            self.cr.execute(
                """
                INSERT INTO sales_commission_earning (
                    run_id, statement_id, company_id, kind, role, payee_id, plan_id, rule_id,
                    entry_id, date, currency_id, base, rate, amount)
                SELECT run_id, statement_id, company_id, kind, role, payee_id, plan_id, rule_id,
                       entry_id, date, currency_id, base, rate, amount
                  FROM sales_commission_earning WHERE run_id = %s
                """,
                (run.id,),
            )
