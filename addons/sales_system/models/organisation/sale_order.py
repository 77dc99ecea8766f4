from odoo import api, fields, models
from odoo.tools.sql import column_exists, create_column


class SaleOrder(models.Model):
    _inherit = "sale.order"

    territory_id = fields.Many2one(
        comodel_name="sales.territory",
        compute="_compute_territory_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The territory that this order is counted in. "
        "Taken from the customer, and free to be corrected here.",
    )

    def _auto_init(self):
        # Existing orders belong to no territory yet: computing that one by one would take long
        # and would post all of them while installing.
        if not column_exists(self.env.cr, "sale_order", "territory_id"):
            create_column(self.env.cr, "sale_order", "territory_id", "int4")
        return super()._auto_init()

    @api.depends("partner_id")
    def _compute_territory_id(self):
        for order in self:
            order.territory_id = order.partner_id.commercial_partner_id.territory_id
