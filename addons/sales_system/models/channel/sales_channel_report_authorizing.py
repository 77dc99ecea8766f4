from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .sales_channel_report import OPEN_STATES


class SalesChannelReport(models.Model):
    """Holds sell-out against what the channel partner is authorized to sell.

    By product category only: a sale outside of the territory is not refused, for it is the
    evidence of a diversion, and whoever has it refused would stop reporting it.
    """

    _inherit = "sales.channel.report"

    authorization_warning = fields.Text(compute="_compute_authorization_warning")

    # === COMPUTE METHODS === #
    @api.depends("line_ids.out_quantity", "state")
    def _compute_authorization_warning(self):
        for report in self:
            check = report.company_id.sales_channel_authorization_check
            warns = check == "warn" and report.state in (*OPEN_STATES, "submitted")
            problems = report._origin._get_authorization_problems() if warns else ()
            report.authorization_warning = "\n".join(problems)

    # === BUSINESS METHODS === #
    def _get_problems(self):
        problems = super()._get_problems()
        if self.company_id.sales_channel_authorization_check == "block":
            problems += self._get_authorization_problems()
        return problems

    def _get_authorization_problems(self):
        """:return: sentences about products that the partner sold and may not sell"""
        if not self:
            return
        sold = self.line_ids.sorted().filtered("out_quantity")
        uncovered = self._get_uncovered(sold.product_id.ids)
        if not uncovered:
            return
        numbers = {line: number for number, line in enumerate(self.line_ids.sorted(), start=1)}
        detailed = self.env["sales.channel.report.sale"]._read_group(
            [("report_id", "=", self.id)], ["product_id"], ["date:array_agg_distinct"]
        )
        days = {product: set(found) for product, found in detailed}
        for line in sold:
            outside = {day for product_id, day in uncovered if product_id == line.product_id.id}
            # What is typed for the period as a whole may have been sold on any day of it.
            wanted = days.get(line.product_id)
            if (wanted & outside) if wanted else (outside == set(self._get_days())):
                yield self.env._(
                    "Row %(row)s, %(product)s: not among the products that %(partner)s is "
                    "authorized to sell. Correct the row, or have the authorization extended.",
                    row=numbers[line],
                    product=line.product_id.display_name,
                    partner=self.partner_id.display_name,
                )

    def _get_days(self):
        """:return: list of the days of the period"""
        count = (self.date_to - self.date_from).days + 1
        return [self.date_from + timedelta(days=number) for number in range(count)]

    def _get_uncovered(self, product_ids):
        """Find what the authorizations do not cover, by one statement.

        :return: set of (product id, day of the period)
        """
        days = self._get_days()
        authorizations = self.env["sales.channel.authorization"].sudo()
        return set(
            self.env.execute_query(
                SQL(
                    """
                    WITH sold AS MATERIALIZED (
                        SELECT row_number() OVER () AS id, %(company)s::integer AS company_id,
                               %(partner)s::integer AS partner_id, NULL::integer AS territory_id,
                               t.categ_id, day.date, p.id AS product_id
                          FROM product_product p
                          JOIN product_template t ON t.id = p.product_tmpl_id
                         CROSS JOIN unnest(%(days)s::date[]) AS day(date)
                         WHERE p.id = ANY(%(products)s)
                    )
                    SELECT sold.product_id, sold.date
                      FROM sold JOIN (%(uncovered)s) AS uncovered ON uncovered.id = sold.id
                     WHERE uncovered.reason <> 'territory'
                    """,
                    company=self.company_id.id,
                    partner=self.partner_id.id,
                    days=days,
                    products=list(product_ids),
                    uncovered=authorizations._uncovered_query(
                        SQL(
                            "SELECT id, company_id, partner_id, territory_id, categ_id, date"
                            " FROM sold"
                        )
                    ),
                )
            )
        )
