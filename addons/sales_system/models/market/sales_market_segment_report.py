from odoo import fields, models
from odoo.tools import SQL

from ..ledger.sales_ledger_row_mixin import ENTRY_COLUMNS


class SalesMarketSegmentReport(models.Model):
    """Sales of segments: a ledger entry for each segment that its customer was in on its day.

    A customer may be in several segments: their sums are not to be added up.
    """

    _name = "sales.market.segment.report"
    _description = "Sales of Market Segments"
    _inherit = ["sales.ledger.row.mixin"]
    _auto = False
    _depends = {
        "sales.ledger.entry": [*ENTRY_COLUMNS, "campaign_id", "amount", "margin", "quantity"],
        "sales.market.segment.member": ["segment_id", "partner_id", "date_from", "date_to"],
        "sales.market.segment": ["is_target"],
    }

    # === FIELDS === #
    segment_id = fields.Many2one("sales.market.segment", readonly=True)
    is_target = fields.Boolean(string="Target Segment", readonly=True)
    margin = fields.Monetary(readonly=True, help="Of what is booked.")
    quantity = fields.Float(
        digits="Product Unit",
        readonly=True,
        help="Booked, in the products' reference units.",
    )

    # === BUSINESS METHODS === #
    @property
    def _table_query(self):
        # An entry is in a segment once: both fit into the 53 bits that a browser counts with.
        return SQL(
            """
            SELECT entry.id::bigint * 4194304 + member.segment_id AS id,
                   member.segment_id, segment.is_target, entry.id AS entry_id, entry.campaign_id,
                   %(columns)s,
                   CASE WHEN entry.event = 'booked' THEN entry.amount END AS booked,
                   CASE WHEN entry.event = 'invoiced' THEN entry.amount END AS invoiced,
                   CASE WHEN entry.event = 'collected' THEN entry.amount END AS collected,
                   CASE WHEN entry.event = 'booked' THEN entry.margin END AS margin,
                   CASE WHEN entry.event = 'booked' THEN entry.quantity END AS quantity
              FROM sales_ledger_entry entry
              JOIN %(members)s
              JOIN sales_market_segment segment ON segment.id = member.segment_id
            """,
            columns=self._get_entry_columns(),
            members=self.env["sales.market.segment.member"]._get_of_entry("member", "entry"),
        )
