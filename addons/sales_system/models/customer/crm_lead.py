from odoo import models


class CrmLead(models.Model):
    _name = "crm.lead"
    # Before the threads of the model, which ends the chain of hooks.
    _inherit = ["sales.contact.mixin", "crm.lead"]

    def _get_contacted_partners(self):
        return self.partner_id
