from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column

# Columns of an order line that its ledger entries are made from.
LEDGER_COLUMNS = {
    "order_id",
    "product_id",
    "ledger_quantity",
    "price_subtotal",
    "discount",
    "margin",
    "ledger_categ_id",
    "display_type",
    "is_downpayment",
}
# Thirds of a dozen and the like: finer than people enter, coarse enough to compare.
LEDGER_QUANTITY_DIGITS = (16, 6)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    ledger_categ_id = fields.Many2one(
        comodel_name="product.category",
        string="Category in Ledger",
        compute="_compute_ledger_categ_id",
        store=True,
        ondelete="restrict",
        help="The product's category when the line was made. "
        "It stays when the product is later filed elsewhere.",
    )

    ledger_quantity = fields.Float(
        string="Quantity in Ledger",
        digits=LEDGER_QUANTITY_DIGITS,
        compute="_compute_ledger_quantity",
        store=True,
        help="In the product's reference unit, by the units as they were when the line was made.",
    )

    def _auto_init(self):
        if not column_exists(self.env.cr, "sale_order_line", "ledger_categ_id"):
            create_column(self.env.cr, "sale_order_line", "ledger_categ_id", "int4")
            create_column(self.env.cr, "sale_order_line", "ledger_quantity", "numeric")
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE sale_order_line l
                       SET ledger_categ_id = t.categ_id,
                           ledger_quantity = ROUND(
                               l.product_uom_qty
                               * COALESCE(lu.factor / pu.factor, 1)::numeric, 6)
                      FROM product_product p
                      JOIN product_template t ON t.id = p.product_tmpl_id
                      JOIN uom_uom pu ON pu.id = t.uom_id,
                           uom_uom lu
                     WHERE p.id = l.product_id AND lu.id = l.product_uom_id
                    """
                )
            )
        return super()._auto_init()

    @api.depends("product_id")
    def _compute_ledger_categ_id(self):
        for line in self:
            line.ledger_categ_id = line.product_id.categ_id

    @api.depends("product_id", "product_uom_id", "product_uom_qty")
    def _compute_ledger_quantity(self):
        for line in self:
            line.ledger_quantity = reference_quantity(line, line.product_uom_qty)

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


def reference_quantity(line, quantity):
    """:return: quantity of an order or invoice line in the reference unit of its product"""
    unit, reference = line.product_uom_id, line.product_id.uom_id
    if not unit or not reference or unit == reference:
        return quantity
    return quantity * unit.factor / reference.factor
