from odoo import api, fields, models


class SalesCompetitorProduct(models.Model):
    """What a competitor sells, and what of ours it is compared with."""

    _name = "sales.competitor.product"
    _description = "Competitor Product"
    _order = "competitor_id, name, id"
    _check_company_auto = True

    # === FIELDS === #
    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    competitor_id = fields.Many2one(
        "sales.competitor", required=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="competitor_id.company_id", store=True, index=True)
    product_id = fields.Many2one(
        "product.product",
        string="Our Product",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('sale_ok', '=', True)]",
    )
    categ_id = fields.Many2one(
        "product.category",
        string="Our Category",
        compute="_compute_categ_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    price_ids = fields.One2many("sales.competitor.price", "product_id")
    own_currency_id = fields.Many2one("res.currency", compute="_compute_comparison")
    last_date = fields.Date(string="Price of", compute="_compute_comparison")
    last_price = fields.Monetary(
        string="Latest Price",
        compute="_compute_comparison",
        currency_field="own_currency_id",
        help="The latest price that was noted, in the currency of your company.",
    )
    our_price = fields.Monetary(
        compute="_compute_comparison",
        currency_field="own_currency_id",
        help="Sales price of our product, without the discounts of pricelists.",
    )
    price_gap = fields.Float(
        string="Their Price Against Ours",
        compute="_compute_comparison",
        help="Positive: the competitor is dearer.",
    )

    _name_unique = models.UniqueIndex(
        "(competitor_id, lower(name))", "This competitor has a product of that name already."
    )

    # === COMPUTE METHODS === #
    @api.depends("name", "competitor_id.name")
    def _compute_display_name(self):
        for product in self:
            product.display_name = f"{product.competitor_id.name or ''} {product.name or ''}"

    @api.depends("product_id")
    def _compute_categ_id(self):
        for product in self.filtered("product_id"):
            product.categ_id = product.product_id.categ_id

    @api.depends("price_ids.price", "price_ids.date", "product_id.lst_price", "company_id")
    @api.depends_context("company")
    def _compute_comparison(self):
        latest = self.env["sales.competitor.price"]._get_latest(self)
        for product in self:
            company = product.company_id or self.env.company
            price = latest.get(product._origin.id, self.env["sales.competitor.price"])
            ours = product.product_id
            product.own_currency_id = company.currency_id
            product.last_date = price.date
            product.last_price = price.company_price
            product.our_price = ours.currency_id._convert(
                ours.lst_price, company.currency_id, company, fields.Date.context_today(product)
            )
            is_comparable = price and product.our_price
            product.price_gap = (
                product.last_price / product.our_price - 1 if is_comparable else False
            )
