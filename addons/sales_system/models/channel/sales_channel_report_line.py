from odoo import api, fields, models
from odoo.exceptions import UserError

from .sales_channel_report import OPEN_STATES
from .sales_channel_stock import STOCK_STATUS

# Filled in from the ledger and from the details.
PROTECTED_FIELDS = {"ledger_quantity", "detail_count", "last_sale_date", "stock_alert"}
# What is written once the report has been handed in.
FREE_FIELDS = {"stock_alert"}
DETAILED_FIELDS = {"out_quantity", "amount"}


class SalesChannelReportLine(models.Model):
    """Line of a channel report: one product's way from opening to closing stock.

    Quantities are in the reference unit of the product. Sell-in is what the ledger invoiced to
    the partner, unless it is corrected; sell-out is the sum of the details, where there are any.
    """

    _name = "sales.channel.report.line"
    _description = "Channel Report Line"
    _inherit = ["sales.protected.fields.mixin"]
    _order = "report_id, sequence, id"
    _rec_name = "product_id"
    _check_company_auto = True

    # === FIELDS === #
    report_id = fields.Many2one(
        "sales.channel.report", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(related="report_id.company_id", store=True, precompute=True)
    partner_id = fields.Many2one(
        related="report_id.partner_id", store=True, precompute=True, index=True
    )
    date_to = fields.Date(
        related="report_id.date_to", string="Period End", store=True, precompute=True
    )
    currency_id = fields.Many2one(related="report_id.currency_id", store=True, precompute=True)
    product_id = fields.Many2one(
        "product.product",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="[('sale_ok', '=', True), ('type', '=', 'consu')]",
    )
    categ_id = fields.Many2one(
        "product.category",
        string="Product Category",
        compute="_compute_categ_id",
        store=True,
        precompute=True,
        ondelete="restrict",
    )
    product_uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")
    opening_quantity = fields.Float(
        string="Opening Stock",
        digits="Product Unit",
        help="The closing stock of the report before. Typed in the first report only.",
    )
    ledger_quantity = fields.Float(
        string="Sell-in by Ledger",
        digits="Product Unit",
        readonly=True,
        help="What was invoiced to the channel partner in the period, less credit notes.",
    )
    in_quantity = fields.Float(
        string="Sell-in",
        digits="Product Unit",
        help="What the channel partner received. Say why where it differs from the ledger.",
    )
    in_note = fields.Char(string="Why Corrected", help="Such as goods that are still on their way.")
    in_difference = fields.Float(
        string="Sell-in against Ledger",
        digits="Product Unit",
        compute="_compute_in_difference",
        store=True,
        precompute=True,
    )
    out_quantity = fields.Float(string="Sell-out", digits="Product Unit")
    detail_count = fields.Integer(
        string="Details", readonly=True, help="How many sales the sell-out is the sum of."
    )
    last_sale_date = fields.Date(
        string="Last Detail", readonly=True, help="The day of the last sell-out detail."
    )
    amount = fields.Monetary(string="Sell-out Amount")
    closing_quantity = fields.Float(string="Closing Stock", digits="Product Unit")
    stock_alert = fields.Selection(
        STOCK_STATUS,
        readonly=True,
        copy=False,
        help="What the channel manager was told of the product's stock.",
    )
    expected_quantity = fields.Float(
        string="Closing as Computed",
        digits="Product Unit",
        compute="_compute_expected_quantity",
        help="Opening stock + sell-in − sell-out.",
    )
    difference = fields.Float(
        string="Closing against Computed",
        digits="Product Unit",
        compute="_compute_expected_quantity",
    )

    # === CONSTRAINTS AND INDEXES === #
    _product_unique = models.UniqueIndex(
        "(report_id, product_id)",
        "A product stands in a report once. Add its quantities up in one line.",
    )
    _opening_not_negative = models.Constraint(
        "CHECK (opening_quantity >= 0)", "Opening stock cannot be negative: count it again."
    )
    _closing_not_negative = models.Constraint(
        "CHECK (closing_quantity >= 0)", "Closing stock cannot be negative: count it again."
    )

    # === COMPUTE METHODS === #
    @api.depends("product_id")
    def _compute_categ_id(self):
        for line in self:
            line.categ_id = line.product_id.categ_id

    @api.depends("in_quantity", "ledger_quantity")
    def _compute_in_difference(self):
        for line in self:
            line.in_difference = line.in_quantity - line.ledger_quantity

    @api.depends("opening_quantity", "in_quantity", "out_quantity", "closing_quantity")
    def _compute_expected_quantity(self):
        for line in self:
            line.expected_quantity = line.opening_quantity + line.in_quantity - line.out_quantity
            line.difference = line.closing_quantity - line.expected_quantity

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_not_protected(vals)
        lines = super().create(vals_list)
        lines.report_id._check_state(*OPEN_STATES)
        return lines

    def write(self, vals):
        self._check_not_protected(vals)
        if set(vals) - FREE_FIELDS:
            self.report_id._check_state(*OPEN_STATES)
        if DETAILED_FIELDS.intersection(vals):
            self._check_not_detailed(vals)
        result = super().write(vals)
        if "report_id" in vals:
            self.report_id._check_state(*OPEN_STATES)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        self.report_id._check_state(*OPEN_STATES)
        if detailed := self.filtered("detail_count")[:1]:
            raise UserError(detailed._get_detailed_error())

    # === ACTION METHODS === #
    def action_open_report(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sales.channel.report",
            "res_id": self.report_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    # === BUSINESS METHODS === #
    @api.model
    def _write_each(self, values):
        """Write to lines of one report what differs between them, and check the report once.

        :param values: dict of line → values
        """
        lines = self.concat(*values)
        lines.report_id._check_state(*OPEN_STATES)
        for line, vals in values.items():
            line._check_not_protected(vals)
            line._check_not_detailed(vals)
            # Past this class's own write, which checks the report again.
            super(SalesChannelReportLine, line).write(vals)  # pylint: disable=super-method-mismatch

    @api.model
    def _get_protected_fields(self):
        return super()._get_protected_fields() | PROTECTED_FIELDS

    @api.model
    def _protected_message(self, labels):
        return self.env._(
            "%(fields)s of a report follow from the sales ledger and the sell-out details and "
            "cannot be set by hand.",
            fields=labels,
        )

    def _check_not_detailed(self, vals):
        """:raises UserError: a sell-out is typed although details say what it is"""
        for line in self.filtered("detail_count"):
            for name in DETAILED_FIELDS.intersection(vals):
                field = self._fields[name]
                if field.convert_to_cache(vals[name], line) != line[name]:
                    raise UserError(line._get_detailed_error())

    def _get_detailed_error(self):
        self.ensure_one()
        return self.env._(
            "The sell-out of %(product)s is the sum of %(count)s details. Change those instead.",
            product=self.product_id.display_name,
            count=self.detail_count,
        )
