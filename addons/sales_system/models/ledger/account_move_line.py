from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column

from .sale_order_line import LEDGER_QUANTITY_DIGITS, reference_quantity

# Columns of an invoice line that its ledger entries are made from.
LEDGER_COLUMNS = {
    "product_id",
    "balance",
    "discount",
    "ledger_quantity",
    "ledger_unit_cost",
    "ledger_categ_id",
    "display_type",
    "is_downpayment",
}


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    # Frozen when the line is made: what the ledger must not follow later.
    ledger_categ_id = fields.Many2one(
        comodel_name="product.category",
        string="Category in Ledger",
        compute="_compute_ledger_categ_id",
        store=True,
        precompute=True,
        ondelete="restrict",
    )
    ledger_quantity = fields.Float(
        string="Quantity in Ledger",
        digits=LEDGER_QUANTITY_DIGITS,
        compute="_compute_ledger_quantity",
        store=True,
        precompute=True,
    )
    ledger_unit_cost = fields.Float(
        string="Cost in Ledger",
        digits="Product Price",
        compute="_compute_ledger_unit_cost",
        store=True,
        precompute=True,  # when the line is made, not when it is first needed
        help="Cost of one reference unit in company currency: that of the order line or of the "
        "credited invoice, else that of the product when the line was made.",
    )

    def _auto_init(self):
        # In one statement each: a database with years of invoices would else compute them
        # one by one while installing.
        if not column_exists(self.env.cr, "account_move_line", "ledger_categ_id"):
            create_column(self.env.cr, "account_move_line", "ledger_categ_id", "int4")
            create_column(self.env.cr, "account_move_line", "ledger_quantity", "numeric")
            create_column(self.env.cr, "account_move_line", "ledger_unit_cost", "numeric")
            self.env.cr.execute(self._frozen_columns_query())
        return super()._auto_init()

    @api.model
    def _frozen_columns_query(self):
        """What the columns hold for lines that are older than the ledger."""
        return SQL(
            """
            WITH ordered AS (
                SELECT DISTINCT ON (rel.invoice_line_id) rel.invoice_line_id,
                       (sol.purchase_price / COALESCE(NULLIF(o.currency_rate, 0), 1)
                        * pu.factor / lu.factor)::numeric AS cost
                  FROM sale_order_line_invoice_rel rel
                  JOIN sale_order_line sol ON sol.id = rel.order_line_id
                  JOIN sale_order o ON o.id = sol.order_id
                  JOIN product_product p ON p.id = sol.product_id
                  JOIN product_template t ON t.id = p.product_tmpl_id
                  JOIN uom_uom pu ON pu.id = t.uom_id
                  JOIN uom_uom lu ON lu.id = sol.product_uom_id
                 ORDER BY rel.invoice_line_id, sol.id
            )
            UPDATE account_move_line line
               SET ledger_categ_id = frozen.categ_id, ledger_unit_cost = frozen.cost,
                   ledger_quantity = frozen.quantity
              FROM (
                    SELECT l.id, t.categ_id,
                           ROUND(l.quantity * COALESCE(lu.factor / pu.factor, 1)::numeric, 6)
                               AS quantity,
                           COALESCE(ordered.cost,
                                    (p.standard_price ->> l.company_id::text)::numeric, 0) AS cost
                      FROM account_move_line l
                      JOIN account_move m ON m.id = l.move_id
                       AND m.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                      JOIN product_product p ON p.id = l.product_id
                      JOIN product_template t ON t.id = p.product_tmpl_id
                      LEFT JOIN uom_uom lu ON lu.id = l.product_uom_id
                      LEFT JOIN uom_uom pu ON pu.id = t.uom_id
                      LEFT JOIN ordered ON ordered.invoice_line_id = l.id
                   ) AS frozen
             WHERE frozen.id = line.id
            """
        )

    @api.depends("product_id")
    def _compute_ledger_categ_id(self):
        for line in self:
            line.ledger_categ_id = line.product_id.categ_id

    @api.depends("product_id", "product_uom_id", "quantity")
    def _compute_ledger_quantity(self):
        for line in self:
            line.ledger_quantity = reference_quantity(line, line.quantity)

    @api.depends("product_id", "sale_line_ids")
    def _compute_ledger_unit_cost(self):
        for line in self:
            if line.parent_state == "posted":
                line.ledger_unit_cost = line.ledger_unit_cost  # frozen
            elif line.product_id and line.move_id.is_sale_document(include_receipts=True):
                line.ledger_unit_cost = line._get_ledger_unit_cost()
            else:
                line.ledger_unit_cost = 0.0

    # === CRUD METHODS === #
    def _write_multi(self, vals_list):
        super()._write_multi(vals_list)
        changed = [
            line_id
            for line_id, vals in zip(self._ids, vals_list, strict=True)
            if not LEDGER_COLUMNS.isdisjoint(vals)
        ]
        if changed:
            posting = self.env["sales.ledger.posting"]
            posting._touch("invoiced", line_ids=changed)
            posting._touch("collected", line_ids=changed)

    # === BUSINESS METHODS === #
    def _get_ledger_unit_cost(self):
        """:return: cost of one reference unit of the product, in company currency"""
        self.ensure_one()
        line = self.sudo()  # who invoices need not see costs
        if order_line := line.sale_line_ids[:1]:
            cost = order_line.product_uom_id._compute_price(
                order_line.purchase_price, line.product_id.uom_id
            )
            return cost / (order_line.order_id.currency_rate or 1.0)
        if credited := line._get_credited_line():
            return credited.ledger_unit_cost
        return line.product_id.with_company(line.company_id).standard_price

    def _get_credited_line(self):
        """:return: the line of the credited invoice that this line takes back, or none"""
        same_product = self.move_id.reversed_entry_id.invoice_line_ids.filtered(
            lambda line: line.product_id == self.product_id
        )
        same_price = same_product.filtered(lambda line: line.price_unit == self.price_unit)
        return (same_price or same_product)[:1]
