from odoo import fields, models


class UtmCampaign(models.Model):
    """Campaign that leads from a mailing to its marketing activity, of which there is one."""

    _inherit = "utm.campaign"

    marketing_activity_ids = fields.One2many(
        "sales.marketing.activity",
        "campaign_id",
        groups="sales_team.group_sale_salesman",
    )
