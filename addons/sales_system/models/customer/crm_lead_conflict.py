from odoo import api, models

from ...engine.conflict import record_keys


class CrmLead(models.Model):
    """Whoever enters a lead reads who is known already."""

    _name = "crm.lead"
    _inherit = ["sales.conflict.warning.mixin", "crm.lead"]

    @api.depends(
        "partner_id",
        "partner_name",
        "contact_name",
        "phone",
        "email_from",
        "country_id",
        "company_id",
    )
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_conflict_warning(self):
        for lead in self:
            # Of a customer that was chosen, one knows that it is known.
            if lead.partner_id:
                lead.conflict_warning = False
                continue
            country = lead.country_id or lead.company_id.country_id
            lead.conflict_warning = lead._get_conflict_warning(
                record_keys(
                    names=(lead.partner_name,),
                    phones=(lead.phone,),
                    addresses=(lead.email_from,),
                    country=country.code,
                    calling_code=country.phone_code,
                )
            )
