from decimal import ROUND_HALF_UP, Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from .common import SalesCommissionCommon

CENT = Decimal("0.01")
AMOUNTS = st.lists(
    st.decimals(min_value=-1_000_000, max_value=100_000_000, places=2), min_size=1, max_size=12
)
RATES = st.decimals(min_value="0.000001", max_value=100, places=6)


@tagged("post_install", "-at_install", "sales_commission")
class TestRounding(SalesCommissionCommon):
    def _settle(self, amounts, rate):
        """:return: the run of one payee who sold the amounts at the rate"""
        plan = self._create_plan({"rate": float(rate)})
        self._sell(*amounts)
        return self._create_run(plan_id=plan.id)

    def _assert_exact(self, run, amounts, rate):
        """The rounded total is exact, and every line is its own amount rounded up or down."""
        exact = [amount * rate / 100 for amount in amounts]
        total = sum(exact).quantize(CENT, ROUND_HALF_UP)
        lines = [Decimal(str(amount)) for amount in self._get_earnings(run).mapped("amount")]
        self.assertEqual(sum(lines), total)
        self.assertEqual(Decimal(str(run.statement_ids.amount)), total)
        for line, unrounded in zip(lines, exact, strict=True):
            self.assertLess(abs(line - unrounded), CENT)

    def test_the_sum_is_rounded_once(self):
        amounts = [Decimal("8109595.41"), Decimal("8109595.42"), Decimal("8109595.42")]
        self.assertEqual(sum(amounts), Decimal("24328786.25"))
        run = self._settle(amounts, Decimal(2))
        self.assertEqual(run.statement_ids.amount, 486575.73)
        self._assert_exact(run, amounts, Decimal(2))

    def test_cents_that_vanish_on_every_line(self):
        # 2 % of 0.10 is 0.002: rounded by line, a thousand sales would earn nothing.
        run = self._settle([Decimal("0.10")] * 1000, Decimal(2))
        self.assertEqual(run.statement_ids.amount, 2.0)

    def test_a_sale_and_its_reversal_earn_nothing(self):
        run = self._settle([Decimal("33.33"), Decimal("-33.33")], Decimal("3.33"))
        self.assertEqual(run.statement_ids.amount, 0.0)

    def test_currency_without_cents(self):
        self.company.currency_id.rounding = 1
        run = self._settle([Decimal(50), Decimal(50), Decimal(50)], Decimal(1))
        self.assertEqual(run.statement_ids.amount, 2.0)
        self.assertEqual(sorted(self._get_earnings(run).mapped("amount")), [0.0, 1.0, 1.0])

    @settings(
        max_examples=30,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(amounts=AMOUNTS, rate=RATES)
    def test_lines_add_up_to_the_rounded_total(self, amounts, rate):
        with self.cr.savepoint() as savepoint:
            self._assert_exact(self._settle(amounts, rate), amounts, rate)
            savepoint.rollback()
        self.env.invalidate_all()
