from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.query import Query

MARKETING_ATTRIBUTION = [
    ("marked", "Marked Campaign"),
    ("first", "First Campaign"),
    ("linear", "All Campaigns Equally"),
]
DEFAULT_ATTRIBUTION = "marked"


class SalesMarketingAttribution(models.AbstractModel):
    """Which campaigns a sale is credited to, and with what part of it.

    ``marked``: the campaign on the ledger entry itself. ``first``: the one that the customer met
    first. ``linear``: all that the customer had met by the day of the entry, in equal parts.
    Whom a customer has met is a fact of the company, the same whoever reads.
    """

    _name = "sales.marketing.attribution"
    _description = "Attribution of Sales to Campaigns"

    # === BUSINESS METHODS === #
    @api.model
    def _get_default_domain(self, domain):
        """:return: the domain, of one attribution where it names none: nothing counts thrice"""
        named = {condition.field_expr for condition in domain.iter_conditions()}
        # Records that are read are named by their ids.
        if named.isdisjoint({"attribution", "id"}):
            domain &= Domain("attribution", "=", DEFAULT_ATTRIBUTION)
        return domain

    # === QUERIES === #
    def _read_group_select(self, aggregate_spec: str, query: Query) -> SQL:
        figure = super()._read_group_select(aggregate_spec, query)
        if aggregate_spec.partition(":")[2] not in ("sum", "sum_currency", "avg"):
            return figure
        return self._get_figure_of_one(figure, query)

    def _get_figure_of_one(self, figure, query):
        """:return: ``SQL`` of the figure of a group, NULL of one with several ways of attribution:
        they count the same sales
        """
        attribution = self._field_to_sql(self._table, "attribution", query)
        return SQL("CASE WHEN MIN(%s) = MAX(%s) THEN %s END", attribution, attribution, figure)

    @api.model
    def _get_touches(self):
        """:return: ``SQL`` of the day on which each customer met each campaign for the first time:
        by a lead or an order, by an invoice, or by a sale of another system
        """
        return SQL(
            """
            SELECT company_id, partner_id, campaign_id, MIN(met_on) AS met_on
              FROM (%s) AS touch
             GROUP BY company_id, partner_id, campaign_id
            """,
            SQL(" UNION ALL ").join(
                [
                    self._get_lead_touches(SQL("company.id = lead.company_id")),
                    # Leads of nobody in particular may become sales of any company.
                    self._get_lead_touches(SQL("lead.company_id IS NULL")),
                    self._get_document_touches(),
                ]
            ),
        )

    @api.model
    def _get_lead_touches(self, condition):
        return SQL(
            """
            SELECT company.id AS company_id, partner.commercial_partner_id AS partner_id,
                   lead.campaign_id,
                   (lead.create_date AT TIME ZONE 'UTC'
                        AT TIME ZONE COALESCE(NULLIF(home.tz, ''), 'UTC'))::date AS met_on
              FROM crm_lead lead
              JOIN res_partner partner ON partner.id = lead.partner_id
              JOIN res_company company ON %s
              JOIN res_partner home ON home.id = company.partner_id
             WHERE lead.campaign_id IS NOT NULL
            """,
            condition,
        )

    @api.model
    def _get_document_touches(self):
        """Documents count as they stand: a campaign that was corrected has not been met."""
        return SQL(
            """
            SELECT company_id, ledger_partner_id, campaign_id, ledger_date
              FROM sale_order
             WHERE campaign_id IS NOT NULL AND state <> 'cancel'
             UNION ALL
            SELECT company_id, commercial_partner_id, campaign_id, COALESCE(invoice_date, date)
              FROM account_move
             WHERE campaign_id IS NOT NULL AND state = 'posted'
               AND move_type IN ('out_invoice', 'out_receipt')
             UNION ALL
            SELECT company_id, partner_id, campaign_id, MIN(date)
              FROM sales_ledger_entry
             WHERE campaign_id IS NOT NULL AND import_id IS NOT NULL AND partner_id IS NOT NULL
             GROUP BY company_id, partner_id, campaign_id, event, import_key
            HAVING SUM(amount) > 0
            """
        )

    @api.model
    def _get_meetings(self):
        """:return: ``SQL`` of each customer's campaigns with the days on which they met them, in
        that order; one row a customer, so that PostgreSQL knows how few entries it joins
        """
        return SQL(
            """
            SELECT company_id, partner_id,
                   array_agg(campaign_id ORDER BY met_on, campaign_id) AS campaigns,
                   array_agg(met_on ORDER BY met_on, campaign_id) AS days
              FROM (%s) AS touch
             GROUP BY company_id, partner_id
            """,
            self._get_touches(),
        )

    @api.model
    def _get_met(self, attribution):
        """:return: ``SQL`` of the joins that give each ``entry`` its campaigns, as ``met``: each
        has the part of 1 that lies between its place and the one before, divided by their number
        """
        if attribution == "marked":
            return SQL(
                """
                CROSS JOIN LATERAL (
                    SELECT entry.campaign_id, 1 AS place, 1 AS number
                     WHERE entry.campaign_id IS NOT NULL
                ) AS met
                """
            )
        if attribution == "first":
            met = SQL(
                """
                SELECT customer.campaigns[1] AS campaign_id, 1 AS place, 1 AS number
                 WHERE customer.days[1] <= entry.date
                """
            )
        else:
            met = SQL(
                """
                SELECT turn.campaign_id, turn.place, turns.number
                  FROM (SELECT width_bucket(entry.date, customer.days) AS number) AS turns
                 CROSS JOIN unnest(customer.campaigns[:turns.number])
                            WITH ORDINALITY AS turn(campaign_id, place)
                """
            )
        return SQL(
            """
            JOIN (%s) AS customer ON customer.company_id = entry.company_id
                                 AND customer.partner_id = entry.partner_id
            CROSS JOIN LATERAL (%s) AS met
            """,
            self._get_meetings(),
            met,
        )

    @api.model
    def _get_part(self, value):
        """:param value: ``SQL`` of an amount of an ``entry`` in the currency ``currency``
        :return: ``SQL`` of the part of it that is due to ``met``; all parts add up to the amount
        """
        return SQL(
            """
            CASE WHEN met.number = 1 THEN %(value)s
                 ELSE ROUND(%(value)s * met.place / met.number / currency.rounding)
                      * currency.rounding
                      - ROUND(%(value)s * (met.place - 1) / met.number / currency.rounding)
                      * currency.rounding END
            """,
            value=value,
        )
