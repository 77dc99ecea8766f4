from odoo import api, models


class SaleOrder(models.Model):
    """With their first quotation, customers are engaged with us."""

    _inherit = "sale.order"

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._begin_with_customers()
        return orders

    def write(self, vals):
        result = super().write(vals)
        if vals.get("partner_id"):
            self._begin_with_customers()
        return result

    # === BUSINESS METHODS === #
    def _begin_with_customers(self):
        self.env["sales.customer.profile"]._begin(
            "engaged", [(order.partner_id.id, order.company_id.id) for order in self.sudo()]
        )
