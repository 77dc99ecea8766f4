from odoo import models


class ProductCategory(models.Model):
    """A category that moves takes along what channel partners are authorized for."""

    _inherit = "product.category"

    def write(self, vals):
        result = super().write(vals)
        if "parent_id" in vals:
            moved = self.sudo().search([("id", "child_of", self.ids)])
            self.env["sales.channel.authorization.right"]._follow("categ_id", moved.ids)
        return result
