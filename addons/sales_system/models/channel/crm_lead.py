from odoo import fields, models


class CrmLead(models.Model):
    _inherit = "crm.lead"

    channel_partner_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        domain="[('channel_type', '!=', False), ('channel_state', 'in', ('trial', 'active'))]",
        help="The channel partner who brought the opportunity. Its quotations are counted through "
        "this partner.",
    )

    # === BUSINESS METHODS === #
    def _get_selling_channel(self, company):
        """:return: the channel partner that a new sale from the opportunity goes through"""
        channel = self.sudo().channel_partner_id
        return channel._filter_selling(company).sudo(self.env.su)
