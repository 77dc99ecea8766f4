from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class ResUsers(models.Model):
    _inherit = "res.users"

    salesperson_code = fields.Char(
        copy=False,
        help="The key that your other systems know this salesperson by. "
        "Imports of past sales and targets find the salesperson by it.",
    )
    sales_leader_ids = fields.Many2many(
        comodel_name="res.users",
        compute="_compute_sales_leader_ids",
        search="_search_sales_leader_ids",
        string="Sales Leaders",
        help="Who leads a team that the user belongs to today, or one above it: "
        "they see the targets and statements of the user.",
    )

    _salesperson_code_unique = models.UniqueIndex(
        "(salesperson_code, company_id) WHERE salesperson_code IS NOT NULL",
        "Another user of this company already has this salesperson code.",
    )

    # === COMPUTE METHODS === #
    @api.depends("crm_team_member_ids.active", "crm_team_member_ids.crm_team_id")
    def _compute_sales_leader_ids(self):
        leaders = dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT user_id, array_agg(leader_id) FROM (%s) AS person
                     WHERE user_id = ANY(%s) GROUP BY user_id
                    """,
                    self._sales_leader_query(),
                    self.ids,
                )
            )
        )
        for user in self:
            user.sales_leader_ids = self.browse(leaders.get(user._origin.id, ()))

    def _search_sales_leader_ids(self, operator, value):
        """Let record rules name a leader's people as they are at this very moment."""
        if operator != "in":
            return NotImplemented
        return Domain(
            "id",
            "any!",
            SQL(
                "SELECT user_id FROM (%s) AS person WHERE leader_id = ANY(%s)",
                self._sales_leader_query(),
                [leader_id for leader_id in value if leader_id],
            ),
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
    @api.model
    def _sales_leader_query(self):
        """Members of a team belong to its leader and to all above; the leader to those above.

        Record rules do not flush what they read, so this does.

        :return: ``SQL`` of a person (user_id) and each of their leaders (leader_id)
        """
        self.env["crm.team"].flush_model(["user_id", "parent_id"])
        self.env["crm.team.member"].flush_model(["active", "crm_team_id", "user_id"])
        return SQL(
            """
            SELECT member.user_id, above.user_id AS leader_id
              FROM crm_team_member member
              JOIN crm_team_manager_rel above ON above.team_id = member.crm_team_id
             WHERE member.active AND member.user_id <> above.user_id
             UNION
            SELECT team.user_id, above.user_id
              FROM crm_team team
              JOIN crm_team_manager_rel above ON above.team_id = team.parent_id
             WHERE team.user_id <> above.user_id
            """
        )

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
                [
                    ("user_id", "=", self.id),
                    ("date_start", "<=", fields.Date.context_today(self)),
                    ("crm_team_id", "any", in_company),
                ],
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
