from odoo import fields, models
from odoo.tools import SQL

from .sales_channel_report import CLOSED_STATES, OPEN_STATES


class SalesChannelReport(models.Model):
    """Fills the lines of open reports in: opening stock, sell-in, and the sum of the details."""

    _inherit = "sales.channel.report"

    # === ACTION METHODS === #
    def action_fill(self):
        """Read opening stock and sell-in anew."""
        self._check_state(*OPEN_STATES)
        self._fill()
        return True

    def action_take_expected(self):
        """Take the closing stock over as it is computed, for those who do not count."""
        self._check_state(*OPEN_STATES)
        self.line_ids._write_each(
            {line: {"closing_quantity": max(line.expected_quantity, 0)} for line in self.line_ids}
        )
        return True

    # === BUSINESS METHODS === #
    def _fill(self):
        """Add the products that were in stock or bought, by one statement for all reports.

        Sell-in is what was invoiced: the ledger knows what the partner has bought also where
        deliveries are not kept in Odoo, and takes credit notes off. A sell-in that somebody
        corrected stays as it is.
        """
        self._run_on_lines(
            SQL(
                """
                WITH report AS (
                    SELECT r.id, r.company_id, r.partner_id, r.date_from, r.date_to,
                           previous.id AS previous_id
                      FROM sales_channel_report r
                      LEFT JOIN LATERAL (
                            SELECT p.id FROM sales_channel_report p
                             WHERE p.company_id = r.company_id AND p.partner_id = r.partner_id
                               AND p.date_to < r.date_from AND p.state = ANY(%(closed)s)
                             ORDER BY p.date_to DESC LIMIT 1
                           ) previous ON TRUE
                     WHERE r.id = ANY(%(reports)s) AND r.state = ANY(%(open)s)
                ), known AS (
                    SELECT report.id AS report_id, l.product_id, l.closing_quantity AS opening,
                           0 AS bought
                      FROM report
                      JOIN sales_channel_report_line l ON l.report_id = report.previous_id
                     WHERE l.closing_quantity <> 0
                     UNION ALL
                    SELECT report.id, e.product_id, 0, e.quantity
                      FROM report
                      JOIN sales_ledger_entry e
                        ON e.company_id = report.company_id AND e.event = 'invoiced'
                       AND e.partner_id = report.partner_id
                       AND e.date BETWEEN report.date_from AND report.date_to
                      JOIN product_product p ON p.id = e.product_id
                      JOIN product_template t ON t.id = p.product_tmpl_id AND t.type = 'consu'
                ), filled AS (
                    SELECT report_id, product_id, SUM(opening) AS opening,
                           ROUND(SUM(bought), %(digits)s) AS bought
                      FROM (SELECT *, FALSE AS is_there FROM known
                             UNION ALL
                            SELECT l.report_id, l.product_id, 0, 0, TRUE
                              FROM sales_channel_report_line l JOIN report ON report.id = report_id
                           ) AS fact
                     GROUP BY report_id, product_id
                    HAVING SUM(opening) <> 0 OR SUM(bought) <> 0 OR bool_or(is_there)
                )
                INSERT INTO sales_channel_report_line AS line (
                    %(head)s, product_id, categ_id, opening_quantity, ledger_quantity,
                    in_quantity, in_difference, closing_quantity, out_quantity, amount,
                    detail_count)
                SELECT %(head_values)s, filled.product_id, t.categ_id, opening, bought, bought, 0,
                       GREATEST(opening + bought, 0), 0, 0, 0
                  FROM filled
                  JOIN sales_channel_report r ON r.id = filled.report_id
                  JOIN product_product p ON p.id = filled.product_id
                  JOIN product_template t ON t.id = p.product_tmpl_id
                 ORDER BY r.id, p.default_code, p.id
                ON CONFLICT (report_id, product_id) DO UPDATE
                   SET opening_quantity = CASE
                           WHEN (SELECT previous_id FROM report WHERE id = line.report_id)
                                IS NULL THEN line.opening_quantity
                           ELSE EXCLUDED.opening_quantity END,
                       ledger_quantity = EXCLUDED.ledger_quantity,
                       in_quantity = CASE
                           WHEN line.in_difference = 0 THEN EXCLUDED.ledger_quantity
                           ELSE line.in_quantity END,
                       in_difference = CASE
                           WHEN line.in_difference = 0 THEN 0
                           ELSE line.in_quantity - EXCLUDED.ledger_quantity END
             RETURNING line.id
                """,
                closed=list(CLOSED_STATES),
                open=list(OPEN_STATES),
                digits=self.env["decimal.precision"].precision_get("Product Unit"),
                reports=self.ids,
                **self._get_head_columns(),
            )
        )

    def _follow_details(self):
        """Have the sell-out of each line follow its details, by one statement."""
        self._run_on_lines(
            SQL(
                """
                INSERT INTO sales_channel_report_line AS line (
                    %(head)s, product_id, categ_id, opening_quantity, ledger_quantity,
                    in_quantity, in_difference, closing_quantity, out_quantity, amount,
                    detail_count, last_sale_date)
                SELECT %(head_values)s, sold.product_id, t.categ_id, 0, 0, 0, 0, 0,
                       sold.quantity, sold.amount, sold.details, sold.last_day
                  FROM (SELECT report_id, product_id, SUM(quantity) AS quantity,
                               SUM(amount) AS amount, SUM(details) AS details,
                               MAX(date) FILTER (WHERE quantity > 0) AS last_day
                          FROM (SELECT report_id, product_id, quantity,
                                       COALESCE(amount, 0) AS amount, 1 AS details, date
                                  FROM sales_channel_report_sale
                                 WHERE report_id = ANY(%(reports)s)
                                 UNION ALL
                                SELECT report_id, product_id, 0, 0, 0, NULL
                                  FROM sales_channel_report_line
                                 WHERE report_id = ANY(%(reports)s) AND detail_count > 0
                               ) AS fact
                         GROUP BY report_id, product_id) AS sold
                  JOIN sales_channel_report r ON r.id = sold.report_id
                  JOIN product_product p ON p.id = sold.product_id
                  JOIN product_template t ON t.id = p.product_tmpl_id
                 ORDER BY r.id, p.default_code, p.id
                ON CONFLICT (report_id, product_id) DO UPDATE
                   SET out_quantity = EXCLUDED.out_quantity, amount = EXCLUDED.amount,
                       detail_count = EXCLUDED.detail_count,
                       last_sale_date = EXCLUDED.last_sale_date
             RETURNING line.id
                """,
                reports=self.ids,
                **self._get_head_columns(),
            )
        )

    def _get_head_columns(self):
        """:return: dict of ``SQL``: columns of a line that its report ``r`` and we fill"""
        values = {
            "report_id": SQL("r.id"),
            "company_id": SQL("r.company_id"),
            "partner_id": SQL("r.partner_id"),
            "date_to": SQL("r.date_to"),
            "currency_id": SQL("r.currency_id"),
            "sequence": SQL("10"),
            "create_uid": SQL("%s", self.env.uid),
            "create_date": SQL("%s", fields.Datetime.now()),
            "write_uid": SQL("%s", self.env.uid),
            "write_date": SQL("%s", fields.Datetime.now()),
        }
        return {
            "head": SQL(", ").join(map(SQL.identifier, values)),
            "head_values": SQL(", ").join(values.values()),
        }

    def _run_on_lines(self, query):
        """Run a statement that returns the lines it wrote, and let the ORM know of them."""
        if not self:
            return
        self.env.flush_all()
        lines = self.env["sales.channel.report.line"].sudo()
        lines = lines.browse([line_id for (line_id,) in self.env.execute_query(query)])
        self.invalidate_recordset(["line_ids"], flush=False)
        lines.invalidate_recordset(flush=False)
        lines.modified(["amount"])
