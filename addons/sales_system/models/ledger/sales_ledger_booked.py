from odoo import api, models
from odoo.tools import SQL

from .sales_ledger_entry import LEDGER_TRAITS
from .sales_ledger_posting import POSTING_KEY


class SalesLedgerPosting(models.AbstractModel):
    """Booked: the lines of confirmed orders."""

    _inherit = "sales.ledger.posting"

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
            columns=self._columns((*POSTING_KEY, *LEDGER_TRAITS, "reference", "quantity")),
            native=self._order_lines_query(order_ids, SQL("o.currency_id = c.currency_id")),
            foreign=self._order_lines_query(order_ids, SQL("o.currency_id <> c.currency_id")),
            amount=self._largest_remainder("amount"),
            margin=self._largest_remainder("margin"),
        )

    @api.model
    def _order_lines_query(self, order_ids, condition):
        """The discount is compared as the line stores it: rounded by the digits of today, it
        would differ from what was posted as soon as somebody changes that setting.

        :return: ``SQL`` of confirmed order lines in company currency, not yet rounded
        """
        return SQL(
            """
            SELECT o.id AS document_id, l.id AS source_id, NULL::integer AS settlement_id,
                   o.company_id, c.currency_id, o.name AS reference, currency.rounding,
                   o.ledger_date AS belongs_on,
                   l.price_subtotal / COALESCE(NULLIF(o.currency_rate, 0), 1)::numeric AS amount,
                   COALESCE(l.margin, 0) / COALESCE(NULLIF(o.currency_rate, 0), 1)::numeric
                       AS margin,
                   COALESCE(l.ledger_quantity, 0) AS quantity,
                   o.user_id, o.team_id, o.territory_id, o.ledger_partner_id AS partner_id,
                   o.channel_partner_id,
                   l.product_id, l.ledger_categ_id AS categ_id, o.campaign_id,
                   contract.root_id AS contract_id,
                   COALESCE(l.discount, 0)::numeric AS discount
              FROM sale_order o
              JOIN sale_order_line l ON l.order_id = o.id
              JOIN res_company c ON c.id = o.company_id
              JOIN res_currency currency ON currency.id = c.currency_id
              LEFT JOIN sales_contract contract ON contract.id = o.contract_id
             WHERE o.state = 'sale'
               AND l.display_type IS NULL
               AND l.is_downpayment IS NOT TRUE
               AND %(condition)s AND %(touched)s
            """,
            condition=condition,
            touched=self._touched("o.id", order_ids),
        )

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
