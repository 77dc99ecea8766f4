from odoo import api, models


class SaleOrderLine(models.Model):
    """What is added to a confirmed order is sold by its channel partner as well."""

    _inherit = "sale.order.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._get_channel_sales()._check_channel_authorization()
        return lines

    def write(self, vals):
        entering = self.browse()
        if "product_id" in vals:
            entering = self
        elif vals.get("product_uom_qty"):
            # What nobody orders is not sold, and so has not been checked.
            entering = self.filtered(lambda line: not line.product_uom_qty)
        result = super().write(vals)
        if entering:
            entering._get_channel_sales()._check_channel_authorization()
        return result

    def _get_channel_sales(self):
        """:return: the confirmed orders of these lines that go through a channel partner"""
        return self.order_id.filtered(
            lambda order: order.state == "sale" and order.channel_partner_id
        )
