import itertools
from datetime import datetime, time, timedelta

from pytz import timezone, utc

from odoo import fields, models
from odoo.tools.date_utils import localized

from ...engine.working_time import WorkingTime

# Whoever has not worked so many days in this time never does.
SEARCHED_DAYS = 3650


class ResourceCalendar(models.Model):
    """Which days and hours of silence count: those on which people work."""

    _inherit = "resource.calendar"

    # === BUSINESS METHODS === #
    def _get_working_time(self, company, start, stop):
        """Read when people of a company work, without its public holidays.

        Of a company without a calendar all days are working days, around the clock.

        :param datetime start: UTC, naive
        :param datetime stop: UTC, naive
        :return: a :class:`WorkingTime`
        """
        start, stop = localized(start), localized(stop)
        if not self:
            return WorkingTime(self._split_into_days(start, stop))
        holidays = [("time_type", "=", "leave"), ("company_id", "in", (False, company.id))]
        intervals = self.sudo()._work_intervals_batch(start, stop, domain=holidays)
        return WorkingTime(tuple(intervals[False]))

    @staticmethod
    def _split_into_days(start, stop):
        midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
        days = range(1, (stop - midnight).days + 1)
        edges = [start, *(midnight + timedelta(days=day) for day in days), stop]
        return tuple(itertools.pairwise(edges))

    def _get_working_days_ago(self, company, counts):
        """Find when the working day began that is so many working days ago.

        :param counts: numbers of days, not 0
        :return: dict of number → naive UTC moment, without the numbers that reach too far back
        """
        now = fields.Datetime.now()
        zone = timezone(self.tz or "UTC")
        today = localized(now).astimezone(zone).date()
        found, reach = {}, max(counts, default=0)
        while len(found) < len(counts) and reach <= SEARCHED_DAYS:
            reach = reach * 2 + 14
            working = self._get_working_time(
                company, now - timedelta(days=reach), now + timedelta(days=1)
            )
            days = {count: working.working_day_ago(count, today) for count in counts}
            found = {count: day for count, day in days.items() if day}
        return {
            count: zone.localize(datetime.combine(day, time.min))
            .astimezone(utc)
            .replace(tzinfo=None)
            for count, day in found.items()
        }
