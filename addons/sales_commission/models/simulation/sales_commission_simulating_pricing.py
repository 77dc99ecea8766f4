from odoo import api, models
from odoo.tools import SQL


class SalesCommissionSimulatingPricing(models.AbstractModel):
    """The prices of simulated months: what was paid before is what their earlier months paid."""

    _name = "sales.commission.simulating.pricing"
    _inherit = ["sales.commission.pricing"]
    _description = "Commission Simulation: Pricing"

    @api.model
    def _document_windows_sql(self):
        return SQL(
            """
            %s, MIN(ABS(period)) FILTER (WHERE base > 0 AND document_id IS NOT NULL) OVER (
                PARTITION BY rule_id, payee_id, SIGN(period), document_id, document_name)
                AS document_period
            """,
            super()._document_windows_sql(),
        )

    @api.model
    def _is_paid_document_sql(self):
        return SQL("(ABS(c.period) > c.document_period) IS TRUE")
