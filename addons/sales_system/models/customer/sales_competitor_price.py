from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

# What was seen on that day, and stays.
NOTED_FIELDS = {"product_id", "price", "currency_id", "date", "territory_id"}


class SalesCompetitorPrice(models.Model):
    """A price of a competitor that somebody saw on a day; the next one is a further row."""

    _name = "sales.competitor.price"
    _description = "Competitor Price"
    _order = "date desc, id desc"
    _rec_name = "product_id"
    _check_company_auto = True

    # === FIELDS === #
    product_id = fields.Many2one(
        "sales.competitor.product",
        string="Competitor Product",
        required=True,
        index=True,
        ondelete="cascade",
    )
    competitor_id = fields.Many2one(
        related="product_id.competitor_id", store=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="product_id.company_id", store=True, index=True)
    date = fields.Date(required=True, default=fields.Date.context_today)
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        ondelete="restrict",
        default=lambda self: self.env.company.currency_id,
    )
    price = fields.Monetary(required=True, aggregator="avg")
    company_currency_id = fields.Many2one("res.currency", compute="_compute_company_price")
    company_price = fields.Monetary(
        string="In Our Currency",
        compute="_compute_company_price",
        currency_field="company_currency_id",
        help="Converted at the rate of its date.",
    )
    territory_id = fields.Many2one(
        "sales.territory",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="Where the price holds. Empty: everywhere.",
    )
    source = fields.Char(help="Where the price was seen: a link, a quotation, a customer.")

    # === CONSTRAINTS AND INDEXES === #
    _price_not_negative = models.Constraint(
        "CHECK (price >= 0)", "The price of a competitor cannot be negative."
    )
    _product_date_idx = models.Index("(product_id, date DESC, id DESC)")

    # === COMPUTE METHODS === #
    @api.depends("product_id.display_name", "date")
    def _compute_display_name(self):
        for price in self:
            price.display_name = f"{price.product_id.display_name} {price.date or ''}"

    @api.depends("price", "currency_id", "date", "company_id")
    @api.depends_context("company")
    def _compute_company_price(self):
        for price in self:
            company = price.company_id or self.env.company
            price.company_currency_id = company.currency_id
            price.company_price = price.currency_id._convert(
                price.price,
                company.currency_id,
                company,
                price.date or fields.Date.context_today(price),
            )

    # === CONSTRAINT METHODS === #
    @api.constrains("date")
    def _check_date(self):
        for price in self:
            if price.date > fields.Date.context_today(price):
                raise ValidationError(
                    self.env._(
                        "The price of %(product)s is dated %(date)s, which is still to come. "
                        "Note it on the day on which somebody sees it; announce it as an event.",
                        product=price.product_id.display_name,
                        date=fields.Date.to_string(price.date),
                    )
                )

    # === CRUD METHODS === #
    def write(self, vals):
        if not NOTED_FIELDS.isdisjoint(vals):
            self._check_not_noted(vals)
        return super().write(vals)

    # === BUSINESS METHODS === #
    def _check_not_noted(self, vals):
        """:raises UserError: what was seen would change"""
        for price in self:
            values = price._convert_to_write({name: price[name] for name in NOTED_FIELDS})
            if any(values[name] != vals[name] for name in NOTED_FIELDS & vals.keys()):
                raise UserError(
                    self.env._(
                        "The price %(price)s was noted and stays as it was seen. Note the new "
                        "price in a further row; a leader deletes one that was wrong.",
                        price=price.display_name,
                    )
                )

    @api.model
    def _get_latest(self, products):
        """:return: dict of product id → the price that was seen last, in one statement"""
        self.flush_model(["product_id", "date"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (product_id) product_id, id
                  FROM sales_competitor_price
                 WHERE product_id = ANY(%s)
                 ORDER BY product_id, date DESC, id DESC
                """,
                products.ids,
            )
        )
        prices = self.browse([price_id for _product_id, price_id in rows])
        return {price.product_id.id: price for price in prices}
