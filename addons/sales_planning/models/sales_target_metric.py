from dataclasses import dataclass

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.sales_system.models.ledger.sales_ledger_entry import LEDGER_DIMENSIONS


@dataclass(frozen=True)
class Metric:
    """What a plan counts.

    :param str label: translated name
    :param str event: ledger event that is counted
    :param str column: amount column of the ledger, or None where entries are only counted
    :param bool in_money: whether numbers are amounts in the plan's currency
    """

    label: str
    event: str
    column: str | None
    in_money: bool = True


class SalesTargetMetric(models.AbstractModel):
    """Registry of what a target plan can aim at.

    How to use: an addon that has a metric of its own extends :meth:`_get_metrics` with one
    entry, and :meth:`_entries_sql` where it is more than the sum of a ledger column.
    """

    _name = "sales.target.metric"
    _description = "Target Metric"

    @api.model
    def _get_metrics(self):
        """:return: dict of key → :class:`Metric`, in the order of the selection"""
        return {
            "booked": Metric(self.env._("Booked"), "booked", "amount"),
            "invoiced": Metric(self.env._("Invoiced"), "invoiced", "amount"),
            "collected": Metric(self.env._("Collected"), "collected", "amount"),
            "margin": Metric(self.env._("Margin of Orders"), "booked", "margin"),
            "quantity": Metric(
                self.env._("Quantity Ordered"), "booked", "quantity", in_money=False
            ),
            "new_customers": Metric(self.env._("New Customers"), "booked", None, in_money=False),
        }

    @api.model
    def _get_selection(self):
        return [(key, metric.label) for key, metric in self._get_metrics().items()]

    @api.model
    def _entries_sql(self, plan, first, last):
        """:return: ``SQL`` of a query over the ledger entries that the plan counts between two
        days: all columns of the ledger, and ``value`` in the plan's currency, not rounded
        """
        metric = plan._get_metric()
        if plan.metric == "new_customers":
            return self._new_customers_sql(plan, first, last)
        value = SQL("entry.%s", SQL.identifier(metric.column))
        if metric.in_money:
            value = SQL("%s * company.rate", value)
        return SQL(
            """
            SELECT entry.*, %(value)s AS value
              FROM sales_ledger_entry entry
              JOIN %(companies)s ON company.id = entry.company_id
             WHERE entry.event = %(event)s AND entry.date BETWEEN %(first)s AND %(last)s
            """,
            value=value,
            companies=plan._table_sql_of_companies(),
            event=metric.event,
            first=first,
            last=last,
        )

    @api.model
    def _new_customers_sql(self, plan, first, last):
        """The first order of each customer with the companies of the plan, of the orders that
        were not taken back; with the dimensions that it was moved to last.
        """
        return SQL(
            """
            SELECT entry.*
              FROM (
                    SELECT DISTINCT ON (entry.partner_id) entry.*, 1::numeric AS value
                      FROM sales_ledger_entry entry
                      JOIN (
                            SELECT MIN(entry.id) AS id
                              FROM sales_ledger_entry entry
                              JOIN %(companies)s ON company.id = entry.company_id
                             WHERE entry.event = %(event)s AND entry.partner_id IS NOT NULL
                             GROUP BY entry.company_id, entry.document_model, entry.document_id,
                                      entry.reference, %(dimensions)s
                            HAVING SUM(entry.amount) > 0
                           ) AS kept ON kept.id = entry.id
                     ORDER BY entry.partner_id, entry.date, entry.id
                   ) AS entry
             WHERE entry.date BETWEEN %(first)s AND %(last)s
            """,
            companies=plan._table_sql_of_companies(),
            event=plan._get_metric().event,
            dimensions=SQL(", ").join(SQL.identifier("entry", name) for name in LEDGER_DIMENSIONS),
            first=first,
            last=last,
        )
