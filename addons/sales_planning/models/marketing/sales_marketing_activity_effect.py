from odoo import models


class SalesMarketingActivity(models.Model):
    """What an activity has brought, by its campaign."""

    _inherit = "sales.marketing.activity"

    # === BUSINESS METHODS === #
    def _get_effect_field(self):
        return "activity_id"

    def _get_effect_activities(self):
        return self._origin

    def _get_effect_keys(self):
        return [(self._origin.plan_id.id, self._origin.id)]
