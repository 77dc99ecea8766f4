from odoo import api, models

from ...engine.conflict import record_keys


class ResPartner(models.Model):
    """Whoever enters a customer reads who is known already."""

    _name = "res.partner"
    _inherit = ["sales.conflict.warning.mixin", "res.partner"]

    @api.depends(
        "name", "vat", "phone", "email", "is_company", "parent_id", "company_id", "country_id"
    )
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_conflict_warning(self):
        for partner in self:
            # What a contact of a company has, its company often has too.
            if partner.parent_id:
                partner.conflict_warning = False
                continue
            country = partner.country_id or partner.company_id.country_id
            partner.conflict_warning = partner._get_conflict_warning(
                record_keys(
                    names=(partner.name,),
                    tax_id=partner.vat,
                    phones=(partner.phone,),
                    addresses=(partner.email,),
                    country=country.code,
                    calling_code=country.phone_code,
                )
            )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_same_vat_partner_id(self):
        """Nor does the form's own warning name whom the user may not see."""
        super()._compute_same_vat_partner_id()
        for partner in self:
            for name in ("same_vat_partner_id", "same_company_registry_partner_id"):
                partner[name] = partner[name].with_env(self.env)._filtered_access("read")
