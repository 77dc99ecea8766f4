from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_date

from .sales_channel_report import OPEN_STATES


class SalesChannelReportSale(models.Model):
    """Sell-out detail: one sale of a channel partner to a customer of its own."""

    _name = "sales.channel.report.sale"
    _description = "Sell-out Detail"
    _order = "date desc, id desc"
    _rec_name = "reference"
    _check_company_auto = True

    # === FIELDS === #
    report_id = fields.Many2one(
        "sales.channel.report", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="report_id.company_id", store=True, precompute=True)
    partner_id = fields.Many2one(
        related="report_id.partner_id", store=True, precompute=True, index=True
    )
    currency_id = fields.Many2one(related="report_id.currency_id", store=True, precompute=True)
    date = fields.Date(required=True)
    reference = fields.Char(string="Document", help="Number of the channel partner's own document.")
    product_id = fields.Many2one(
        "product.product",
        required=True,
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
    quantity = fields.Float(
        digits="Product Unit",
        required=True,
        help="In the reference unit of the product; negative for what was taken back.",
    )
    amount = fields.Monetary(help="Untaxed, in the currency of the report.")
    customer_name = fields.Char(string="End Customer")
    city = fields.Char()
    zip = fields.Char(string="Postal Code")
    territory_id = fields.Many2one(
        "sales.territory",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="Where the goods went: by city and postal code, as the territory rules have it. Type "
        "it where they find none.",
    )
    import_id = fields.Many2one(
        "sales.import", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    import_key = fields.Char(readonly=True, export_string_translation=False)

    # === CONSTRAINTS AND INDEXES === #
    _import_key_unique = models.UniqueIndex(
        "(report_id, import_key) WHERE import_key IS NOT NULL",
        "Rows of this file are being imported by somebody else. Check the file again.",
    )

    # === COMPUTE METHODS === #
    @api.depends("product_id")
    def _compute_categ_id(self):
        for sale in self:
            sale.categ_id = sale.product_id.categ_id

    # === CONSTRAINT METHODS === #
    @api.constrains("date", "report_id")
    def _check_date(self):
        for sale in self:
            report = sale.report_id
            if not report.date_from <= sale.date <= report.date_to:
                raise ValidationError(
                    self.env._(
                        "The sale of %(product)s on %(day)s lies outside of %(report)s. Enter a "
                        "day from %(first)s to %(last)s, or put it into the report of its period.",
                        product=sale.product_id.display_name,
                        day=format_date(self.env, sale.date),
                        report=report.display_name,
                        first=format_date(self.env, report.date_from),
                        last=format_date(self.env, report.date_to),
                    )
                )

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        sales = super().create(vals_list)
        sales.report_id._check_state(*OPEN_STATES)
        sales._find_territories()
        sales.report_id._follow_details()
        return sales

    def write(self, vals):
        reports = self.report_id
        reports._check_state(*OPEN_STATES)
        result = super().write(vals)
        (self.report_id - reports)._check_state(*OPEN_STATES)
        if {"city", "zip", "territory_id"}.intersection(vals):
            self._find_territories()
        (reports | self.report_id)._follow_details()
        return result

    def unlink(self):
        reports = self.report_id
        reports._check_state(*OPEN_STATES)
        result = super().unlink()
        reports._follow_details()
        return result

    # === BUSINESS METHODS === #
    def _find_territories(self):
        """Put the territories of the addresses in; where the rules know none, what is typed stays.

        An address is in the country of the channel partner.
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE sales_channel_report_sale AS sale SET territory_id = change.after_id
                  FROM (%s) AS change
                 WHERE sale.id = change.id AND change.after_id IS NOT NULL
                """,
                self.env["sales.territory.rule"]._match_query(
                    SQL(
                        """
                        SELECT s.id, s.territory_id, s.company_id, partner.country_id,
                               NULL::integer AS state_id, s.zip, s.city
                          FROM sales_channel_report_sale s
                          JOIN res_partner partner ON partner.id = s.partner_id
                         WHERE (s.city IS NOT NULL OR s.zip IS NOT NULL) AND s.id = ANY(%s)
                        """,
                        self.ids,
                    )
                ),
            )
        )
        self.invalidate_recordset(["territory_id"], flush=False)
