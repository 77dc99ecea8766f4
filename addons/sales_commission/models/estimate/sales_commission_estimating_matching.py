from odoo import api, models

from ..calculation.sales_commission_matching import Usage
from ..plan.sales_commission_rule import COMMISSION_BASE, RULE_DIMENSIONS


class SalesCommissionEstimatingMatching(models.AbstractModel):
    """The credits of an estimate: of a few order lines, so that what the rules make use of need
    not be asked first."""

    _name = "sales.commission.estimating.matching"
    _inherit = ["sales.commission.matching"]
    _description = "Commission Estimate: Matching"

    @api.model
    def _get_usage(self):
        return Usage(
            fields=frozenset((*RULE_DIMENSIONS, "tag_ids", "customer_kind")),
            bases=frozenset(base for base, _label in COMMISSION_BASE),
            leaders=True,
            discounts=True,
            competes=True,
            splits=True,
        )
