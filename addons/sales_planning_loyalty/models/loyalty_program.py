from odoo import models


class LoyaltyProgram(models.Model):
    """Program of a promotion: confirmed orders that got a reward of it count for the activity."""

    _name = "loyalty.program"
    _inherit = ["loyalty.program", "sales.marketing.means.mixin"]
