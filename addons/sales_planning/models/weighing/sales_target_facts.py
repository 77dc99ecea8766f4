from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.sales_system.models.ledger.sales_ledger_entry import LEDGER_DIMENSIONS

from ..sales_target import TARGET_DIMENSIONS

DAY = timedelta(days=1)
ZERO = Decimal(0)
# How far back a customer's payments tell how late the next one will be.
DELAY_MONTHS = 24
# The dimensions that an opportunity has, and where it has them.
LEAD_DIMENSIONS = {
    "user_id": "user_id",
    "team_id": "team_id",
    "campaign_id": "campaign_id",
    "partner_id": "partner_id.commercial_partner_id",
    "territory_id": "partner_id.commercial_partner_id.territory_id",
    "segment_id": "partner_id.market_segment_ids",
}


@dataclass(frozen=True)
class Node:
    """What weighing needs to know of a target."""

    id: int
    weight: Decimal
    date_start: date | None
    date_end: date | None
    dimensions: frozenset


class SalesTargetFacts(models.AbstractModel):
    """What is known of the nodes of a plan beside their numbers, for many nodes at once.

    Every kind of fact is one query with the dimensions of the ledger, ``company_id``, ``date`` and
    ``value`` (in the plan's currency, not rounded): the ledger of earlier years, the open
    receivables on the day their money is to be expected, the opportunities on the day they are
    to be won. Who is in a segment is asked of ``member_on``: for the ledger that is the day
    of the entry, and for what is still to come it is today.
    :meth:`_sum` matches any of them to nodes as actuals are matched, in one statement.
    """

    _name = "sales.target.facts"
    _description = "Facts about Targets"

    # === NODES === #
    @api.model
    def _get_nodes(self, plan, target_ids):
        """:return: list of :class:`Node`
        :raises AccessError: the user may not see one of them
        """
        targets = self.env["sales.target"].browse(target_ids)
        # One statement for any number of them; the ORM's own check reads a thousand at a time.
        if targets.search_count([("id", "in", targets.ids)]) < len(targets):
            targets.check_access("read")
        self.env["sales.target"].flush_model()
        named = SQL(", ").join(
            SQL("%s IS NOT NULL", SQL.identifier(name)) for name in TARGET_DIMENSIONS
        )
        rows = self.env.execute_query(
            SQL(
                "SELECT id, weight::text, date_start, date_end, ARRAY[%s] FROM sales_target"
                " WHERE plan_id = %s AND id = ANY(%s)",
                named,
                plan.id,
                targets.ids,
            )
        )
        return [
            Node(
                id_,
                Decimal(weight or 0),
                date_start,
                date_end,
                frozenset(name for name, on in zip(TARGET_DIMENSIONS, used, strict=True) if on),
            )
            for id_, weight, date_start, date_end, used in rows
        ]

    # === SUMS === #
    @api.model
    def _sum(self, plan, nodes, facts, spans, in_force=True):
        """Sum facts by node and span, in one statement.

        The database sums between the borders of all spans, so spans may overlap.

        :param SQL facts: query with the dimensions, date and value
        :param list spans: of :class:`~.engine.periods.Period`
        :param bool in_force: whether facts count only on days that the node is valid on
        :return: dict of (target id, position of the span) → Decimal, rounded to the plan's
            currency; 0 where the node has no facts
        """
        borders = sorted({span.first for span in spans} | {span.last + DAY for span in spans})
        inside = defaultdict(list)
        for position, span in enumerate(spans):
            first, beyond = (bisect_left(borders, day) for day in (span.first, span.last + DAY))
            for bucket in range(first, beyond):
                inside[bucket + 1].append(position)
        sums = {(node.id, position): ZERO for node in nodes for position in range(len(spans))}
        for target_id, bucket, value in self._read_buckets(plan, nodes, facts, borders, in_force):
            for position in inside[bucket]:
                sums[target_id, position] += value
        return self._round(plan, sums)

    @api.model
    def _read_buckets(self, plan, nodes, facts, borders, in_force):
        """:return: list of target id, number of the days between two borders, Decimal"""
        actuals = self.env["sales.target.matching"]
        ids = [node.id for node in nodes]
        self.env.flush_all()
        combinations = actuals._get_combinations(plan, ids)
        if not combinations:
            return []
        matched = SQL(" UNION ALL ").join(
            actuals._matched_query(
                combination,
                entries=SQL("SELECT * FROM fact"),
                nodes=SQL(
                    "target.id = ANY(%s) AND %s",
                    ids,
                    actuals._in_force_sql() if in_force else SQL("TRUE"),
                ),
                period=SQL("width_bucket(entry.date, %s::date[])", borders),
                figures=SQL("SUM(entry.value)::text AS value"),
                day=SQL("entry.member_on"),
            )
            for combination in combinations
        )
        query = SQL("WITH %s fact AS (%s) %s", actuals._trees_sql(combinations), facts, matched)
        return [
            (target_id, bucket, Decimal(value or 0))
            for target_id, bucket, value in self.env.execute_query(query)
        ]

    @api.model
    def _round(self, plan, amounts):
        """:param dict amounts: anything → Decimal
        :return: the same, rounded to the currency of the plan as its actuals are
        """
        if not plan.currency_id:
            return amounts
        unit = plan._get_unit()
        return {
            key: amount.quantize(unit, rounding=ROUND_HALF_UP) for key, amount in amounts.items()
        }

    # === SPANS === #
    @api.model
    def _get_past_spans(self, plan, years):
        """:return: list of the plan's sub-periods some years earlier"""
        return [plan._get_years_before(period, years) for period in plan._get_periods()]

    @api.model
    def _get_complete_spans(self, plan, years):
        """The plan's sub-periods so many years earlier, or as many more as it takes for them to
        be over: in November the next December is compared with the last one that there was.

        :return: list of :class:`~.engine.periods.Period`
        """
        today = fields.Date.context_today(self)
        spans = []
        for period in plan._get_periods():
            back = years
            while (span := plan._get_years_before(period, back)).last >= today:
                back += 1
            spans.append(span)
        return spans

    # === FACTS === #
    @api.model
    def _ledger_sql(self, plan, spans):
        """:return: ``SQL`` of what the plan's metric counts in these spans"""
        self.env["sales.ledger.posting"]._post_pending()
        entries = self.env["sales.target.metric"]._entries_sql(
            plan, min(span.first for span in spans), max(span.last for span in spans)
        )
        return SQL(
            "SELECT %s, entry.company_id, entry.date, entry.date AS member_on, entry.value"
            " FROM (%s) AS entry",
            self._dimensions_sql(
                {name: SQL.identifier("entry", name) for name in LEDGER_DIMENSIONS}
            ),
            entries,
        )

    @api.model
    def _receivables_sql(self, plan):
        """What customers still owe, without taxes, by the day that their money is expected.

        The rest of an invoice is spread over its lines as the ledger spreads collections. Expected
        is the due day and the customer's own delay. What should have come already is
        expected in the first period that is still open.

        :return: ``SQL`` of the plan's facts, with document_id of the invoice
        """
        self.env["sales.ledger.posting"]._post_pending()
        return SQL(
            """
            SELECT %(dimensions)s, line.company_id, %(today)s::date AS member_on, line.document_id,
                   line.amount * owed.residual / owed.total * company.rate AS value,
                   CASE WHEN expected.day < %(today)s THEN GREATEST(%(today)s, %(first)s::date)
                        ELSE expected.day END AS date
              FROM (%(owed)s) AS owed
              JOIN (%(lines)s) AS line ON line.document_id = owed.move_id
              JOIN %(companies)s ON company.id = line.company_id
              LEFT JOIN (%(delays)s) AS delay ON delay.partner_id = line.partner_id
             CROSS JOIN LATERAL (
                    SELECT COALESCE(owed.date_maturity, line.belongs_on)
                           + COALESCE(delay.days, 0) AS day
                   ) AS expected
            """,
            dimensions=self._dimensions_sql(
                {name: SQL.identifier("line", name) for name in LEDGER_DIMENSIONS}
            ),
            today=fields.Date.context_today(self),
            first=plan.date_from,
            owed=self._owed_sql(),
            lines=self.env["sales.ledger.posting"]._invoice_lines_query(None),
            companies=plan._table_sql_of_companies(),
            delays=self._delays_sql(plan),
        )

    @api.model
    def _get_receivable_ids(self, target):
        """:return: list of ids of the invoices whose open amounts count for the node"""
        plan = target.plan_id
        actuals = self.env["sales.target.matching"]
        combinations = actuals._get_combinations(plan, target.ids)
        matched = actuals._matched_query(
            combinations[0],
            entries=SQL(
                "SELECT * FROM (%s) AS fact WHERE date BETWEEN %s AND %s",
                self._receivables_sql(plan),
                plan.date_from,
                plan.date_to,
            ),
            nodes=SQL("target.id = %s AND %s", target.id, actuals._in_force_sql()),
            period=SQL("entry.document_id"),
            figures=SQL("SUM(entry.value) AS value"),
            day=SQL("entry.member_on"),
        )
        rows = self.env.execute_query(
            SQL(
                "WITH %s matched AS (%s) SELECT period FROM matched",
                actuals._trees_sql(combinations),
                matched,
            )
        )
        return [document_id for (document_id,) in rows]

    @api.model
    def _owed_sql(self):
        """:return: ``SQL`` of the instalments that are open, with the total of their invoice,
        both in its currency
        """
        return SQL(
            """
            SELECT part.move_id, part.date_maturity, part.amount_residual_currency AS residual,
                   whole.total
              FROM account_move_line part
             CROSS JOIN LATERAL (
                    SELECT SUM(other.amount_currency) AS total
                      FROM account_move_line other
                     WHERE other.move_id = part.move_id AND other.display_type = 'payment_term'
                   ) AS whole
             WHERE part.display_type = 'payment_term' AND part.parent_state = 'posted'
               AND part.amount_residual_currency <> 0 AND whole.total <> 0
            """
        )

    @api.model
    def _delays_sql(self, plan):
        """By how many days customers were late with their payments of the last two years, on
        the average of their money; of those who pay before the day a negative number.

        :return: ``SQL`` of partner_id and days
        """
        since = fields.Date.context_today(self) - relativedelta(months=DELAY_MONTHS)
        return SQL(
            """
            SELECT entry.partner_id,
                   ROUND(SUM(entry.amount * company.rate
                             * (COALESCE(entry.late_for, entry.date) - part.date_maturity))
                         / SUM(entry.amount * company.rate))::integer AS days
              FROM sales_ledger_entry entry
              JOIN %(companies)s ON company.id = entry.company_id
              JOIN account_partial_reconcile settlement ON settlement.id = entry.settlement_id
              JOIN account_move_line part
                ON part.id IN (settlement.debit_move_id, settlement.credit_move_id)
               AND part.move_id = entry.document_id AND part.date_maturity IS NOT NULL
              JOIN account_move invoice ON invoice.id = part.move_id
             WHERE entry.event = 'collected' AND entry.date >= %(since)s
               AND invoice.move_type IN ('out_invoice', 'out_receipt')
             GROUP BY entry.partner_id
            HAVING SUM(entry.amount) > 0
            """,
            companies=plan._table_sql_of_companies(),
            since=since,
        )

    @api.model
    def _pipeline_sql(self, plan):
        """:return: ``SQL`` of the open opportunities: expected revenue times probability"""
        known = {
            "user_id": SQL("lead.user_id"),
            "team_id": SQL("lead.team_id"),
            "campaign_id": SQL("lead.campaign_id"),
            "partner_id": SQL("customer.id"),
            "territory_id": SQL("customer.territory_id"),
        }
        return SQL(
            """
            SELECT %(dimensions)s, company.id AS company_id, lead.date_deadline AS date,
                   %(today)s::date AS member_on,
                   lead.prorated_revenue * company.rate AS value
              FROM crm_lead lead
              LEFT JOIN res_users salesperson ON salesperson.id = lead.user_id
              JOIN %(companies)s
                ON company.id = COALESCE(lead.company_id, salesperson.company_id, %(company)s)
              LEFT JOIN res_partner contact ON contact.id = lead.partner_id
              LEFT JOIN res_partner customer ON customer.id = contact.commercial_partner_id
             WHERE lead.active AND lead.type = 'opportunity' AND lead.won_status = 'pending'
               AND lead.date_deadline BETWEEN %(first)s AND %(last)s
            """,
            dimensions=self._dimensions_sql(known),
            today=fields.Date.context_today(self),
            companies=plan._table_sql_of_companies(),
            company=plan.company_id.id,
            first=plan.date_from,
            last=plan.date_to,
        )

    @api.model
    def _get_pipeline_domain(self, target):
        """:return: list domain of the opportunities in the pipeline of a node"""
        plan = target.plan_id
        companies = plan._get_companies()
        if target.segment_id:
            # A customer that companies share is in the segment of one of them.
            companies &= target.sudo().segment_id.company_id
        # A lead of nobody's company counts for that of its salesperson, else for the plan's.
        nobodys = [("user_id.company_id", "in", companies.ids)]
        if plan.company_id in companies:
            nobodys = ["|", ("user_id", "=", False), *nobodys]
        first = max(plan.date_from, target.date_start or plan.date_from)
        last = min(plan.date_to, target.date_end or plan.date_to)
        return [
            ("type", "=", "opportunity"),
            ("won_status", "=", "pending"),
            ("date_deadline", ">=", fields.Date.to_string(first)),
            ("date_deadline", "<=", fields.Date.to_string(last)),
            "|",
            ("company_id", "in", companies.ids),
            "&",
            ("company_id", "=", False),
            *nobodys,
            *(
                (
                    LEAD_DIMENSIONS[name],
                    "child_of" if target._is_tree(name) else "=",
                    target.sudo()[name].id,
                )
                for name in target._named_dimensions()
            ),
        ]

    @api.model
    def _dimensions_sql(self, known):
        """:param dict known: dimension → ``SQL``
        :return: ``SQL`` of all dimensions of the ledger, empty where not known
        """
        return SQL(", ").join(
            SQL("%s AS %s", known.get(name, SQL("NULL::integer")), SQL.identifier(name))
            for name in LEDGER_DIMENSIONS
        )

    # === POTENTIAL === #
    @api.model
    def _get_potentials(self, plan, nodes):
        """The annual potential of the customer that a node names, else of the channel partner,
        else of the territory: the larger one says nothing of what lies inside it.

        :return: dict of target id → Decimal in the plan's currency, or None where not known
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT target.id, place.potential::text, place.currency_id
                  FROM sales_target target
                  LEFT JOIN res_partner customer ON customer.id = target.partner_id
                  LEFT JOIN res_partner channel ON channel.id = target.channel_partner_id
                  LEFT JOIN sales_territory territory ON territory.id = target.territory_id
                 CROSS JOIN LATERAL (
                        SELECT place.*
                          FROM (VALUES
                                (1, customer.id, customer.sales_potential,
                                 customer.sales_potential_currency_id),
                                (2, channel.id, channel.sales_potential,
                                 channel.sales_potential_currency_id),
                                (3, territory.id, territory.sales_potential,
                                 territory.sales_potential_currency_id)
                               ) AS place(rank, id, potential, currency_id)
                         WHERE place.id IS NOT NULL ORDER BY place.rank LIMIT 1
                       ) AS place
                 WHERE target.id = ANY(%s)
                """,
                [node.id for node in nodes],
            )
        )
        rates = self._get_rates(plan, {currency_id for _id, _potential, currency_id in rows})
        known = {
            id_: Decimal(potential) * rates[currency_id]
            for id_, potential, currency_id in rows
            if potential is not None
        }
        return {**dict.fromkeys(node.id for node in nodes), **self._round(plan, known)}

    @api.model
    def _get_rates(self, plan, currency_ids):
        """:return: dict of currency id → Decimal, what its unit is worth in the plan's currency;
        by the rates of the plan where it has one, else of its first day
        """
        own = plan.company_id.currency_id
        rates = {line.currency_id.id: Decimal(str(line.rate)) for line in plan.further_company_ids}
        rates.update({False: Decimal(1), None: Decimal(1), own.id: Decimal(1)})
        for currency in self.env["res.currency"].browse(
            currency_id for currency_id in currency_ids if currency_id not in rates
        ):
            rate = self.env["res.currency"]._get_conversion_rate(
                currency, own, plan.company_id, plan.date_from
            )
            rates[currency.id] = Decimal(str(rate))
        return rates
