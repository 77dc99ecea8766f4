from odoo import models


class SaleAdvancePaymentInv(models.TransientModel):
    _inherit = "sale.advance.payment.inv"

    def _create_invoices(self, sale_orders):
        # A down payment does not pass through sale.order._create_invoices.
        sale_orders._check_approval()
        return super()._create_invoices(sale_orders)
