from odoo import api, models
from odoo.tools import SQL

from ...engine.identity import name_key, phone_key
from .identity_sql import PHONE_DIGITS, domain_sql, name_sql, phone_sql, tax_sql

# Behind every character that a name can go on with.
LAST_CHARACTER = "\U0010ffff"


class SalesIdentitySearch(models.AbstractModel):
    """Finds who may be the same company, by keys and indexes, for any number of companies at once.

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
        self.env["res.partner"].flush_model()
        return SQL(
            """
            SELECT k.id, k.kind, k.key, p.commercial_partner_id AS found_id, p.name, p.phone,
                   country.code, country.phone_code
              FROM (%(sought)s) k
             CROSS JOIN LATERAL (
                   SELECT id FROM res_partner
                    WHERE k.kind = 'tax_id' AND vat IS NOT NULL AND %(tax)s = k.key
                    UNION ALL
                   SELECT id FROM res_partner
                    WHERE k.kind = 'domain' AND email_normalized IS NOT NULL
                      AND %(domain)s = k.key
                    UNION ALL
                   SELECT id FROM res_partner
                    WHERE k.kind = 'phone' AND phone IS NOT NULL
                      AND %(phone)s = right(k.key, %(digits)s)
                    UNION ALL
                   SELECT id FROM res_partner
                    WHERE k.kind = 'name' AND %(name)s ~>=~ k.key
                      AND %(name)s ~<~ (k.key || %(last)s)
                   ) same
              JOIN res_partner p ON p.id = same.id
              LEFT JOIN res_country country ON country.id = COALESCE(p.country_id, k.country_id)
             WHERE p.active AND COALESCE(p.company_id, k.company_id) = k.company_id
            """,
            sought=sought,
            tax=SQL(tax_sql("vat")),
            domain=SQL(domain_sql("email_normalized")),
            phone=SQL(phone_sql("phone")),
            name=SQL(name_sql("name")),
            digits=PHONE_DIGITS,
            last=LAST_CHARACTER,
        )

    @api.model
    def _leads_sql(self, sought):
        """Look among open opportunities.

        :return: ``SQL`` of (id, kind, key, lead, name of its company, phone, country, code)
        """
        self.env["crm.lead"].flush_model()
        return SQL(
            """
            SELECT k.id, k.kind, k.key, lead.id AS found_id, lead.partner_name, lead.phone,
                   country.code, country.phone_code
              FROM (%(sought)s) k
             CROSS JOIN LATERAL (
                   SELECT id FROM crm_lead
                    WHERE k.kind = 'domain' AND email_domain_criterion = '@' || k.key
                    UNION ALL
                   SELECT id FROM crm_lead
                    WHERE k.kind = 'phone' AND phone IS NOT NULL
                      AND %(phone)s = right(k.key, %(digits)s)
                    UNION ALL
                   SELECT id FROM crm_lead
                    WHERE k.kind = 'name' AND partner_name IS NOT NULL
                      AND %(name)s ~>=~ k.key AND %(name)s ~<~ (k.key || %(last)s)
                   ) same
              JOIN crm_lead lead ON lead.id = same.id
              LEFT JOIN res_country country ON country.id = COALESCE(lead.country_id, k.country_id)
             WHERE lead.active AND lead.won_status = 'pending'
               AND COALESCE(lead.company_id, k.company_id) = k.company_id
            """,
            sought=sought,
            phone=SQL(phone_sql("phone")),
            name=SQL(name_sql("partner_name")),
            digits=PHONE_DIGITS,
            last=LAST_CHARACTER,
        )

    @api.model
    def _keep_same(self, rows):
        """Let the engine look at what the database found by one end of a key.

        :return: dict of id → set of ids that were found
        """
        same = {}
        for record_id, kind, key, found_id, name, phone, country, calling_code in rows:
            is_other_name = kind == "name" and name_key(name) != key
            is_other_phone = kind == "phone" and phone_key(phone, country, calling_code) != key
            if not is_other_name and not is_other_phone:
                same.setdefault(record_id, set()).add(found_id)
        return same
