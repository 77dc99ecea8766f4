from odoo import models

from .res_partner_pool import MERGING


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_values(self, src_partners, dst_partner):
        """What the sources give to the destination they have no more, from here on."""
        src_partners.sudo().tax_identity = False
        src_partners.flush_recordset(["tax_identity"])
        contacts = (src_partners | dst_partner).sudo().mapped("last_contact_on")
        super()._update_values(src_partners, dst_partner.with_context(sales_partner_merge=MERGING))
        dst_partner.sudo().last_contact_on = max(filter(None, contacts), default=False)
        # The keys of the sources have come along by SQL.
        self.env["sales.identity.key"]._touch("res.partner", dst_partner.ids)
