from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.tools import SQL

# What the pass writes into a profile.
COUNTED = (
    "lifecycle",
    "level_id",
    "lost_on",
    "order_count",
    "order_days",
    "first_order_on",
    "last_order_on",
    "last_collected_on",
    "frequency",
    "monetary",
    "margin",
    "purchase_cycle",
    "expected_on",
    "recency_score",
    "frequency_score",
    "monetary_score",
)
# What customers show of their profile.
PROFILE_FIELDS = [
    "customer_profile_ids",
    "customer_level_change_ids",
    "customer_level_id",
    "lifecycle",
    "customer_rfm",
    "customer_purchase_cycle",
    "customer_expected_on",
]
# Sorting and hashing all customers of a company needs more than the 4 MB of a web request.
WORK_MEMORY = "128MB"


class SalesCustomerCount(models.Model):
    """The pass over the ledger: profiles, scores, lifecycles, levels and the history of levels.

    One statement for a company, however many customers it has, which touches only profiles
    that something changed in. How its parts follow from each other:

    * ``order_day``: what a customer ordered on a day, net of corrections and cancelled orders.
      A day with nothing left, or less, is none. A correction of a locked period counts on the
      day that it belongs to.
    * ``booked``: the days of a customer in one row.
    * ``measured``: every customer, with their days, profile of yesterday and purchase cycle.
    * ``counted``: scores, lifecycle and level.
    """

    _inherit = "sales.customer.count"

    # === BUSINESS METHODS === #
    @api.model
    def _count(self, company, partners=None, review=False):
        """Count the customers of a company.

        :param partners: the customers to write profiles of; None for all
        :param review: whether the rules may move customers from one level to another
        :return: number of profiles written, number of levels changed
        """
        self.env["sales.ledger.posting"]._post_pending()
        self.env.flush_all()
        self.env.cr.execute(SQL("SELECT set_config('work_mem', %s, TRUE)", WORK_MEMORY))
        self._drop_contacts(company)
        self.env.cr.execute(self._count_query(company.sudo(), partners, review))
        result = self.env.cr.fetchone()
        self.env["sales.customer.profile"].invalidate_model()
        self.env["sales.customer.level.change"].invalidate_model()
        self.env["res.partner"].invalidate_model(PROFILE_FIELDS)
        return result

    @api.model
    def _drop_contacts(self, company):
        """A company that became a contact of another is no customer of its own any more."""
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM sales_customer_profile profile
                 USING res_partner partner
                 WHERE profile.company_id = %s AND partner.id = profile.partner_id
                   AND partner.commercial_partner_id <> partner.id
                """,
                company.id,
            )
        )

    # === QUERIES === #
    @api.model
    def _count_query(self, company, partners, review):
        day = company._get_sales_today()
        columns = self.env["sales.ledger.posting"]._columns(COUNTED)
        return SQL(
            """
            WITH order_day AS (%(order_day)s),
            booked AS (%(booked)s),
            collected AS (%(collected)s),
            engaged AS (%(engaged)s),
            measured AS (%(measured)s),
            counted AS (%(counted)s),
            written AS (
                INSERT INTO sales_customer_profile AS profile
                       (partner_id, company_id, level_pinned, %(columns)s)
                SELECT partner_id, %(company)s, FALSE, %(columns)s
                  FROM counted
                 WHERE %(chosen)s
                   AND (profile_id IS NULL OR (%(columns)s) IS DISTINCT FROM (%(before)s))
                    ON CONFLICT (partner_id, company_id) DO UPDATE SET %(updates)s
                RETURNING partner_id, level_id
            ),
            moved AS (
                INSERT INTO sales_customer_level_change
                       (partner_id, company_id, from_level_id, to_level_id, date, source)
                SELECT written.partner_id, %(company)s, profile.level_id, written.level_id,
                       %(day)s, 'rule'
                  FROM written
                  -- as it was before this statement
                  LEFT JOIN sales_customer_profile profile
                    ON profile.partner_id = written.partner_id
                   AND profile.company_id = %(company)s
                 WHERE profile.level_id IS DISTINCT FROM written.level_id
                RETURNING 1
            )
            SELECT (SELECT COUNT(*) FROM written), (SELECT COUNT(*) FROM moved)
            """,
            order_day=self._order_day_query(company, day),
            booked=self._booked_query(company, day),
            collected=self._collected_query(company, day),
            engaged=self._engaged_query(company),
            measured=self._measured_query(company, day),
            counted=self._counted_query(company, day, review),
            company=company.id,
            day=day,
            columns=columns,
            before=SQL(", ").join(SQL.identifier(f"old_{name}") for name in COUNTED),
            updates=SQL(", ").join(
                SQL("%s = EXCLUDED.%s", SQL.identifier(name), SQL.identifier(name))
                for name in COUNTED
            ),
            chosen=SQL("TRUE") if partners is None else SQL("partner_id = ANY(%s)", partners.ids),
        )

    @api.model
    def _order_day_query(self, company, day):
        return SQL(
            """
            SELECT partner_id, day, SUM(amount) AS amount, SUM(margin) AS margin,
                   COUNT(*) FILTER (WHERE amount > 0) AS order_count
              FROM (
                    SELECT partner.commercial_partner_id AS partner_id,
                           COALESCE(entry.late_for, entry.date) AS day,
                           SUM(entry.amount) AS amount, SUM(entry.margin) AS margin
                      FROM sales_ledger_entry entry
                      JOIN res_partner partner ON partner.id = entry.partner_id
                     WHERE entry.company_id = %(company)s AND entry.event = 'booked'
                       AND COALESCE(entry.late_for, entry.date) <= %(day)s
                     GROUP BY 1, 2, entry.document_id,
                              CASE WHEN entry.document_id IS NULL THEN entry.reference END
                   ) AS document
             GROUP BY partner_id, day
            """,
            company=company.id,
            day=day,
        )

    @api.model
    def _booked_query(self, company, day):
        return SQL(
            """
            SELECT partner_id AS booked_id,
                   MIN(day) FILTER (WHERE amount > 0) AS first_order_on,
                   MAX(day) FILTER (WHERE amount > 0) AS last_order_on,
                   COUNT(*) FILTER (WHERE amount > 0) AS order_days,
                   SUM(order_count) AS order_count,
                   COUNT(*) FILTER (WHERE amount > 0 AND day > %(since)s) AS frequency,
                   COALESCE(SUM(amount) FILTER (WHERE day > %(since)s), 0) AS monetary,
                   COALESCE(SUM(margin) FILTER (WHERE day > %(since)s), 0) AS margin
                   %(levels)s
              FROM order_day
             GROUP BY partner_id
            """,
            since=day - relativedelta(months=12),
            levels=self.env["sales.customer.level"]._get_for(company)._get_columns(day),
        )

    @api.model
    def _collected_query(self, company, day):
        return SQL(
            """
            SELECT partner_id, MAX(day) AS last_collected_on
              FROM (
                    SELECT partner.commercial_partner_id AS partner_id,
                           COALESCE(entry.late_for, entry.date) AS day
                      FROM sales_ledger_entry entry
                      JOIN res_partner partner ON partner.id = entry.partner_id
                     WHERE entry.company_id = %(company)s AND entry.event = 'collected'
                       AND COALESCE(entry.late_for, entry.date) <= %(day)s
                     GROUP BY 1, 2
                    HAVING SUM(entry.amount) > 0
                   ) AS collected_day
             GROUP BY partner_id
            """,
            company=company.id,
            day=day,
        )

    @api.model
    def _engaged_query(self, company):
        """:return: ``SQL`` of those whom there is or was a lead or a quotation of"""
        return SQL(
            """
            SELECT partner.commercial_partner_id AS partner_id
              FROM crm_lead lead JOIN res_partner partner ON partner.id = lead.partner_id
             WHERE lead.company_id IS NULL OR lead.company_id = %(company)s
             UNION
            SELECT partner.commercial_partner_id
              FROM sale_order orders
              JOIN res_partner partner ON partner.id = orders.ledger_partner_id
             WHERE orders.company_id = %(company)s
            """,
            company=company.id,
        )

    @api.model
    def _measured_query(self, company, day):
        """Customers are those with an order, and those of the company that are looked after,
        wooed, or entered as customers."""
        return SQL(
            """
            SELECT partner.id AS partner_id, booked.*, collected.last_collected_on,
                   partner.last_contact_on IS NOT NULL OR engaged.partner_id IS NOT NULL
                       AS is_engaged,
                   COALESCE(booked.order_days, 0) > 0 AS has_ordered,
                   ROUND((booked.last_order_on - booked.first_order_on)::numeric
                         / NULLIF(booked.order_days - 1, 0), 1) AS cycle,
                   profile.id AS profile_id, profile.level_pinned AS old_level_pinned,
                   %(before)s
              FROM res_partner partner
              LEFT JOIN booked ON booked.booked_id = partner.id
              LEFT JOIN collected ON collected.partner_id = partner.id
              LEFT JOIN engaged ON engaged.partner_id = partner.id
              LEFT JOIN sales_customer_profile profile
                ON profile.partner_id = partner.id AND profile.company_id = %(company)s
             WHERE partner.commercial_partner_id = partner.id AND partner.active
               AND (booked.booked_id IS NOT NULL
                    OR profile.id IS NOT NULL
                    OR partner.partner_share
                       AND (partner.company_id IS NULL OR partner.company_id = ANY(%(owners)s))
                       AND (partner.customer_rank > 0 OR partner.user_id IS NOT NULL
                            OR engaged.partner_id IS NOT NULL))
            """,
            company=company.id,
            # A branch works with the customers of the companies above it.
            owners=company.parent_ids.ids,
            before=SQL(", ").join(
                SQL("profile.%s AS %s", SQL.identifier(name), SQL.identifier(f"old_{name}"))
                for name in COUNTED
            ),
        )

    @api.model
    def _counted_query(self, company, day, review):
        levels = self.env["sales.customer.level"]._get_for(company)
        return SQL(
            """
            SELECT partner_id, profile_id, %(before)s,
                   %(lifecycle)s AS lifecycle,
                   CASE WHEN old_level_pinned THEN old_level_id
                        WHEN %(review)s OR old_level_id IS NULL THEN %(level)s
                        ELSE old_level_id END AS level_id,
                   CASE WHEN %(is_marked)s THEN old_lost_on END AS lost_on,
                   COALESCE(order_count, 0) AS order_count,
                   COALESCE(order_days, 0) AS order_days,
                   first_order_on, last_order_on, last_collected_on,
                   COALESCE(frequency, 0) AS frequency,
                   COALESCE(monetary, 0) AS monetary,
                   COALESCE(margin, 0) AS margin,
                   cycle AS purchase_cycle,
                   last_order_on + ROUND(cycle)::integer AS expected_on,
                   %(recency_score)s AS recency_score,
                   %(frequency_score)s AS frequency_score,
                   %(monetary_score)s AS monetary_score
              FROM measured
            """,
            before=SQL(", ").join(SQL.identifier(f"old_{name}") for name in COUNTED),
            lifecycle=self._lifecycle_case(company, day),
            review=review,
            level=levels._get_case(company, day),
            is_marked=self._is_marked(),
            recency_score=self._score("last_order_on"),
            frequency_score=self._score("frequency"),
            monetary_score=self._score("monetary"),
        )

    @api.model
    def _score(self, column):
        """Which fifth of the customers with an order somebody is in: equals are in the same.

        :return: ``SQL`` of 1 to 5, or NULL for those who never ordered
        """
        return SQL(
            """
            CASE WHEN has_ordered THEN
                1 + 5 * (RANK() OVER (PARTITION BY has_ordered ORDER BY %s) - 1)
                / COUNT(*) OVER (PARTITION BY has_ordered)
            END
            """,
            SQL.identifier(column),
        )

    @api.model
    def _is_marked(self):
        """:return: ``SQL``: marked as lost, and no order since"""
        return SQL(
            "old_lost_on IS NOT NULL AND (last_order_on IS NULL OR last_order_on <= old_lost_on)"
        )

    @api.model
    def _lifecycle_case(self, company, day):
        # How many days of silence are nothing to wonder about.
        patience = SQL(
            "CASE WHEN cycle IS NULL THEN %s ELSE GREATEST(cycle * %s::numeric, %s) END",
            company.sales_dormant_days,
            str(company.sales_dormant_factor),
            company.sales_dormant_least_days,
        )
        return SQL(
            """
            CASE WHEN %(is_marked)s THEN 'lost'
                 WHEN NOT has_ordered THEN
                     CASE WHEN is_engaged THEN 'engaged' ELSE 'prospect' END
                 WHEN %(day)s - last_order_on > %(patience)s * %(lost)s::numeric THEN 'lost'
                 WHEN %(day)s - last_order_on > %(patience)s THEN 'dormant'
                 WHEN order_days > 1 THEN 'repeat'
                 ELSE 'customer' END
            """,
            is_marked=self._is_marked(),
            day=day,
            patience=patience,
            lost=str(company.sales_lost_factor),
        )
