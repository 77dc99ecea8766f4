from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.sales_system.models.ledger.sales_ledger_row_mixin import ENTRY_COLUMNS

from .sales_marketing_attribution import MARKETING_ATTRIBUTION

AMOUNTS = ("booked", "invoiced", "collected")


class SalesMarketingContribution(models.Model):
    """What a ledger entry contributes to a campaign, by one way of attribution.

    The entries are those that the reader may see. With no attribution named, the campaign that
    is marked on the entry has all of it.
    """

    _name = "sales.marketing.contribution"
    _description = "Contribution to a Campaign"
    _inherit = ["sales.ledger.row.mixin", "sales.marketing.attribution"]
    _auto = False
    _depends = {
        "sales.ledger.entry": [
            *ENTRY_COLUMNS,
            "amount",
            "margin",
            "campaign_id",
            "document_id",
            "import_id",
            "import_key",
        ],
        "sales.marketing.activity": ["campaign_id", "plan_id", "company_id"],
        "crm.lead": ["campaign_id", "company_id", "partner_id"],
        "sale.order": [
            "campaign_id",
            "company_id",
            "ledger_date",
            "ledger_partner_id",
            "state",
        ],
        "account.move": [
            "campaign_id",
            "commercial_partner_id",
            "company_id",
            "date",
            "invoice_date",
            "move_type",
            "state",
        ],
        "res.partner": ["commercial_partner_id", "tz"],
    }

    # === FIELDS === #
    attribution = fields.Selection(MARKETING_ATTRIBUTION, readonly=True)
    activity_id = fields.Many2one(
        "sales.marketing.activity", string="Marketing Activity", readonly=True
    )
    plan_id = fields.Many2one("sales.marketing.plan", string="Marketing Plan", readonly=True)

    # === MEASURES === #
    share = fields.Float(
        readonly=True, aggregator=None, help="The part of the entry that the campaign has."
    )
    margin = fields.Monetary(readonly=True, help="Of what is invoiced.")
    orders = fields.Float(
        digits=(16, 2),
        readonly=True,
        help="Orders that stand, counted where they were booked; in parts where several "
        "campaigns share one.",
    )
    new_customers = fields.Float(
        digits=(16, 2),
        readonly=True,
        help="Customers whose first invoice of all this is.",
    )

    # === ACTION METHODS === #
    @api.model
    def _get_action(self, name, domain):
        """:return: action that shows the contributions of a domain: the drill-down of a figure"""
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": self._name,
            "view_mode": "list,pivot,graph",
            "views": [(False, mode) for mode in ("list", "pivot", "graph")],
            "domain": domain,
        }

    # === QUERIES === #
    @api.model
    def _search(self, domain, *args, **kwargs):
        return super()._search(self._get_default_domain(Domain(domain)), *args, **kwargs)

    @property
    def _table_query(self):
        return SQL(" UNION ALL ").join(
            self._get_query(attribution) for attribution, _label in MARKETING_ATTRIBUTION
        )

    @api.model
    def _get_query(self, attribution, activities=None):
        """:param activities: only their campaigns matter; None for all
        :return: ``SQL`` of the contributions by one way of attribution
        """
        number = [name for name, _label in MARKETING_ATTRIBUTION].index(attribution)
        # Both fit into the 53 bits that a browser counts with.
        return SQL(
            """
            SELECT entry.id::bigint * 4194304 + met.campaign_id * 4 + %(number)s AS id,
                   %(attribution)s::varchar AS attribution,
                   entry.id AS entry_id, met.campaign_id AS campaign_id,
                   activity.id AS activity_id, activity.plan_id,
                   %(columns)s, 1.0 / met.number AS share, part.margin,
                   CASE WHEN entry.event = 'booked' THEN part.amount END AS booked,
                   CASE WHEN entry.event = 'invoiced' THEN part.amount END AS invoiced,
                   CASE WHEN entry.event = 'collected' THEN part.amount END AS collected,
                   CASE WHEN entry.event = 'booked' AND first.id IS NOT NULL
                        THEN 1.0 / met.number END AS orders,
                   CASE WHEN entry.event = 'invoiced' AND first.id IS NOT NULL
                        THEN 1.0 / met.number END AS new_customers
              FROM (%(entries)s) AS entry
              %(met)s
              %(currency)s
             CROSS JOIN LATERAL (
                    SELECT %(amount)s AS amount,
                           CASE WHEN entry.event = 'invoiced' THEN %(margin)s END AS margin
                   ) AS part
              LEFT JOIN (%(activities)s) AS activity
                ON activity.campaign_id = met.campaign_id AND activity.company_id = entry.company_id
              LEFT JOIN (%(firsts)s) AS first ON first.id = entry.id
             WHERE %(wanted)s
            """,
            number=number,
            attribution=attribution,
            columns=self._get_entry_columns(),
            entries=self._get_entries(),
            met=self._get_met(attribution),
            currency=SQL("JOIN res_currency currency ON currency.id = entry.currency_id")
            if attribution == "linear"
            else SQL(""),
            amount=self._get_amount(attribution, "amount"),
            margin=self._get_amount(attribution, "margin"),
            activities=self._get_activities(activities),
            firsts=self._get_firsts(attribution, activities),
            wanted=SQL("TRUE") if activities is None else SQL("activity.id IS NOT NULL"),
        )

    @api.model
    def _get_amount(self, attribution, name):
        value = SQL.identifier("entry", name)
        return self._get_part(value) if attribution == "linear" else value

    @api.model
    def _get_entries(self):
        """:return: ``SQL`` of the ledger entries that the reader may see"""
        query = self.env["sales.ledger.entry"]._search([], active_test=False)
        names = ("id", *ENTRY_COLUMNS, "amount", "margin", "campaign_id")
        return query.select(*(SQL.identifier(query.table, name) for name in names))

    @api.model
    def _get_activities(self, activities=None):
        """:return: ``SQL`` of the activities that the reader may see"""
        domain = Domain("campaign_id", "!=", False)
        if activities is not None:
            domain &= Domain("id", "in", activities.ids)
        query = self.env["sales.marketing.activity"]._search(domain)
        names = ("id", "plan_id", "campaign_id", "company_id")
        return query.select(*(SQL.identifier(query.table, name) for name in names))

    @api.model
    def _get_firsts(self, attribution, activities=None):
        """The first entry of each order that stands, and of each customer's first invoice that
        does: over the whole ledger, so that nobody is new to one who sees a part of it only.

        :return: ``SQL`` of the ids of ledger entries
        """
        # Grouped once more, so that PostgreSQL leaves it out where nobody asks for it.
        return SQL(
            """
            SELECT id FROM (
                SELECT (MIN(place) & 4294967295)::integer AS id
                  FROM (
                        SELECT event, company_id, partner_id,
                               MIN((date - DATE '1970-01-01')::bigint * 4294967296 + id) AS place
                          FROM sales_ledger_entry
                         WHERE event IN ('booked', 'invoiced') AND %s
                         GROUP BY event, company_id, partner_id, campaign_id, document_id,
                                  CASE WHEN document_id IS NULL THEN reference END
                        HAVING SUM(amount) > 0
                       ) AS document
                 WHERE event = 'booked' OR partner_id IS NOT NULL
                 GROUP BY event, company_id, partner_id,
                          CASE WHEN event = 'booked' THEN place END
            ) AS first GROUP BY id
            """,
            self._get_customers_of(activities)
            if attribution == "marked" and activities is not None
            else SQL("TRUE"),
        )

    @api.model
    def _get_customers_of(self, activities):
        """:return: ``SQL`` condition that narrows the ledger down to what a few campaigns need"""
        return SQL(
            "partner_id IN (SELECT partner_id FROM sales_ledger_entry WHERE campaign_id = ANY(%s))",
            activities.sudo().campaign_id.ids,
        )
