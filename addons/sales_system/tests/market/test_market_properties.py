from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from .common import MarketCommon

FIRST = date(2026, 1, 1)
DAYS = st.integers(0, 60).map(lambda days: FIRST + timedelta(days=days))
SALES = st.lists(
    st.tuples(
        DAYS,
        st.sampled_from(("E", "SH", "PD", "W", "")),
        st.sampled_from(("P1", "P2", "P3", "")),
        st.just(1),
        st.integers(1, 99_999).map(lambda cents: cents / 100),
    ),
    min_size=1,
    max_size=12,
    # The import refuses a row that another one repeats.
    unique=True,
)
PLACES = st.sampled_from((None, "region", "city", "suburb", "west_region"))
GOODS = st.sampled_from((None, "category", "road", "helmets"))
MARKETS = st.lists(st.tuples(DAYS, DAYS, PLACES, GOODS), min_size=1, max_size=6, unique=True)


@tagged("post_install", "-at_install", "sales_system")
class TestMarketProperties(MarketCommon):
    """Whatever was sold where, own sales are what the ledger's pivot sums up."""

    @settings(
        max_examples=12,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(sales=SALES, markets=MARKETS)
    def test_own_sales_equal_the_ledger(self, sales, markets):
        self.run_count = getattr(self, "run_count", 0) + 1
        # An import takes no row twice, also not one of an earlier example.
        self._sell(*((*row[:3], self.run_count, row[4]) for row in sales))
        data = self.env["sales.market.data"]
        for number, (one, other, place, goods) in enumerate(markets):
            data += self._create_data(
                date_from=min(one, other),
                date_to=max(one, other),
                territory_id=place and getattr(self, place).id,
                categ_id=goods and getattr(self, goods).id,
                source=f"{self.run_count}.{number}",
            )
        entries = self.env["sales.ledger.entry"]
        for row in data:
            ((amount, quantity),) = entries._read_group(
                row._get_entry_domain(), [], ["amount:sum", "quantity:sum"]
            )
            self.assertEqual(round(row.own_amount, 2), round(amount or 0, 2))
            self.assertEqual(row.own_quantity, quantity or 0)
