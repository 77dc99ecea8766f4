from odoo import fields, models


class ResPartnerGrade(models.Model):
    _inherit = "res.partner.grade"

    deal_protection_days = fields.Integer(
        string="Deal Protection (Days)",
        aggregator=None,
        help="How long an approved deal registration is protected for channel partners of this "
        "level. 0: as long as the settings say.",
    )

    _deal_protection_days_positive = models.Constraint(
        "CHECK (deal_protection_days >= 0)",
        "Deals cannot be protected for less than 0 days. Enter 0 for what the settings say.",
    )
