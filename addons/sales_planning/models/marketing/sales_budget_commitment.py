from odoo import fields, models


class SalesBudgetCommitment(models.Model):
    """Money of a marketing plan that somebody asks for."""

    _inherit = "sales.budget.commitment"

    marketing_plan_id = fields.Many2one(
        related="line_id.marketing_plan_id", store=True, index="btree_not_null"
    )
    activity_id = fields.Many2one(
        related="line_id.activity_id",
        string="Marketing Activity",
        store=True,
        index="btree_not_null",
    )

    # === APPROVAL HOOKS === #
    def _approval_leaders(self):
        """Who answers for the plan, then the leaders of its team."""
        leaders = super()._approval_leaders()
        if plan := self.marketing_plan_id:
            leaders = (plan.user_id | plan.team_id._get_leaders_up() | leaders).filtered("active")
        return leaders

    def _prepare_approval_request_values(self):
        values = super()._prepare_approval_request_values()
        if team := self.marketing_plan_id.team_id:
            values["team_id"] = team.id
        return values

    # === BUSINESS METHODS === #
    def _check_state(self, *allowed):
        """Nobody takes or gives back money of a plan while it is revised or closed, and sees
        neither.
        """
        super()._check_state(*allowed)
        if plans := self.sudo().marketing_plan_id:
            plans._touch()
