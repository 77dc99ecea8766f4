"""Working time of a calendar, looked up once and asked for many records."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import accumulate


@dataclass(frozen=True)
class WorkingTime:
    """When people work: pairs of aware moments, each within one day of the calendar's time zone.

    It knows nothing of what lies before its first interval.
    """

    intervals: tuple = ()
    _starts: list = field(init=False, repr=False, compare=False)
    _worked: list = field(init=False, repr=False, compare=False)
    _days: list = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        ordered = sorted((start, stop) for start, stop, *_payload in self.intervals)
        lengths = ((stop - start).total_seconds() for start, stop in ordered)
        object.__setattr__(self, "intervals", tuple(ordered))
        object.__setattr__(self, "_starts", [start for start, _stop in ordered])
        object.__setattr__(self, "_worked", [0.0, *accumulate(lengths)])
        object.__setattr__(self, "_days", sorted({start.date() for start, _stop in ordered}))

    def hours(self, start, stop):
        """:return: working hours from one moment to another, none where they run backwards"""
        return max(self._worked_until(stop) - self._worked_until(start), 0.0) / 3600

    def working_day_ago(self, days, today):
        """Find the day that is so many working days ago, counting today where one works.

        Whoever was last spoken to before that day has been silent for all these days.

        :return: a date; None where there are not so many
        """
        position = bisect_right(self._days, today) - days
        return self._days[position] if position >= 0 and days > 0 else None

    def moment_ago(self, hours, moment):
        """Find the moment such that more working hours have passed since any before it.

        :return: an aware datetime; None where so much was not worked
        """
        wanted = self._worked_until(moment) - hours * 3600
        if wanted <= 0:
            return None
        position = bisect_left(self._worked, wanted) - 1
        return self.intervals[position][0] + timedelta(seconds=wanted - self._worked[position])

    # === INTERNALS === #
    def _worked_until(self, moment):
        position = bisect_left(self._starts, moment)
        if not position:
            return 0.0
        start, stop = self.intervals[position - 1]
        return self._worked[position - 1] + (min(moment, stop) - start).total_seconds()
