from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.sql import column_exists, create_column

from .res_config_settings import READERS


class SaleOrder(models.Model):
    """An order under a contract takes its prices and its terms of payment from it."""

    _inherit = "sale.order"

    contract_id = fields.Many2one(
        comodel_name="sales.contract",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        domain="[('state', '=', 'active'), ('company_id', '=', company_id), "
        "'|', ('commercial_partner_id', 'parent_of', partner_id), "
        "('other_partner_ids', 'parent_of', partner_id)]",
        help="The contract that this order is called off under.",
    )
    contract_warning = fields.Text(
        compute="_compute_contract_warning",
        groups=READERS,
        help="Where the order goes beyond its contract.",
    )
    contract_standing = fields.Char(
        compute="_compute_contract_standing",
        compute_sudo=True,
        groups=READERS,
        help="What remains of the contract, and what it still promises.",
    )

    def _auto_init(self):
        # Existing orders belong to no contract.
        if not column_exists(self.env.cr, "sale_order", "contract_id"):
            create_column(self.env.cr, "sale_order", "contract_id", "int4")
        return super()._auto_init()

    # === COMPUTE METHODS === #
    @api.depends("contract_id")
    def _compute_pricelist_id(self):
        super()._compute_pricelist_id()
        for order in self.filtered(lambda order: order.state == "draft"):
            if pricelist := order.contract_id.sudo().pricelist_id:
                order.pricelist_id = pricelist

    @api.depends("contract_id")
    def _compute_payment_term_id(self):
        super()._compute_payment_term_id()
        for order in self:
            if term := order.contract_id.sudo().payment_term_id:
                order.payment_term_id = term

    @api.depends("contract_id", "state", "order_line.product_uom_qty", "order_line.price_subtotal")
    @api.depends_context("lang")
    def _compute_contract_warning(self):
        self.contract_warning = False
        open_orders = self.filtered(
            lambda order: order.contract_id and order.state in ("draft", "sent")
        )
        for order, breaches in open_orders._origin._get_contract_breaches().items():
            self.filtered(
                lambda record, order=order: record._origin == order
            ).contract_warning = "\n".join(breach.text for breach in breaches)

    @api.depends("contract_id")
    @api.depends_context("lang")
    def _compute_contract_standing(self):
        for order in self:
            order.contract_standing = order.contract_id and order.contract_id._get_standing()

    # === CONSTRAINT METHODS === #
    @api.constrains("contract_id", "partner_id")
    def _check_contract_party(self):
        for order in self:
            contract = order.contract_id.sudo()
            if contract and not contract._is_party(order.partner_id):
                raise ValidationError(
                    self.env._(
                        "%(customer)s is no party to contract %(contract)s with %(party)s. "
                        "Choose another contract, or add the customer to its further parties.",
                        customer=order.partner_id.display_name,
                        contract=contract.name,
                        party=contract.partner_id.display_name,
                    )
                )

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._check_contract_access()
        orders.filtered(lambda order: order.state == "sale")._check_contract_calls()
        return orders

    def write(self, vals):
        entering = self.browse()
        if vals.get("state") == "sale":
            entering = self.filtered(lambda order: order.state != "sale")
        if "contract_id" in vals:
            left = self.contract_id
            if vals["contract_id"]:
                entering |= self.filtered(lambda order: order.state == "sale")
        result = super().write(vals)
        if "contract_id" in vals:
            self._check_contract_access()
            self.env["sales.contract.fulfilment"]._touch(left | self.contract_id)
        if entering:
            entering._check_contract_calls()
        return result

    def unlink(self):
        self.env["sales.contract.fulfilment"]._touch(self.contract_id)
        return super().unlink()

    # === ACTION METHODS === #
    def action_open_contract(self):
        self.ensure_one()
        return self.contract_id._get_form_action()

    # === BUSINESS METHODS === #
    def _check_contract_access(self):
        """:raises AccessError: a user puts an order under a contract that they may not see"""
        if not self.env.su:
            self.contract_id.check_access("read")

    def _prepare_invoice(self):
        return {**super()._prepare_invoice(), "contract_id": self.contract_id.id}

    def _get_invoice_grouping_keys(self):
        # An invoice is counted under one contract, so it does not join orders of several.
        return [*super()._get_invoice_grouping_keys(), "contract_id"]
