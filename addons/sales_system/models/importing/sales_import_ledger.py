import csv
import io

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ..ledger.sales_ledger_entry import LEDGER_DIMENSIONS, LEDGER_TRAITS

# Rows per COPY: large enough to be fast, small enough to hold in memory.
COPY_ROWS = 20_000


class SalesImport(models.Model):
    """Past sales: rows of an old system become entries of the sales ledger."""

    _inherit = "sales.import"

    entry_ids = fields.One2many("sales.ledger.entry", "import_id", readonly=True)

    # === CHECKING === #
    def _check_row_ledger(self, row, titles):
        values = row.values
        quantity, amount = values.get("quantity"), values["amount"]
        if quantity is not None and quantity * amount < 0:
            row.refuse(
                titles["quantity"],
                quantity,
                self.env._(
                    "and the amount %(amount)s have opposite signs: "
                    "a sale has both positive, a return both negative",
                    amount=amount,
                ),
            )
        lock_date = self.company_id.sales_lock_date
        if lock_date and values["date"] <= lock_date:
            row.refuse(
                titles["date"],
                values["date"],
                self.env._(
                    "lies in a period that is locked up to %(day)s",
                    day=format_date(self.env, lock_date),
                ),
            )
        if self._is_finer_than_currency(amount):
            row.refuse(
                titles["amount"],
                amount,
                self.env._(
                    "has more decimals than %(currency)s",
                    currency=self.currency_id.name,
                ),
            )

    def _is_finer_than_currency(self, amount):
        return -amount.as_tuple().exponent > self.currency_id.decimal_places and (
            amount != round(amount, self.currency_id.decimal_places)
        )

    def _row_key_ledger(self, row, seen, titles):
        """What makes a row unique: document and line, or what else it says about itself,
        numbered where a document holds the same product twice."""
        values = row.values
        if "reference" in values and "line" in values:
            key = self._join_key(values["reference"], values["line"])
            if key in seen:
                row.refuse(
                    titles["line"],
                    values["line"],
                    self.env._(
                        "of document %(document)s stands in row %(row)s already",
                        document=values["reference"],
                        row=seen[key],
                    ),
                )
            seen[key] = row.number
            return key
        if "reference" in values:
            stem = self._join_key(values["reference"], values.get("product"))
        else:
            names = ("date", "salesperson", "customer", "product", "quantity", "amount")
            stem = self._join_key(*(values.get(name) for name in names))
        seen[stem] += 1
        return f"{stem}#{seen[stem]}"

    @api.model
    def _join_key(self, *parts):
        """:return: one text that tells the parts apart, whatever they contain"""
        return "/".join(str(part or "").replace("~", "~~").replace("/", "~/") for part in parts)

    def _existing_keys_ledger(self, keys):
        """:return: set of the keys that stand in the ledger and were not reversed"""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT import_key FROM sales_ledger_entry
                 WHERE company_id = %s AND event = %s AND import_key = ANY(%s)
                 GROUP BY import_key HAVING MAX(posting_no) %% 2 = 1
                """,
                self.company_id.id,
                self.event,
                keys,
            )
        )
        return {key for (key,) in rows}

    # === IMPORTING === #
    def _post_rows_ledger(self, rows):
        """Stage the rows with COPY and post them with one INSERT.

        :param rows: iterator of valid rows that are not in the ledger yet
        :return: number of entries
        """
        self.env.flush_all()
        self.env["sales.ledger.posting"]._hold_lock_dates_of(self.company_id)
        cr = self.env.cr
        cr.execute(
            """
            CREATE TEMPORARY TABLE sales_import_staged (
                row_number int4, import_key varchar, event varchar, date date, reference varchar,
                amount numeric, cost numeric, quantity numeric,
                user_id int4, team_id int4, territory_id int4, partner_id int4,
                channel_partner_id int4, product_id int4, categ_id int4, campaign_id int4
            ) ON COMMIT DROP
            """
        )
        self._stage((row.number, *self._staged_cells(row.values)) for row in rows)
        cr.execute(self._post_staged_query())
        posted = cr.rowcount
        cr.execute("DROP TABLE sales_import_staged")
        self.invalidate_recordset(["entry_ids"])
        return posted

    def _staged_cells(self, values):
        """:return: the cells of a staged row after its number, in the order of its columns"""
        get = values.get
        cost = get("cost")
        if cost is None and get("margin") is not None:
            cost = get("amount") - get("margin")
        return (
            *(get("key"), self.event, get("date"), get("reference"), get("amount"), cost),
            *(get("quantity"), get("salesperson"), get("team"), get("territory")),
            *(get("customer"), get("channel_partner"), get("product"), get("category")),
            get("campaign"),
        )

    def _stage(self, rows):
        """Bring rows to the temporary table by COPY.

        :param rows: iterator of tuples, in the order of its columns
        """
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        for count, row in enumerate(rows, start=1):
            writer.writerow(row)
            if count % COPY_ROWS == 0:
                self._copy(buffer)
        self._copy(buffer)
        self.env.cr.execute("ANALYZE sales_import_staged")

    def _copy(self, buffer):
        buffer.seek(0)
        self.env.cr.copy_expert("COPY sales_import_staged FROM STDIN (FORMAT csv)", buffer)
        buffer.seek(0)
        buffer.truncate()

    def _post_staged_query(self):
        """What the file leaves open is taken from master data as it is today: the territory
        of the customer, the category of the product, and a customer who sells on is who the sale
        went through. Discounts are not known."""
        return SQL(
            """
            INSERT INTO sales_ledger_entry (
                company_id, currency_id, event, date, reference, amount, margin, quantity,
                %(dimensions)s, import_id, import_key, posting_no, posted_at, posted_by_id
            )
            SELECT %(company)s, %(currency)s, s.event, s.date, s.reference, s.amount,
                   ROUND(s.amount - COALESCE(s.cost, s.amount), %(decimals)s),
                   COALESCE(s.quantity, 0),
                   s.user_id, s.team_id, COALESCE(s.territory_id, customer.territory_id),
                   COALESCE(customer.commercial_partner_id, s.partner_id),
                   COALESCE(s.channel_partner_id, channel.id), s.product_id,
                   COALESCE(s.categ_id, t.categ_id), s.campaign_id, NULL::integer,
                   %(import_id)s, s.import_key, COALESCE(posted.last_no, 0) + 1,
                   %(now)s, %(uid)s
              FROM sales_import_staged s
              LEFT JOIN res_partner customer ON customer.id = s.partner_id
              LEFT JOIN res_partner channel
                ON channel.id = COALESCE(customer.commercial_partner_id, customer.id)
               AND channel.channel_type IS NOT NULL
              LEFT JOIN product_product p ON p.id = s.product_id
              LEFT JOIN product_template t ON t.id = p.product_tmpl_id
              LEFT JOIN (
                    SELECT import_key, event, MAX(posting_no) AS last_no
                      FROM sales_ledger_entry
                     WHERE company_id = %(company)s AND import_key IS NOT NULL
                     GROUP BY import_key, event
                   ) posted ON posted.import_key = s.import_key AND posted.event = s.event
             ORDER BY s.row_number
            """,
            dimensions=self.env["sales.ledger.posting"]._columns(LEDGER_DIMENSIONS),
            company=self.company_id.id,
            currency=self.currency_id.id,
            decimals=self.currency_id.decimal_places,
            import_id=self.id,
            now=fields.Datetime.now(),
            uid=self.env.uid,
        )

    # === REVERSING === #
    def _reverse_ledger(self):
        self.env.flush_all()
        posting = self.env["sales.ledger.posting"]
        posting._hold_lock_dates_of(self.company_id)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO sales_ledger_entry (
                    company_id, currency_id, event, date, late_for, reference,
                    amount, margin, quantity,
                    %(traits)s, import_id, import_key, posting_no, posted_at, posted_by_id
                )
                SELECT company_id, currency_id, event, %(date)s, %(late_for)s, reference,
                       -amount, -margin, -quantity, %(traits)s,
                       import_id, import_key, posting_no + 1, %(now)s, %(uid)s
                  FROM sales_ledger_entry entry
                  JOIN (SELECT id AS company_id, sales_lock_date FROM res_company) AS company
                 USING (company_id)
                 WHERE import_id = %(import_id)s
                """,
                traits=posting._columns(LEDGER_TRAITS),
                date=posting._first_open_day("entry.date"),
                late_for=posting._late_for("entry.date"),
                import_id=self.id,
                now=fields.Datetime.now(),
                uid=self.env.uid,
            )
        )
        self.invalidate_recordset(["entry_ids"])

    def _action_open_result_ledger(self):
        return self.env["sales.ledger.entry"]._get_action(
            self.env._("Ledger of %(name)s", name=self.display_name),
            [("import_id", "=", self.id)],
        )
