from odoo import api, models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Merging channel partners keeps their tree and their status."""

    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        # Nobody buys from itself: links between those that become one are gone.
        merged = src_partners | dst_partner
        inner = merged.filtered(lambda partner: partner.channel_upstream_id in merged)
        outside = (merged.channel_upstream_id - merged)[:1]
        inner.channel_upstream_id = outside if dst_partner in inner else False
        return super()._update_foreign_keys(src_partners, dst_partner)

    @api.model
    def _update_values(self, src_partners, dst_partner):
        """The kind of channel comes over with the status that it had."""
        of_sources = src_partners.filtered("channel_type")[-1:]
        state = not dst_partner.channel_type and of_sources.channel_state
        result = super()._update_values(src_partners, dst_partner)
        if state:
            dst_partner.sudo().channel_state = state
        # Foreign keys were moved by SQL, past the check.
        (dst_partner | dst_partner.channel_downstream_ids)._check_channel_upstream()
        return result
