from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    salesperson_code = fields.Char(
        copy=False,
        help="The key that your other systems know this salesperson by. "
        "Imports of past sales and targets find the salesperson by it.",
    )

    _salesperson_code_unique = models.UniqueIndex(
        "(salesperson_code, company_id) WHERE salesperson_code IS NOT NULL",
        "Another user of this company already has this salesperson code.",
    )
