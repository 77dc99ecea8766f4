from psycopg2.errors import SerializationFailure, UniqueViolation

from odoo import api, fields, models
from odoo.tools import SQL

from .sales_ledger_entry import LEDGER_TRAITS

# The order of the transaction's pending documents; see SalesLedgerPosting._touch.
PENDING = "sales_ledger.pending"

# What tells one expected row of a source line from another. A change in any of them is
# posted as a reversal with the old values and an entry with the new ones.
POSTING_KEY = (
    "document_id",
    "source_id",
    "settlement_id",
    "company_id",
    "currency_id",
    "belongs_on",
)

# The model whose records an event is posted from.
DOCUMENT_MODEL = {
    "booked": "sale.order",
    "invoiced": "account.move",
    "collected": "account.move",
}


class SalesLedgerPosting(models.AbstractModel):
    """Posts documents to the sales ledger by difference.

    *Expected* rows of the touched documents (one query per event) minus the rows *already
    posted* for them, grouped by source line and traits; what is left is inserted. The
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
        self._hold_lock_dates(event, document_ids)
        try:
            with self.env.cr.savepoint(flush=False):
                query = self._insert_query(event, document_ids)
                self.env.cr.execute(query, log_exceptions=False)
                return self.env.cr.rowcount
        except UniqueViolation as error:
            raise SerializationFailure(str(error)) from error

    @api.model
    def _hold_lock_dates(self, event, document_ids):
        """Keep the companies' lock dates still until the transaction ends.

        Whoever locks a period meanwhile waits, and whoever posts on a snapshot older than a
        new lock date is run again: nothing slips into a period that is being closed.
        """
        if document_ids is None:
            companies = SQL("SELECT id FROM res_company")
        else:
            table = SQL.identifier(self.env[DOCUMENT_MODEL[event]]._table)
            companies = SQL("SELECT company_id FROM %s WHERE id = ANY(%s)", table, document_ids)
        self.env.cr.execute(SQL("SELECT id FROM res_company WHERE id IN (%s) FOR SHARE", companies))

    @api.model
    def _hold_lock_dates_of(self, companies):
        self.env.cr.execute(
            SQL("SELECT id FROM res_company WHERE id = ANY(%s) FOR SHARE", companies.ids)
        )

    # === QUERIES === #
    @api.model
    def _insert_query(self, event, document_ids):
        """:return: ``SQL`` that posts the difference in one statement."""
        return SQL(
            """
            INSERT INTO sales_ledger_entry (
                event, document_model, document_id, source_id, settlement_id, posting_no,
                reference, company_id, currency_id, date, late_for, amount, margin, quantity,
                %(traits)s, posted_at, posted_by_id
            )
            SELECT %(event)s, %(document_model)s, document_id, source_id, settlement_id,
                   last_no + row_number() OVER (
                       PARTITION BY document_id, source_id ORDER BY amount, belongs_on
                   ),
                   reference, company_id, currency_id,
                   %(date)s, %(late_for)s, amount, margin, quantity, %(traits)s,
                   %(now)s, %(uid)s
              FROM (%(difference)s) AS difference
              JOIN (SELECT id AS company_id, sales_lock_date FROM res_company) AS company
             USING (company_id)
             WHERE amount <> 0 OR margin <> 0 OR quantity <> 0
            """,
            event=event,
            document_model=DOCUMENT_MODEL[event],
            traits=self._columns(LEDGER_TRAITS),
            date=self._first_open_day("belongs_on"),
            late_for=self._late_for("belongs_on"),
            difference=self._difference_query(event, document_ids),
            now=fields.Datetime.now(),
            uid=self.env.uid,
        )

    @api.model
    def _difference_query(self, event, document_ids):
        """:return: ``SQL`` with one row per source line and traits: expected − posted."""
        key = self._columns((*POSTING_KEY, *LEDGER_TRAITS))
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
                "document_id, source_id, settlement_id, company_id, currency_id,"
                " COALESCE(late_for, date), %s",
                self._columns(LEDGER_TRAITS),
            ),
            expected=self._expected_query(event, document_ids),
            event=event,
            touched=self._touched("document_id", document_ids),
        )

    @api.model
    def _expected_query(self, event, document_ids):
        """What the documents say the ledger must hold.

        :return: ``SQL`` with the columns of ``POSTING_KEY``, ``LEDGER_TRAITS``,
            reference, amount, margin (company currency) and quantity (reference unit)
        """
        return getattr(self, f"_expected_query_{event}")(document_ids)

    @api.model
    def _first_open_day(self, day):
        """:return: ``SQL`` of the day an entry is posted on, over a query with ``company``"""
        return SQL(
            "CASE WHEN %(day)s <= company.sales_lock_date THEN company.sales_lock_date + 1"
            " ELSE %(day)s END",
            day=SQL(day),
        )

    @api.model
    def _late_for(self, day):
        """:return: ``SQL`` of the locked day that a late entry belongs to, else NULL"""
        return SQL("CASE WHEN %(day)s <= company.sales_lock_date THEN %(day)s END", day=SQL(day))

    @api.model
    def _largest_remainder(self, column, part="document_id"):
        """Round a column to the currency so that the rounded lines of a document add up to
        its rounded total: the lines cut most by rounding down get the units left over.

        :param part: the columns, separated by commas, of what adds up
        :return: ``SQL`` expression over a query with these, source_id and rounding
        """
        return SQL(
            """
            (FLOOR(%(column)s / rounding) + CASE
                WHEN row_number() OVER (
                         PARTITION BY %(part)s
                         ORDER BY %(column)s / rounding - FLOOR(%(column)s / rounding) DESC,
                                  source_id)
                     <= ROUND(SUM(%(column)s / rounding) OVER (PARTITION BY %(part)s))
                        - SUM(FLOOR(%(column)s / rounding)) OVER (PARTITION BY %(part)s)
                THEN 1 ELSE 0 END) * rounding
            """,
            column=SQL.identifier(column),
            part=SQL(part),
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
    def _touched(self, column, document_ids):
        if document_ids is None:
            return SQL("TRUE")
        return SQL("%s = ANY(%s)", SQL(column), list(document_ids))

    @api.model
    def _columns(self, names):
        return SQL(", ").join(map(SQL.identifier, names))
