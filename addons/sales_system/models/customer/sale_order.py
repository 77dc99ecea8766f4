from odoo import api, fields, models


class SaleOrder(models.Model):
    """Whoever writes to a customer about an order is in touch with the customer."""

    _inherit = "sale.order"

    customer_standing = fields.Char(
        compute="_compute_customer_standing",
        groups="sales_team.group_sale_salesman",
        help="The level of the customer and the territory that the order is counted in.",
    )

    # === COMPUTE METHODS === #
    @api.depends("partner_id.customer_level_id", "company_id", "territory_id")
    def _compute_customer_standing(self):
        for company, orders in self.grouped("company_id").items():
            in_company = orders.with_company(company)
            for order, seen in zip(orders, in_company, strict=True):
                level = seen.partner_id.customer_level_id
                parts = [
                    level and self.env._("Level %(level)s", level=level.name),
                    (order.territory_id.complete_name or "").replace(" / ", " › "),
                ]
                order.customer_standing = " · ".join(part for part in parts if part)

    # === BUSINESS METHODS === #
    def _message_post_after_hook(self, message, msg_values):
        result = super()._message_post_after_hook(message, msg_values)
        partners = self.partner_id
        if partners and partners._is_contact(message):
            partners._touch_contact(message.date)
            self.opportunity_id._touch_contact(message.date)
        return result
