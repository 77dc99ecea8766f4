import calendar
from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

# Keys that a database sorts as a calendar does.
MONTH = [
    ("01", "January"),
    ("02", "February"),
    ("03", "March"),
    ("04", "April"),
    ("05", "May"),
    ("06", "June"),
    ("07", "July"),
    ("08", "August"),
    ("09", "September"),
    ("10", "October"),
    ("11", "November"),
    ("12", "December"),
]


class SalesSeasonProfile(models.Model):
    """Season profile: how the sales of a year spread over its months.

    Days of a month are alike: so a profile also says what falls into a week, a quarter or
    the part of a month that a plan begins in.
    """

    _name = "sales.season.profile"
    _description = "Season Profile"
    _order = "name, id"
    _check_company_auto = True

    # === DEFAULTS === #
    def _default_line_ids(self):
        return [Command.create({"month": month, "weight": 1}) for month, _label in MONTH]

    # === FIELDS === #
    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        index=True,
        help="Leave empty to share the profile with all companies.",
    )
    note = fields.Text(help="What the profile is for, and where its figures come from.")
    line_ids = fields.One2many(
        "sales.season.profile.line",
        "profile_id",
        string="Months",
        copy=True,
        default=lambda self: self._default_line_ids(),
    )

    # === ACTION METHODS === #
    def action_open_graph(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "sales.season.profile.line",
            "view_mode": "graph",
            "domain": [("profile_id", "=", self.id)],
        }

    # === BUSINESS METHODS === #
    def _get_shares(self, periods):
        """:return: list with the share of a year's sales, a Decimal, that falls into each of the
        periods; of a period longer than a year more than 1
        """
        self.ensure_one()
        weights = {int(line.month): Decimal(str(line.weight)) for line in self.line_ids}
        total = sum(weights.values())
        if not total:
            return [Decimal(0)] * len(periods)
        return [
            sum(
                weights.get(month, 0) * days / calendar.monthrange(year, month)[1]
                for (year, month), days in self._days_by_month(period).items()
            )
            / total
            for period in periods
        ]

    @api.model
    def _days_by_month(self, period):
        """:return: dict of (year, month) → number of the period's days in it"""
        days = defaultdict(int)
        day = period.first
        while day <= period.last:
            end = min(day.replace(day=calendar.monthrange(day.year, day.month)[1]), period.last)
            days[day.year, day.month] = (end - day).days + 1
            if end == period.last:
                break
            day = day.fromordinal(end.toordinal() + 1)
        return days


class SalesSeasonProfileLine(models.Model):
    """Month of a season profile, and how much it weighs against the others."""

    _name = "sales.season.profile.line"
    _description = "Month of a Season Profile"
    _order = "profile_id, month"
    _rec_name = "month"

    profile_id = fields.Many2one(
        "sales.season.profile", required=True, index=True, ondelete="cascade"
    )
    month = fields.Selection(MONTH, required=True)
    weight = fields.Float(
        digits=(16, 2),
        required=True,
        aggregator=None,
        help="On any scale of its own: a month of weight 2 sells twice as much as one of weight 1.",
    )
    share = fields.Float(
        "Share (%)",
        compute="_compute_share",
        store=True,
        digits=(16, 2),
        help="What part of a year's sales falls into the month.",
    )

    # === CONSTRAINTS AND INDEXES === #
    _month_unique = models.UniqueIndex(
        "(profile_id, month)", "The profile already has this month. Change that one instead."
    )
    _weight_not_negative = models.Constraint(
        "CHECK (weight >= 0)",
        "The weight of a month cannot be negative. Enter 0 or a positive number.",
    )

    # === COMPUTE METHODS === #
    @api.depends("weight", "profile_id.line_ids.weight")
    def _compute_share(self):
        for profile, lines in self.grouped("profile_id").items():
            total = sum((profile.line_ids | lines).mapped("weight"))
            for line in lines:
                line.share = 100 * line.weight / total if total else 0

    # === CONSTRAINT METHODS === #
    @api.constrains("weight")
    def _check_weights(self):
        for profile in self.profile_id:
            if not any(profile.line_ids.mapped("weight")):
                raise ValidationError(
                    self.env._(
                        "All months of %(profile)s weigh 0, so nothing can be split by it. Give "
                        "at least one month a weight above 0.",
                        profile=profile.name,
                    )
                )
