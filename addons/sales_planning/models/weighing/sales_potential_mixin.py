from odoo import fields, models

from ...fields import OptionalMonetary


class SalesPotentialMixin(models.AbstractModel):
    """Sales potential: what could be sold here in a year, by all that sell there.

    It carries a currency of its own, because territories and customers may be shared by companies.
    """

    _name = "sales.potential.mixin"
    _description = "Sales Potential"

    sales_potential = OptionalMonetary(
        "Annual Potential",
        currency_field="sales_potential_currency_id",
        help="The size of the market here: what could be sold in a year, by you and your "
        "competitors. Targets can be split by it. Empty where it is not known.",
    )
    sales_potential_currency_id = fields.Many2one(
        "res.currency",
        string="Currency of Potential",
        default=lambda self: self.env.company.currency_id,
    )

    _sales_potential_not_negative = models.Constraint(
        "CHECK (sales_potential >= 0)",
        "An annual potential cannot be negative. Enter 0 or a positive amount.",
    )
