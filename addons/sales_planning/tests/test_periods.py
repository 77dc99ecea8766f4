from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine.periods import UNITS, Period, find, split, years_before

SPANS = st.tuples(
    st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(min_value=0, max_value=1500)
)


@tagged("post_install", "-at_install", "sales_planning")
class TestPeriods(BaseCase):
    def test_borders(self):
        for unit, first, last, expected in (
            ("month", date(2028, 1, 31), date(2028, 3, 1), ["01-31", "02-29", "03-01"]),
            ("quarter", date(2026, 2, 1), date(2026, 8, 1), ["03-31", "06-30", "08-01"]),
            ("year", date(2026, 4, 1), date(2027, 3, 31), ["12-31", "03-31"]),
            ("week", date(2026, 7, 1), date(2026, 7, 13), ["07-05", "07-12", "07-13"]),
            ("month", date(2026, 7, 1), date(2026, 7, 1), ["07-01"]),
            ("month", date(2026, 7, 2), date(2026, 7, 1), []),
            ("week", date(9999, 12, 30), date.max, ["12-31"]),
        ):
            with self.subTest(unit=unit, first=first):
                ends = [f"{period.last:%m-%d}" for period in split(first, last, unit)]
                self.assertEqual(ends, expected)

    def test_years_before(self):
        for unit, first, last, years, expected in (
            ("month", date(2026, 5, 1), date(2026, 5, 31), 1, ("2025-05-01", "2025-05-31")),
            ("month", date(2025, 2, 1), date(2025, 2, 28), 1, ("2024-02-01", "2024-02-29")),
            ("month", date(2024, 2, 1), date(2024, 2, 29), 1, ("2023-02-01", "2023-02-28")),
            ("year", date(2026, 1, 1), date(2026, 12, 31), 3, ("2023-01-01", "2023-12-31")),
            # Monday to Sunday, in whatever year.
            ("week", date(2026, 1, 5), date(2026, 1, 11), 1, ("2025-01-06", "2025-01-12")),
            ("week", date(2026, 1, 5), date(2026, 1, 11), 6, ("2020-01-06", "2020-01-12")),
            ("week", date(2026, 1, 1), date(2026, 1, 4), 2, ("2024-01-04", "2024-01-07")),
        ):
            with self.subTest(unit=unit, first=first):
                span = years_before(Period(first, last), years, unit)
                self.assertEqual((str(span.first), str(span.last)), expected)

    def test_find(self):
        months = split(date(2026, 1, 10), date(2026, 3, 31), "month")
        for day, expected in (
            (date(2026, 1, 9), None),
            (date(2026, 1, 10), months[0]),
            (date(2026, 1, 31), months[0]),
            (date(2026, 2, 1), months[1]),
            (date(2026, 3, 31), months[2]),
            (date(2026, 4, 1), None),
        ):
            with self.subTest(day=day):
                self.assertEqual(find(months, day), expected)
        self.assertIsNone(find((), date(2026, 1, 1)))

    @settings(max_examples=200, deadline=None)
    @given(SPANS, st.sampled_from(UNITS))
    def test_every_day_lies_in_exactly_one_period(self, span, unit):
        first, days = span
        last = first + timedelta(days=days)
        periods = split(first, last, unit)
        self.assertEqual((periods[0].first, periods[-1].last), (first, last))
        for before, after in pairwise(periods):
            self.assertEqual(after.first, before.last + timedelta(days=1))
        self.assertTrue(all(period.first <= period.last for period in periods))

    @settings(max_examples=100, deadline=None)
    @given(SPANS, st.sampled_from(UNITS), st.integers(min_value=0, max_value=1500))
    def test_a_day_is_found_in_its_period(self, span, unit, offset):
        first, days = span
        periods = split(first, first + timedelta(days=days), unit)
        day = first + timedelta(days=min(offset, days))
        found = find(periods, day)
        self.assertIsInstance(found, Period)
        self.assertTrue(found.first <= day <= found.last)
