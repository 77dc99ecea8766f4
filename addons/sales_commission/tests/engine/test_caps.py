from odoo.tests import tagged

from .common import EngineCommon, day


@tagged("post_install", "-at_install", "sales_commission")
class TestCaps(EngineCommon):
    def test_cap_per_sale(self):
        # 10 %, and 50 at most for a line of a sale, in both directions
        plan = self._create_plan({"rate": 10, "cap_line": 50})
        self._sell(300, 2000, -900)
        self.assertEqual(self._amounts(self._settle(plan)), [30.0, 50.0, -50.0])

    def test_cap_per_period(self):
        # 100 at most in a month; the next month begins anew
        plan = self._create_plan({"rate": 10, "cap_period": 100})
        self._sell(700, 500, 200)
        march = self._settle(plan)
        self.assertEqual(self._amounts(march), [70.0, 30.0, 0.0])
        self.assertEqual(march.measure_ids.status, "capped")
        self._sell(500, date=day(4))
        self.assertEqual(self._amounts(self._settle(plan, 4)), [50.0])

    def test_below_a_cap_again(self):
        # What is taken back counts from what was sold, not from the cap
        plan = self._create_plan({"rate": 10, "cap_period": 100})
        self._sell(1500, -200, -400)
        self.assertEqual(self._amounts(self._settle(plan)), [100.0, 0.0, -10.0])

    def test_cap_per_year(self):
        plan = self._create_plan({"rate": 10, "cap_year": 100})
        for month, sold, paid in ((1, 600, 60.0), (2, 600, 40.0), (3, 600, 0.0)):
            self._sell(sold, date=day(month))
            self.assertEqual(self._amounts(self._settle(plan, month)), [paid])
        self._sell(600, date="2020-01-10")
        january = self._create_run(("2020-01-01", "2020-01-31"), plan_id=plan.id)
        self.assertEqual(self._amounts(january), [60.0])

    def test_caps_of_a_quarter_to_date_are_those_of_its_runs(self):
        # Tiers go on from month to month, and each month has its own cap
        plan = self._create_plan(
            {
                "rate_type": "marginal",
                "measure_period": "quarter",
                "cap_period": 30,
                **self._tiers((0, 1), (1000, 2)),
            }
        )
        self._sell(2000, date=day(1))
        self.assertEqual(self._amounts(self._settle(plan, 1)), [30.0])
        self._sell(1000, 1000, date=day(2))
        self.assertEqual(self._amounts(self._settle(plan, 2)), [20.0, 10.0])

    def test_caps_count_each_payee_alone(self):
        plan = self._create_plan({"rate": 10, "cap_period": 50})
        self._sell(1000)
        self._sell(1000, user=self.wang_wei)
        self.assertEqual(self._paid(self._settle(plan)), {"li_na": 50.0, "wang_wei": 50.0})
