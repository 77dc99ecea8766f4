from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ..sales_target import SEGMENT, TARGET_DIMENSIONS


class SalesTargetPlan(models.Model):
    """What whoever reads targets of market segments has to know of these."""

    _inherit = "sales.target.plan"

    segment_notice = fields.Text(
        compute="_compute_segment_notice",
        compute_sudo=True,
        export_string_translation=False,
    )

    # === COMPUTE METHODS === #
    @api.depends("date_from", "date_to", "target_ids.segment_id", "target_ids.parent_id")
    @api.depends_context("lang")
    def _compute_segment_notice(self):
        segments = dict(
            self.env["sales.target"]._read_group(
                [("plan_id", "in", self.ids), ("segment_id", "!=", False)],
                ["plan_id"],
                ["segment_id:recordset"],
            )
        )
        counts = self._count_in_several_segments() if segments else {}
        for plan in self:
            named = segments.get(plan._origin, self.env["sales.market.segment"])
            notices = plan._get_segment_notices(named, counts.get(plan._origin.id, 0))
            plan.segment_notice = "\n".join(notices) or False

    # === BUSINESS METHODS === #
    def _get_segment_notices(self, segments, count):
        """:param int count: how many customers are in several segments side by side
        :return: list of sentences
        """
        self.ensure_one()
        notices = []
        if unknown := segments.filtered(lambda segment: not segment.snapshot_on):
            notices.append(unknown._get_no_snapshot_message())
        later = (segments - unknown).filtered(lambda one: one.date_from > self.date_from)
        for day, of_day in sorted(later.grouped("date_from").items()):
            notices.append(
                self.env._(
                    "%(segments)s: customers count from %(day)s on, and no sale before that day.",
                    segments=", ".join(of_day.mapped("name")),
                    day=format_date(self.env, day),
                )
            )
        if count:
            notices.append(
                self.env._(
                    "%(count)s customers are in several of the segments that stand side by side. "
                    "Their sales count for each of these, so the actuals of the segments can add "
                    "up to more than was sold.",
                    count=count,
                )
            )
        return notices

    def _count_in_several_segments(self):
        """Customers who were at one time of the plan in two segments whose targets are parts of
        the same target and differ in nothing else.

        The spans of a customer in one segment do not overlap. So any two that do are of two
        segments.

        :return: dict of plan id → number of customers, of plans that have such
        """
        self.env["sales.target"].flush_model()
        others = [SQL.identifier(name) for name in TARGET_DIMENSIONS if name != SEGMENT]
        return defaultdict(
            int,
            self.env.execute_query(
                SQL(
                    """
                    SELECT plan_id, COUNT(DISTINCT partner_id)
                      FROM (
                            SELECT sibling.plan_id, member.partner_id,
                                   GREATEST(member.date_from, plan.date_from)
                                   < MAX(COALESCE(member.date_to, 'infinity')) OVER (
                                       PARTITION BY sibling.place, member.company_id,
                                                    member.partner_id
                                       ORDER BY member.date_from, member.id
                                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                                   ) AS is_double
                              FROM (
                                    SELECT plan_id, segment_id,
                                           DENSE_RANK() OVER (
                                               ORDER BY plan_id, parent_id, %(others)s
                                           ) AS place
                                      FROM sales_target
                                     WHERE plan_id = ANY(%(ids)s) AND segment_id IS NOT NULL
                                   ) AS sibling
                              JOIN sales_target_plan plan ON plan.id = sibling.plan_id
                              JOIN sales_market_segment_member member
                                ON member.segment_id = sibling.segment_id
                               AND member.date_from <= plan.date_to
                               AND COALESCE(member.date_to, 'infinity')
                                   > GREATEST(member.date_from, plan.date_from)
                           ) AS span
                     WHERE is_double
                     GROUP BY plan_id
                    """,
                    others=SQL(", ").join(others),
                    ids=self.ids,
                )
            ),
        )
