from odoo import models


class SalesMarketingPlan(models.Model):
    """What a plan has brought: all of its activities, at the cost of the whole plan."""

    _inherit = "sales.marketing.plan"

    # === BUSINESS METHODS === #
    def _get_effect_field(self):
        return "plan_id"

    def _get_effect_activities(self):
        return self._origin.activity_line_ids

    def _get_effect_plans(self):
        return self._origin

    def _get_effect_keys(self):
        plan = self._origin
        return [(plan.id, activity_id) for activity_id in (*plan.activity_line_ids.ids, None)]
