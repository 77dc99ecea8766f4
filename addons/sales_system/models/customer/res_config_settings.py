from odoo import fields, models

POOL_AREA = "sales_system.group_sales_pool"
# Not customers on the portal; see the area of contracts.
POOL_READERS = f"base.group_user,{POOL_AREA}"


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    group_sales_pool = fields.Boolean(
        string="Public Pool", group="sales_team.group_sale_salesman", implied_group=POOL_AREA
    )
    sales_response_hours = fields.Float(related="company_id.sales_response_hours", readonly=False)
