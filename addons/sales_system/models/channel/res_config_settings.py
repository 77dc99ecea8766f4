from odoo import fields, models

AREA = "sales_system.group_sales_channel"
# Not distributors on the portal; see the area of contracts.
READERS = f"base.group_user,{AREA}"


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    group_sales_channel = fields.Boolean(
        string="Channels",
        group="sales_team.group_sale_salesman,account.group_account_invoice",
        implied_group=AREA,
    )
    sales_channel_authorization_check = fields.Selection(
        related="company_id.sales_channel_authorization_check", readonly=False, required=True
    )
    sales_channel_report_grace = fields.Integer(
        related="company_id.sales_channel_report_grace", readonly=False
    )
    sales_channel_slow_days = fields.Integer(
        related="company_id.sales_channel_slow_days", readonly=False
    )
    sales_channel_slow_weeks = fields.Integer(
        related="company_id.sales_channel_slow_weeks", readonly=False
    )
    deal_registration_auto = fields.Boolean(
        related="company_id.deal_registration_auto", readonly=False
    )
    deal_protection_days = fields.Integer(related="company_id.deal_protection_days", readonly=False)
    deal_extension_limit = fields.Integer(related="company_id.deal_extension_limit", readonly=False)
    deal_reminder_days = fields.Integer(related="company_id.deal_reminder_days", readonly=False)
    sales_channel_reminder_days = fields.Integer(
        related="company_id.sales_channel_reminder_days", readonly=False
    )
