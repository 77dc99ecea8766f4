from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import EngineCommon, day

TIERS = ((0, 1), (1000, 2))


@tagged("post_install", "-at_install", "sales_commission")
class TestToDate(EngineCommon):
    """What is sold in a quarter or year up to now decides, and what was paid too little or too
    much for its earlier months is put right."""

    def _create_tiered_plan(self, measure_period="quarter", rate_type="retroactive", **values):
        return self._create_plan(
            {
                "rate_type": rate_type,
                "measure_period": measure_period,
                **self._tiers(*TIERS),
                **values,
            }
        )

    def test_quarter_to_date(self):
        plan = self._create_tiered_plan()
        # January: 800 at 1 %
        self._sell(800, date=day(1))
        january = self._settle(plan, 1)
        self.assertEqual(january.amount, 8.0)
        # February passes 1,000: its own 400 at 2 %, and January's 800 at 1 % more
        self._sell(400, date=day(2))
        february = self._settle(plan, 2)
        self.assertEqual((self._amounts(february), self._true_up(february)), ([8.0], 8.0))
        self.assertRecordValues(
            february.measure_ids,
            [{"base": 400.0, "prior_base": 800.0, "prior_amount": 8.0, "rate": 2.0}],
        )
        # March is in the tier already: nothing to put right
        self._sell(100, date=day(3))
        march = self._settle(plan, 3)
        self.assertEqual((self._amounts(march), self._true_up(march)), ([2.0], 0.0))
        # April begins at nothing
        self._sell(100, date=day(4))
        self.assertEqual(self._settle(plan, 4).amount, 1.0)

    def test_year_to_date_reaches_over_the_quarter(self):
        plan = self._create_tiered_plan("year")
        self._sell(800, date=day(1))
        self._settle(plan, 1)
        self._sell(400, date=day(4))
        self.assertEqual(self._settle(plan, 4).amount, 16.0)

    def test_marginal_goes_on_where_it_stopped(self):
        plan = self._create_tiered_plan(rate_type="marginal")
        self._sell(800, date=day(1))
        self._settle(plan, 1)
        self._sell(400, date=day(2))
        february = self._settle(plan, 2)
        # 200 up to the edge at 1 %, 200 above it at 2 %; January stays as it is
        self.assertEqual((self._amounts(february), self._true_up(february)), ([6.0], 0.0))

    def test_threshold_reached_in_the_second_month(self):
        plan = self._create_plan({"rate": 5, "threshold": 1000, "measure_period": "quarter"})
        self._sell(800, date=day(1))
        self.assertEqual(self._settle(plan, 1).amount, 0.0)
        self._sell(400, date=day(2))
        february = self._settle(plan, 2)
        self.assertEqual((self._amounts(february), self._true_up(february)), ([20.0], 40.0))

    def test_amount_per_quarter_is_paid_once(self):
        plan = self._create_plan(
            {"rate_type": "period", "unit_amount": 300, "measure_period": "quarter"}
        )
        self._sell(100, date=day(1))
        self.assertEqual(self._settle(plan, 1).amount, 300.0)
        self._sell(200, date=day(2))
        february = self._settle(plan, 2)
        # February's sale is worth two thirds of it, which January gives back
        self.assertEqual((self._amounts(february), self._true_up(february)), ([200.0], -200.0))

    def test_a_cancelled_sale_takes_the_tier_back(self):
        plan = self._create_tiered_plan()
        order = self._confirm_order(800, date=day(1))
        self._sell(400, date=day(1))
        self.assertEqual(self._settle(plan, 1).amount, 24.0)
        # The order is cancelled in February: its 16 go back, and the 400 that are left were
        # paid 2 % where 1 % would have done
        order._action_cancel()
        february = self._settle(plan, 2)
        self.assertEqual((self._amounts(february), self._true_up(february)), ([-16.0], -4.0))
        # Which leaves 1 % of what was sold
        self._sell(100, date=day(3))
        march = self._settle(plan, 3)
        self.assertEqual((self._amounts(march), self._true_up(march)), ([1.0], 0.0))

    def test_a_sale_of_the_last_quarter_does_not_count_in_this_one(self):
        plan = self._create_tiered_plan()
        order = self._confirm_order(2000, date=day(3))
        self.assertEqual(self._settle(plan, 3).amount, 40.0)
        # In April it is cancelled, and something else is sold
        order._action_cancel()
        self._sell(500, date=day(4))
        april = self._settle(plan, 4)
        self.assertEqual(sorted(self._amounts(april)), [-40.0, 5.0])
        # In May the quarter stands at 1,100, not at 900 less
        self._sell(600, date=day(5))
        may = self._settle(plan, 5)
        self.assertEqual((self._amounts(may), self._true_up(may)), ([12.0], 5.0))

    def test_a_cap_per_year_holds_for_true_ups(self):
        plan = self._create_tiered_plan("year", cap_year=30)
        self._sell(900, date=day(1))
        self.assertEqual(self._settle(plan, 1).amount, 9.0)
        # 9 more for January, 2,000 at 2 %: 49 in all, of which 21 are left in the year
        self._sell(2000, date=day(2))
        february = self._settle(plan, 2)
        self.assertEqual((self._amounts(february), self._true_up(february)), ([12.0], 9.0))
        self._sell(2000, date=day(3))
        self.assertEqual(self._settle(plan, 3).amount, 0.0)

    def test_terms_that_undo_each_other_are_refused(self):
        with self.assertRaisesRegex(UserError, "would undo a cap per sale or per period"):
            self._create_tiered_plan(cap_period=100)
        with self.assertRaisesRegex(UserError, "would undo a cap per sale or per period"):
            self._create_tiered_plan(cap_line=100)
        with self.assertRaisesRegex(UserError, "pays by the best rule"):
            self._create_plan(
                {
                    "rate_type": "retroactive",
                    "measure_period": "quarter",
                    **self._tiers(*TIERS),
                },
                rule_mode="best",
            )
        # Where nothing is paid anew, they are fine
        self._create_tiered_plan(rate_type="marginal", cap_line=5, cap_period=100)
