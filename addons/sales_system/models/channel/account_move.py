from odoo import api, fields, models
from odoo.tools.sql import column_exists, create_column


class AccountMove(models.Model):
    _inherit = "account.move"

    channel_partner_id = fields.Many2one(
        "res.partner",
        compute="_compute_channel_partner_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('channel_type', '!=', False)]",
        help="The channel partner that this invoice is counted through: that of its order, else "
        "that of the customer.",
    )

    def _auto_init(self):
        if not column_exists(self.env.cr, "account_move", "channel_partner_id"):
            create_column(self.env.cr, "account_move", "channel_partner_id", "int4")
        return super()._auto_init()

    # === COMPUTE METHODS === #
    @api.depends("partner_id")
    def _compute_channel_partner_id(self):
        for move in self:
            if move.is_sale_document(include_receipts=True):
                move.channel_partner_id = move.partner_id._get_selling_channel(move.company_id)
            else:
                move.channel_partner_id = False
