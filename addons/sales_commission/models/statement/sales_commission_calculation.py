from odoo import api, models
from odoo.tools import SQL


class SalesCommissionCalculation(models.AbstractModel):
    _inherit = "sales.commission.calculation"

    @api.model
    def _delete(self, runs, table, condition=None):
        """Statements go with what people wrote about them, as the ORM would have it."""
        if table == "statement":
            rows = self.env.execute_query(
                SQL(
                    "SELECT id FROM sales_commission_statement t WHERE t.run_id = ANY(%s) AND %s",
                    runs.ids,
                    condition or SQL("TRUE"),
                )
            )
            self._delete_threads([statement_id for (statement_id,) in rows])
        return super()._delete(runs, table, condition)

    @api.model
    def _delete_threads(self, statement_ids):
        if not statement_ids:
            return
        for model, field in (("mail.message", "model"), ("mail.followers", "res_model")):
            self.env[model].sudo().search(
                [(field, "=", "sales.commission.statement"), ("res_id", "in", statement_ids)]
            ).unlink()
