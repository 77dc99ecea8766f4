from odoo import fields, models

AREA = "sales_system.group_sales_contract"
# Not customers on the portal. The area's group is never there alone: views that name it alone,
# to disappear with the area, may so show the fields.
READERS = f"base.group_user,{AREA}"


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    group_sales_contract = fields.Boolean(
        string="Contracts",
        group="sales_team.group_sale_salesman,account.group_account_invoice",
        implied_group=AREA,
    )
    sales_contract_overcall = fields.Selection(
        related="company_id.sales_contract_overcall", readonly=False, required=True
    )
    sales_contract_full_plan = fields.Boolean(
        related="company_id.sales_contract_full_plan", readonly=False
    )
