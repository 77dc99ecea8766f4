from odoo import fields, models

POOL_AREA = "sales_system.group_sales_pool"
# Not customers on the portal; see the area of contracts.
POOL_READERS = f"base.group_user,{POOL_AREA}"


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    group_sales_pool = fields.Boolean(
        string="Public Pool", group="sales_team.group_sale_salesman", implied_group=POOL_AREA
    )
    sales_dormant_factor = fields.Float(related="company_id.sales_dormant_factor", readonly=False)
    sales_dormant_least_days = fields.Integer(
        related="company_id.sales_dormant_least_days", readonly=False
    )
    sales_dormant_days = fields.Integer(related="company_id.sales_dormant_days", readonly=False)
    sales_lost_factor = fields.Float(related="company_id.sales_lost_factor", readonly=False)
    sales_level_review = fields.Selection(
        related="company_id.sales_level_review", readonly=False, required=True
    )
