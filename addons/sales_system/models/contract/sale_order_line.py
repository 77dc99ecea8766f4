from odoo import api, fields, models
from odoo.tools.sql import column_exists, create_column

from .res_config_settings import READERS

# Columns of an order line that the contract counts and the ledger does not.
FULFILMENT_COLUMNS = {
    "contract_line_id",
    "qty_delivered",
    "qty_invoiced",
    "untaxed_amount_invoiced",
}
# What of a confirmed order can go beyond its contract.
CALLED_FIELDS = {
    "product_id",
    "product_uom_qty",
    "product_uom_id",
    "price_unit",
    "discount",
    "order_id",
    "tax_ids",
}


class SaleOrderLine(models.Model):
    """A line of an order under a contract counts for one line of it, or for none."""

    _inherit = "sale.order.line"

    contract_line_id = fields.Many2one(
        comodel_name="sales.contract.line",
        compute="_compute_contract_line_id",
        store=True,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The line of the contract that this one is counted for.",
    )
    contract_remaining = fields.Float(
        string="Remaining in Contract",
        related="contract_line_id.remaining_quantity",
        groups=READERS,
    )

    def _auto_init(self):
        if not column_exists(self.env.cr, "sale_order_line", "contract_line_id"):
            create_column(self.env.cr, "sale_order_line", "contract_line_id", "int4")
        return super()._auto_init()

    # === COMPUTE METHODS === #
    @api.depends("order_id.contract_id", "product_id")
    def _compute_contract_line_id(self):
        for line in self:
            contract = line.order_id.contract_id.sudo()
            if contract and line.product_id:
                day = line.order_id.ledger_date or fields.Date.context_today(line)
                line.contract_line_id = contract._find_line(line.product_id, day)
            else:
                line.contract_line_id = False

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.order_id.filtered(
            lambda order: order.state == "sale" and order.contract_id
        )._check_contract_calls()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if not CALLED_FIELDS.isdisjoint(vals):
            self.order_id.filtered(
                lambda order: order.state == "sale" and order.contract_id
            )._check_contract_calls()
        return result

    def _write_multi(self, vals_list):
        super()._write_multi(vals_list)
        touched = self.browse(
            line_id
            for line_id, vals in zip(self._ids, vals_list, strict=True)
            if not FULFILMENT_COLUMNS.isdisjoint(vals)
        )
        if touched:
            self.env["sales.contract.fulfilment"]._touch(touched.sudo().order_id.contract_id)

    def unlink(self):
        self.env["sales.contract.fulfilment"]._touch(self.sudo().order_id.contract_id)
        return super().unlink()
