from dataclasses import dataclass
from datetime import date, datetime, time

import pytz
from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL

from ...engine import periods
from ...fields import OptionalMonetary


@dataclass(frozen=True)
class Clock:
    """Today, and the working days that an expectation of today needs."""

    today: date
    workdays: tuple[date, ...]

    @property
    def days_left(self):
        return sum(day >= self.today for day in self.workdays)

    @property
    def today_sql(self):
        return SQL("%s::date", self.today)

    @property
    def workdays_sql(self):
        return SQL("%s::date[]", list(self.workdays))


class SalesTargetPlan(models.Model):
    """Where a whole plan stands: the sums of its top targets against the working calendar."""

    _inherit = "sales.target.plan"

    days_left = fields.Integer(
        "Working Days Left",
        readonly=True,
        copy=False,
        help="Working days of the company from today to the end of the plan, "
        "on the day when the plan was counted.",
    )
    expected_to_date = OptionalMonetary("Expected to Date", compute="_compute_standing")
    pace = fields.Float("Pace (%)", compute="_compute_standing", digits=(16, 2))
    forecast = OptionalMonetary(compute="_compute_standing")
    gap_per_day = OptionalMonetary("Gap per Working Day", compute="_compute_standing")

    commitments = fields.Html(
        default=lambda self: self._default_commitments(),
        help="What both sides promise, printed on the agreement of each person.",
    )

    # === DEFAULTS === #
    def _default_commitments(self):
        promises = (
            self.env._("I accept the targets above and do what it takes to reach them."),
            self.env._(
                "I report the progress truthfully and in time, and say early where help is needed."
            ),
            self.env._(
                "The company gives the people, the products and the budget that the plan names."
            ),
            self.env._("The targets change only by a recorded revision that both sides know of."),
        )
        return Markup("<ol>%s</ol>") % Markup().join(
            Markup("<li>%s</li>") % one for one in promises
        )

    # === COMPUTE METHODS === #
    @api.depends("assigned", "gap", "days_left", "target_ids.expected_to_date")
    def _compute_standing(self):
        standing = {
            plan: figures
            for plan, *figures in self.env["sales.target"]._read_group(
                [("plan_id", "in", self.ids), ("parent_id", "=", False)],
                ["plan_id"],
                ["expected_to_date:sum", "pace:avg", "forecast:sum"],
            )
        }
        for plan in self:
            expected, pace, forecast = standing.get(plan._origin, (False, 0.0, False))
            plan.expected_to_date = expected
            plan.pace = pace or 0.0
            plan.forecast = forecast
            comparable = plan.gap is not False and plan.days_left
            plan.gap_per_day = comparable and max(-plan.gap, 0.0) / plan.days_left

    # === BUSINESS METHODS === #
    def _get_today(self):
        """:return: date at the plan's company, whoever asks and wherever"""
        self.ensure_one()
        timezone = self.company_id.resource_calendar_id.tz or "UTC"
        return fields.Date.context_today(self.with_context(tz=timezone))

    def _get_workdays(self, today):
        """:return: list of the company's working days in order, from the first day of the
        running period to the end of the plan: all that an expectation of today needs
        """
        self.ensure_one()
        running = periods.find(self._get_periods(), today)
        first = running.first if running else max(today, self.date_from)
        if first > self.date_to:
            return []
        calendar = self.company_id.resource_calendar_id.sudo()
        if not calendar:
            return [
                date.fromordinal(day)
                for day in range(first.toordinal(), self.date_to.toordinal() + 1)
            ]
        timezone = pytz.timezone(calendar.tz)
        unusual = calendar._get_unusual_days(
            timezone.localize(datetime.combine(first, time.min)),
            timezone.localize(datetime.combine(self.date_to, time.max)),
            self.company_id,
        )
        return [fields.Date.to_date(day) for day, is_free in unusual.items() if not is_free]

    def _get_clock(self):
        """:return: the :class:`Clock` of the plan's company, as of today"""
        today = self._get_today()
        return Clock(today, tuple(self._get_workdays(today)))

    def _get_agreement_targets(self):
        """:return: the targets of people that the user may see, each to get an agreement"""
        return self.env["sales.target"].search(
            [("plan_id", "in", self.ids), ("is_person", "=", True)]
        )
