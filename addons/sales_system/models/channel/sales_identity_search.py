from odoo import api, models
from odoo.tools import SQL

from ...engine.identity import LAST_DIGITS, MAX_KEY, name_key, phone_key


class SalesIdentitySearch(models.AbstractModel):
    """Finds who may be the same company, by their identity keys, for any number of companies.

    How to use: build the keys by :mod:`engine.identity` and pass them as ``sought``, ``SQL`` of
    a query with the columns ``id`` (whatever the keys belong to), ``company_id``, ``kind``,
    ``key`` and ``country_id`` (of national phone numbers). The statements return rows that
    :meth:`_keep_same` looks at more closely than the database can.
    """

    _name = "sales.identity.search"
    _description = "Search for the Same Company"

    @api.model
    def _partners_sql(self, sought):
        """:return: ``SQL`` of (id, kind, key, commercial partner, name, phone, country, code)"""
        return SQL(
            """
            SELECT k.id, k.kind, k.key, p.commercial_partner_id AS found_id, p.name, p.phone,
                   country.code, country.phone_code
              FROM (%s) k
              JOIN sales_identity_key known ON %s
              JOIN res_partner p ON p.id = known.partner_id
              LEFT JOIN res_country country ON country.id = COALESCE(p.country_id, k.country_id)
             WHERE p.active AND COALESCE(p.company_id, k.company_id) = k.company_id
            """,
            sought,
            self._same_key_sql(),
        )

    @api.model
    def _leads_sql(self, sought):
        """Look among open opportunities.

        :return: ``SQL`` of (id, kind, key, lead, name of its company, phone, country, code)
        """
        return SQL(
            """
            SELECT k.id, k.kind, k.key, lead.id AS found_id, lead.partner_name, lead.phone,
                   country.code, country.phone_code
              FROM (%s) k
              JOIN sales_identity_key known ON %s
              JOIN crm_lead lead ON lead.id = known.lead_id
              LEFT JOIN res_country country ON country.id = COALESCE(lead.country_id, k.country_id)
             WHERE lead.active AND lead.won_status = 'pending'
               AND COALESCE(lead.company_id, k.company_id) = k.company_id
            """,
            sought,
            self._same_key_sql(),
        )

    @api.model
    def _same_key_sql(self):
        """:return: ``SQL`` of the condition on a ``known`` key, which is up to date"""
        self.env["sales.identity.key"]._renew_pending()
        return SQL(
            """known.kind = k.kind AND known.key = CASE k.kind
               WHEN 'phone' THEN right(k.key, %s) ELSE k.key END""",
            LAST_DIGITS,
        )

    @api.model
    def _keep_same(self, rows):
        """Let the engine look at what the database found by one end of a key.

        :return: dict of id → set of ids that were found
        """
        same = {}
        for record_id, kind, key, found_id, name, phone, country, calling_code in rows:
            # A lead is known by its contact's name too, who is no company.
            is_other_name = kind == "name" and (name_key(name) or "")[:MAX_KEY] != key
            is_other_phone = kind == "phone" and phone_key(phone, country, calling_code) != key
            if not is_other_name and not is_other_phone:
                same.setdefault(record_id, set()).add(found_id)
        return same
