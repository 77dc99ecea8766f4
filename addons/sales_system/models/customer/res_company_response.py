from odoo import fields, models


class ResCompany(models.Model):
    """How fast a company means to answer new leads."""

    _inherit = "res.company"

    sales_response_hours = fields.Float(
        string="First Response Within",
        help="Working hours within which somebody of us answers a new lead. 0: no target.",
    )

    _sales_response_hours_range = models.Constraint(
        "CHECK (sales_response_hours BETWEEN 0 AND 1000)",
        "The first response to a lead is due within 0 to 1000 working hours.",
    )
