from odoo import api, fields, models

POOL_AREA = "sales_system.group_sales_pool"
# Not customers on the portal; see the area of contracts.
POOL_READERS = f"base.group_user,{POOL_AREA}"


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    group_sales_pool = fields.Boolean(
        string="Public Pool", group="sales_team.group_sale_salesman", implied_group=POOL_AREA
    )
    sales_response_hours = fields.Float(related="company_id.sales_response_hours", readonly=False)
    sales_tax_guard = fields.Boolean(
        string="One Company per Tax ID",
        help="A second company with the same tax ID is refused, also when two people save at "
        "the same moment, unless a reason is given.",
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

    # === BUSINESS METHODS === #
    @api.model
    def get_values(self):
        return {
            **super().get_values(),
            "sales_tax_guard": self.env["res.partner"]._has_tax_guard(),
        }

    def set_values(self):
        result = super().set_values()
        partners = self.env["res.partner"].sudo()
        if self.sales_tax_guard != partners._has_tax_guard():
            partners._switch_tax_guard(self.sales_tax_guard)
        return result
