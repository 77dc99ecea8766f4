from odoo import fields, models

AREA = "sales_system.group_sales_contract"


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    group_sales_contract = fields.Boolean(
        string="Contracts",
        group="sales_team.group_sale_salesman,account.group_account_invoice",
        implied_group=AREA,
    )
