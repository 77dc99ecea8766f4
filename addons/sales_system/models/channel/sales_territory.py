from odoo import models


class SalesTerritory(models.Model):
    """A territory that moves takes along what channel partners are authorized for."""

    _inherit = "sales.territory"

    def write(self, vals):
        result = super().write(vals)
        if "parent_id" in vals:
            moved = self.with_context(active_test=False).sudo()
            moved = moved.search([("id", "child_of", self.ids)])
            self.env["sales.channel.authorization.right"]._follow("territory_id", moved.ids)
        return result
