from odoo import api, fields, models
from odoo.tools import SQL

from ...fields import OptionalMonetary

REACHED = [
    ("target", "Target"),
    ("stretch", "Stretch"),
    ("challenge", "Challenge"),
]
# What follows from a target, its gap, what was expected of it and the working days left.
STANDING = ("attainment", "pace", "forecast", "gap_per_day", "reached")


class SalesTargetFigures(models.AbstractModel):
    """Where a target stands today: what the season lets expect so far, and what it leads to.

    A finished period is expected whole, a coming one not at all, and the running one in the
    share of its working days that are over. Today is not over yet: it counts among the days
    that are left. So the expectation follows the season that the periods' targets draw.
    """

    _inherit = "sales.target.figures"

    expected_to_date = OptionalMonetary(
        "Expected to Date",
        readonly=True,
        help="Targets of the periods that are over, and of the running one the share of its "
        "working days before today, by the company's working hours and public holidays.",
    )
    pace = fields.Float(
        "Pace (%)",
        digits=(16, 2),
        readonly=True,
        aggregator="avg",
        help="Actual in percent of what was expected to date: 100 is on schedule.",
    )
    forecast = OptionalMonetary(
        readonly=True,
        help="Where the actual leads at this pace: target × actual ÷ expected to date. "
        "Empty as long as nothing was expected yet.",
    )
    gap_per_day = OptionalMonetary(
        "Gap per Working Day",
        readonly=True,
        aggregator=None,
        help="What is missing, per working day that is left; today is one of them.",
    )
    reached = fields.Selection(
        REACHED,
        readonly=True,
        help="The highest of target, stretch and challenge that the actual has reached. "
        "A period without a stretch or challenge number counts there with its target.",
    )

    @api.model
    def _pace_sql(self, compared, expected):
        """:param compared: ``SQL`` of the actual of the periods that have a target"""
        return SQL("ROUND(100 * %s / NULLIF(%s, 0), 2)", compared, expected)

    @api.model
    def _forecast_sql(self, assigned, compared, expected, digits):
        return SQL("ROUND(%s * %s / NULLIF(%s, 0), %s)", assigned, compared, expected, digits)

    @api.model
    def _standing_sql(self, digits):
        """:return: dict of column → ``SQL`` over a row ``figure``, which has the columns assigned,
        gap, stretch, challenge, expected_to_date, days_left, stretch_goal and challenge_goal
        """
        assigned, expected = SQL("figure.assigned"), SQL("figure.expected_to_date")
        compared = SQL("(figure.assigned + figure.gap)")
        return {
            "attainment": self._attainment_sql(assigned, SQL("figure.gap")),
            "pace": self._pace_sql(compared, expected),
            "forecast": self._forecast_sql(assigned, compared, expected, digits),
            "gap_per_day": SQL(
                "CASE WHEN figure.gap < 0 THEN ROUND(-figure.gap / NULLIF(figure.days_left, 0), %s)"
                " WHEN figure.days_left > 0 AND figure.gap >= 0 THEN 0 END",
                digits,
            ),
            "reached": SQL(
                "CASE WHEN figure.assigned > 0 THEN CASE"
                " WHEN figure.challenge IS NOT NULL AND %(compared)s >= figure.challenge_goal"
                " THEN 'challenge'"
                " WHEN figure.stretch IS NOT NULL AND %(compared)s >= figure.stretch_goal"
                " THEN 'stretch'"
                " WHEN figure.gap >= 0 THEN 'target' END END",
                compared=compared,
            ),
        }

    def _read_group_select(self, aggregate_spec, query):
        # Like the attainment of a group, its pace and its forecast are those of its sums.
        if aggregate_spec not in ("pace:avg", "forecast:sum"):
            return super()._read_group_select(aggregate_spec, query)
        assigned, gap, expected = (
            SQL("SUM(%s)", self._field_to_sql(self._table, name, query))
            for name in ("assigned", "gap", "expected_to_date")
        )
        compared = SQL("(%s + %s)", assigned, gap)
        if aggregate_spec == "pace:avg":
            return self._pace_sql(compared, expected)
        return self._forecast_sql(assigned, compared, expected, 2)
