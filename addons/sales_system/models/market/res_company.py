from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    competitor_pricelist_id = fields.Many2one(
        "product.pricelist",
        string="Price List Against Competitors",
        check_company=True,
        ondelete="set null",
        help="Prices of competitors are shown beside those of this price list.",
    )
