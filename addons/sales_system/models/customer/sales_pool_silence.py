from odoo import api, fields, models
from odoo.tools import SQL

# Days are counted from when the salesperson got the record, and from what the trigger is about.
STARTS = {
    "crm.lead": SQL("COALESCE(record.held_since, record.date_open, record.create_date)"),
    "res.partner": SQL("COALESCE(record.held_since, record.create_date)"),
}
OPEN = {
    "crm.lead": SQL("record.active AND record.won_status = 'pending'"),
    "res.partner": SQL("record.active AND record.commercial_partner_id = record.id"),
}
ORDER_OF_RECORD = {
    "crm.lead": SQL("o.opportunity_id = record.id"),
    "res.partner": SQL(
        "o.partner_id IN (SELECT id FROM res_partner WHERE commercial_partner_id = record.id)"
    ),
}
LAST_ORDER = {
    "crm.lead": SQL(
        "SELECT MAX(o.date_order) FROM sale_order o"
        " WHERE o.opportunity_id = record.id AND o.state = 'sale'"
    ),
    # Imported sales count as well.
    "res.partner": SQL(
        "SELECT MAX(entry.date)::timestamp FROM sales_ledger_entry entry"
        " WHERE entry.partner_id = record.id AND entry.company_id = pool.company_id"
        " AND entry.event = 'booked' AND entry.amount > 0"
    ),
}
LAST_CONTRACT_END = SQL(
    "SELECT MAX(COALESCE(contract.termination_date, contract.date_end))::timestamp"
    " FROM sales_contract contract"
    " WHERE contract.commercial_partner_id = head.id AND contract.company_id = pool.company_id"
    " AND contract.state IN ('expired', 'terminated')"
)


class SalesPool(models.Model):
    """How long nothing has happened to the records of a pool, and what protects them.

    One statement for each trigger and batch looks at all records of a model, whatever the pools.
    """

    _inherit = "sales.pool"

    # === QUERIES === #
    @api.model
    def _due_query(self, model, trigger, condition, after, limit):
        """Of the records that somebody looks after, find the next ones that meet a condition.

        :param SQL condition: on ``record``, ``pool`` and ``since``
        :param int after: id of the last record that was looked at
        :return: ``SQL`` of ids and their pools, in the order of ids; the records are kept
            until the transaction ends, and those that somebody else works on wait
        """
        return SQL(
            """
            SELECT record.id, pool.id
              FROM %(source)s
              LEFT JOIN sales_pool pool ON pool.id = %(expression)s
             CROSS JOIN LATERAL (SELECT %(since)s AS since) AS silence
             WHERE record.id > %(after)s AND record.user_id IS NOT NULL AND %(open)s
               AND %(condition)s
             ORDER BY record.id LIMIT %(limit)s
               FOR NO KEY UPDATE OF record SKIP LOCKED
            """,
            source=self._record_source(model),
            expression=self._pool_expression(model),
            since=self._since(model, trigger),
            after=after,
            open=OPEN[model],
            condition=condition,
            limit=limit,
        )

    @api.model
    def _since(self, model, trigger):
        """:return: ``SQL`` of the moment from which the days of a trigger are counted, or NULL"""
        if trigger == "contact":
            return SQL("GREATEST(record.last_contact_on, %s)", STARTS[model])
        if trigger == "order":
            return SQL("GREATEST((%s), %s)", LAST_ORDER[model], STARTS[model])
        return SQL(
            "(SELECT GREATEST(contract_end, %s) FROM (%s) AS ended(contract_end)"
            " WHERE contract_end IS NOT NULL)",
            STARTS[model],
            LAST_CONTRACT_END,
        )

    @api.model
    def _silent(self, trigger, warning=False):
        """:return: ``SQL`` condition that the days of a trigger, or of its warning, are over"""
        days = SQL.identifier("pool", f"{trigger}_return_days")
        if warning:
            days = SQL("(%s - COALESCE(%s, 0))", days, self._warn_days(trigger))
        return SQL(
            "pool.%s > 0 AND since <= %s::timestamp - %s * interval '1 day'",
            SQL.identifier(f"{trigger}_return_days"),
            fields.Datetime.now(),
            days,
        )

    @api.model
    def _today(self):
        """:return: ``SQL`` of the day that it is in the company of ``pool``"""
        cases = [
            SQL("WHEN %s THEN %s::date", company.id, company._get_sales_today())
            for company in self.sudo().search([]).company_id
        ]
        if not cases:
            return SQL("NULL::date")
        return SQL("CASE pool.company_id %s END", SQL(" ").join(cases))

    @api.model
    def _warn_days(self, trigger):
        return SQL.identifier("pool", f"{trigger}_warn_days")

    @api.model
    def _protected(self, model, trigger, warning=False):
        """:return: ``SQL`` condition that a record stays where it is: it was claimed a short time
        ago, or there is an open quotation, an undelivered order or a contract in force
        """
        today = self._today()
        day = SQL("%s + COALESCE(%s, 0)", today, self._warn_days(trigger)) if warning else today
        return SQL(
            """
            (COALESCE(record.protected_until >= %(day)s, FALSE)
             OR EXISTS (
                SELECT FROM sale_order o
                 WHERE %(of_record)s AND o.company_id = pool.company_id
                   AND (o.state IN ('draft', 'sent')
                        AND (o.validity_date IS NULL OR o.validity_date >= %(today)s)
                        OR o.state = 'sale' AND EXISTS (
                           SELECT FROM sale_order_line l
                            WHERE l.order_id = o.id AND l.display_type IS NULL
                              AND l.qty_delivered < l.product_uom_qty
                              AND l.qty_invoiced < l.product_uom_qty)))
             OR EXISTS (
                SELECT FROM sales_contract contract
                 WHERE contract.commercial_partner_id = head.id
                   AND contract.company_id = pool.company_id AND contract.state = 'active'))
            """,
            day=day,
            today=today,
            of_record=ORDER_OF_RECORD[model],
        )

    # === CONDITIONS === #
    @api.model
    def _warn_condition(self, model, trigger):
        return SQL(
            "record.pool_warned_on IS NULL AND %s > 0 AND %s AND NOT %s",
            self._warn_days(trigger),
            self._silent(trigger, warning=True),
            self._protected(model, trigger, warning=True),
        )

    @api.model
    def _return_condition(self, model, trigger):
        """Whoever is warned late, as when a pool is new, has the days of the warning as well."""
        return SQL(
            """
            %(silent)s AND NOT %(protected)s
            AND (COALESCE(%(warn_days)s, 0) = 0
                 OR record.pool_warning = %(trigger)s
                    AND record.pool_warned_on <= %(today)s - %(warn_days)s)
            """,
            silent=self._silent(trigger),
            protected=self._protected(model, trigger),
            warn_days=self._warn_days(trigger),
            trigger=trigger,
            today=self._today(),
        )

    @api.model
    def _withdraw_condition(self, model, trigger):
        """What was a reason to warn is none any more."""
        return SQL(
            "record.pool_warned_on IS NOT NULL AND record.pool_warning = %s"
            " AND NOT COALESCE(%s AND NOT %s, FALSE)",
            trigger,
            self._silent(trigger, warning=True),
            self._protected(model, trigger, warning=True),
        )
