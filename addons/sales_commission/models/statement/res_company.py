from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    sales_commission_manager_id = fields.Many2one(
        comodel_name="res.users",
        string="Commission Manager",
        domain="[('share', '=', False)]",
        help="Answers the questions that payees have about their statements. Empty: whoever "
        "created the run.",
    )
