from odoo import api, models
from odoo.tools import SQL


class SalesCommissionExamplePricing(models.AbstractModel):
    """The prices of worked examples: targets come from the example, all else is the engine's."""

    _name = "sales.commission.example.pricing"
    _inherit = ["sales.commission.estimating.pricing"]
    _description = "Commission Example: Pricing"

    @api.model
    def _goal_query(self):
        return SQL(
            "SELECT example.target AS target_amount, example.base AS attained_amount"
            " FROM commission_example example WHERE example.place = t.period"
        )
