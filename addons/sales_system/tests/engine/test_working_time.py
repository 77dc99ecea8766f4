from datetime import UTC, date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...engine.working_time import WorkingTime

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
MOMENTS = st.integers(0, 21 * 24 * 60).map(lambda minutes: MONDAY + timedelta(minutes=minutes))
# A busy machine is no fault of a property.
PROPERTY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def at(day, hour):
    return MONDAY + timedelta(days=day, hours=hour)


def weeks(holidays=()):
    """:return: three weeks, 9 to 12 and 13 to 18 from Monday to Friday, without the holidays"""
    return WorkingTime(
        tuple(
            (at(day, start), at(day, stop))
            for day in range(21)
            if day % 7 < 5 and day not in holidays
            for start, stop in ((13, 18), (9, 12))
        )
    )


@tagged("post_install", "-at_install", "sales_system")
class TestWorkingTime(BaseCase):
    def test_hours(self):
        for start, stop, hours in (
            (at(0, 9), at(0, 10.5), 1.5),
            (at(0, 11), at(0, 14), 2),
            (at(0, 17), at(1, 10), 2),
            (at(0, 20), at(1, 8), 0),
            (at(4, 17), at(7, 10), 2),
            (at(-5, 0), at(0, 10), 1),
            (at(0, 10), at(0, 9), 0),
            (at(0, 0), at(99, 0), 15 * 8),
        ):
            with self.subTest(start=start, stop=stop):
                self.assertEqual(weeks().hours(start, stop), hours)
        self.assertEqual(weeks({1, 2}).hours(at(0, 9), at(3, 10)), 9)
        self.assertEqual(WorkingTime().hours(at(0, 9), at(1, 9)), 0)

    def test_working_day_ago(self):
        for today, days, found in (
            (date(2026, 3, 4), 1, date(2026, 3, 4)),
            (date(2026, 3, 4), 3, date(2026, 3, 2)),
            (date(2026, 3, 4), 4, None),
            (date(2026, 3, 8), 1, date(2026, 3, 6)),
            (date(2026, 3, 9), 2, date(2026, 3, 6)),
            (date(2026, 3, 9), 0, None),
        ):
            with self.subTest(today=today, days=days):
                self.assertEqual(weeks().working_day_ago(days, today), found)
        self.assertEqual(weeks({1, 2}).working_day_ago(2, date(2026, 3, 5)), date(2026, 3, 2))
        self.assertIsNone(WorkingTime().working_day_ago(1, date(2026, 3, 5)))

    def test_moment_ago(self):
        for hours, moment, found in (
            (1, at(0, 11), at(0, 10)),
            (2, at(0, 14), at(0, 11)),
            (1, at(0, 14), at(0, 12)),
            (8, at(7, 12), at(4, 12)),
            (1, at(0, 9), None),
            (1, at(6, 0), at(4, 17)),
        ):
            with self.subTest(hours=hours, moment=moment):
                self.assertEqual(weeks().moment_ago(hours, moment), found)

    @given(MOMENTS, MOMENTS, st.integers(1, 40))
    @PROPERTY
    def test_moments_before_are_longer_ago(self, created, now, hours):
        time = weeks({8})
        limit = time.moment_ago(hours, now)
        self.assertEqual(time.hours(created, now) > hours, bool(limit and created < limit))

    @given(MOMENTS, MOMENTS, MOMENTS)
    @PROPERTY
    def test_hours_add_up(self, first, second, third):
        first, second, third = sorted((first, second, third))
        time = weeks({8})
        self.assertAlmostEqual(
            time.hours(first, second) + time.hours(second, third), time.hours(first, third)
        )
