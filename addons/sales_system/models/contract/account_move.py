from odoo import fields, models
from odoo.tools.sql import column_exists, create_column


class AccountMove(models.Model):
    _inherit = "account.move"

    contract_id = fields.Many2one(
        comodel_name="sales.contract",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The contract that this invoice is counted under: that of its orders.",
    )

    def _auto_init(self):
        if not column_exists(self.env.cr, "account_move", "contract_id"):
            create_column(self.env.cr, "account_move", "contract_id", "int4")
        return super()._auto_init()
