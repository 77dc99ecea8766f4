from datetime import timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import freeze_time, tagged

from .common import NOW, TODAY, CustomerCommon
from .oracle import Entry, Level, Limits, profile_all

CUSTOMERS = 6
DAYS = st.one_of(st.integers(-3, 60), st.integers(300, 800), st.sampled_from([364, 365, 366]))
ENTRIES = st.lists(
    st.tuples(
        st.integers(0, CUSTOMERS - 1),
        st.sampled_from(["booked", "booked", "booked", "invoiced", "collected"]),
        DAYS,
        st.integers(1, 5),
        st.integers(-100_000, 300_000),
        st.integers(-20_000, 90_000),
    ),
    max_size=25,
)
LEVELS = st.lists(
    st.builds(
        Level,
        months=st.sampled_from([1, 12, 24]),
        amount=st.integers(0, 300_000),
        frequency=st.integers(0, 3),
        margin=st.sampled_from([Decimal(0), Decimal("12.5"), Decimal(40)]),
    ),
    max_size=4,
)
LIMITS = st.builds(
    Limits,
    factor=st.sampled_from([Decimal(1), Decimal("1.5"), Decimal(3)]),
    least_days=st.integers(1, 60),
    days=st.integers(1, 400),
    lost=st.sampled_from([Decimal(1), Decimal("2.5")]),
)
DATES = ("first_order_on", "last_order_on", "last_collected_on", "expected_on")
PLAIN = (
    "lifecycle",
    "order_days",
    "order_count",
    "frequency",
    "recency_score",
    "frequency_score",
    "monetary_score",
)


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(NOW)
class TestCustomerProperties(CustomerCommon):
    """On any ledger, the statement says what plain Python over the same rows says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.levels.active = False
        cls.customers = cls.env["res.partner"].create(
            [
                {
                    "name": f"C{n}",
                    "is_company": True,
                    "customer_rank": 1,
                    "company_id": cls.company.id,
                }
                for n in range(CUSTOMERS)
            ]
        )

    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(rows=ENTRIES, levels=LEVELS, limits=LIMITS, random=st.randoms())
    def test_statement_equals_python(self, rows, levels, limits, random):
        entries = [
            Entry(customer, event, TODAY - timedelta(days=ago), document, amount, margin)
            for customer, event, ago, document, amount, margin in rows
        ]
        expected = profile_all(range(CUSTOMERS), entries, levels, limits, TODAY)
        # In whatever order the entries were posted.
        shuffled = random.sample(entries, len(entries))
        for order in (entries, shuffled):
            self.assertEqual(self._counted(order, levels, limits), expected)

    def _counted(self, entries, levels, limits):
        """:return: what the statement says, as the oracle says it; all of it rolled back"""
        with self.env.cr.savepoint() as savepoint:
            self._set(limits)
            records = self._create_levels(levels)
            for entry in entries:
                self._book(
                    self.customers[entry.customer],
                    entry.day,
                    entry.amount / 100,
                    margin=entry.margin / 100,
                    document=800_000_000 + entry.document,
                    event=entry.event,
                )
            self._count()
            counted = {
                place: self._read(self._profile(customer), records)
                for place, customer in enumerate(self.customers)
            }
            savepoint.rollback()
        self.env.invalidate_all()
        return counted

    def _set(self, limits):
        self.company.write(
            {
                "sales_dormant_factor": float(limits.factor),
                "sales_dormant_least_days": limits.least_days,
                "sales_dormant_days": limits.days,
                "sales_lost_factor": float(limits.lost),
            }
        )

    def _create_levels(self, levels):
        return self.env["sales.customer.level"].create(
            [
                {
                    "name": str(place),
                    "sequence": place,
                    "company_id": self.company.id,
                    "months": level.months,
                    "min_amount": level.amount / 100,
                    "min_frequency": level.frequency,
                    "min_margin": float(level.margin),
                }
                for place, level in enumerate(levels)
            ]
        )

    def _read(self, profile, levels):
        cycle = profile.purchase_cycle
        return {
            **{name: profile[name] for name in PLAIN},
            **{name: profile[name] or None for name in DATES},
            "monetary": round(profile.monetary * 100),
            "margin": round(profile.margin * 100),
            "purchase_cycle": Decimal(str(cycle)) if profile.order_days > 1 else None,
            "level": levels.ids.index(profile.level_id.id) if profile.level_id else None,
        }
