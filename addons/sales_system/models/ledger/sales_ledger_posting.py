from psycopg2.errors import SerializationFailure, UniqueViolation

from odoo import api, fields, models
from odoo.tools import SQL

from .sales_ledger_entry import LEDGER_DIMENSIONS

# The order of the transaction's pending documents; see SalesLedgerPosting._touch.
PENDING = "sales_ledger.pending"

# What tells one expected row of a source line from another. A change in any of them is
# posted as a reversal with the old values and an entry with the new ones.
POSTING_KEY = ("document_id", "source_id", "company_id", "currency_id", "belongs_on")


class SalesLedgerPosting(models.AbstractModel):
    """Posts documents to the sales ledger by difference.

    *Expected* rows of the touched documents (one query per event) minus the rows *already
    posted* for them, grouped by source line and dimensions; what is left is inserted. The
    same statement serves one order, a backfill of millions of lines and a repair, and
    running it twice inserts nothing. See docs/adr/0003-ledger-by-difference.md.
    """

    _name = "sales.ledger.posting"
    _description = "Sales Ledger Posting"

    # === BUSINESS METHODS === #
    @api.model
    def _touch(self, event, document_ids=(), line_ids=()):
        """Remember documents whose ledger entries may have to change in this transaction.

        They are posted once, just before the transaction commits, however many writes it
        makes. A reader inside the same transaction calls :meth:`_post_pending` first.

        :param str event: a key of ``LEDGER_EVENT``
        :param document_ids: ids of the event's documents (orders, invoices)
        :param line_ids: ids of lines of such documents, where the document is not at hand
        """
        precommit = self.env.cr.precommit
        pending = precommit.data.get(PENDING)
        if pending is None:
            pending = precommit.data[PENDING] = {}
            precommit.add(self._post_pending)
        documents, lines = pending.setdefault(event, (set(), set()))
        documents.update(document_ids)
        lines.update(line_ids)

    @api.model
    def _post_pending(self):
        """Post what the transaction has touched so far.

        :return: number of entries inserted
        """
        self.env.flush_all()
        pending = self.env.cr.precommit.data.pop(PENDING, {})
        posted = 0
        for event, (documents, lines) in pending.items():
            documents |= self._documents_of_lines(event, lines)
            posted += self._post(event, sorted(documents))
        return posted

    @api.model
    def _post(self, event, document_ids=None):
        """Insert the difference between documents and ledger.

        :param str event: a key of ``LEDGER_EVENT``
        :param document_ids: ids of the documents to look at; None for every document
        :return: number of entries inserted
        :raises SerializationFailure: another transaction posted one of the documents at the
            same time; Odoo then runs the whole request again
        """
        if document_ids is not None and not document_ids:
            return 0
        try:
            with self.env.cr.savepoint(flush=False):
                query = self._insert_query(event, document_ids)
                self.env.cr.execute(query, log_exceptions=False)
                return self.env.cr.rowcount
        except UniqueViolation as error:
            raise SerializationFailure(str(error)) from error

    # === QUERIES === #
    @api.model
    def _insert_query(self, event, document_ids):
        """:return: ``SQL`` that posts the difference in one statement."""
        dimensions = self._columns(LEDGER_DIMENSIONS)
        return SQL(
            """
            INSERT INTO sales_ledger_entry (
                event, document_model, document_id, source_id, posting_no, reference,
                company_id, currency_id, date, amount, margin, quantity, %(dimensions)s,
                posted_at, posted_by_id
            )
            SELECT %(event)s, %(document_model)s, document_id, source_id,
                   last_no + row_number() OVER (
                       PARTITION BY document_id, source_id ORDER BY amount, belongs_on
                   ),
                   reference, company_id, currency_id, belongs_on,
                   amount, margin, quantity, %(dimensions)s,
                   %(now)s, %(uid)s
              FROM (%(difference)s) AS difference
             WHERE amount <> 0 OR margin <> 0 OR quantity <> 0
            """,
            event=event,
            document_model=self._document_model(event),
            dimensions=dimensions,
            difference=self._difference_query(event, document_ids),
            now=fields.Datetime.now(),
            uid=self.env.uid,
        )

    @api.model
    def _difference_query(self, event, document_ids):
        """:return: ``SQL`` with one row per source line and dimensions: expected − posted."""
        key = self._columns((*POSTING_KEY, *LEDGER_DIMENSIONS))
        return SQL(
            """
            SELECT %(key)s,
                   MAX(reference) AS reference,
                   SUM(amount) AS amount, SUM(margin) AS margin, SUM(quantity) AS quantity,
                   MAX(MAX(last_no)) OVER (PARTITION BY document_id, source_id) AS last_no
              FROM (
                    SELECT %(key)s, reference, amount, margin, quantity, 0 AS last_no
                      FROM (%(expected)s) AS expected
                     UNION ALL
                    SELECT %(posted_key)s, reference, -amount, -margin, -quantity, posting_no
                      FROM sales_ledger_entry
                     WHERE event = %(event)s AND document_id IS NOT NULL AND %(touched)s
                   ) AS both_sides
             GROUP BY %(key)s
            """,
            key=key,
            posted_key=SQL(
                "document_id, source_id, company_id, currency_id, COALESCE(late_for, date), %s",
                self._columns(LEDGER_DIMENSIONS),
            ),
            expected=self._expected_query(event, document_ids),
            event=event,
            touched=self._touched("document_id", document_ids),
        )

    @api.model
    def _expected_query(self, event, document_ids):
        """What the documents say the ledger must hold.

        :return: ``SQL`` with the columns of ``POSTING_KEY``, ``LEDGER_DIMENSIONS``,
            reference, amount, margin (company currency) and quantity (reference unit)
        """
        return getattr(self, f"_expected_query_{event}")(document_ids)

    @api.model
    def _expected_query_booked(self, order_ids):
        """Lines of confirmed orders; a cancelled order expects nothing.

        An order in a foreign currency is converted as a whole and spread over its lines by
        largest remainder, so that the lines add up to the order to the cent.
        """
        return SQL(
            """
            SELECT %(columns)s, ROUND(amount / rounding) * rounding AS amount,
                   ROUND(margin / rounding) * rounding AS margin
              FROM (%(native)s) AS native
             UNION ALL
            SELECT %(columns)s, %(amount)s, %(margin)s FROM (%(foreign)s) AS converted
            """,
            columns=self._columns((*POSTING_KEY, *LEDGER_DIMENSIONS, "reference", "quantity")),
            native=self._order_lines_query(order_ids, SQL("o.currency_id = c.currency_id")),
            foreign=self._order_lines_query(order_ids, SQL("o.currency_id <> c.currency_id")),
            amount=self._largest_remainder("amount"),
            margin=self._largest_remainder("margin"),
        )

    @api.model
    def _order_lines_query(self, order_ids, condition):
        """:return: ``SQL`` of confirmed order lines in company currency, not yet rounded"""
        return SQL(
            """
            SELECT o.id AS document_id, l.id AS source_id,
                   o.company_id, c.currency_id, o.name AS reference, currency.rounding,
                   (o.date_order AT TIME ZONE 'UTC'
                       AT TIME ZONE COALESCE(NULLIF(cp.tz, ''), 'UTC'))::date AS belongs_on,
                   l.price_subtotal / COALESCE(NULLIF(o.currency_rate, 0), 1)::numeric AS amount,
                   COALESCE(l.margin, 0) / COALESCE(NULLIF(o.currency_rate, 0), 1)::numeric
                       AS margin,
                   ROUND(l.product_uom_qty * COALESCE(lu.factor / pu.factor, 1)::numeric, 6)
                       AS quantity,
                   o.user_id, o.team_id, o.territory_id, o.ledger_partner_id AS partner_id,
                   NULL::integer AS channel_partner_id,
                   l.product_id, l.ledger_categ_id AS categ_id, o.campaign_id
              FROM sale_order o
              JOIN sale_order_line l ON l.order_id = o.id
              JOIN res_company c ON c.id = o.company_id
              JOIN res_partner cp ON cp.id = c.partner_id
              JOIN res_currency currency ON currency.id = c.currency_id
              LEFT JOIN product_product p ON p.id = l.product_id
              LEFT JOIN product_template t ON t.id = p.product_tmpl_id
              LEFT JOIN uom_uom lu ON lu.id = l.product_uom_id
              LEFT JOIN uom_uom pu ON pu.id = t.uom_id
             WHERE o.state = 'sale'
               AND l.display_type IS NULL
               AND l.is_downpayment IS NOT TRUE
               AND %(condition)s AND %(touched)s
            """,
            condition=condition,
            touched=self._touched("o.id", order_ids),
        )

    @api.model
    def _largest_remainder(self, column):
        """Round a column to the currency so that the rounded lines of a document add up to
        its rounded total: the lines cut most by rounding down get the units left over.

        :return: ``SQL`` expression over a query with document_id, source_id and rounding
        """
        return SQL(
            """
            (FLOOR(%(column)s / rounding) + CASE
                WHEN row_number() OVER (
                         PARTITION BY document_id
                         ORDER BY %(column)s / rounding - FLOOR(%(column)s / rounding) DESC,
                                  source_id)
                     <= ROUND(SUM(%(column)s / rounding) OVER (PARTITION BY document_id))
                        - SUM(FLOOR(%(column)s / rounding)) OVER (PARTITION BY document_id)
                THEN 1 ELSE 0 END) * rounding
            """,
            column=SQL.identifier(column),
        )

    @api.model
    def _documents_of_lines(self, event, line_ids):
        """:return: set of ids of the documents that touched lines belong to, without those
        that cannot have entries yet: editing a quotation costs one look-up and no posting
        """
        if not line_ids:
            return set()
        return getattr(self, f"_documents_of_lines_{event}")(sorted(line_ids))

    @api.model
    def _documents_of_lines_booked(self, line_ids):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT o.id FROM sale_order_line l JOIN sale_order o ON o.id = l.order_id
                 WHERE l.id = ANY(%s) AND o.state IN ('sale', 'cancel')
                """,
                line_ids,
            )
        )
        return {order_id for (order_id,) in rows}

    @api.model
    def _document_model(self, event):
        """:return: name of the model whose records an event is posted from"""
        return {"booked": "sale.order"}[event]

    @api.model
    def _touched(self, column, document_ids):
        if document_ids is None:
            return SQL("TRUE")
        return SQL("%s = ANY(%s)", SQL(column), list(document_ids))

    @api.model
    def _columns(self, names):
        return SQL(", ").join(map(SQL.identifier, names))
