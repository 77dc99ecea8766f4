from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    commission_discount_limit = fields.Float(
        related="company_id.commission_discount_limit", readonly=False
    )
