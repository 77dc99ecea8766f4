from odoo import api, models
from odoo.tools import SQL

from ...engine.conflict import record_keys

COLUMNS = {
    "partner_name",
    "contact_name",
    "phone",
    "email_from",
    "website",
    "country_id",
    "company_id",
}


class CrmLead(models.Model):
    """Leads are found by what stands on them, whatever customer they have."""

    _name = "crm.lead"
    _inherit = ["sales.identity.mixin", "crm.lead"]

    @api.model
    def _identity_columns(self):
        return COLUMNS

    @api.model
    def _get_identity_keys(self, ids):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT lead.id, lead.partner_name, lead.contact_name, lead.phone,
                       lead.email_from, lead.website, country.code, country.phone_code
                  FROM crm_lead lead
                  LEFT JOIN res_company company ON company.id = lead.company_id
                  LEFT JOIN res_partner us ON us.id = company.partner_id
                  LEFT JOIN res_country country
                    ON country.id = COALESCE(lead.country_id, us.country_id)
                 WHERE lead.id = ANY(%s)
                """,
                ids,
            )
        )
        return [
            (lead_id, kind, key)
            for lead_id, company, contact, phone, email, website, country, code in rows
            for kind, key in record_keys(
                names=(company, contact),
                phones=(phone,),
                addresses=(email, website),
                country=country,
                calling_code=code,
            )
        ]
