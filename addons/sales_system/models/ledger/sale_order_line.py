from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column

# Columns of an order line that its ledger entries are made from.
LEDGER_COLUMNS = {
    "order_id",
    "product_id",
    "product_uom_id",
    "product_uom_qty",
    "price_subtotal",
    "margin",
    "ledger_categ_id",
    "display_type",
    "is_downpayment",
}


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    ledger_categ_id = fields.Many2one(
        comodel_name="product.category",
        string="Category in Ledger",
        compute="_compute_ledger_categ_id",
        store=True,
        precompute=True,
        ondelete="restrict",
        help="The product's category when the line was made. "
        "It stays when the product is later filed elsewhere.",
    )

    def _auto_init(self):
        if not column_exists(self.env.cr, "sale_order_line", "ledger_categ_id"):
            create_column(self.env.cr, "sale_order_line", "ledger_categ_id", "int4")
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE sale_order_line l SET ledger_categ_id = t.categ_id
                      FROM product_product p
                      JOIN product_template t ON t.id = p.product_tmpl_id
                     WHERE p.id = l.product_id
                    """
                )
            )
        return super()._auto_init()

    @api.depends("product_id")
    def _compute_ledger_categ_id(self):
        for line in self:
            line.ledger_categ_id = line.product_id.categ_id

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        confirmed = lines.order_id.filtered(lambda order: order.state == "sale")
        self.env["sales.ledger.posting"]._touch("booked", confirmed.ids)
        return lines

    def _write_multi(self, vals_list):
        super()._write_multi(vals_list)
        self.env["sales.ledger.posting"]._touch(
            "booked",
            line_ids=[
                line_id
                for line_id, vals in zip(self._ids, vals_list, strict=True)
                if not LEDGER_COLUMNS.isdisjoint(vals)
            ],
        )

    def unlink(self):
        self.env["sales.ledger.posting"]._touch("booked", self.order_id.ids)
        return super().unlink()
