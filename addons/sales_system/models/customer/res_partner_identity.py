from odoo import api, models
from odoo.tools import SQL

from ...engine.conflict import record_keys

COLUMNS = {
    "name",
    "vat",
    "phone",
    "email",
    "website",
    "type",
    "commercial_partner_id",
    "country_id",
    "company_id",
}


class ResPartner(models.Model):
    """Customers and their contacts have identity keys."""

    _name = "res.partner"
    _inherit = ["sales.identity.mixin", "res.partner"]

    @api.model
    def _identity_columns(self):
        return COLUMNS

    @api.model
    def _get_identity_keys(self, ids):
        """Contacts are found by what is their own; the tax ID is the company's."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner.id, COALESCE(partner.type, 'contact') = 'contact',
                       partner.commercial_partner_id = partner.id,
                       partner.name, partner.vat, partner.phone, partner.email, partner.website,
                       country.code, country.phone_code
                  FROM res_partner partner
                  LEFT JOIN res_company company ON company.id = partner.company_id
                  LEFT JOIN res_partner us ON us.id = company.partner_id
                  LEFT JOIN res_country country
                    ON country.id = COALESCE(partner.country_id, us.country_id)
                 WHERE partner.id = ANY(%s)
                """,
                ids,
            )
        )
        keys = []
        for partner_id, is_contact, is_commercial, name, vat, phone, *rest in rows:
            email, website, country, code = rest
            keys += [
                (partner_id, kind, key)
                for kind, key in record_keys(
                    names=(name,) if is_contact or is_commercial else (),
                    tax_id=vat if is_commercial else None,
                    phones=(phone,),
                    addresses=(email, website),
                    country=country,
                    calling_code=code,
                )
            ]
        return keys
