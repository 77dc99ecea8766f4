from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    sales_commission_product_id = fields.Many2one(
        comodel_name="product.product",
        string="Commission Product",
        check_company=True,
        domain="[('purchase_ok', '=', True), ('type', '=', 'service')]",
        help="On the bills of agents and dealers. It decides account and taxes. Empty: the "
        "service “Sales Commission”.",
    )
    sales_commission_journal_id = fields.Many2one(
        comodel_name="account.journal",
        string="Commission Journal",
        check_company=True,
        domain="[('type', '=', 'general')]",
        help="For the entries of commission that is paid with wages.",
    )
    sales_commission_expense_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Commission Expense Account",
        check_company=True,
        domain="[('internal_group', '=', 'expense')]",
        help="Takes the cost of commission. Bills: empty means the account of the product.",
    )
    sales_commission_payable_account_id = fields.Many2one(
        comodel_name="account.account",
        string="Commission Payable Account",
        check_company=True,
        domain="[('internal_group', '=', 'liability')]",
        help="What employees are owed until their wages are paid.",
    )
