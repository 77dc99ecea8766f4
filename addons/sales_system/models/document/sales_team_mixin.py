from odoo import api, fields, models


class SalesTeamMixin(models.AbstractModel):
    """A document of one company that somebody looks after, and so a team.

    Its team is one of whoever looks after it; another of theirs may be chosen.
    """

    _name = "sales.team.mixin"
    _description = "Document of a Team"

    # === FIELDS === #
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users",
        index=True,
        ondelete="restrict",
        domain="[('share', '=', False), ('company_ids', '=', company_id)]",
    )
    team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        compute="_compute_team_id",
        compute_sudo=True,
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="set null",
        check_company=True,
    )

    # === COMPUTE METHODS === #
    @api.depends("user_id", "company_id")
    def _compute_team_id(self):
        for document in self:
            teams = document.user_id._get_sales_teams(document.company_id)
            if document.team_id not in teams:
                document.team_id = teams[:1] or document.team_id
