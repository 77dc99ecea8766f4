from odoo import fields, models


class SalesChannelDiversionLine(models.Model):
    """Evidence: one sale outside the territories of a channel partner, as it was found.

    It names its source and keeps what the source said, which may be deleted later.
    """

    _name = "sales.channel.diversion.line"
    _description = "Evidence of Diversion"
    _order = "date, id"

    diversion_id = fields.Many2one(
        "sales.channel.diversion", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="diversion_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    order_line_id = fields.Many2one("sale.order.line", readonly=True, ondelete="set null")
    report_sale_id = fields.Many2one(
        "sales.channel.report.sale", readonly=True, ondelete="set null"
    )
    document = fields.Char(readonly=True)
    date = fields.Date(readonly=True, required=True)
    customer = fields.Char(readonly=True)
    place = fields.Char(readonly=True, help="City of the customer.")
    product_id = fields.Many2one("product.product", readonly=True, ondelete="restrict")
    quantity = fields.Float(digits="Product Unit", readonly=True)
    amount = fields.Monetary(readonly=True, help="Untaxed, in the currency of the company.")
    holder_id = fields.Many2one(
        "res.partner",
        string="Right Of",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Who holds the exclusive right to this product in this place.",
    )

    # A sale is evidence once, whoever looks for it at the same moment.
    _order_line_unique = models.UniqueIndex(
        "(order_line_id) WHERE order_line_id IS NOT NULL",
        "Somebody else is gathering the same evidence at this moment. Try again shortly.",
    )
    _report_sale_unique = models.UniqueIndex(
        "(report_sale_id) WHERE report_sale_id IS NOT NULL",
        "Somebody else is gathering the same evidence at this moment. Try again shortly.",
    )

    def action_open_document(self):
        """Open the order or the report that the evidence is from."""
        self.ensure_one()
        document = self.order_line_id.order_id or self.report_sale_id.report_id
        document.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": document._name,
            "res_id": document.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
