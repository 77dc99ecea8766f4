from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sales_commission_product_id = fields.Many2one(
        related="company_id.sales_commission_product_id", readonly=False
    )
    sales_commission_journal_id = fields.Many2one(
        related="company_id.sales_commission_journal_id", readonly=False
    )
    sales_commission_expense_account_id = fields.Many2one(
        related="company_id.sales_commission_expense_account_id", readonly=False
    )
    sales_commission_payable_account_id = fields.Many2one(
        related="company_id.sales_commission_payable_account_id", readonly=False
    )
