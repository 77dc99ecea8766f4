from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_values(self, src_partners, dst_partner):
        """What the sources give to the destination they have no more, from here on."""
        src_partners.sudo().tax_identity = False
        src_partners.flush_recordset(["tax_identity"])
        super()._update_values(src_partners, dst_partner)
        # The keys of the sources have come along by SQL.
        self.env["sales.identity.key"]._touch("res.partner", dst_partner.ids)
