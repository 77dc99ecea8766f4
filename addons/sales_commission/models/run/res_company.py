from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    commission_discount_limit = fields.Float(
        string="Discount to Look At (%)",
        digits="Discount",
        default=20.0,
        help="A commission run lists who keeps commission on sales with a larger discount. "
        "0: such sales are not looked for.",
    )

    _commission_discount_limit_range = models.Constraint(
        "CHECK (commission_discount_limit BETWEEN 0 AND 100)",
        "The discount that commission runs look for is a percentage between 0 and 100.",
    )
