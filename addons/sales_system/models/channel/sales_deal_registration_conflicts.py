from odoo import api, fields, models
from odoo.tools import SQL

from .sales_deal_registration import IDENTITY_FIELDS, PROTECTED_STATES


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
        found = {}
        for registration, other in self.env.execute_query(query):
            found.setdefault(registration, set()).add(other)
        return found

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
        """Find customers; who is served by the channel partner already is no news."""
        search = self.env["sales.identity.search"]
        return search._keep_same(self.env.execute_query(self._similar_partners_sql(ids)))

    def _similar_partners_sql(self, ids):
        return SQL(
            """
            SELECT found.* FROM (%s) found
              JOIN sales_deal_registration r ON r.id = found.id
              JOIN res_partner company ON company.id = found.found_id
             WHERE company.id <> r.partner_id
               AND company.channel_upstream_id IS DISTINCT FROM r.partner_id
            """,
            self.env["sales.identity.search"]._partners_sql(self._sought_sql(ids)),
        )

    def _find_similar_leads(self, ids, partners):
        """Find open opportunities of the same company, by what they say and by their customer."""
        search = self.env["sales.identity.search"]
        return search._keep_same(self.env.execute_query(self._similar_leads_sql(ids, partners)))

    def _similar_leads_sql(self, ids, partners):
        known = [(key, partner) for key, found in partners.items() for partner in found]
        return SQL(
            """
            SELECT found.* FROM (
                   %(by_keys)s
                   UNION ALL
                   SELECT known.id, 'customer', NULL, lead.id, NULL, NULL, NULL, NULL
                     FROM unnest(%(registrations)s::int[], %(partners)s::int[])
                          AS known (id, partner_id)
                     JOIN res_partner contact ON contact.commercial_partner_id = known.partner_id
                     JOIN crm_lead lead ON lead.partner_id = contact.id
                    WHERE lead.active AND lead.won_status = 'pending'
                   ) found
              JOIN sales_deal_registration r ON r.id = found.id
              JOIN crm_lead lead ON lead.id = found.found_id
             WHERE COALESCE(lead.company_id, r.company_id) = r.company_id
               AND lead.id IS DISTINCT FROM r.lead_id
               AND lead.channel_partner_id IS DISTINCT FROM r.partner_id
            """,
            by_keys=self.env["sales.identity.search"]._leads_sql(self._sought_sql(ids)),
            registrations=[registration for registration, _partner in known],
            partners=[partner for _registration, partner in known],
        )

    def _sought_sql(self, ids):
        return SQL(
            """
            SELECT r.id, k.company_id, k.kind, k.key, r.country_id
              FROM sales_deal_registration_key k
              JOIN sales_deal_registration r ON r.id = k.registration_id
             WHERE r.id = ANY(%s)
            """,
            ids,
        )
