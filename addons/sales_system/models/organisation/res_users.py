from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    salesperson_code = fields.Char(
        copy=False,
        help="The key that your other systems know this salesperson by. "
        "Imports of past sales and targets find the salesperson by it.",
    )

    _salesperson_code_unique = models.UniqueIndex(
        "(salesperson_code, company_id) WHERE salesperson_code IS NOT NULL",
        "Another user of this company already has this salesperson code.",
    )

    # === ACTION METHODS === #
    def action_open_handover(self):
        """Open a new handover of what the user looks after."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Handover"),
            "res_model": "sales.handover",
            "view_mode": "form",
            "context": {"default_from_user_id": self.id},
        }

    # === BUSINESS METHODS === #
    def _get_sales_teams(self, company):
        """Find where a person belongs in the organisation of a company.

        :return: the teams the person is a member of and those they lead; of somebody who has
            left all teams, the one they left last
        """
        teams = self.env["crm.team"]
        if not self:
            return teams
        in_company = [("company_id", "in", (False, company.id))]
        members = (
            self.env["crm.team.member"]
            .sudo()
            .with_context(active_test=False)
            .search(
                [("user_id", "=", self.id), ("crm_team_id", "any", in_company)],
                order="active desc, date_end desc, id desc",
            )
        )
        current = members.filtered("active") or members[:1]
        led = teams.sudo().search([("user_id", "=", self.id), *in_company])
        return (current.crm_team_id | led).with_env(self.env)

    def _leads(self, person, company):
        """:return: whether this user leads a team, or one above it, that a person belongs to"""
        if not self.has_group("sales_system.group_sale_salesman_team"):
            return False
        return self in person._get_sales_teams(company).sudo().manager_ids
