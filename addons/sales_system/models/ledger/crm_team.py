from odoo import models


class CrmTeam(models.Model):
    _inherit = "crm.team"

    def action_open_ledger(self):
        self.ensure_one()
        return self.env["sales.ledger.entry"]._get_action(
            self.env._("Ledger of %(name)s", name=self.display_name),
            [("team_id", "=", self.id)],
        )
