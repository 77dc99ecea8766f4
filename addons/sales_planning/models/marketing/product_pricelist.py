from odoo import models


class ProductPricelist(models.Model):
    """Price list of a promotion: confirmed orders at its prices count for the activity."""

    _name = "product.pricelist"
    _inherit = ["product.pricelist", "sales.marketing.means.mixin"]
