from odoo import fields, models


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["sales.contact.mixin", "res.partner"]

    customer_profile_ids = fields.One2many("sales.customer.profile", "partner_id")

    def _get_contacted(self):
        return self | self.commercial_partner_id
