from odoo import models


class SaleOrder(models.Model):
    """Order of tickets for an event that a marketing activity holds."""

    _inherit = "sale.order"

    # === BUSINESS METHODS === #
    def _get_marketing_activities(self):
        found = super()._get_marketing_activities()
        return {
            order: activities | order.sudo().order_line.event_id.marketing_activity_id
            for order, activities in found.items()
        }
