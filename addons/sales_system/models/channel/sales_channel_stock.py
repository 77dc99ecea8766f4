from odoo import fields, models
from odoo.tools import SQL

STOCK_STATUS = [
    ("ok", "In Stock"),
    ("slow", "Slow Mover"),
    ("out", "Out of Stock"),
]
# Thirteen weeks, by whole periods: a quarter of three months has up to 92 days.
AVERAGE_DAYS = 92


class SalesChannelStock(models.Model):
    """Channel stock: what a channel partner has of a product, and how long it will last.

    By the reports that were handed in. A product is slow by the day that the last report ends
    on, lest a late report makes everything slow.
    """

    _name = "sales.channel.stock"
    _description = "Channel Stock"
    _auto = False
    _order = "partner_id, product_id, id"
    _rec_name = "product_id"
    _depends = {
        "sales.channel.report": ["state", "date_from", "date_to", "user_id", "team_id"],
        "sales.channel.report.line": ["out_quantity", "closing_quantity", "last_sale_date"],
        "res.company": ["sales_channel_slow_days", "sales_channel_slow_weeks"],
        "res.partner": ["territory_id"],
    }

    report_id = fields.Many2one("sales.channel.report", string="Last Report", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Channel Partner", readonly=True)
    user_id = fields.Many2one("res.users", string="Channel Manager", readonly=True)
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True)
    territory_id = fields.Many2one("sales.territory", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    categ_id = fields.Many2one("product.category", string="Product Category", readonly=True)
    date = fields.Date(string="As Of", readonly=True, help="The last day of the last report.")
    closing_quantity = fields.Float(string="Stock", digits="Product Unit", readonly=True)
    weekly_quantity = fields.Float(
        string="Sell-out per Week",
        digits="Product Unit",
        readonly=True,
        help="Average of the last 13 weeks that were reported.",
    )
    weeks = fields.Float(
        string="Weeks of Stock",
        digits=(16, 1),
        readonly=True,
        aggregator="avg",
        help="Stock divided by the sell-out per week. Empty: nothing was sold.",
    )
    last_sale_date = fields.Date(
        string="Last Sell-out",
        readonly=True,
        aggregator="max",
        help="The day of the last sell-out detail, else the end of the last period with any.",
    )
    status = fields.Selection(STOCK_STATUS, readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            WITH closed AS (
                SELECT r.id, r.company_id, r.partner_id, r.date_from, r.date_to,
                       MAX(r.date_to) OVER chain AS last_to,
                       MIN(r.date_from) OVER chain AS first_from,
                       FIRST_VALUE(r.id) OVER (chain ORDER BY r.date_to DESC) AS last_id
                  FROM sales_channel_report r WHERE r.state IN ('submitted', 'accepted')
                WINDOW chain AS (PARTITION BY r.company_id, r.partner_id)
            ), covered AS (
                SELECT company_id, partner_id, SUM(date_to - date_from + 1) / 7.0 AS weeks
                  FROM closed WHERE date_from > last_to - %(days)s
                 GROUP BY company_id, partner_id
            ), figure AS (
                SELECT MIN(l.id) AS id, r.company_id, r.partner_id, l.product_id,
                       r.last_id, r.last_to, r.first_from,
                       COALESCE(SUM(l.closing_quantity) FILTER (WHERE r.id = r.last_id), 0)
                       AS stock,
                       COALESCE(SUM(l.out_quantity)
                                FILTER (WHERE r.date_from > r.last_to - %(days)s), 0) AS sold,
                       MAX(COALESCE(l.last_sale_date, r.date_to))
                       FILTER (WHERE l.out_quantity > 0) AS last_sale_date
                  FROM closed r
                  JOIN sales_channel_report_line l ON l.report_id = r.id
                 GROUP BY r.company_id, r.partner_id, l.product_id,
                          r.last_id, r.last_to, r.first_from
            ), stock AS (
                SELECT figure.*, figure.sold / covered.weeks AS weekly,
                       CASE WHEN figure.sold > 0
                            THEN figure.stock * covered.weeks / figure.sold END AS weeks
                  FROM figure JOIN covered USING (company_id, partner_id)
                 WHERE figure.stock <> 0 OR figure.sold <> 0
            )
            SELECT stock.id, stock.last_id AS report_id, stock.company_id, stock.partner_id,
                   last.user_id, last.team_id, partner.territory_id, stock.product_id,
                   template.categ_id, stock.last_to AS date, stock.stock AS closing_quantity,
                   stock.weekly AS weekly_quantity, stock.weeks, stock.last_sale_date,
                   CASE WHEN stock.stock = 0 THEN 'out'
                        WHEN stock.last_to - COALESCE(stock.last_sale_date, stock.first_from)
                             >= company.sales_channel_slow_days
                          OR stock.weeks > company.sales_channel_slow_weeks THEN 'slow'
                        ELSE 'ok' END AS status
              FROM stock
              JOIN sales_channel_report last ON last.id = stock.last_id
              JOIN res_company company ON company.id = stock.company_id
              JOIN res_partner partner ON partner.id = stock.partner_id
              JOIN product_product product ON product.id = stock.product_id
              JOIN product_template template ON template.id = product.product_tmpl_id
            """,
            days=AVERAGE_DAYS,
        )

    # === ACTION METHODS === #
    def action_open_lines(self):
        """Open the reported lines that the figures come from."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": "sales.channel.report.line",
            "view_mode": "list,pivot,graph",
            "views": [(False, "list"), (False, "pivot"), (False, "graph")],
            "domain": [
                ("company_id", "=", self.company_id.id),
                ("partner_id", "=", self.partner_id.id),
                ("product_id", "=", self.product_id.id),
            ],
        }
