from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

PRICE_BASIS = [
    ("list", "List Price"),
    ("price", "Fixed Price"),
    ("discount", "Discount on List Price"),
]
# Set by what counts the orders, and by amending.
PROTECTED_FIELDS = {
    "root_id",
    "ordered_quantity",
    "delivered_quantity",
    "invoiced_quantity",
    "ordered_amount",
    "delivered_amount",
    "invoiced_amount",
}


def lie_within_each_other(one, other):
    """:return: whether one place of a tree lies in the other; nothing is everything"""
    if not one or not other:
        return True
    return one.parent_path.startswith(other.parent_path) or other.parent_path.startswith(
        one.parent_path
    )


class SalesContractLine(models.Model):
    """Contract line: a product or a whole category, its price, and how much is agreed on."""

    _name = "sales.contract.line"
    _description = "Contract Line"
    _inherit = ["sales.protected.fields.mixin"]
    _order = "contract_id, sequence, id"
    _check_company_auto = True

    # === FIELDS === #
    contract_id = fields.Many2one("sales.contract", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Description")
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="contract_id.currency_id", store=True)
    root_id = fields.Many2one(
        "sales.contract.line",
        string="First Version",
        readonly=True,
        copy=False,
        index=True,
        ondelete="set null",
        help="The line as it stood in the first version of the contract that had it. What is "
        "called off counts over all versions.",
    )

    # === WHAT === #
    product_id = fields.Many2one(
        "product.product",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('sale_ok', '=', True)]",
    )
    categ_id = fields.Many2one(
        "product.category",
        string="Product Category",
        index="btree_not_null",
        ondelete="restrict",
        help="Instead of a product: every product of this category and of those below.",
    )
    product_uom_id = fields.Many2one(
        "uom.uom",
        string="Unit",
        compute="_compute_product_uom_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
    )
    date_from = fields.Date(string="From", help="Empty: from the start of the contract.")
    date_to = fields.Date(string="To", help="Empty: to the end of the contract.")
    is_exclusive = fields.Boolean(
        string="Exclusive",
        help="While the line is valid, only this customer gets the product or category in the "
        "territory of the contract.",
    )

    # === PRICE === #
    price_basis = fields.Selection(PRICE_BASIS, required=True, default="list")
    price_unit = fields.Float(string="Unit Price", digits="Product Price", aggregator="avg")
    discount = fields.Float(string="Discount (%)", digits="Discount", aggregator="avg")

    # === HOW MUCH === #
    min_quantity = fields.Float(string="Minimum Quantity", digits="Product Unit")
    max_quantity = fields.Float(
        string="Agreed Quantity",
        digits="Product Unit",
        help="The most that can be ordered; 0 for no limit.",
    )
    min_amount = fields.Monetary(string="Minimum Amount")
    max_amount = fields.Monetary(
        string="Agreed Amount", help="The most that can be ordered, untaxed; 0 for no limit."
    )
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        precompute=True,
        help="What the line is worth: the agreed amount, else the agreed quantity at its price.",
    )

    # === FULFILMENT === #
    ordered_quantity = fields.Float(
        string="Ordered", digits="Product Unit", readonly=True, copy=False
    )
    delivered_quantity = fields.Float(
        string="Delivered", digits="Product Unit", readonly=True, copy=False
    )
    invoiced_quantity = fields.Float(
        string="Invoiced", digits="Product Unit", readonly=True, copy=False
    )
    ordered_amount = fields.Monetary(readonly=True, copy=False)
    delivered_amount = fields.Monetary(readonly=True, copy=False)
    invoiced_amount = fields.Monetary(readonly=True, copy=False)
    remaining_quantity = fields.Float(
        string="Remaining",
        digits="Product Unit",
        compute="_compute_remaining",
        help="Agreed less ordered; 0 where no quantity was agreed on.",
    )
    remaining_amount = fields.Monetary(compute="_compute_remaining")
    ordered_percent = fields.Float(string="Ordered (%)", compute="_compute_percents")
    delivered_percent = fields.Float(string="Delivered (%)", compute="_compute_percents")
    invoiced_percent = fields.Float(string="Invoiced (%)", compute="_compute_percents")

    # === CONSTRAINTS AND INDEXES === #
    _product_or_category = models.Constraint(
        "CHECK ((product_id IS NULL) <> (categ_id IS NULL))",
        "A contract line is about a product or about a category: choose one of them.",
    )
    _date_range = models.Constraint(
        "CHECK (date_from IS NULL OR date_to IS NULL OR date_to >= date_from)",
        "A contract line cannot end before it starts: correct its dates.",
    )
    _not_negative = models.Constraint(
        "CHECK (COALESCE(price_unit, 0) >= 0 AND COALESCE(min_quantity, 0) >= 0"
        " AND COALESCE(max_quantity, 0) >= 0 AND COALESCE(min_amount, 0) >= 0"
        " AND COALESCE(max_amount, 0) >= 0)",
        "Prices, quantities and amounts of a contract line cannot be negative.",
    )
    _discount_range = models.Constraint(
        "CHECK (COALESCE(discount, 0) BETWEEN 0 AND 100)",
        "The discount of a contract line lies between 0 and 100 %.",
    )

    # === COMPUTE METHODS === #
    @api.depends("product_id", "categ_id", "name")
    def _compute_display_name(self):
        for line in self:
            what = line.product_id or line.categ_id
            line.display_name = line.name or what.display_name or ""

    @api.depends("product_id")
    def _compute_product_uom_id(self):
        for line in self:
            line.product_uom_id = line.product_id.uom_id or line.product_uom_id

    @api.depends(
        "max_amount", "max_quantity", "price_basis", "price_unit", "discount", "product_id"
    )
    def _compute_amount(self):
        for line in self:
            if line.max_amount:
                line.amount = line.max_amount
            else:
                line.amount = line.currency_id.round(line.max_quantity * line._get_unit_price())

    @api.depends("max_quantity", "max_amount", "ordered_quantity", "ordered_amount")
    def _compute_remaining(self):
        for line in self:
            has_limit = line.max_quantity
            line.remaining_quantity = has_limit and line.max_quantity - line.ordered_quantity
            has_limit = line.max_amount
            line.remaining_amount = has_limit and line.max_amount - line.ordered_amount

    @api.depends("max_quantity", "amount", *sorted(PROTECTED_FIELDS - {"root_id"}))
    def _compute_percents(self):
        for line in self:
            by_quantity = bool(line.max_quantity)
            agreed = line.max_quantity if by_quantity else line.amount
            for step in ("ordered", "delivered", "invoiced"):
                done = line[f"{step}_quantity" if by_quantity else f"{step}_amount"]
                line[f"{step}_percent"] = 100 * done / agreed if agreed else 0.0

    # === CONSTRAINT METHODS === #
    @api.constrains("min_quantity", "max_quantity", "min_amount", "max_amount")
    def _check_limits(self):
        for line in self:
            for low, high in (("min_quantity", "max_quantity"), ("min_amount", "max_amount")):
                if line[high] and line[low] > line[high]:
                    raise ValidationError(
                        self.env._(
                            "%(line)s: %(low_name)s %(low)s is more than %(high_name)s "
                            "%(high)s. Correct one of them.",
                            line=line.display_name,
                            low_name=line._fields[low]._description_string(self.env),
                            low=line[low],
                            high_name=line._fields[high]._description_string(self.env),
                            high=line[high],
                        )
                    )

    @api.constrains("date_from", "date_to", "contract_id")
    def _check_dates(self):
        for line in self:
            contract = line.contract_id
            if line.date_from and line.date_from < contract.date_from:
                raise ValidationError(
                    self.env._(
                        "%(line)s starts on %(date)s, before the contract does on %(start)s. "
                        "Correct the date of the line.",
                        line=line.display_name,
                        date=format_date(self.env, line.date_from),
                        start=format_date(self.env, contract.date_from),
                    )
                )

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_not_protected(vals)
        lines = super().create(vals_list)
        lines.contract_id._check_terms_open()
        for line in lines.filtered(lambda line: not line.root_id):
            line.sudo().root_id = line
        return lines

    def write(self, vals):
        self._check_not_protected(vals)
        if set(vals) - {"sequence", "root_id"}:
            self.contract_id._check_terms_open()
        replaced = self.browse()
        if not {"product_id", "categ_id", "contract_id"}.isdisjoint(vals):
            # What was called off of another product is nothing that this line goes on with.
            replaced = self.filtered(lambda line: line.root_id != line)
        result = super().write(vals)
        if "contract_id" in vals:
            self.contract_id._check_terms_open()
        for line in replaced:
            line.sudo().root_id = line
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_agreed(self):
        self.contract_id._check_terms_open()

    # === BUSINESS METHODS === #
    @api.model
    def _get_protected_fields(self):
        return super()._get_protected_fields() | PROTECTED_FIELDS

    @api.model
    def _protected_message(self, labels):
        return self.env._(
            "%(fields)s of a contract line follow from the orders under the contract and "
            "cannot be set by hand.",
            fields=labels,
        )

    def _get_period(self):
        """:return: first and last day of the line, the last None without an end"""
        self.ensure_one()
        contract = self.contract_id
        ends = filter(None, (self.date_to, contract.date_end, contract.termination_date))
        return self.date_from or contract.date_from, min(ends, default=None)

    def _is_valid(self, day):
        """:return: whether something can be ordered by the line on a day"""
        first, last = self._get_period()
        return first <= day and (not last or day <= last)

    def _overlaps(self, other):
        """:return: whether two lines are about the same goods, days and places"""
        self.ensure_one()
        (first, last), (other_first, other_last) = self._get_period(), other._get_period()
        in_time = (not last or other_first <= last) and (not other_last or first <= other_last)
        return (
            in_time
            and self._shares_goods(other)
            and lie_within_each_other(self.contract_id.territory_id, other.contract_id.territory_id)
        )

    def _shares_goods(self, other):
        if self.product_id and other.product_id:
            return self.product_id == other.product_id
        if self.product_id or other.product_id:
            outer = self.categ_id or other.categ_id
            inner = self.product_id.categ_id or other.product_id.categ_id
            return (inner.parent_path or "").startswith(outer.parent_path)
        return lie_within_each_other(self.categ_id, other.categ_id)

    def _get_unit_price(self):
        """:return: price of one unit of the line in the currency of the contract, or 0"""
        self.ensure_one()
        if self.price_basis == "price":
            return self.price_unit
        list_price = self._get_list_price()
        if self.price_basis == "discount":
            return list_price * (1 - self.discount / 100)
        return list_price

    def _get_price_cut(self):
        """:return: share that the price is below the list price, or None where it is not known"""
        self.ensure_one()
        if self.price_basis == "list":
            return 0.0
        if self.price_basis == "discount":
            return self.discount / 100
        list_price = self._get_list_price()
        return max(0.0, 1 - self.price_unit / list_price) if list_price > 0 else None

    def _get_list_price(self):
        """:return: list price of one unit in the currency of the contract; 0 for a category"""
        self.ensure_one()
        if not self.product_id:
            return 0.0
        contract, product = self.contract_id, self.product_id
        price = product.uom_id._compute_price(
            product.with_company(contract.company_id).lst_price, self.product_uom_id
        )
        return product.currency_id._convert(
            price,
            contract.currency_id,
            contract.company_id,
            contract.date_from or fields.Date.context_today(self),
            round=False,
        )
