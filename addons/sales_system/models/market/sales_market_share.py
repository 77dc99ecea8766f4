from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.query import Query

from .sales_market_indicator import INDICATOR_KIND

# Groups show the quotient of the sums, which is no average of quotients.
QUOTIENTS = {"own_share:avg": ("own_size", "market_size")}


class SalesMarketShare(models.Model):
    """Market share: market data beside the own sales of the same market and period.

    One row for each row of market data, of the same id. Own sales are the invoiced entries of
    the ledger that the reader may see, so that every figure opens into what it is made of. They
    stay empty where the indicator is no market size.
    """

    _name = "sales.market.share"
    _description = "Market Share"
    _auto = False
    _rec_name = "data_id"
    _order = "date_to desc, id desc"
    _depends = {
        "sales.market.data": [
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
        ],
        "sales.ledger.entry": ["company_id", "event", "date", "territory_id", "categ_id"],
        "sales.territory": ["parent_path"],
        "product.category": ["parent_path"],
        "res.currency.rate": ["currency_id", "company_id", "name", "rate"],
    }

    # === FIELDS === #
    data_id = fields.Many2one("sales.market.data", readonly=True)
    indicator_id = fields.Many2one("sales.market.indicator", readonly=True)
    kind = fields.Selection(INDICATOR_KIND, readonly=True)
    is_market_size = fields.Boolean(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    company_currency_id = fields.Many2one("res.currency", readonly=True)
    territory_id = fields.Many2one("sales.territory", readonly=True)
    categ_id = fields.Many2one("product.category", string="Product Category", readonly=True)
    date_from = fields.Date(string="From", readonly=True)
    date_to = fields.Date(string="To", readonly=True)
    source = fields.Char(readonly=True)

    # === MEASURES === #
    company_value = fields.Monetary(
        string="Value", readonly=True, currency_field="company_currency_id"
    )
    growth = fields.Float(readonly=True, aggregator="avg")
    own_amount = fields.Monetary(
        string="Own Sales", readonly=True, currency_field="company_currency_id"
    )
    own_quantity = fields.Float(digits="Product Unit", readonly=True)
    own_share = fields.Float(
        readonly=True, aggregator="avg", help="Own sales as part of the market size."
    )
    # Numerator and denominator, both in the company's currency or both in pieces.
    own_size = fields.Float(readonly=True, export_string_translation=False)
    market_size = fields.Float(readonly=True, export_string_translation=False)

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Offer people the share to measure, not the two numbers that it is worked out of."""
        result = super().fields_get(allfields, attributes)
        for name in {"own_size", "market_size"} & result.keys():
            result[name].pop("aggregator", None)
            result[name].update(searchable=False, groupable=False, sortable=False)
        return result

    # === ACTION METHODS === #
    def action_open_data(self):
        self.ensure_one()
        return self.data_id.get_formview_action()

    def action_open_entries(self):
        self.ensure_one()
        return self.data_id.action_open_entries()

    # === BUSINESS METHODS === #
    @api.model
    def _get_figures(self, data):
        """:return: dict of data id → dict of its figures, all rows in one statement"""
        if not data:
            return {}
        data.check_access("read")
        self.env["sales.ledger.entry"].flush_model()
        self.env["res.currency.rate"].flush_model()
        self.env["sales.market.data"].flush_model()
        self.env["sales.territory"].flush_model(["parent_path"])
        self.env["product.category"].flush_model(["parent_path"])
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT id, company_value, growth, own_amount, own_quantity, own_share
                  FROM (%s) share
                """,
                self._get_query(SQL("d.id = ANY(%s)", data.ids)),
            )
        )
        return {row.pop("id"): row for row in rows}

    @property
    def _table_query(self):
        return self._get_query(SQL("TRUE"))

    @api.model
    def _get_query(self, condition):
        """:param condition: ``SQL`` of which rows of market data ``d`` are wanted
        :return: ``SQL`` of these rows with their figures
        """
        return SQL(
            """
            WITH valued AS MATERIALIZED (%(valued)s),
                 wanted AS MATERIALIZED (SELECT d.* FROM valued d WHERE %(condition)s),
                 own AS MATERIALIZED (%(own)s)
            SELECT w.id, w.id AS data_id, w.indicator_id, w.kind, w.is_market_size,
                   w.company_id, w.company_currency_id, w.territory_id, w.categ_id,
                   w.date_from, w.date_to, w.source, w.company_value,
                   CASE WHEN w.kind <> 'percent'
                        THEN w.company_value / NULLIF(w.value_before, 0) - 1 END AS growth,
                   own.amount AS own_amount,
                   own.quantity AS own_quantity,
                   size.own AS own_size,
                   size.market AS market_size,
                   size.own / NULLIF(size.market, 0) AS own_share
              FROM wanted w
              LEFT JOIN own ON own.id = w.id
              LEFT JOIN LATERAL (
                    SELECT CASE w.kind WHEN 'amount' THEN own.amount ELSE own.quantity END AS own,
                           w.company_value AS market
                     WHERE w.is_market_size
                   ) size ON TRUE
            """,
            valued=self._valued_query(),
            condition=condition,
            own=self._own_query(),
        )

    @api.model
    def _valued_query(self):
        """:return: ``SQL`` of all market data, in the company's currency and with the value of the
        period before in its series; months of 28 and of 31 days are periods of one length
        """
        return SQL(
            """
            SELECT data.*,
                   LAG(data.company_value) OVER (
                       PARTITION BY data.company_id, data.indicator_id, data.territory_id,
                                    data.categ_id, lower(COALESCE(data.source, '')),
                                    CASE WHEN data.days < 28 THEN -data.days
                                         ELSE ROUND(data.days / 30.4375) END
                       ORDER BY data.date_from, data.date_to
                   ) AS value_before
              FROM (
                    SELECT m.id, m.indicator_id, m.kind, m.is_market_size, m.company_id,
                           company.currency_id AS company_currency_id,
                           m.territory_id, m.categ_id, m.date_from, m.date_to, m.source,
                           m.date_to - m.date_from + 1 AS days,
                           CASE WHEN m.currency_id <> company.currency_id
                                THEN ROUND(m.value * %(rate)s / currency.rounding)
                                     * currency.rounding
                                ELSE m.value END AS company_value
                      FROM sales_market_data m
                      JOIN res_company company ON company.id = m.company_id
                      JOIN res_currency currency ON currency.id = company.currency_id
                   ) data
            """,
            rate=self._rate(),
        )

    @api.model
    def _rate(self):
        """:return: ``SQL`` of what one unit of the data's currency is worth in that of the company
        on the last day of the period, as ``res.currency`` finds it
        """

        def rate_of(currency):
            return SQL(
                """
                COALESCE((SELECT rate.rate FROM res_currency_rate rate
                           WHERE rate.currency_id = %(currency)s AND rate.name <= m.date_to
                             AND (rate.company_id IS NULL OR rate.company_id = %(head)s)
                           ORDER BY rate.company_id, rate.name DESC LIMIT 1),
                         (SELECT rate.rate FROM res_currency_rate rate
                           WHERE rate.currency_id = %(currency)s
                             AND (rate.company_id IS NULL OR rate.company_id = %(head)s)
                           ORDER BY rate.company_id, rate.name LIMIT 1), 1)
                """,
                currency=currency,
                # Branches have the rates of their head company.
                head=SQL("split_part(company.parent_path, '/', 1)::int"),
            )

        return SQL(
            "(%s / %s)::numeric",
            rate_of(SQL("company.currency_id")),
            rate_of(SQL("m.currency_id")),
        )

    @api.model
    def _own_query(self):
        """:return: ``SQL`` of the own sales of each wanted market size

        The ledger is read once and summed up by the slices of time that the periods of the
        markets cut it into, then for the territories and categories that they name: whatever
        follows is found by equality. 0 stands for everywhere and everything.
        """
        entries = self.env["sales.ledger.entry"]._search(
            [("event", "=", "invoiced")], order=None, active_test=False
        )
        return SQL(
            """
            WITH market AS MATERIALIZED (
                SELECT id, company_id, COALESCE(territory_id, 0) AS territory_id,
                       COALESCE(categ_id, 0) AS categ_id, date_from, date_to
                  FROM wanted WHERE is_market_size
            ), cut AS MATERIALIZED (
                SELECT array_agg(DISTINCT day ORDER BY day) AS days
                  FROM (SELECT date_from FROM market UNION SELECT date_to + 1 FROM market)
                       AS edge(day)
            ), sold AS MATERIALIZED (%(sold)s),
            place AS MATERIALIZED (%(places)s), kind AS MATERIALIZED (%(kinds)s),
            part AS MATERIALIZED (
                SELECT sold.company_id, place.upper_id AS territory_id,
                       kind.upper_id AS categ_id, sold.slice,
                       SUM(sold.amount) AS amount, SUM(sold.quantity) AS quantity
                  FROM sold
                  JOIN place ON place.id = sold.territory_id
                  JOIN kind ON kind.id = sold.categ_id
                  JOIN (SELECT DISTINCT company_id, territory_id, categ_id FROM market) named
                    ON named.company_id = sold.company_id
                   AND named.territory_id = place.upper_id
                   AND named.categ_id = kind.upper_id
                 GROUP BY 1, 2, 3, 4
            )
            SELECT market.id,
                   COALESCE(SUM(part.amount), 0) AS amount,
                   COALESCE(SUM(part.quantity), 0) AS quantity
              FROM market
             CROSS JOIN cut
              LEFT JOIN part
                ON part.company_id = market.company_id
               AND part.territory_id = market.territory_id
               AND part.categ_id = market.categ_id
               AND part.slice BETWEEN width_bucket(market.date_from, cut.days)
                                    AND width_bucket(market.date_to, cut.days)
             GROUP BY market.id
            """,
            sold=self._sold_by_slice(entries),
            places=self._uppers_query("sales_territory", "territory_id"),
            kinds=self._uppers_query("product_category", "categ_id"),
        )

    @api.model
    def _uppers_query(self, table, name):
        """:param name: the column of the markets that names records of the table
        :return: ``SQL`` of each record with itself and all above that a market names
        """
        return SQL(
            """
            SELECT * FROM (
                SELECT id, unnest(string_to_array('0/' || trim(TRAILING '/' FROM parent_path), '/')
                                      ::integer[]) AS upper_id
                  FROM %(table)s
                 UNION ALL
                SELECT 0, 0
            ) upper
             WHERE upper_id IN (SELECT %(name)s FROM market)
            """,
            table=SQL.identifier(table),
            name=SQL.identifier(name),
        )

    @api.model
    def _sold_by_slice(self, entries):
        """:param entries: ``Query`` of the ledger entries that count
        :return: ``SQL`` of their sums by slice of time, territory and category
        """
        table = SQL.identifier(entries.table)
        entries.add_where(
            SQL(
                """
                %(table)s.date BETWEEN (SELECT MIN(date_from) FROM market)
                                   AND (SELECT MAX(date_to) FROM market)
                """,
                table=table,
            )
        )
        return SQL(
            "%s GROUP BY 1, 2, 3, 4",
            entries.select(
                SQL("%s.company_id", table),
                SQL("width_bucket(%s.date, (SELECT days FROM cut)) AS slice", table),
                SQL("COALESCE(%s.territory_id, 0) AS territory_id", table),
                SQL("COALESCE(%s.categ_id, 0) AS categ_id", table),
                SQL("SUM(%s.amount) AS amount", table),
                SQL("SUM(%s.quantity) AS quantity", table),
            ),
        )

    def _read_group_select(self, aggregate_spec: str, query: Query) -> SQL:
        if aggregate_spec not in QUOTIENTS:
            return super()._read_group_select(aggregate_spec, query)
        over, under = (
            self._field_to_sql(self._table, name, query) for name in QUOTIENTS[aggregate_spec]
        )
        return SQL("SUM(%s) / NULLIF(SUM(%s), 0)", over, under)
