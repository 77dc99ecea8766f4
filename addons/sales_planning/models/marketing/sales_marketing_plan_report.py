from odoo import models


class SalesMarketingPlan(models.Model):
    """What is printed of a plan."""

    _inherit = "sales.marketing.plan"

    # === BUSINESS METHODS === #
    def _get_budgets_by_category(self):
        """:return: list of dict of category, planned, committed, actual and available, of the
        budgets that the reader may see
        """
        self.ensure_one()
        # The plan's own list may hold what its figures have read as superuser.
        visible = self.env["sales.budget.line"].search(
            [("marketing_plan_id", "=", self.id), ("is_topmost", "=", True)]
        )
        rows = []
        for category, lines in visible.grouped("category_id").items():
            planned, committed, actual = (
                sum(line[name] or 0.0 for line in lines)
                for name in ("planned", "committed", "actual")
            )
            rows.append(
                {
                    "category": category,
                    "planned": planned,
                    "committed": committed,
                    "actual": actual,
                    "available": planned - committed - actual,
                }
            )
        return sorted(rows, key=lambda row: (row["category"].sequence, row["category"].name))

    def _get_audience(self, activity):
        """:return: where an activity is done, with whom and for whom, in words"""
        return ", ".join(
            filter(
                None,
                [
                    activity.territory_id.name,
                    activity.channel_partner_id.sudo().name,
                    *activity.segment_ids.mapped("name"),
                ],
            )
        )
