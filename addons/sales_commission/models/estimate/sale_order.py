from odoo import api, fields, models

ESTIMATE_GROUP = "sales_commission.group_sales_commission_estimate"


class SaleOrder(models.Model):
    """An order that shows what it is expected to bring whom."""

    _inherit = "sale.order"

    commission_currency_id = fields.Many2one(
        related="company_id.currency_id",
        string="Commission Currency",
        export_string_translation=False,
    )
    commission_estimate_amount = fields.Monetary(
        string="Expected Commission",
        compute="_compute_commission_estimate",
        currency_field="commission_currency_id",
        groups=ESTIMATE_GROUP,
        help="What the order, as it is saved, brings when it is ordered, invoiced and paid: your "
        "own commission, or that of all whose statements you may see.",
    )
    commission_estimate = fields.Html(
        string="Expected Commission by Payee",
        compute="_compute_commission_estimate",
        groups=ESTIMATE_GROUP,
        sanitize=False,
    )

    # === COMPUTE METHODS === #
    @api.depends_context("uid", "lang")
    def _compute_commission_estimate(self):
        estimates = self._get_commission_estimates()
        for order in self:
            rows = estimates.get(order._origin.id, ())
            order.commission_estimate_amount = sum(row["amount"] for row in rows)
            order.commission_estimate = rows and self.env["ir.qweb"]._render(
                "sales_commission.commission_estimate",
                {"rows": rows, "currency": order.commission_currency_id},
            )

    # === BUSINESS METHODS === #
    def _get_commission_estimates(self):
        """:return: dict of order id → list of dicts of payee, rule, base, rate and amount, of the
        payees whose commission the user may see"""
        found = self.env["sales.commission.estimating"]._estimate(self._origin.sudo())
        payees = self._filter_visible_payees({payee_id for _order, payee_id, *_rest in found})
        estimates = {}
        for order_id, payee_id, rule_id, base, rate, amount in found:
            if payee_id in payees.ids:
                estimates.setdefault(order_id, []).append(
                    {
                        # As superuser: who and what for is what the user asks.
                        "payee": self.env["res.partner"].sudo().browse(payee_id),
                        "rule": self.env["sales.commission.rule"].sudo().browse(rule_id),
                        "base": float(base),
                        "rate": float(rate or 0),
                        "amount": float(amount),
                    }
                )
        return estimates

    @api.model
    def _filter_visible_payees(self, payee_ids):
        """:return: the payees whose commission the user may see, as with their statements"""
        payees = self.env["res.partner"].browse(payee_ids)
        user = self.env.user
        if user.has_group("sales_team.group_sale_salesman_all_leads"):
            return payees
        visible = payees & user.partner_id
        if user.has_group("sales_system.group_sale_salesman_team"):
            led = (
                self.env["res.users"]
                .sudo()
                .search([("partner_id", "in", payees.ids), ("sales_leader_ids", "in", user.ids)])
            )
            visible |= led.partner_id
        return visible
