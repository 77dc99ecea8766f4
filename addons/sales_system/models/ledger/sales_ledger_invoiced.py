from odoo import api, models
from odoo.tools import SQL

from .sales_ledger_entry import LEDGER_TRAITS
from .sales_ledger_posting import POSTING_KEY


class SalesLedgerPosting(models.AbstractModel):
    """Invoiced: the product lines of posted customer invoices and credit notes.

    A down payment is no sale yet: its line counts neither on the invoice that asks for it
    nor where the final invoice deducts it, and the final invoice counts in full.
    """

    _inherit = "sales.ledger.posting"

    @api.model
    def _expected_query_invoiced(self, move_ids):
        return SQL(
            "SELECT %(columns)s FROM (%(lines)s) AS line WHERE line.is_downpayment IS NOT TRUE",
            columns=self._columns(
                (*POSTING_KEY, *LEDGER_TRAITS, "reference", "amount", "margin", "quantity")
            ),
            lines=self._invoice_lines_query(move_ids),
        )

    @api.model
    def _invoice_lines_query(self, move_ids):
        """Amounts are the accounting's own, converted at the rate of the invoice.

        :return: ``SQL`` of the product lines of posted customer invoices and credit notes
        """
        return SQL(
            """
            SELECT m.id AS document_id, l.id AS source_id, NULL::integer AS settlement_id,
                   m.company_id, c.currency_id, COALESCE(m.invoice_date, m.date) AS belongs_on,
                   m.name AS reference, currency.rounding, l.is_downpayment,
                   -l.balance AS amount,
                   -l.balance - ROUND(signed.quantity * COALESCE(l.ledger_unit_cost, 0)::numeric
                                      / currency.rounding) * currency.rounding AS margin,
                   signed.quantity,
                   m.invoice_user_id AS user_id, m.team_id, m.territory_id,
                   m.commercial_partner_id AS partner_id, m.channel_partner_id,
                   l.product_id, l.ledger_categ_id AS categ_id, m.campaign_id,
                   contract.root_id AS contract_id,
                   COALESCE(l.discount, 0)::numeric AS discount
              FROM account_move m
              JOIN account_move_line l ON l.move_id = m.id AND l.display_type = 'product'
              JOIN res_company c ON c.id = m.company_id
              JOIN res_currency currency ON currency.id = c.currency_id
              LEFT JOIN sales_contract contract ON contract.id = m.contract_id
             CROSS JOIN LATERAL (
                    SELECT COALESCE(l.ledger_quantity, 0)
                           * CASE m.move_type WHEN 'out_refund' THEN -1 ELSE 1 END AS quantity
                   ) signed
             WHERE m.state = 'posted'
               AND m.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
               AND %(touched)s
            """,
            touched=self._touched("m.id", move_ids),
        )

    @api.model
    def _documents_of_lines_invoiced(self, line_ids):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT m.id
                  FROM account_move_line l JOIN account_move m ON m.id = l.move_id
                 WHERE l.id = ANY(%s) AND m.state = 'posted'
                   AND m.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
                """,
                line_ids,
            )
        )
        return {move_id for (move_id,) in rows}

    @api.model
    def _documents_of_lines_collected(self, line_ids):
        return self._documents_of_lines_invoiced(line_ids)
