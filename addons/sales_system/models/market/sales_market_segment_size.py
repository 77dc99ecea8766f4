from odoo import fields, models
from odoo.tools import SQL


class SalesMarketSegmentSize(models.Model):
    """Size of a segment on a day, worked out of when its members came and left.

    A number and no names: it is the same whoever asks.
    """

    _name = "sales.market.segment.size"
    _description = "Size of a Market Segment"
    _auto = False
    _rec_name = "segment_id"
    _order = "date desc, segment_id"
    _depends = {
        "sales.market.segment.member": ["segment_id", "company_id", "date_from", "date_to"],
    }

    # === FIELDS === #
    segment_id = fields.Many2one("sales.market.segment", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    date = fields.Date(readonly=True)
    size = fields.Integer(
        string="Customers",
        readonly=True,
        aggregator="avg",
        help="On that day; of several days or segments, their average.",
    )
    joined = fields.Integer(readonly=True, help="Members who came on that day.")
    departed = fields.Integer(string="Left", readonly=True, help="Members who left on that day.")

    # === BUSINESS METHODS === #
    @property
    def _table_query(self):
        # 100,000 days after the year 1970 there will be another program.
        return SQL(
            """
            SELECT segment_id::bigint * 100000 + (day - DATE '1970-01-01') AS id,
                   segment_id, company_id, day AS date, joined, departed,
                   SUM(joined - departed) OVER (PARTITION BY segment_id ORDER BY day) AS size
              FROM (
                    SELECT segment_id, company_id, day::date AS day,
                           SUM(joined)::integer AS joined, SUM(departed)::integer AS departed
                      FROM (
                            SELECT segment_id, company_id, date_from AS day,
                                   COUNT(*) AS joined, 0 AS departed
                              FROM sales_market_segment_member
                             GROUP BY 1, 2, 3
                             UNION ALL
                            SELECT segment_id, company_id, date_to, 0, COUNT(*)
                              FROM sales_market_segment_member
                             WHERE date_to IS NOT NULL
                             GROUP BY 1, 2, 3
                             UNION ALL
                            SELECT segment_id, company_id, quiet, 0, 0
                              FROM (
                                    SELECT segment_id, company_id, MIN(date_from) AS first_day
                                      FROM sales_market_segment_member
                                     GROUP BY 1, 2
                                   ) AS life,
                                   generate_series(first_day, %(today)s::date, '1 day') AS quiet
                           ) AS move
                     GROUP BY 1, 2, 3
                   ) AS calendar
            """,
            today=fields.Date.context_today(self),
        )
