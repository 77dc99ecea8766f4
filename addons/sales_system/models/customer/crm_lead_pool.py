from odoo import api, models


class CrmLead(models.Model):
    """Leads and opportunities lie in public pools while they have no salesperson."""

    _name = "crm.lead"
    _inherit = ["sales.pool.mixin", "crm.lead"]

    @api.model
    def _get_masked_name(self, record_id):
        return self.env._("Lead %(number)s", number=record_id)

    def _get_pool_teams(self):
        return self.team_id
