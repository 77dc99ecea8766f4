from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .res_partner import CHANNEL_TYPE

PERFORMANCE_KIND = [
    ("current", "Sales"),
    ("previous", "A Year Earlier"),
    ("overdue", "Overdue"),
]
# What a row has of its ledger entry.
ENTRY_COLUMNS = (
    "company_id",
    "currency_id",
    "user_id",
    "team_id",
    "territory_id",
    "channel_partner_id",
    "partner_id",
    "product_id",
    "categ_id",
)
# What the channel partner is today; the ledger freezes none of it.
PARTNER_COLUMNS = ("channel_type", "grade_id", "channel_upstream_id", "channel_manager_id")


class SalesChannelPerformance(models.Model):
    """Channel performance: what went through channel partners, and how they pay.

    Each row is a ledger entry, so that every figure opens into the entries it is made of. An
    order's entry appears a second time a year later, as what the sales of that month are
    compared with. What is overdue now are the unpaid items of invoices, which the ledger does
    not know; they count on today. Ratios are worked out of the sums of a group, never averaged.
    """

    _name = "sales.channel.performance"
    _description = "Channel Performance"
    _inherit = ["sales.ledger.grouping"]
    _auto = False
    _rec_name = "reference"
    _order = "date desc, id desc"
    _depends = {
        "sales.ledger.entry": ["event", "date", "late_for", "amount", "margin", "quantity"],
        "account.move": ["channel_partner_id", "invoice_date", "invoice_user_id", "team_id"],
        "account.move.line": ["amount_residual", "date_maturity", "reconciled"],
        "res.partner": list(PARTNER_COLUMNS),
    }

    # === WHAT AND WHEN === #
    kind = fields.Selection(PERFORMANCE_KIND, readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    date = fields.Date(readonly=True)
    reference = fields.Char(string="Document", readonly=True)
    entry_id = fields.Many2one("sales.ledger.entry", string="Ledger Entry", readonly=True)
    move_id = fields.Many2one("account.move", string="Invoice", readonly=True)

    # === DIMENSIONS === #
    channel_partner_id = fields.Many2one("res.partner", readonly=True)
    channel_type = fields.Selection(CHANNEL_TYPE, string="Kind of Channel", readonly=True)
    grade_id = fields.Many2one("res.partner.grade", string="Level", readonly=True)
    channel_upstream_id = fields.Many2one(
        "res.partner", string="Upstream Channel Partner", readonly=True
    )
    channel_manager_id = fields.Many2one("res.users", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    categ_id = fields.Many2one("product.category", string="Product Category", readonly=True)
    territory_id = fields.Many2one("sales.territory", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True)

    # === SALES === #
    booked = fields.Monetary(readonly=True)
    invoiced = fields.Monetary(readonly=True)
    collected = fields.Monetary(readonly=True)
    margin = fields.Monetary(readonly=True, help="Of what is booked.")
    quantity = fields.Float(
        digits="Product Unit",
        readonly=True,
        help="Booked, in the products' reference units.",
    )
    previous_booked = fields.Monetary(
        string="Booked a Year Earlier",
        readonly=True,
        help="Booked in the same month of the year before. This month and this year are "
        "compared up to the same day.",
    )

    # === RATIOS === #
    margin_rate = fields.Float(
        string="Margin (%)",
        aggregator="avg",
        readonly=True,
        help="Margin in percent of what is booked.",
    )
    growth = fields.Float(
        string="Growth (%)",
        aggregator="avg",
        readonly=True,
        help="How much more is booked than a year earlier.",
    )
    mix = fields.Float(
        string="Share of the Mix (%)",
        aggregator="avg",
        readonly=True,
        help="Part of a product category in what is booked, grouped by category. A group that "
        "is of no category is the whole mix.",
    )

    # === PAYMENT === #
    collection_days = fields.Float(
        string="Days to Collect",
        digits=(16, 1),
        aggregator="avg",
        readonly=True,
        help="Days from the invoice to its money, weighted by the amounts.",
    )
    overdue = fields.Monetary(
        string="Overdue Now",
        readonly=True,
        help="What is unpaid today although it was due, credits taken off. Counted on today.",
    )

    # === ACTION METHODS === #
    def action_open_source(self):
        """Open the order, invoice or import that the row is made of."""
        self.ensure_one()
        self.check_access("read")
        if self.entry_id:
            return self.entry_id.action_open_document()
        if not self.move_id.has_access("read"):
            raise UserError(
                self.env._(
                    "Invoice %(invoice)s is not yours to read. Ask its salesperson or accounting.",
                    invoice=self.reference,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    # === QUERIES === #
    @property
    def _table_query(self):
        return SQL(
            """
            SELECT fact.*, %(partner_columns)s
              FROM (%(current)s UNION ALL %(previous)s UNION ALL %(overdue)s) fact
              LEFT JOIN res_partner channel ON channel.id = fact.channel_partner_id
            """,
            partner_columns=self._columns("channel", PARTNER_COLUMNS),
            current=self._current_query(),
            previous=self._previous_query(),
            overdue=self._overdue_query(),
        )

    @api.model
    def _current_query(self):
        """:return: ``SQL`` of the entries; money that is not of an invoice has no days"""
        return SQL(
            """
            SELECT entry.id::bigint * 3 AS id, 'current' AS kind, entry.id AS entry_id,
                   NULL::integer AS move_id, entry.reference, entry.date, %(columns)s,
                   CASE WHEN entry.event = 'booked' THEN entry.amount END AS booked,
                   CASE WHEN entry.event = 'invoiced' THEN entry.amount END AS invoiced,
                   CASE WHEN entry.event = 'collected' THEN entry.amount END AS collected,
                   CASE WHEN entry.event = 'booked' THEN entry.margin END AS margin,
                   CASE WHEN entry.event = 'booked' THEN entry.quantity END AS quantity,
                   NULL::numeric AS previous_booked,
                   entry.amount * (COALESCE(entry.late_for, entry.date) - invoice.invoice_date)
                       AS collected_days,
                   CASE WHEN invoice.id IS NOT NULL THEN entry.amount END AS collected_invoices,
                   NULL::numeric AS overdue, NULL::numeric AS margin_rate,
                   NULL::numeric AS growth, NULL::numeric AS mix,
                   (COALESCE(entry.late_for, entry.date) - invoice.invoice_date)::numeric
                       AS collection_days
              FROM sales_ledger_entry entry
              LEFT JOIN account_move invoice
                ON invoice.id = CASE WHEN entry.event = 'collected' THEN entry.document_id END
             WHERE entry.channel_partner_id IS NOT NULL
            """,
            columns=self._columns("entry", ENTRY_COLUMNS),
        )

    @api.model
    def _previous_query(self):
        """:return: ``SQL`` of what was booked, a year later: never later than today"""
        return SQL(
            """
            SELECT entry.id::bigint * 3 + 1, 'previous', entry.id, NULL::integer,
                   entry.reference, (entry.date + interval '1 year')::date, %(columns)s,
                   NULL::numeric, NULL::numeric, NULL::numeric, NULL::numeric, NULL::numeric,
                   entry.amount, NULL::numeric, NULL::numeric, NULL::numeric, NULL::numeric,
                   NULL::numeric, NULL::numeric, NULL::numeric
              FROM sales_ledger_entry entry
             WHERE entry.channel_partner_id IS NOT NULL AND entry.event = 'booked'
               AND entry.date <= (%(today)s::date - interval '1 year')::date
            """,
            columns=self._columns("entry", ENTRY_COLUMNS),
            today=fields.Date.context_today(self),
        )

    @api.model
    def _overdue_query(self):
        """:return: ``SQL`` of the unpaid items that were due before today"""
        return SQL(
            """
            SELECT item.id::bigint * 3 + 2, 'overdue', NULL::integer, invoice.id,
                   invoice.name, %(today)s::date, invoice.company_id, company.currency_id,
                   invoice.invoice_user_id, invoice.team_id, invoice.territory_id,
                   invoice.channel_partner_id, invoice.commercial_partner_id,
                   NULL::integer, NULL::integer,
                   NULL::numeric, NULL::numeric, NULL::numeric, NULL::numeric, NULL::numeric,
                   NULL::numeric, NULL::numeric, NULL::numeric, item.amount_residual,
                   NULL::numeric, NULL::numeric, NULL::numeric, NULL::numeric
              FROM account_move invoice
              JOIN account_move_line item ON item.move_id = invoice.id
              JOIN account_account account ON account.id = item.account_id
              JOIN res_company company ON company.id = invoice.company_id
             WHERE invoice.channel_partner_id IS NOT NULL AND invoice.state = 'posted'
               AND account.account_type = 'asset_receivable'
               AND NOT item.reconciled AND item.date_maturity < %(today)s
            """,
            today=fields.Date.context_today(self),
        )

    @api.model
    def _columns(self, alias, names):
        return SQL(", ").join(SQL.identifier(alias, name) for name in names)

    # === RATIOS OF GROUPS === #
    def _read_group_groupby(self, alias, groupby_spec, query):
        term = super()._read_group_groupby(alias, groupby_spec, query)
        # What a share of the mix is a part of depends on what the question groups by.
        query.performance_terms = {**getattr(query, "performance_terms", {}), groupby_spec: term}
        return term

    def _read_group_select(self, aggregate_spec, query):
        ratio = getattr(self, f"_select_{aggregate_spec.removesuffix(':avg')}", None)
        if not ratio or not aggregate_spec.endswith(":avg"):
            return super()._read_group_select(aggregate_spec, query)
        # Whoever may not read the field is refused as for any other.
        super()._read_group_select(aggregate_spec, query)
        return ratio(query)

    def _select_margin_rate(self, query):
        return SQL("SUM(%s) / NULLIF(SUM(%s), 0)", self._sql("margin"), self._sql("booked"))

    def _select_growth(self, query):
        """Nothing, or less than nothing, is no base to grow from."""
        return SQL(
            "CASE WHEN SUM(%(before)s) > 0"
            " THEN COALESCE(SUM(%(now)s), 0) / SUM(%(before)s) - 1 END",
            now=self._sql("booked"),
            before=self._sql("previous_booked"),
        )

    def _select_mix(self, query):
        terms = getattr(query, "performance_terms", {})
        booked = SQL("SUM(%s)", self._sql("booked"))
        partition = [term for spec, term in terms.items() if spec != "categ_id"]
        if terms:
            partition.append(SQL("GROUPING(%s)", SQL(", ").join(terms.values())))
        window = SQL("PARTITION BY %s", SQL(", ").join(partition)) if partition else SQL()
        return SQL("%s / NULLIF(SUM(%s) OVER (%s), 0)", booked, booked, window)

    def _select_collection_days(self, query):
        return SQL(
            "SUM(%s) / NULLIF(SUM(%s), 0)",
            self._sql("collected_days"),
            self._sql("collected_invoices"),
        )

    def _sql(self, column):
        return SQL.identifier(self._table, column)
