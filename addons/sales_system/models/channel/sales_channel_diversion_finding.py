from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from .res_config_settings import AREA
from .sales_channel_diversion import UNDECIDED_STATES

LEADERS = "sales_system.group_sale_salesman_team"
# Kinds of source, and the field of the evidence that names it.
SOURCES = {"order": "order_line_id", "sell_out": "report_sale_id"}


class SalesChannelDiversion(models.Model):
    """Finds what was sold outside the territories of a channel partner, in orders and reports."""

    _inherit = "sales.channel.diversion"

    # === ACTION METHODS === #
    @api.model
    def action_find(self):
        """Look for evidence in the companies of the user, and show the cases it is part of."""
        if not self.env.user.has_group(LEADERS):
            raise AccessError(
                self.env._("Only leaders look for diversions. Ask the leader of your team.")
            )
        self.check_access("write")
        self.sudo()._find(self.env.companies)
        return self.env["ir.actions.act_window"]._for_xml_id(
            "sales_system.sales_channel_diversion_action"
        )

    # === BUSINESS METHODS === #
    @api.model
    def _cron_find(self):
        if self.env["res.groups"]._is_feature_enabled(AREA):
            self._find(self.env["res.company"].search([]))

    @api.model
    def _find(self, companies):
        """Gather the evidence of all sales of companies, into new cases or undecided ones.

        Running it again adds nothing. What is no longer outside, such as an order that was
        cancelled, leaves the cases that are undecided.

        :return: the cases that got evidence
        """
        self.env.flush_all()
        self._drop_outdated(companies)
        rows = self.env.execute_query_dict(self._evidence_query(companies))
        keys = [
            (row["company_id"], row["partner_id"], row["territory_id"], row["month"])
            for row in rows
        ]
        cases = self._get_cases(dict.fromkeys(keys))
        rates = self._get_rates(rows)
        self.env["sales.channel.diversion.line"].create(
            [
                {"diversion_id": cases[key].id, **self._prepare_line_values(row, rates)}
                for key, row in zip(keys, rows, strict=True)
            ]
        )
        return self.union(*cases.values())

    @api.model
    def _get_cases(self, keys):
        """:return: dict of key → its undecided case, created where there is none"""
        known = {
            (case.company_id.id, case.partner_id.id, case.territory_id.id, case.month): case
            for case in self.search(
                [
                    ("state", "in", UNDECIDED_STATES),
                    ("partner_id", "in", [partner_id for _company, partner_id, *_ in keys]),
                ]
            )
        }
        missing = [key for key in keys if key not in known]
        created = self.create(
            [
                {
                    "company_id": company_id,
                    "partner_id": partner_id,
                    "territory_id": territory_id,
                    "month": month,
                }
                for company_id, partner_id, territory_id, month in missing
            ]
        )
        known.update(zip(missing, created, strict=True))
        return {key: known[key] for key in keys}

    @api.model
    def _get_rates(self, rows):
        """:return: dict of (currency, company, day) → rate, each looked up once"""
        found = {}
        for row in rows:
            key = row["currency_id"], row["company_id"], row["rate_date"]
            if key not in found:
                company = self.env["res.company"].browse(row["company_id"])
                currency = self.env["res.currency"].browse(row["currency_id"])
                found[key] = self.env["res.currency"]._get_conversion_rate(
                    currency, company.currency_id, company, row["rate_date"]
                )
        return found

    @api.model
    def _prepare_line_values(self, row, rates):
        company = self.env["res.company"].browse(row["company_id"])
        rate = rates[row["currency_id"], row["company_id"], row["rate_date"]]
        amount = company.currency_id.round(float(row["amount"] or 0) * rate)
        return {
            SOURCES[row["kind"]]: row["source_id"],
            "document": row["document"],
            "date": row["date"],
            "customer": row["customer"],
            "place": row["place"],
            "product_id": row["product_id"],
            "quantity": row["quantity"],
            "amount": amount,
            "holder_id": row["holder_id"],
        }

    @api.model
    def _drop_outdated(self, companies):
        """Take evidence out of undecided cases that its source does not bear out any more."""
        rows = self.env.execute_query(
            SQL(
                """
                WITH outside AS MATERIALIZED (%(outside)s)
                SELECT line.id
                  FROM sales_channel_diversion_line line
                  JOIN sales_channel_diversion c ON c.id = line.diversion_id
                 WHERE c.state = ANY(%(undecided)s) AND c.company_id = ANY(%(companies)s)
                   AND NOT EXISTS (
                       SELECT FROM outside
                        WHERE outside.territory_id = c.territory_id
                          AND outside.partner_id = c.partner_id
                          AND outside.month = c.month
                          AND CASE outside.kind WHEN 'order'
                                   THEN line.order_line_id = outside.source_id
                                   ELSE line.report_sale_id = outside.source_id END)
                """,
                outside=self._outside_query(companies),
                undecided=list(UNDECIDED_STATES),
                companies=companies.ids,
            )
        )
        self.env["sales.channel.diversion.line"].browse(row_id for (row_id,) in rows).unlink()

    @api.model
    def _evidence_query(self, companies):
        """:return: ``SQL`` of the sales outside that are in no case yet, with whose right it is"""
        return SQL(
            """
            SELECT outside.*, holder.holder_id
              FROM (%(outside)s) AS outside
              LEFT JOIN LATERAL (
                   SELECT r.holder_id
                     FROM sales_channel_authorization_right r
                     LEFT JOIN sales_territory place ON place.id = outside.territory_id
                     LEFT JOIN product_category categ ON categ.id = outside.categ_id
                    WHERE r.company_id = outside.company_id AND r.is_exclusive
                      AND r.holder_id = r.partner_id AND r.holder_id <> outside.partner_id
                      AND starts_with(COALESCE(place.parent_path, ''), r.territory_path)
                      AND starts_with(COALESCE(categ.parent_path, ''), r.categ_path)
                      AND outside.date BETWEEN r.date_from AND COALESCE(r.date_to, 'infinity')
                    ORDER BY length(r.territory_path) DESC, length(r.categ_path) DESC, r.id
                    LIMIT 1
                   ) holder ON TRUE
             WHERE NOT EXISTS (
                   SELECT FROM sales_channel_diversion_line line
                    WHERE outside.kind = 'order' AND line.order_line_id = outside.source_id
                       OR outside.kind = 'sell_out' AND line.report_sale_id = outside.source_id)
             ORDER BY outside.date, outside.kind, outside.source_id
            """,
            outside=self._outside_query(companies),
        )

    @api.model
    def _outside_query(self, companies):
        """Confirmed orders and handed-in sell-out in a territory that their channel partner may
        not sell in. A sale in no territory is not known to be outside.

        :return: ``SQL``; source_id is the line of the order or the detail of the report
        """
        return SQL(
            """
            WITH sale AS MATERIALIZED (
                SELECT row_number() OVER () AS id, sale.* FROM (
                    SELECT 'order' AS kind, l.id AS source_id, o.company_id,
                           o.channel_partner_id AS partner_id, o.territory_id, t.categ_id,
                           o.ledger_date AS date, o.name AS document,
                           customer.name AS customer, customer.city AS place, l.product_id,
                           l.product_uom_qty * COALESCE(unit.factor / NULLIF(own.factor, 0), 1)
                               AS quantity,
                           l.price_subtotal AS amount, o.currency_id, o.ledger_date AS rate_date
                      FROM sale_order o
                      JOIN sale_order_line l ON l.order_id = o.id
                      JOIN product_product p ON p.id = l.product_id
                      JOIN product_template t ON t.id = p.product_tmpl_id
                      LEFT JOIN uom_uom unit ON unit.id = l.product_uom_id
                      LEFT JOIN uom_uom own ON own.id = t.uom_id
                      LEFT JOIN res_partner customer ON customer.id = o.ledger_partner_id
                     WHERE o.state = 'sale' AND o.channel_partner_id IS NOT NULL
                       AND o.territory_id IS NOT NULL AND l.display_type IS NULL
                       AND l.is_downpayment IS NOT TRUE AND l.product_uom_qty > 0
                       AND o.company_id = ANY(%(companies)s)
                     UNION ALL
                    SELECT 'sell_out', s.id, report.company_id, report.partner_id, s.territory_id,
                           s.categ_id, s.date, COALESCE(s.reference, ''), s.customer_name, s.city,
                           s.product_id, s.quantity, s.amount, report.currency_id, report.date_to
                      FROM sales_channel_report_sale s
                      JOIN sales_channel_report report ON report.id = s.report_id
                     WHERE report.state IN ('submitted', 'accepted')
                       AND s.territory_id IS NOT NULL AND s.quantity > 0
                       AND report.company_id = ANY(%(companies)s)
                ) AS sale
            )
            SELECT sale.*, date_trunc('month', sale.date)::date AS month
              FROM (%(uncovered)s) AS uncovered
              JOIN sale ON sale.id = uncovered.id
             WHERE uncovered.reason IN ('territory', 'both')
            """,
            companies=companies.ids,
            uncovered=self.env["sales.channel.authorization"]._uncovered_query(
                SQL("SELECT id, company_id, partner_id, territory_id, categ_id, date FROM sale")
            ),
        )
