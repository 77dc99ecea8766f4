from odoo import models


class SaleOrder(models.Model):
    """Whoever writes to a customer about an order is in touch with the customer."""

    _inherit = "sale.order"

    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        partners = self.partner_id
        if partners and partners._is_contact(message):
            partners._touch_contact(message.date)
            self.opportunity_id._touch_contact(message.date)
        return result
