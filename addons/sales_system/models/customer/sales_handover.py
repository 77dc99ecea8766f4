from odoo import models

from .sales_customer_owner import OwnerReason


class SalesHandover(models.Model):
    """What a handover moves, it tells the history of the customers."""

    _inherit = "sales.handover"

    def _get_records(self, kind, lines):
        return (
            super()
            ._get_records(kind, lines)
            .with_context(sales_owner_reason=OwnerReason("handover", self.name))
        )
