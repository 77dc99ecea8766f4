from odoo import fields, models
from odoo.tools import SQL

from ..ledger.sales_ledger_entry import LEDGER_EVENT

# What a row has of its ledger entry.
ENTRY_COLUMNS = (
    "company_id",
    "currency_id",
    "event",
    "date",
    "reference",
    "user_id",
    "team_id",
    "territory_id",
    "partner_id",
    "product_id",
    "categ_id",
    "campaign_id",
)


class SalesMarketSegmentReport(models.Model):
    """Sales of segments: a ledger entry for each segment that its customer was in on its day.

    A customer may be in several segments: their sums are not to be added up.
    """

    _name = "sales.market.segment.report"
    _description = "Sales of Market Segments"
    _inherit = ["sales.ledger.grouping"]
    _auto = False
    _rec_name = "reference"
    _order = "date desc, id desc"
    _depends = {
        "sales.ledger.entry": [*ENTRY_COLUMNS, "amount", "margin", "quantity"],
        "sales.market.segment.member": ["segment_id", "partner_id", "date_from", "date_to"],
        "sales.market.segment": ["is_target"],
    }

    # === FIELDS === #
    segment_id = fields.Many2one("sales.market.segment", readonly=True)
    is_target = fields.Boolean(string="Target Segment", readonly=True)
    entry_id = fields.Many2one("sales.ledger.entry", string="Ledger Entry", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    event = fields.Selection(LEDGER_EVENT, readonly=True)
    date = fields.Date(readonly=True)
    reference = fields.Char(string="Document", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True)
    territory_id = fields.Many2one("sales.territory", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    categ_id = fields.Many2one("product.category", string="Product Category", readonly=True)
    campaign_id = fields.Many2one("utm.campaign", readonly=True)
    booked = fields.Monetary(readonly=True)
    invoiced = fields.Monetary(readonly=True)
    collected = fields.Monetary(readonly=True)
    margin = fields.Monetary(readonly=True, help="Of what is booked.")
    quantity = fields.Float(
        digits="Product Unit",
        readonly=True,
        help="Booked, in the products' reference units.",
    )

    # === ACTION METHODS === #
    def action_open_source(self):
        """Open the order, invoice or import that the row is made of."""
        self.ensure_one()
        self.check_access("read")
        return self.entry_id.action_open_document()

    # === BUSINESS METHODS === #
    @property
    def _table_query(self):
        # An entry is in a segment once: both fit into the 53 bits that a browser counts with.
        return SQL(
            """
            SELECT entry.id::bigint * 4194304 + member.segment_id AS id,
                   member.segment_id, segment.is_target, entry.id AS entry_id, %(columns)s,
                   CASE WHEN entry.event = 'booked' THEN entry.amount END AS booked,
                   CASE WHEN entry.event = 'invoiced' THEN entry.amount END AS invoiced,
                   CASE WHEN entry.event = 'collected' THEN entry.amount END AS collected,
                   CASE WHEN entry.event = 'booked' THEN entry.margin END AS margin,
                   CASE WHEN entry.event = 'booked' THEN entry.quantity END AS quantity
              FROM sales_ledger_entry entry
              JOIN %(members)s
              JOIN sales_market_segment segment ON segment.id = member.segment_id
            """,
            columns=SQL(", ").join(SQL.identifier("entry", name) for name in ENTRY_COLUMNS),
            members=self.env["sales.market.segment.member"]._get_of_entry("member", "entry"),
        )
