from odoo import api, fields, models


class SalesCompetitorProduct(models.Model):
    """Beside the competitor's price: what customers pay us by one of our price lists."""

    _inherit = "sales.competitor.product"

    pricelist_id = fields.Many2one(
        "product.pricelist",
        string="Our Price List",
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
        help="Whose price is compared. Empty: that of the settings.",
    )
    pricelist_price = fields.Monetary(
        string="Our Price by Price List",
        compute="_compute_pricelist_comparison",
        currency_field="own_currency_id",
        help="Of one piece today, in the currency of your company.",
    )
    pricelist_gap = fields.Float(
        string="Their Price Against Our Price List",
        compute="_compute_pricelist_comparison",
        help="Positive: the competitor is dearer.",
    )

    @api.depends("pricelist_id", "last_price", "product_id.lst_price", "company_id")
    @api.depends_context("company")
    def _compute_pricelist_comparison(self):
        today = fields.Date.context_today(self)
        ours = self._get_pricelist_prices([(product, today) for product in self])
        for product in self:
            price = ours[product, today]
            product.pricelist_price = price
            is_comparable = price and product.last_date
            product.pricelist_gap = product.last_price / price - 1 if is_comparable else False

    def _get_pricelist(self):
        """:return: the price list of ours that a competitor's product is compared with"""
        self.ensure_one()
        company = self.company_id or self.env.company
        return self.pricelist_id or company.competitor_pricelist_id

    @api.model
    def _get_pricelist_prices(self, wanted):
        """:param wanted: pairs of competitor's product and day
        :return: dict of such a pair → our price of that day in the company's currency, 0 where no
            product or price list of ours is named; one look-up for each price list and day
        """
        result = dict.fromkeys(wanted, 0.0)
        lots = {}
        for product, day in wanted:
            if product.product_id and (pricelist := product._get_pricelist()):
                company = product.company_id or self.env.company
                lots.setdefault((pricelist, company, day), []).append(product)
        for (pricelist, company, day), products in lots.items():
            # Fixed prices come in the price list's own currency, whichever is asked for.
            prices = pricelist.with_company(company)._get_products_price(
                self.browse().concat(*products).product_id, quantity=1.0, date=day
            )
            for product in products:
                result[product, day] = pricelist.currency_id._convert(
                    prices[product.product_id.id], company.currency_id, company, day
                )
        return result
