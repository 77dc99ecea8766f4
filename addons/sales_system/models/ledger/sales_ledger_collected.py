from odoo import api, models
from odoo.tools import SQL

from .sales_ledger_entry import LEDGER_TRAITS


class SalesLedgerPosting(models.AbstractModel):
    """Collected: the untaxed share of the money that settles an invoice.

    Each partial reconciliation of an invoice's receivable moves the invoice from one degree
    of settlement to the next. What it collects is the untaxed total at the new degree less
    the untaxed total at the old one, each rounded once: so what is collected never depends
    on what comes later, and adds up to the untaxed total when the invoice is fully paid.
    A total is spread over the product lines by largest remainder.

    Only money collects. A credit note, a write-off, an early-payment discount and an
    exchange difference settle without collecting: they move the degree and post nothing.
    """

    _inherit = "sales.ledger.posting"

    @api.model
    def _expected_query_collected(self, move_ids):
        return SQL(
            """
            SELECT document_id, source_id, settlement_id, company_id, currency_id, belongs_on,
                   reference, %(traits)s,
                   %(amount_to)s - %(amount_from)s AS amount,
                   ROUND(line_margin * degree_to / rounding) * rounding
                       - ROUND(line_margin * degree_from / rounding) * rounding AS margin,
                   ROUND(line_quantity * degree_to, 6) - ROUND(line_quantity * degree_from, 6)
                       AS quantity
              FROM (
                    SELECT line.document_id, line.source_id, settlement.settlement_id,
                           line.company_id, line.currency_id, settlement.belongs_on,
                           line.reference, line.rounding, %(line_traits)s,
                           line.margin AS line_margin, line.quantity AS line_quantity,
                           degree_from, degree_to,
                           line.amount * total_from / untaxed AS share_from,
                           line.amount * total_to / untaxed AS share_to
                      FROM (%(lines)s) AS line
                      JOIN (%(totals)s) AS settlement USING (document_id)
                   ) AS share
            """,
            traits=self._columns(LEDGER_TRAITS),
            line_traits=SQL(", ").join(
                SQL("line.%s", SQL.identifier(name)) for name in LEDGER_TRAITS
            ),
            amount_from=self._largest_remainder("share_from", "settlement_id, document_id"),
            amount_to=self._largest_remainder("share_to", "settlement_id, document_id"),
            lines=self._invoice_lines_query(move_ids),
            totals=self._collected_totals_query(move_ids),
        )

    @api.model
    def _collected_totals_query(self, move_ids):
        """:return: ``SQL`` of the settlements with money in them: degree of settlement and
        untaxed total of the invoice (company currency) before and after the money
        """
        return SQL(
            """
            SELECT document_id, settlement_id, belongs_on, untaxed,
                   before / total AS degree_from, (before + money) / total AS degree_to,
                   ROUND(untaxed * before / total / rounding) * rounding AS total_from,
                   ROUND(untaxed * (before + money) / total / rounding) * rounding AS total_to
              FROM (
                    SELECT s.*, t.untaxed, t.total, t.rounding,
                           s.settled * s.money_share AS money,
                           SUM(s.settled) OVER (
                               PARTITION BY s.document_id ORDER BY s.settlement_id
                           ) - s.settled AS before
                      FROM (%(settlements)s) AS s
                      JOIN (
                            SELECT m.id AS document_id, currency.rounding,
                                   -SUM(l.balance) FILTER (WHERE l.display_type = 'product')
                                       AS untaxed,
                                   SUM(l.amount_currency)
                                       FILTER (WHERE l.display_type = 'payment_term') AS total
                              FROM account_move m
                              JOIN account_move_line l ON l.move_id = m.id
                              JOIN res_company c ON c.id = m.company_id
                              JOIN res_currency currency ON currency.id = c.currency_id
                             WHERE m.id IN (SELECT document_id FROM (%(settlements)s) AS known)
                             GROUP BY m.id, currency.rounding
                           ) t USING (document_id)
                     WHERE t.total <> 0 AND t.untaxed <> 0
                   ) AS step
             WHERE money <> 0
            """,
            settlements=self._settlements_query(move_ids),
        )

    @api.model
    def _settlements_query(self, move_ids):
        """Every partial reconciliation of the receivable of a customer invoice.

        ``settled`` is signed as the receivable is, in the invoice's own currency: so an
        exchange difference settles nothing. ``money_share`` is the part of the other side
        that is money: all of a plain payment, 98 % of one with a 2 % write-off, nothing of a
        credit note.

        :return: ``SQL`` with document_id, settlement_id, belongs_on, settled, money_share
        """
        return SQL(" UNION ALL ").join(
            self._settlements_side_query(move_ids, *names)
            for names in (
                (1, "debit_amount_currency", "debit_move_id", "credit_move_id"),
                (-1, "credit_amount_currency", "credit_move_id", "debit_move_id"),
            )
        )

    @api.model
    def _settlements_side_query(self, move_ids, sign, amount, mine, theirs):
        return SQL(
            """
            SELECT m.id AS document_id, p.id AS settlement_id, paid.date AS belongs_on,
                   %(sign)s * p.%(amount)s AS settled,
                   CASE WHEN paid.move_type = 'entry' AND money.receivable <> 0
                        THEN GREATEST(0, LEAST(1, -money.liquid / money.receivable)) ELSE 0
                    END AS money_share
              FROM account_move m
              JOIN account_move_line r ON r.move_id = m.id AND r.display_type = 'payment_term'
              JOIN account_partial_reconcile p ON p.%(mine)s = r.id
              JOIN account_move_line o ON o.id = p.%(theirs)s
              JOIN account_move paid ON paid.id = o.move_id
              LEFT JOIN account_payment payment ON payment.move_id = paid.id
             CROSS JOIN LATERAL (
                    SELECT COALESCE(
                               payment.amount_company_currency_signed,
                               SUM(l.balance) FILTER (
                                   WHERE a.account_type IN ('asset_cash', 'liability_credit_card')
                               ), 0) AS liquid,
                           SUM(l.balance) FILTER (WHERE a.account_type = 'asset_receivable')
                               AS receivable
                      FROM account_move_line l
                      JOIN account_account a ON a.id = l.account_id
                     WHERE l.move_id = paid.id
                   ) money
             WHERE m.state = 'posted' AND paid.state = 'posted'
               AND m.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
               AND %(touched)s
            """,
            sign=sign,
            amount=SQL.identifier(amount),
            mine=SQL.identifier(mine),
            theirs=SQL.identifier(theirs),
            touched=self._touched("m.id", move_ids),
        )
