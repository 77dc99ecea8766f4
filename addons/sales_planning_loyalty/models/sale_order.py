from odoo import models


class SaleOrder(models.Model):
    """Order that got a reward of a program which belongs to a marketing activity."""

    _inherit = "sale.order"

    # === BUSINESS METHODS === #
    def _get_marketing_activities(self):
        found = super()._get_marketing_activities()
        return {
            order: activities | order.sudo().order_line.reward_id.program_id.marketing_activity_id
            for order, activities in found.items()
        }
