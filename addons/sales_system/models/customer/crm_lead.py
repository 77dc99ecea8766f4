from odoo import models


class CrmLead(models.Model):
    """A contact about a lead is one with its customer too."""

    _name = "crm.lead"
    # Before the threads of the model, which ends the chain of hooks.
    _inherit = ["sales.contact.mixin", "crm.lead"]

    def _get_contacted_partners(self):
        return self.partner_id
