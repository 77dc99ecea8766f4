from odoo import fields, models
from odoo.tools import SQL


class SalesImport(models.Model):
    """Sell-out of a channel partner: rows become the sell-out details of its report."""

    _inherit = "sales.import"

    channel_sale_ids = fields.One2many("sales.channel.report.sale", "import_id", readonly=True)

    # === CHECKING === #
    def _check_row_channel_sale(self, row, titles):
        """Each row is checked where its key is made, by what one pass over the file knows."""

    def _row_key_channel_sale(self, row, seen, titles):
        """:return: text that tells the row from others: its document and product, or what else
        it says, numbered where that stands several times
        """
        run = self._get_report_pass(seen)
        values = row.values
        self._refuse_day(row, run, titles)
        self._refuse_service(row, run, titles)
        if run.uncovered:
            self._refuse_unauthorized(row, run, titles, [values["date"]])
        self._refuse_finer(row, titles, "amount", run.amount_digits)
        self._refuse_finer(row, titles, "quantity", run.quantity_digits)
        names = ("reference",) if "reference" in values else ("date", "customer_name", "quantity")
        stem = self._join_key(values["product"], *(values.get(name) for name in names))
        seen[stem] += 1
        return f"{stem}#{seen[stem]}"

    def _existing_keys_channel_sale(self, keys):
        """:return: set of the keys that stand in the report"""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT import_key FROM sales_channel_report_sale
                 WHERE report_id = %s AND import_key = ANY(%s)
                """,
                self.channel_report_id.id,
                keys,
            )
        )
        return {key for (key,) in rows}

    # === IMPORTING === #
    def _post_rows_channel_sale(self, rows):
        """Stage the rows with COPY and post them with one INSERT.

        :param rows: iterator of valid rows that are not in the report yet
        :return: number of details
        """
        self.env.flush_all()
        cr = self.env.cr
        cr.execute(
            """
            CREATE TEMPORARY TABLE sales_import_staged (
                row_number int4, import_key varchar, date date, reference varchar,
                product_id int4, quantity numeric, amount numeric, customer_name varchar,
                city varchar, zip varchar, territory_id int4
            ) ON COMMIT DROP
            """
        )
        self._stage(self._staged_sale(row) for row in rows)
        cr.execute(self._post_staged_sales_query())
        posted = cr.rowcount
        cr.execute("DROP TABLE sales_import_staged")
        self._follow_channel_sales()
        return posted

    def _staged_sale(self, row):
        get = row.values.get
        return (
            *(row.number, get("key"), get("date"), get("reference"), get("product")),
            *(get("quantity"), get("amount"), get("customer_name"), get("city"), get("zip")),
            get("territory"),
        )

    def _post_staged_sales_query(self):
        """The territory of each place is looked up once, before the rows are written."""
        report = self.channel_report_id
        return SQL(
            """
            WITH place AS MATERIALIZED (
                SELECT row_number() OVER () AS id, city, zip
                  FROM (SELECT DISTINCT COALESCE(city, '') AS city, COALESCE(zip, '') AS zip
                          FROM sales_import_staged) AS address
                 WHERE city <> '' OR zip <> ''
            ), found AS MATERIALIZED (%(territories)s)
            INSERT INTO sales_channel_report_sale (
                report_id, company_id, partner_id, currency_id, date, reference, product_id,
                categ_id, quantity, amount, customer_name, city, zip, territory_id, import_id,
                import_key, create_uid, create_date, write_uid, write_date)
            SELECT %(report)s, %(company)s, %(partner)s, %(currency)s, s.date, s.reference,
                   s.product_id, t.categ_id, s.quantity, s.amount, s.customer_name, s.city, s.zip,
                   COALESCE(found.after_id, s.territory_id), %(import_id)s, s.import_key,
                   %(uid)s, %(now)s, %(uid)s, %(now)s
              FROM sales_import_staged s
              JOIN product_product p ON p.id = s.product_id
              JOIN product_template t ON t.id = p.product_tmpl_id
              LEFT JOIN place ON place.city = COALESCE(s.city, '')
                             AND place.zip = COALESCE(s.zip, '')
              LEFT JOIN found ON found.id = place.id
             ORDER BY s.row_number
            """,
            territories=self.env["sales.territory.rule"]._match_query(
                SQL(
                    """
                    SELECT place.id, NULL::integer AS territory_id, %s::integer AS company_id,
                           %s::integer AS country_id, NULL::integer AS state_id,
                           place.zip, place.city
                      FROM place
                    """,
                    report.company_id.id,
                    report.partner_id.country_id.id or None,
                )
            ),
            report=report.id,
            company=report.company_id.id,
            partner=report.partner_id.id,
            currency=report.currency_id.id,
            import_id=self.id,
            uid=self.env.uid,
            now=fields.Datetime.now(),
        )

    def _follow_channel_sales(self):
        report = self.channel_report_id
        report.invalidate_recordset(["sale_ids"], flush=False)
        self.invalidate_recordset(["channel_sale_ids"], flush=False)
        report._follow_details()

    # === REVERSING === #
    def _reverse_channel_sale(self):
        """Take the details out again, while the report is open.

        :raises UserError: the report was handed in with them
        """
        self._check_channel_report()
        self.env.flush_all()
        self.env.cr.execute(
            SQL("DELETE FROM sales_channel_report_sale WHERE import_id = %s", self.id)
        )
        self._follow_channel_sales()

    def _action_open_result_channel_sale(self):
        return self._open_channel_report()
