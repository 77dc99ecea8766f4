from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    competitor_pricelist_id = fields.Many2one(
        related="company_id.competitor_pricelist_id", readonly=False
    )
