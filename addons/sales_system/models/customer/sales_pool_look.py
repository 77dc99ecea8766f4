from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .sales_pool_move import POOL_MODELS


class SalesPoolLook(models.Model):
    """A look at a record in a pool that hides its data; it counts for as long as it lies there."""

    _name = "sales.pool.look"
    _description = "Pool Look"
    _inherit = ["sales.append.only.mixin"]
    _order = "moment desc, id desc"
    _rec_name = "moment"
    _log_access = False

    moment = fields.Datetime(string="Date", required=True, readonly=True)
    user_id = fields.Many2one("res.users", required=True, readonly=True, ondelete="cascade")
    res_model = fields.Selection(POOL_MODELS, string="Type", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Record", model_field="res_model", required=True, readonly=True
    )
    pool_id = fields.Many2one("sales.pool", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)

    _user_record_idx = models.Index("(user_id, res_model, res_id)")

    def _append_only_error(self):
        return UserError(
            self.env._("Looks into a pool are logged and neither changed nor deleted.")
        )

    @api.model
    def _log(self, record):
        """Log a look of the user at a record that lies in a pool."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO sales_pool_look (
                    moment, user_id, res_model, res_id, pool_id, company_id)
                VALUES (%s, %s, %s, %s, %s, %s)
                """,
                fields.Datetime.now(),
                self.env.uid,
                record._name,
                record.id,
                record.pool_id.id,
                record.pool_id.company_id.id,
            )
        )
        self.invalidate_model(flush=False)
