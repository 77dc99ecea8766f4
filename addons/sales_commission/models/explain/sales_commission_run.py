from odoo import models


class SalesCommissionRun(models.Model):
    _inherit = "sales.commission.run"

    # === ACTION METHODS === #
    def action_explain(self):
        """Open what the run's sales earned, and why the others did not."""
        self.ensure_one()
        return self.env["sales.commission.explain"]._open(
            company_id=self.company_id.id,
            run_id=self.id,
            date_from=self.date_from,
            date_to=self.date_to,
        )
