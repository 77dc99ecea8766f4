from odoo import fields, models

from ...engine.periods import Period


class SalesTargetPlan(models.Model):
    _inherit = "sales.target.plan"

    season_profile_id = fields.Many2one(
        "sales.season.profile",
        check_company=True,
        ondelete="restrict",
        help="How the year spreads over its months, where targets are split by season.",
    )

    # === ACTION METHODS === #
    def action_open_evidence(self):
        """What speaks for or against the numbers: earlier years, pipeline, receivables."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "sales_planning.sales_target_action_evidence"
            ),
            "name": self.env._("Evidence of %(plan)s", plan=self.name),
            "domain": [("plan_id", "=", self.id)],
        }

    # === BUSINESS METHODS === #
    def _get_span(self):
        """:return: all days of the plan as one :class:`~.engine.periods.Period`"""
        self.ensure_one()
        return Period(self.date_from, self.date_to)
