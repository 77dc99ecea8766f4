from odoo import api, models
from odoo.exceptions import ValidationError


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    @api.model_create_multi
    def create(self, vals_list):
        transactions = super().create(vals_list)
        for order in transactions.sale_order_ids:
            if order.state in ("draft", "sent") and (error := order._get_approval_error()):
                raise ValidationError(error)
        return transactions

    def _check_amount_and_confirm_order(self):
        """Leave an order that waits for approval a quotation, and the money where it is."""
        blocked = self._filter_approval_blocked()
        for order in blocked.sale_order_ids.filtered(lambda order: order.state != "sale"):
            order._message_log(
                body=self.env._(
                    "Paid online while an approval is still missing: "
                    "confirm the order once it has been approved."
                )
            )
        return super(PaymentTransaction, self - blocked)._check_amount_and_confirm_order()

    def _invoice_sale_orders(self):
        return super(
            PaymentTransaction, self - self._filter_approval_blocked()
        )._invoice_sale_orders()

    def _filter_approval_blocked(self):
        return self.filtered(
            lambda tx: any(order._is_approval_blocked() for order in tx.sale_order_ids)
        )
