from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    group_sales_commission_estimate = fields.Boolean(
        string="Expected Commission",
        group="sales_team.group_sale_salesman",
        implied_group="sales_commission.group_sales_commission_estimate",
    )
