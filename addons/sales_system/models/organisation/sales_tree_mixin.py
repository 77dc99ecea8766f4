from odoo import models
from odoo.exceptions import ValidationError


class SalesTreeMixin(models.AbstractModel):
    """Tree: names both ends of a cycle, where Odoo says no more than “Recursion Detected.”"""

    _name = "sales.tree.mixin"
    _description = "Sales Tree"

    def write(self, vals):
        parent = self.browse(vals.get("parent_id") or [])
        path = set((parent.parent_path or "").split("/"))
        for record in self:
            if str(record.id) in path:
                raise ValidationError(
                    self.env._(
                        "%(name)s cannot lie inside itself. Choose another parent than %(parent)s.",
                        name=record.display_name,
                        parent=parent.display_name,
                    )
                )
        return super().write(vals)
