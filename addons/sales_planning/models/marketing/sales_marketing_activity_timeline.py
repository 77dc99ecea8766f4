from odoo import api, fields, models


class SalesMarketingActivity(models.Model):
    """An activity as a bar within the span of its plan."""

    _inherit = "sales.marketing.activity"

    bar = fields.Html("Timeline", compute="_compute_bar", compute_sudo=True, sanitize=False)

    # === COMPUTE METHODS === #
    @api.depends("name", "state", "date_from", "date_to", "plan_id.date_from", "plan_id.date_to")
    @api.depends_context("lang")
    def _compute_bar(self):
        for activity in self:
            plan = activity.plan_id
            if not plan._has_bar(activity):
                activity.bar = False
                continue
            activity.bar = self.env["ir.qweb"]._render(
                "sales_planning.sales_marketing_bar",
                {
                    "activity": activity,
                    "dates": plan._format_span(activity),
                    **plan._get_bar(activity),
                },
            )
