from odoo import models


class CrmTeam(models.Model):
    _inherit = "crm.team"

    def write(self, vals):
        result = super().write(vals)
        if not {"user_id", "parent_id", "active"}.isdisjoint(vals):
            self.env["sales.approval.request"]._refresh_pending([("team_id", "child_of", self.ids)])
        return result

    def _get_leaders_up(self):
        """:return: leaders of the team and of the teams above it, the nearest first"""
        leaders = self.env["res.users"]
        team = self.sudo()
        while team:
            leaders |= team.user_id
            team = team.parent_id
        return leaders.filtered("active")
