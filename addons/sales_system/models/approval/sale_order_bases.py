from odoo import api, models

from ...engine.approval import DIGITS, ApprovalBasis


class SaleOrder(models.Model):
    """The numbers of an order that an approval rule can limit."""

    _name = "sale.order"
    _inherit = ["sale.order", "sales.approval.mixin"]

    @api.model
    def _approval_bases(self):
        return {
            **super()._approval_bases(),
            "discount": ApprovalBasis(self.env._("Discount"), "_measure_approval_discount"),
            "margin": ApprovalBasis(
                self.env._("Margin"), "_measure_approval_margin", worse="lower"
            ),
            "amount": ApprovalBasis(
                self.env._("Untaxed amount"), "_measure_approval_amount", unit="money"
            ),
            "credit": ApprovalBasis(
                self.env._("Credit used"), "_measure_approval_credit", external=True
            ),
            "floor": ApprovalBasis(
                self.env._("Lowest markup on cost"), "_measure_approval_floor", worse="lower"
            ),
        }

    @api.model
    def _approval_depends(self):
        return [
            *super()._approval_depends(),
            "approval_confirmed_terms",
            "company_id",
            "partner_id",
            "currency_rate",
            "amount_untaxed",
            "amount_total",
            "state",
            "team_id",
            "order_line.product_id",
            "order_line.product_uom_qty",
            "order_line.is_downpayment",
            "order_line.price_unit",
            "order_line.discount",
            "order_line.price_subtotal",
            "order_line.purchase_price",
            "order_line.list_price_unit",
        ]

    def _approval_exact(self):
        # The same discount for another customer is another question.
        return {"partner_id": self.partner_id.commercial_partner_id.id or False}

    # === MEASURES === #
    def _get_approval_lines(self):
        """:return: lines that sell something, and the share that the others take off them"""
        self.ensure_one()
        lines = self.order_line.filtered(
            lambda line: not line.display_type and not line._asks_for_down_payment()
        )
        reductions = lines.filtered(
            lambda line: (
                line.price_subtotal < 0 or line._is_global_discount() or line._is_discount_line()
            )
        )
        goods = (lines - reductions).filtered("product_uom_qty")
        total = sum(goods.mapped("price_subtotal"))
        taken_off = -sum(reductions.mapped("price_subtotal"))
        return goods, min(1.0, taken_off / total) if total > 0 else 0.0

    def _measure_approval_discount(self):
        """Highest discount of a line: on the line, in its price, and on the whole order."""
        result = {}
        for order in self:
            goods, share = order._get_approval_lines()
            discounts = [1 - (1 - line._get_price_cut()) * (1 - share) for line in goods]
            result[order.id] = round(100 * max(discounts), DIGITS) if discounts else None
        return result

    def _measure_approval_margin(self):
        result = {}
        for order in self:
            cost = sum(
                line._get_approval_cost() * line.product_uom_qty for line in order.order_line
            )
            untaxed = order.amount_untaxed
            if untaxed > 0:
                result[order.id] = round(100 * (untaxed - cost) / untaxed, DIGITS)
            else:
                result[order.id] = -100.0 if cost > 0 else None
        return result

    def _measure_approval_amount(self):
        return {
            order.id: round(order.amount_untaxed / (order.currency_rate or 1.0), DIGITS)
            for order in self
        }

    def _measure_approval_credit(self):
        """Share of the customer's credit limit that is used once this order is confirmed."""
        result = {}
        # All at once: what the accounts say has moved since, and is read again together.
        self.partner_id.commercial_partner_id.invalidate_recordset(["credit", "credit_to_invoice"])
        for order in self:
            company = order.company_id
            partner = order.partner_id.commercial_partner_id.with_company(company).sudo()
            if not company.account_use_credit_limit or partner.credit_limit <= 0:
                result[order.id] = None
                continue
            used = partner.credit + partner.credit_to_invoice
            if order.state != "sale":
                used += order.amount_total / (order.currency_rate or 1.0)
            result[order.id] = round(100 * used / partner.credit_limit, DIGITS)
        return result

    def _measure_approval_floor(self):
        """Lowest markup of a line on the cost of its product, after all discounts."""
        result = {}
        for order in self:
            goods, share = order._get_approval_lines()
            markups = [
                (line.price_subtotal * (1 - share) / line.product_uom_qty) / cost - 1
                for line in goods
                if (cost := line._get_product_cost()) > 0
            ]
            result[order.id] = round(100 * min(markups), DIGITS) if markups else None
        return result

    def _get_approval_cards(self):
        """:return: dict of order id → figures of an approver's card"""
        margins = self._measure_approval_margin()
        discounts = self._measure_approval_discount()
        credits_used = self._measure_approval_credit()
        return {
            order.id: {
                "currency_id": order.currency_id,
                "amount": order.amount_untaxed,
                "margin": margins[order.id],
                "discount": discounts[order.id],
                "credit": credits_used[order.id],
            }
            for order in self
        }
