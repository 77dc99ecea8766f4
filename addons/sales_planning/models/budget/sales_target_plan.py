from odoo import api, fields, models


class SalesTargetPlan(models.Model):
    """What a plan may cost."""

    _inherit = "sales.target.plan"

    budget_line_ids = fields.One2many("sales.budget.line", "plan_id", string="Budgets")
    budget_line_count = fields.Integer("Number of Budgets", compute="_compute_budget_line_count")

    # === COMPUTE METHODS === #
    @api.depends("budget_line_ids")
    def _compute_budget_line_count(self):
        counts = dict(
            self.env["sales.budget.line"]._read_group(
                [("plan_id", "in", self.ids)], ["plan_id"], ["__count"]
            )
        )
        for plan in self:
            plan.budget_line_count = counts.get(plan._origin, 0)

    # === CRUD METHODS === #
    @api.ondelete(at_uninstall=False)
    def _unlink_except_money_asked_for(self):
        self.budget_line_ids._check_not_in_use()

    # === ACTION METHODS === #
    def action_open_budgets(self):
        self.ensure_one()
        return self._prepare_action(
            "sales.budget.line",
            self.env._("Budgets of %(plan)s", plan=self.name),
            context={"search_default_topmost": 1},
        )

    # === BUSINESS METHODS === #
    def _approval_error_message(self):
        return super()._approval_error_message() or self.budget_line_ids._get_excess_message()
