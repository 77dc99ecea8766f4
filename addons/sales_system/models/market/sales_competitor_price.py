from odoo import api, fields, models


class SalesCompetitorPrice(models.Model):
    """Beside the price that was seen: what our price list said on the same day."""

    _inherit = "sales.competitor.price"

    our_pricelist_id = fields.Many2one(
        "product.pricelist", string="Our Price List", compute="_compute_our_price"
    )
    our_price = fields.Monetary(
        compute="_compute_our_price",
        currency_field="company_currency_id",
        help="Of one piece by our price list on that day, in the currency of your company.",
    )
    price_gap = fields.Float(
        string="Their Price Against Ours",
        compute="_compute_our_price",
        help="Positive: the competitor was dearer.",
    )

    @api.depends("company_price", "date", "product_id.product_id", "product_id.pricelist_id")
    @api.depends_context("company")
    def _compute_our_price(self):
        products = self.env["sales.competitor.product"]
        ours = products._get_pricelist_prices([(one.product_id, one.date) for one in self])
        for price in self:
            amount = ours[price.product_id, price.date]
            price.our_pricelist_id = price.product_id and price.product_id._get_pricelist()
            price.our_price = amount
            price.price_gap = price.company_price / amount - 1 if amount else False
