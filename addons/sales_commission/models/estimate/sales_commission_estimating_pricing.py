from dataclasses import fields as dataclass_fields

from odoo import api, models
from odoo.tools import SQL

from ..calculation.sales_commission_pricing import Usage


class SalesCommissionEstimatingPricing(models.AbstractModel):
    """The prices of an estimate; it writes nothing, so it takes no numbers either."""

    _name = "sales.commission.estimating.pricing"
    _inherit = ["sales.commission.pricing"]
    _description = "Commission Estimate: Pricing"

    @api.model
    def _get_usage(self):
        return Usage(**{field.name: True for field in dataclass_fields(Usage)})

    @api.model
    def _new_id_sql(self):
        return SQL("row_number() OVER ()::integer")

    @api.model
    def _is_paid_document_sql(self):
        # Lines that are only expected have no entry by which a run could have paid them.
        return SQL("FALSE")
