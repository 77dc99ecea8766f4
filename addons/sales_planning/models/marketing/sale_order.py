from odoo import api, models


class SaleOrder(models.Model):
    """Order that a running marketing activity has won by its means."""

    _inherit = "sale.order"

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders.filtered(lambda order: order.state == "sale")._take_marketing_campaigns()
        return orders

    def _action_confirm(self):
        # Before all others, so that what they make of the order carries the campaign too.
        self._take_marketing_campaigns()
        return super()._action_confirm()

    # === BUSINESS METHODS === #
    def _get_marketing_activities(self):
        """Hook: the activities whose means orders have used, whether these run now or not.

        It is asked for many orders at once, by users who need not see the activities.

        :return: dict of order → activities, with the rights of the system
        """
        return {order: order.sudo().pricelist_id.marketing_activity_id for order in self}

    def _take_marketing_campaigns(self):
        """Mark orders with the campaign that won them; a campaign of their own stays."""
        won = {}
        free = self.filtered(lambda order: not order.campaign_id)
        for order, activities in free._get_marketing_activities().items():
            if activity := activities._get_winner(order):
                won.setdefault(activity.campaign_id, []).append(order.id)
        for campaign, order_ids in won.items():
            self.browse(order_ids).campaign_id = campaign.id
