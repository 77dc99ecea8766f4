from odoo import api, fields, models
from odoo.tools.sql import column_exists, create_column


class SaleOrder(models.Model):
    _inherit = "sale.order"

    channel_partner_id = fields.Many2one(
        "res.partner",
        compute="_compute_channel_partner_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        domain="[('channel_type', '!=', False), ('channel_state', 'in', ('trial', 'active'))]",
        help="The distributor, reseller or agent that this order is counted through. Taken from "
        "the contract, the opportunity or the customer, and free to be corrected here.",
    )

    def _auto_init(self):
        # Existing orders went through nobody; see the territory of an order.
        if not column_exists(self.env.cr, "sale_order", "channel_partner_id"):
            create_column(self.env.cr, "sale_order", "channel_partner_id", "int4")
        return super()._auto_init()

    # === COMPUTE METHODS === #
    @api.depends("partner_id", "contract_id", "opportunity_id")
    def _compute_channel_partner_id(self):
        for order in self:
            order.channel_partner_id = (
                order.contract_id.sudo().channel_partner_id
                or order.opportunity_id._get_selling_channel(order.company_id)
                or order.partner_id._get_selling_channel(order.company_id)
            )

    # === BUSINESS METHODS === #
    def _prepare_invoice(self):
        return {**super()._prepare_invoice(), "channel_partner_id": self.channel_partner_id.id}

    def _get_invoice_grouping_keys(self):
        # An invoice is counted through one channel partner, so it does not join orders of several.
        return [*super()._get_invoice_grouping_keys(), "channel_partner_id"]
