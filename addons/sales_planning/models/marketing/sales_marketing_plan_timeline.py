from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import format_date

from odoo.addons.sales_system.models.channel.months import SHORT_MONTH, format_month


class SalesMarketingPlan(models.Model):
    """The activities of a plan as bars below its months."""

    _inherit = "sales.marketing.plan"

    timeline = fields.Html(
        compute="_compute_timeline", sanitize=False, export_string_translation=False
    )

    # === COMPUTE METHODS === #
    @api.depends(
        "date_from",
        "date_to",
        "activity_line_ids.name",
        "activity_line_ids.state",
        "activity_line_ids.date_from",
        "activity_line_ids.date_to",
        "activity_line_ids.predecessor_ids",
    )
    @api.depends_context("lang")
    def _compute_timeline(self):
        for plan in self:
            activities = plan.activity_line_ids.filtered(plan._has_bar)
            plan.timeline = bool(activities) and self.env["ir.qweb"]._render(
                "sales_planning.sales_marketing_timeline", plan._prepare_timeline(activities)
            )

    # === BUSINESS METHODS === #
    def _prepare_timeline(self, activities):
        """:return: dict of what the template of the timeline shows"""
        self.ensure_one()
        today = fields.Date.context_today(self)
        return {
            "months": self._get_timeline_months(),
            "today": self._get_share_before(today)
            if self.date_from <= today <= self.date_to
            else None,
            "rows": [
                {
                    "activity": activity,
                    "dates": self._format_span(activity),
                    "after": ", ".join(activity.predecessor_ids.mapped("name")),
                    **self._get_bar(activity),
                }
                for activity in activities.sorted(lambda act: (act.date_from, act.date_to, act.id))
            ],
        }

    def _get_timeline_months(self):
        """:return: list of dict of label, start and width in percent of the months of the plan"""
        self.ensure_one()
        months, day = [], self.date_from
        while day <= self.date_to:
            last = min(day + relativedelta(day=31), self.date_to)
            months.append(
                {
                    "label": self._format_month(day),
                    "start": self._get_share_before(day),
                    "width": self._get_width(day, last),
                }
            )
            day = last + timedelta(days=1)
        return months

    def _format_month(self, day):
        """:return: name of a month, with the year where one begins"""
        if day == self.date_from or day.month == 1:
            return format_month(self.env, day, SHORT_MONTH)
        return format_date(self.env, day, date_format="LLL")

    def _has_bar(self, activity):
        """:return: whether there is a span to draw: not while somebody is changing the days of the
        plan or of the activity, and one end is empty or before the other
        """
        return all(
            record.date_from and record.date_to and record.date_from <= record.date_to
            for record in (self, activity)
        )

    def _get_bar(self, activity):
        """:return: dict of where the bar of an activity starts, and its width, in percent"""
        self.ensure_one()
        return {
            "start": self._get_share_before(activity.date_from),
            "width": self._get_width(activity.date_from, activity.date_to),
        }

    def _get_share_before(self, day):
        return round(100 * (day - self.date_from).days / self._get_days(), 2)

    def _get_width(self, first, last):
        return round(100 * ((last - first).days + 1) / self._get_days(), 2)

    def _get_days(self):
        return (self.date_to - self.date_from).days + 1
