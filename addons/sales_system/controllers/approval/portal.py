from odoo.exceptions import AccessError, MissingError, ValidationError
from odoo.http import request, route

from odoo.addons.sale.controllers.portal import CustomerPortal, PaymentPortal


def _get_error(order):
    # The portal works as superuser, and a customer need not know our limits.
    return order.with_user(request.env.user)._get_approval_error()


class ApprovalCustomerPortal(CustomerPortal):
    @route()
    def portal_order_page(self, order_id, access_token=None, payment_amount=None, **kwargs):
        """Show a quotation that waits for approval without a way to pay it."""
        if payment_amount and self._get_order_approval_error(order_id, access_token):
            payment_amount = None
        return super().portal_order_page(
            order_id, access_token=access_token, payment_amount=payment_amount, **kwargs
        )

    @route()
    def portal_quote_accept(self, order_id, access_token=None, name=None, signature=None):
        token = access_token or request.httprequest.args.get("access_token")
        if error := self._get_order_approval_error(order_id, token):
            return {"error": error}
        return super().portal_quote_accept(
            order_id, access_token=access_token, name=name, signature=signature
        )

    def _get_order_approval_error(self, order_id, access_token):
        """:return: sentence for the customer, or False; who may not see the order learns nothing"""
        try:
            order = self._document_check_access("sale.order", order_id, access_token=access_token)
        except (AccessError, MissingError):
            return False
        return order.state in ("draft", "sent") and _get_error(order)


class ApprovalPaymentPortal(PaymentPortal):
    @route()
    def portal_order_transaction(self, order_id, access_token, **kwargs):
        """Refuse the payment before a provider is asked for it."""
        try:
            order = self._document_check_access("sale.order", order_id, access_token)
        except AccessError:
            return super().portal_order_transaction(order_id, access_token, **kwargs)
        if order.state in ("draft", "sent") and (error := _get_error(order)):
            raise ValidationError(error)
        return super().portal_order_transaction(order_id, access_token, **kwargs)
