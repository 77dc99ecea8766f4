from odoo import api, models
from odoo.tools import SQL


class ResPartner(models.Model):
    """The figures of the chain: one statement for each step, however many customers."""

    _inherit = "res.partner"

    # === STEPS === #
    def _count_chain_lead(self):
        query = self._search_chain("lead")
        if query is None:
            return []
        return self.env.execute_query(
            SQL(
                """
                SELECT partner.commercial_partner_id, COUNT(*)
                  FROM crm_lead lead JOIN res_partner partner ON partner.id = lead.partner_id
                 WHERE lead.id IN %s
                 GROUP BY 1
                """,
                query.subselect(),
            )
        )

    @api.model
    def _chain_values_lead(self, count):
        return {"chain_lead_count": count}

    def _count_chain_order(self):
        query, open_query = self._search_chain("order"), self._search_chain("quotation")
        if query is None:
            return []
        return self.env.execute_query(
            SQL(
                """
                SELECT ledger_partner_id,
                       COUNT(*) FILTER (WHERE state <> 'sale'),
                       SUM(amount) FILTER (WHERE state <> 'sale'),
                       COUNT(*) FILTER (WHERE state = 'sale'),
                       SUM(amount) FILTER (WHERE state = 'sale')
                  FROM (
                        SELECT ledger_partner_id, state,
                               amount_untaxed / COALESCE(NULLIF(currency_rate, 0), 1)::numeric
                                   AS amount
                          FROM sale_order
                         WHERE id IN %s OR id IN %s
                       ) AS orders
                 GROUP BY ledger_partner_id
                """,
                query.subselect(),
                open_query.subselect(),
            )
        )

    @api.model
    def _chain_values_order(self, quotation_count, quoted, order_count, ordered):
        return {
            "chain_quotation_count": quotation_count,
            "chain_quotation_amount": quoted or 0,
            "chain_order_count": order_count,
            "chain_order_amount": ordered or 0,
        }

    def _count_chain_contract(self):
        contracts = self.env["sales.contract"]
        if not contracts.has_access("read"):
            return []
        _name, _model, domain = self._get_chain_steps()["contract"]
        counted = contracts._read_group(domain, ["commercial_partner_id"], ["__count"])
        return [(partner.id, count) for partner, count in counted]

    @api.model
    def _chain_values_contract(self, count):
        return {"chain_contract_count": count}

    def _count_chain_delivery(self):
        query = self._search_chain("delivery")
        if query is None:
            return []
        return self.env.execute_query(
            SQL(
                """
                SELECT orders.ledger_partner_id,
                       SUM(line.price_subtotal / orders.rate
                           * LEAST(line.qty_delivered / line.product_uom_qty, 1)),
                       SUM(line.price_subtotal / orders.rate)
                  FROM sale_order_line line
                  JOIN (
                        SELECT id, ledger_partner_id,
                               COALESCE(NULLIF(currency_rate, 0), 1)::numeric AS rate
                          FROM sale_order
                       ) orders ON orders.id = line.order_id
                 WHERE line.id IN %s
                 GROUP BY orders.ledger_partner_id
                """,
                query.subselect(),
            )
        )

    @api.model
    def _chain_values_delivery(self, delivered, ordered):
        return {"chain_delivered": float(delivered or 0) / float(ordered) if ordered else 0.0}

    def _count_chain_invoice(self):
        query, overdue = self._search_chain("invoice"), self._search_chain("overdue")
        if query is None:
            return []
        return self.env.execute_query(
            SQL(
                """
                SELECT commercial_partner_id, COUNT(*), SUM(amount_untaxed_signed),
                       SUM(amount_residual_signed) FILTER (WHERE id IN %s)
                  FROM account_move
                 WHERE id IN %s
                 GROUP BY commercial_partner_id
                """,
                overdue.subselect(),
                query.subselect(),
            )
        )

    @api.model
    def _chain_values_invoice(self, count, invoiced, overdue):
        return {
            "chain_invoice_count": count,
            "chain_invoiced_amount": invoiced or 0,
            "chain_overdue_amount": overdue or 0,
        }

    def _count_chain_collection(self):
        entries = self.env["sales.ledger.entry"]
        _name, _model, domain = self._get_chain_steps()["collection"]
        if not entries.has_access("read"):
            return []
        collected = entries._read_group(domain, ["partner_id"], ["amount:sum"])
        return [(partner.id, amount) for partner, amount in collected]

    @api.model
    def _chain_values_collection(self, amount):
        return {"chain_collected_amount": amount}
