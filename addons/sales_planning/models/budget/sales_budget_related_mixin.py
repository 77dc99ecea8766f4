from odoo import api, models
from odoo.exceptions import UserError


class SalesBudgetRelatedMixin(models.AbstractModel):
    """A record that belongs to another one, and stores some of its fields.

    Access and sums go by these fields, so they always say what the other record says: nobody
    sets them, whether by a value or by a default of the context.
    """

    _name = "sales.budget.related.mixin"
    _description = "Stored Fields of Another Record"

    # === CRUD METHODS === #
    @api.model
    def default_get(self, fields):
        return super().default_get([name for name in fields if name not in self._get_related()])

    @api.model_create_multi
    def create(self, vals_list):
        self._check_not_related(set().union(*vals_list))
        return super().create(vals_list)

    def write(self, vals):
        self._check_not_related(vals)
        return super().write(vals)

    # === BUSINESS METHODS === #
    @api.model
    def _get_related(self):
        return {name for name, field in self._fields.items() if field.related and field.store}

    @api.model
    def _check_not_related(self, names):
        """:raises UserError: one of the fields follows from the record that this one belongs to"""
        related = self._get_related().intersection(names)
        if related and not self.env.su:
            raise UserError(
                self.env._(
                    "%(fields)s cannot be set by hand: they follow from what the record belongs "
                    "to. Choose another one of these instead.",
                    fields=", ".join(
                        self._fields[name]._description_string(self.env) for name in sorted(related)
                    ),
                )
            )
