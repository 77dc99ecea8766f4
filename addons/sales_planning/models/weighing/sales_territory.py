from odoo import models


class SalesTerritory(models.Model):
    _name = "sales.territory"
    _inherit = ["sales.territory", "sales.potential.mixin"]
