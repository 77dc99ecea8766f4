from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from .sales_market_indicator import INDICATOR_KIND

# What is worked out for a row by ``sales.market.share``.
SHARE_FIELDS = ("company_value", "growth", "own_amount", "own_quantity", "own_share")


class SalesMarketData(models.Model):
    """Market data: the value of an indicator in a territory, a category and a period."""

    _name = "sales.market.data"
    _description = "Market Data"
    _order = "date_from desc, indicator_id, id desc"
    _rec_name = "indicator_id"
    _check_company_auto = True

    # === FIELDS === #
    indicator_id = fields.Many2one(
        "sales.market.indicator",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="[('company_id', 'in', (False, company_id))]",
    )
    # Both are copies: the database checks the value by them.
    kind = fields.Selection(
        INDICATOR_KIND, compute="_compute_kind", store=True, precompute=True, readonly=True
    )
    is_market_size = fields.Boolean(
        string="Market Size", compute="_compute_kind", store=True, precompute=True, readonly=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    company_currency_id = fields.Many2one(
        "res.currency", related="company_id.currency_id", string="Company Currency"
    )
    territory_id = fields.Many2one(
        "sales.territory",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The market lies here and in all territories inside. Empty: everywhere.",
    )
    categ_id = fields.Many2one(
        "product.category",
        string="Product Category",
        index="btree_not_null",
        ondelete="restrict",
        help="The market is that of these products and of all categories inside. "
        "Empty: of everything.",
    )
    date_from = fields.Date(string="From", required=True)
    date_to = fields.Date(string="To", required=True)
    value = fields.Monetary(
        required=True, aggregator=None, help="Amounts untaxed, percentages as 12.5 for 12.5 %."
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        precompute=True,
        readonly=False,
        ondelete="restrict",
    )
    source = fields.Char(help="Who says so: an association, a bureau of statistics, a study.")
    source_url = fields.Char(string="Link to Source")
    note = fields.Text()

    # === WORKED OUT === #
    company_value = fields.Monetary(
        string="In Our Currency",
        compute="_compute_share",
        currency_field="company_currency_id",
        help="Converted at the rate of the last day of the period.",
    )
    growth = fields.Float(
        compute="_compute_share",
        help="Against the period before: the same indicator, territory, category, source and "
        "length of period.",
    )
    own_amount = fields.Monetary(
        string="Own Sales",
        compute="_compute_share",
        currency_field="company_currency_id",
        help="What the ledger has invoiced there in the period, untaxed; of the entries that "
        "you may see.",
    )
    own_quantity = fields.Float(compute="_compute_share", digits="Product Unit")
    own_share = fields.Float(
        compute="_compute_share",
        help="Own sales as part of the market size; of the entries that you may see.",
    )

    # === CONSTRAINTS AND INDEXES === #
    _date_range = models.Constraint(
        "CHECK (date_to >= date_from)",
        "The period of market data cannot end before it starts. Correct “From” or “To”.",
    )
    _size_not_negative = models.Constraint(
        "CHECK (is_market_size IS NOT TRUE OR value >= 0)",
        "A market size cannot be negative. Enter 0 where nothing is sold.",
    )
    _currency_of_amounts = models.Constraint(
        "CHECK ((kind = 'amount') = (currency_id IS NOT NULL))",
        "An amount needs a currency, and any other indicator has none.",
    )
    _series_unique = models.UniqueIndex(
        "(company_id, indicator_id, territory_id, categ_id, date_from, date_to, "
        "lower(COALESCE(source, ''))) NULLS NOT DISTINCT",
        "This source has a value for that indicator, territory, category and period already. "
        "Change that one, or name another source.",
    )

    # === COMPUTE METHODS === #
    @api.depends("indicator_id.name", "territory_id.name", "categ_id.name", "date_from", "date_to")
    def _compute_display_name(self):
        for data in self:
            parts = [
                data.indicator_id.name,
                data.territory_id.name,
                data.categ_id.name,
                data._get_period_name(),
            ]
            data.display_name = " · ".join(filter(None, parts))

    @api.depends("indicator_id.kind", "indicator_id.is_market_size")
    def _compute_kind(self):
        for data in self:
            data.kind = data.indicator_id.kind
            data.is_market_size = data.indicator_id.is_market_size

    @api.depends("kind", "company_id")
    def _compute_currency_id(self):
        for data in self:
            currency = data.currency_id or data.company_id.currency_id
            data.currency_id = currency if data.kind == "amount" else False

    @api.depends(
        "indicator_id",
        "kind",
        "is_market_size",
        "company_id",
        "territory_id",
        "categ_id",
        "date_from",
        "date_to",
        "value",
        "currency_id",
        "source",
    )
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_share(self):
        """Read all rows with one statement; a row that is not saved yet has no figures."""
        figures = self.env["sales.market.share"]._get_figures(self._origin)
        for data in self:
            data.update(figures.get(data.id) or dict.fromkeys(SHARE_FIELDS, False))

    # === ACTION METHODS === #
    def action_open_entries(self):
        """Open the ledger entries that the own share counts."""
        self.ensure_one()
        self.check_access("read")
        return self.env["sales.ledger.entry"]._get_action(
            self.env._("Own Sales: %(market)s", market=self.display_name),
            list(self._get_entry_domain()),
        )

    # === BUSINESS METHODS === #
    def _get_period_name(self):
        if not (self.date_from and self.date_to):
            return ""
        first, last = (format_date(self.env, day) for day in (self.date_from, self.date_to))
        return f"{first} – {last}"

    def _get_entry_domain(self):
        """:return: domain of the ledger entries that ``sales.market.share`` counts for the row"""
        domain = Domain(
            [
                ("company_id", "=", self.company_id.id),
                ("event", "=", "invoiced"),
                ("date", ">=", fields.Date.to_string(self.date_from)),
                ("date", "<=", fields.Date.to_string(self.date_to)),
            ]
        )
        for name in ("territory_id", "categ_id"):
            if self[name]:
                domain &= Domain(name, "child_of", self[name].ids)
        return domain
