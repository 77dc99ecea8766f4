"""Split a span of days into calendar months, quarters, weeks or years.

How to use::

    for period in split(date(2026, 1, 10), date(2026, 3, 31), "month"):
        period.first, period.last    # 10–31 January, February, March

How it works: from each first day the last day of its calendar unit is taken, and what lies
beyond the span is cut off. So the periods cover every day of the span exactly once, in
order; only the first and the last may be shorter than their unit.

What a span is compared with is :func:`years_before` it.
"""

import calendar
from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

DECEMBER = 12
DAY = timedelta(days=1)
WEEKS_OF_A_YEAR = 365.2425 / 7


@dataclass(frozen=True, order=True)
class Period:
    """Days from ``first`` to ``last``, both included."""

    first: date
    last: date


def split(first: date, last: date, unit: str) -> tuple[Period, ...]:
    """Cut the days from first to last at the borders of a calendar unit.

    :param unit: ``week`` (Monday to Sunday), ``month``, ``quarter`` or ``year``
    :return: the periods in order; none where the span ends before it begins
    """
    last_day_of = _LAST_DAY_OF[unit]
    periods = []
    while first <= last:
        end = min(last_day_of(first), last)
        periods.append(Period(first, end))
        if end == last:
            break
        first = date.fromordinal(end.toordinal() + 1)
    return tuple(periods)


def find(periods: tuple[Period, ...], day: date) -> Period | None:
    """Return the one of the ordered periods that holds the day."""
    position = bisect_right(periods, day, key=lambda period: period.first) - 1
    if position >= 0 and day <= periods[position].last:
        return periods[position]
    return None


def years_before(span: Period, years: int, unit: str) -> Period:
    """Return the same days some years earlier; the end of February stays its end.

    Of weeks it is the same weeks, and not the same dates, which lie across two of them.
    """
    if unit == "week":
        back = timedelta(weeks=round(years * WEEKS_OF_A_YEAR))
        return Period(span.first - back, span.last - back)
    back = relativedelta(years=years)
    return Period(span.first - back, span.last + DAY - back - DAY)


def _last_day_of_week(day):
    # The calendar ends on 9999-12-31, a Friday.
    return date.fromordinal(min(day.toordinal() + 6 - day.weekday(), date.max.toordinal()))


def _last_day_of_month(day):
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _last_day_of_quarter(day):
    return _last_day_of_month(day.replace(day=1, month=(day.month + 2) // 3 * 3))


def _last_day_of_year(day):
    return day.replace(month=DECEMBER, day=31)


_LAST_DAY_OF = {
    "week": _last_day_of_week,
    "month": _last_day_of_month,
    "quarter": _last_day_of_quarter,
    "year": _last_day_of_year,
}
UNITS = tuple(_LAST_DAY_OF)
