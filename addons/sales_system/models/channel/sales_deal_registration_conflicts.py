from odoo import api, fields, models
from odoo.tools import SQL

from ...engine.identity import name_key, phone_key
from .identity_sql import PHONE_DIGITS, domain_sql, name_sql, phone_sql, tax_sql
from .sales_deal_registration import IDENTITY_FIELDS, PROTECTED_STATES

# Behind every character that a name can go on with.
LAST_CHARACTER = "\U0010ffff"


class SalesDealRegistration(models.Model):
    """What speaks against a registration: others, customers and opportunities of the same company.

    All of it is found by keys and indexes, in a number of statements that does not depend on
    how many registrations are looked at.
    """

    _inherit = "sales.deal.registration"

    conflict_ids = fields.Many2many(
        "sales.deal.registration",
        string="Other Registrations",
        compute="_compute_conflicts",
        help="Registrations of the same customer by other channel partners, submitted or "
        "protected.",
    )
    similar_partner_ids = fields.Many2many(
        "res.partner", string="Existing Customers", compute="_compute_conflicts"
    )
    similar_lead_ids = fields.Many2many(
        "crm.lead", string="Open Opportunities", compute="_compute_conflicts"
    )
    hidden_conflict_count = fields.Integer(
        compute="_compute_conflicts",
        help="Registrations, customers and opportunities that speak against it and that you may "
        "not open.",
    )
    has_conflicts = fields.Boolean(compute="_compute_conflicts")

    # === COMPUTE METHODS === #
    @api.depends("state", *IDENTITY_FIELDS)
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_conflicts(self):
        found = self._find_conflicts()
        readable = {
            name: self.env[model].browse(set().union(*map(set, found[name].values())))
            for name, model in self._conflict_models().items()
        }
        readable = {name: records._filtered_access("read") for name, records in readable.items()}
        for registration in self:
            hidden = 0
            for name, allowed in readable.items():
                ids = found[name].get(registration._origin.id, ())
                registration[name] = allowed.filtered(lambda record, ids=ids: record.id in ids)
                hidden += len(ids) - len(registration[name])
            registration.hidden_conflict_count = hidden
            registration.has_conflicts = hidden or any(registration[name] for name in readable)

    @api.model
    def _conflict_models(self):
        return {
            "conflict_ids": "sales.deal.registration",
            "similar_partner_ids": "res.partner",
            "similar_lead_ids": "crm.lead",
        }

    # === BUSINESS METHODS === #
    def _find_conflicts(self):
        """:return: dict of field → dict of registration id → set of ids, whoever may see them"""
        ids = self._origin.ids
        if not ids:
            return {name: {} for name in self._conflict_models()}
        self.env["sales.deal.registration"].flush_model()
        self.env["sales.deal.registration.key"].flush_model()
        partners = self._find_similar_partners(ids)
        return {
            "conflict_ids": self._find_other_registrations(ids),
            "similar_partner_ids": partners,
            "similar_lead_ids": self._find_similar_leads(ids, partners),
        }

    def _find_other_registrations(self, ids, states=("submitted", *PROTECTED_STATES)):
        query = self._other_registrations_sql(ids, states)
        return _group(self.env.execute_query(query))

    def _other_registrations_sql(self, ids, states):
        return SQL(
            """
                SELECT DISTINCT mine.registration_id, other.registration_id
                  FROM sales_deal_registration_key mine
                  JOIN sales_deal_registration_key other
                    ON other.key = mine.key AND other.kind = mine.kind
                   AND other.company_id = mine.company_id AND other.partner_id <> mine.partner_id
                  JOIN sales_deal_registration r ON r.id = other.registration_id
                 WHERE mine.registration_id = ANY(%(ids)s) AND r.state = ANY(%(states)s)
                   AND (r.state = 'submitted'
                        OR %(today)s BETWEEN other.date_from AND other.date_to)
                """,
            ids=ids,
            states=list(states),
            today=self._today(),
        )

    def _find_similar_partners(self, ids):
        """Find the companies of partners that have a key in common; who is served by the channel
        partner already is no news.
        """
        self.env["res.partner"].flush_model()
        rows = self.env.execute_query(self._similar_partners_sql(ids))
        return _group(_filter_same(rows))

    def _similar_partners_sql(self, ids):
        return SQL(
            """
                SELECT DISTINCT k.registration_id, k.kind, k.key, company.id, p.name, p.phone,
                       country.code, country.phone_code
                  FROM sales_deal_registration_key k
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
                       ) found
                  JOIN res_partner p ON p.id = found.id
                  JOIN res_partner company ON company.id = p.commercial_partner_id
                  JOIN sales_deal_registration r ON r.id = k.registration_id
                  LEFT JOIN res_country country ON country.id = COALESCE(p.country_id, r.country_id)
                 WHERE k.registration_id = ANY(%(ids)s) AND p.active
                   AND COALESCE(p.company_id, k.company_id) = k.company_id
                   AND company.id <> k.partner_id
                   AND company.channel_upstream_id IS DISTINCT FROM k.partner_id
                """,
            tax=SQL(tax_sql("vat")),
            domain=SQL(domain_sql("email_normalized")),
            phone=SQL(phone_sql("phone")),
            name=SQL(name_sql("name")),
            digits=PHONE_DIGITS,
            last=LAST_CHARACTER,
            ids=ids,
        )

    def _find_similar_leads(self, ids, partners):
        """Find open opportunities of the same company, by what they say and by their customer."""
        self.env["crm.lead"].flush_model()
        rows = self.env.execute_query(self._similar_leads_sql(ids, partners))
        return _group(_filter_same(rows))

    def _similar_leads_sql(self, ids, partners):
        known = [(key, partner) for key, found in partners.items() for partner in found]
        return SQL(
            """
                SELECT DISTINCT k.registration_id, k.kind, k.key, lead.id, lead.partner_name,
                       lead.phone, country.code, country.phone_code
                  FROM sales_deal_registration_key k
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
                       ) found
                  JOIN crm_lead lead ON lead.id = found.id
                  JOIN sales_deal_registration r ON r.id = k.registration_id
                  LEFT JOIN res_country country
                         ON country.id = COALESCE(lead.country_id, r.country_id)
                 WHERE k.registration_id = ANY(%(ids)s) AND %(open)s
                 UNION
                SELECT r.id, 'customer', NULL, lead.id, NULL, NULL, NULL, NULL
                  FROM unnest(%(registrations)s::int[], %(partners)s::int[]) AS known (id, partner)
                  JOIN sales_deal_registration r ON r.id = known.id
                  JOIN res_partner contact ON contact.commercial_partner_id = known.partner
                  JOIN crm_lead lead ON lead.partner_id = contact.id
                 WHERE %(open)s
                """,
            phone=SQL(phone_sql("phone")),
            name=SQL(name_sql("partner_name")),
            digits=PHONE_DIGITS,
            last=LAST_CHARACTER,
            ids=ids,
            registrations=[registration for registration, _partner in known],
            partners=[partner for _registration, partner in known],
            open=SQL(
                """lead.active AND lead.won_status = 'pending'
                    AND COALESCE(lead.company_id, r.company_id) = r.company_id
                    AND lead.id IS DISTINCT FROM r.lead_id
                    AND lead.channel_partner_id IS DISTINCT FROM r.partner_id"""
            ),
        )


def _filter_same(rows):
    """Let the engine look at what the database found by the beginning or the end of a key.

    :param rows: (registration, kind, key, id, name, phone, country code, calling code)
    :return: generator of (registration, id)
    """
    for registration, kind, key, found, name, phone, country, calling_code in rows:
        is_other_name = kind == "name" and name_key(name) != key
        is_other_phone = kind == "phone" and phone_key(phone, country, calling_code) != key
        if not is_other_name and not is_other_phone:
            yield registration, found


def _group(pairs):
    grouped = {}
    for registration, found in pairs:
        grouped.setdefault(registration, set()).add(found)
    return grouped
