from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    list_price_unit = fields.Float(
        string="Pricelist Price",
        compute="_compute_list_price_unit",
        store=True,
        precompute=True,
        min_display_digits="Product Price",
        help="The unit price that the pricelist gave when product or quantity were chosen. "
        "A lower unit price counts as a discount.",
    )

    def _auto_init(self):
        # Filled in one statement, see sales.approval.mixin.
        if not column_exists(self.env.cr, "sale_order_line", "list_price_unit"):
            create_column(self.env.cr, "sale_order_line", "list_price_unit", "float8")
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE sale_order_line
                       SET list_price_unit = COALESCE(technical_price_unit, price_unit)
                    """
                )
            )
        return super()._auto_init()

    # The prices of the pricelist itself and of the product are left out on purpose: a quotation
    # is held against what was the price when it was made.
    @api.depends(
        "product_id",
        "product_uom_id",
        "product_uom_qty",
        "is_downpayment",
        "order_id.pricelist_id",
        "linked_line_id",
    )
    def _compute_list_price_unit(self):
        for line in self:
            if (
                not line.order_id
                or not line.product_id
                or line.display_type
                or line._asks_for_down_payment()
                or line._is_global_discount()
                or line._is_without_combo()
            ):
                line.list_price_unit = 0.0
                continue
            line = line.with_company(line.company_id)
            line.list_price_unit = line.product_id._get_tax_included_unit_price_from_price(
                line._get_display_price(),
                product_taxes=line.product_id.taxes_id._filter_taxes_by_company(line.company_id),
                fiscal_position=line.order_id.fiscal_position_id,
            )

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        self._check_list_price_not_given(set().union(*vals_list))
        return super().create(vals_list)

    def write(self, vals):
        self._check_list_price_not_given(vals)
        return super().write(vals)

    # === BUSINESS METHODS === #
    @api.model
    def _check_list_price_not_given(self, names):
        """:raises UserError: a lower price to compare with would hide a discount"""
        if "list_price_unit" in names and not self.env.su:
            raise UserError(
                self.env._(
                    "%(field)s cannot be set by hand: the pricelist gives it. "
                    "Set the unit price or the discount instead.",
                    field=self._fields["list_price_unit"]._description_string(self.env),
                )
            )

    def _is_without_combo(self):
        """:return: whether the combo that a line is part of is still to be linked, as while a form
        saves both; its price follows from the combo's
        """
        self.ensure_one()
        virtual_ids = self.order_id.order_line.mapped("virtual_id")
        return (
            self.combo_item_id
            and not self.linked_line_id
            and self.linked_virtual_id not in virtual_ids
        )

    def _asks_for_down_payment(self):
        """:return: whether a line sells nothing; a flag set on goods does not hide their terms"""
        self.ensure_one()
        return self.is_downpayment and not self.product_uom_qty

    def _get_price_cut(self):
        """:return: share of the pricelist's price that the customer does not pay"""
        self.ensure_one()
        price = max(self.list_price_unit, self.price_unit)
        if price <= 0:
            return 0.0
        return 1 - self.price_unit * (1 - (self.discount or 0.0) / 100) / price

    def _get_product_cost(self):
        """:return: what a unit of the product costs today, in the order's currency"""
        self.ensure_one()
        product = self.product_id.with_company(self.company_id)
        if not product or product.type == "combo":
            return 0.0
        cost = product.uom_id._compute_price(product.standard_price, self.product_uom_id)
        return self._convert_to_sol_currency(cost, product.cost_currency_id)

    def _get_approval_cost(self):
        """:return: cost of a unit; what was typed into the line cannot lower it"""
        self.ensure_one()
        if self.display_type or self._asks_for_down_payment():
            return 0.0
        return max(self.purchase_price, self._get_product_cost())
