from odoo import models


class SalesCommissionStatement(models.Model):
    _inherit = "sales.commission.statement"

    # === ACTION METHODS === #
    def action_explain(self):
        """Open what the payee's sales earned, and why the others did not."""
        self.ensure_one()
        return self.env["sales.commission.explain"]._open(
            company_id=self.company_id.id,
            run_id=self.run_id.id,
            payee_id=self.payee_id.id,
            date_from=self.date_from,
            date_to=self.date_to,
        )
