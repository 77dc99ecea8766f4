from odoo import api, models
from odoo.tools import SQL


class SalesCommissionSimulatingPricing(models.AbstractModel):
    """The prices of a simulation, which asks as if no run had paid for these months."""

    _name = "sales.commission.simulating.pricing"
    _inherit = ["sales.commission.pricing"]
    _description = "Commission Simulation: Pricing"

    @api.model
    def _is_paid_document_sql(self):
        return SQL("FALSE")
