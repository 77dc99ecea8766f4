from datetime import date, timedelta

from dateutil.relativedelta import relativedelta
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ...engine.contract_dates import (
    end_of_months,
    end_of_term,
    months_of,
    notice_day,
    renewals_at_notice,
    renewals_until,
)

DAYS = st.dates(date(1999, 1, 1), date(2060, 12, 31))
MONTHS = st.integers(1, 72)
COUNT = st.integers(0, 12)
NOTICE_MONTHS = st.integers(0, 12)
NOTICE_DAYS = st.integers(0, 60)
ONE = timedelta(days=1)
# A busy machine is no fault of a property.
PROPERTY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@tagged("post_install", "-at_install", "sales_system")
class TestContractDates(BaseCase):
    """Terms and days of notice over leap years and ends of months."""

    # === EXAMPLES === #
    def test_three_years_then_one_by_one(self):
        """36 months, then 12 each tacitly, with three months' notice."""
        for start, terms in (
            (
                date(2024, 2, 1),
                [
                    (date(2027, 1, 31), date(2026, 10, 31)),
                    (date(2028, 1, 31), date(2027, 10, 31)),
                    (date(2029, 1, 31), date(2028, 10, 31)),
                ],
            ),
            (
                date(2024, 3, 1),  # ends with February
                [
                    (date(2027, 2, 28), date(2026, 11, 30)),
                    (date(2028, 2, 29), date(2027, 11, 30)),
                    (date(2029, 2, 28), date(2028, 11, 30)),
                ],
            ),
            (
                date(2024, 2, 29),  # starts on a day that most years do not have
                [
                    (date(2027, 2, 27), date(2026, 11, 27)),
                    (date(2028, 2, 27), date(2027, 11, 27)),
                ],
            ),
            (
                date(2025, 6, 1),  # three months before the end lies in a February
                [
                    (date(2028, 5, 31), date(2028, 2, 29)),
                    (date(2029, 5, 31), date(2029, 2, 28)),
                ],
            ),
        ):
            first = end_of_months(start, 36)
            for count, (end, notice) in enumerate(terms):
                with self.subTest(start=start, term=count + 1):
                    self.assertEqual(end_of_term(first, 12, count), end)
                    self.assertEqual(notice_day(end, 3), notice)

    def test_notice_of_a_month_at_the_ends_of_months(self):
        for end, last in (
            (date(2027, 4, 30), date(2027, 3, 31)),
            (date(2027, 4, 29), date(2027, 3, 29)),
            (date(2027, 3, 31), date(2027, 2, 28)),
            (date(2027, 3, 30), date(2027, 2, 28)),
            (date(2028, 3, 30), date(2028, 2, 29)),
            (date(2027, 2, 28), date(2027, 1, 31)),
            (date(2028, 2, 28), date(2028, 1, 28)),
            (date(2028, 2, 29), date(2028, 1, 31)),
        ):
            with self.subTest(end=end):
                self.assertEqual(notice_day(end, 1), last)

    def test_notice_too_late_costs_a_term(self):
        end = date(2027, 1, 31)
        for given_on, count in (
            (date(2026, 10, 31), 0),
            (date(2026, 11, 1), 1),
            (date(2027, 10, 31), 1),
            (date(2027, 11, 1), 2),
        ):
            with self.subTest(given_on=given_on):
                self.assertEqual(renewals_at_notice(end, 12, 0, given_on, 3), count)

    def test_no_end_no_notice(self):
        self.assertIsNone(end_of_term(None, 12, 3))
        self.assertIsNone(notice_day(None, 3))

    # === PROPERTIES === #
    @PROPERTY
    @given(start=DAYS, months=MONTHS)
    def test_whole_months_are_counted_back(self, start, months):
        # A month that starts after the 28th can be cut short by a February.
        if start.day <= 28:
            self.assertEqual(months_of(start, end_of_months(start, months)), months)
        self.assertEqual(end_of_months(start, months) + ONE, start + relativedelta(months=months))

    @PROPERTY
    @given(first=DAYS, months=MONTHS, count=COUNT)
    def test_terms_follow_each_other_without_drift(self, first, months, count):
        """As many renewals at once or one by one, and a month end stays one."""
        end = end_of_term(first, months, count)
        after = end_of_term(first, months, count + 1)
        self.assertLess(end, after)
        self.assertEqual(end_of_term(first, months * (count + 1), 1), after)
        if (first + ONE).day == 1:  # the first term ends with a month
            self.assertEqual((after + ONE).day, 1)
        day = (first + ONE).day
        self.assertEqual(
            (after + ONE).day,
            min(day, ((after + ONE) + relativedelta(day=31)).day),
            "the day of the first term, or the last of a shorter month",
        )

    @PROPERTY
    @given(end=DAYS, months=NOTICE_MONTHS, days=NOTICE_DAYS)
    def test_notice_is_the_last_day_in_time(self, end, months, days):
        """The period of notice has passed when the term ends; a day later it has not."""

        def is_in_time(given_on):
            return given_on + timedelta(days=days) + relativedelta(months=months) <= end

        last = notice_day(end, months, days)
        self.assertTrue(is_in_time(last))
        self.assertFalse(is_in_time(last + ONE))

    @PROPERTY
    @given(
        first=DAYS,
        months=MONTHS,
        count=COUNT,
        notice=st.tuples(st.integers(0, 6), NOTICE_DAYS),
        later=st.integers(-400, 4000),
    )
    def test_notice_ends_the_first_term_that_it_is_in_time_for(
        self, first, months, count, notice, later
    ):
        given_on = first + timedelta(days=later)
        found = renewals_at_notice(first, months, count, given_on, *notice)
        self.assertGreaterEqual(found, count)
        self.assertLessEqual(given_on, notice_day(end_of_term(first, months, found), *notice))
        if found > count:
            before = end_of_term(first, months, found - 1)
            self.assertGreater(given_on, notice_day(before, *notice))

    @PROPERTY
    @given(first=DAYS, months=MONTHS, count=COUNT, later=st.integers(-400, 4000))
    def test_renewed_until_a_day_and_no_further(self, first, months, count, later):
        day = first + timedelta(days=later)
        found = renewals_until(first, months, count, day)
        self.assertGreaterEqual(end_of_term(first, months, found), day)
        if found > count:
            self.assertLess(end_of_term(first, months, found - 1), day)
