from odoo import models


class SalesLedgerEntry(models.Model):
    _inherit = "sales.ledger.entry"

    # === ACTION METHODS === #
    def action_explain(self):
        """Open why this entry earned nothing."""
        self.ensure_one()
        return self.env["sales.commission.explain"]._open(
            company_id=self.company_id.id,
            entry_id=self.id,
            event=self.event,
            date_from=self.date,
            date_to=self.date,
        )
