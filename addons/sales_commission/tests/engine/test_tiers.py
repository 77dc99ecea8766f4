from odoo.tests import tagged

from .common import EngineCommon, day

TIERS = ((0, 1), (1000, 3), (5000, 5))


@tagged("post_install", "-at_install", "sales_commission")
class TestTiers(EngineCommon):
    """1 % up to 1,000, 3 % up to 5,000, 5 % above."""

    def _pay_total(self, rate_type, amount, month):
        plan = self._create_plan({"rate_type": rate_type, **self._tiers(*TIERS)})
        self._sell(amount, date=day(month))
        return self._settle(plan, month)

    def test_marginal_edges(self):
        for month, (amount, paid, tier) in enumerate(
            (
                (-0.01, 0.0, 1),
                (0, 0.0, 1),
                (999.99, 10.0, 1),
                (1000, 10.0, 1000),
                # one cent at 3 % is less than half a cent
                (1000.01, 10.0, 1000),
                (1000.5, 10.02, 1000),
                (5000, 130.0, 5000),
                (6000, 180.0, 5000),
            ),
            start=1,
        ):
            with self.subTest(amount=amount):
                run = self._pay_total("marginal", amount, month)
                self.assertEqual(self._amounts(run), [paid])
                reached = self._get_earnings(run).tier_id.amount_from
                self.assertEqual(reached, tier if tier > 1 else 0)

    def test_retroactive_edges(self):
        for month, (amount, paid) in enumerate(
            (
                (-0.01, 0.0),
                (0, 0.0),
                (999.99, 10.0),
                (1000, 30.0),
                (1000.01, 30.0),
                (5000, 250.0),
                (-500, -5.0),
            ),
            start=1,
        ):
            with self.subTest(amount=amount):
                run = self._pay_total("retroactive", amount, month)
                self.assertEqual(self._amounts(run), [paid])

    def test_a_sale_that_crosses_two_tiers(self):
        plan = self._create_plan({"rate_type": "marginal", **self._tiers(*TIERS)})
        self._sell(400, 5600, 100)
        run = self._settle(plan)
        # 4; then 600 at 1 %, 4,000 at 3 % and 1,000 at 5 %; then 100 at 5 %
        self.assertEqual(self._amounts(run), [4.0, 6.0 + 120.0 + 50.0, 5.0])
        crossing = self._get_earnings(run)[1]
        # It ends in the third tier, and its rate is the average: 176 of 5,600
        self.assertRecordValues(crossing, [{"rate": 3.142857}])
        self.assertEqual(crossing.tier_id.amount_from, 5000)

    def test_a_sale_that_is_taken_back_goes_down_the_tiers_again(self):
        plan = self._create_plan({"rate_type": "marginal", **self._tiers(*TIERS)})
        self._sell(6000, -6000)
        run = self._settle(plan)
        self.assertEqual(self._amounts(run), [180.0, -180.0])

    def test_retroactive_pays_all_at_the_rate_reached(self):
        plan = self._create_plan({"rate_type": "retroactive", **self._tiers(*TIERS)})
        self._sell(400, 5600, 100)
        run = self._settle(plan)
        self.assertEqual(self._amounts(run), [20.0, 280.0, 5.0])
        self.assertRecordValues(
            run.measure_ids, [{"base": 6100.0, "rate": 5.0, "amount": 305.0, "status": "ok"}]
        )

    def test_tiers_count_each_payee_alone(self):
        plan = self._create_plan({"rate_type": "marginal", **self._tiers(*TIERS)})
        self._sell(900)
        self._sell(900, user=self.wang_wei)
        self._sell(200)
        run = self._settle(plan)
        self.assertEqual(self._paid(run), {"li_na": 13.0, "wang_wei": 9.0})

    def test_tiers_count_each_rule_alone(self):
        # Two products with tiers of their own do not add up
        plan = self._create_plan(
            {"rate_type": "marginal", "product_id": self.product.id, **self._tiers(*TIERS)},
            {"rate_type": "marginal", **self._tiers(*TIERS)},
        )
        self._sell(900, product_id=self.product.id)
        self._sell(900)
        self.assertEqual(self._amounts(self._settle(plan)), [9.0, 9.0])
