from odoo import models
from odoo.fields import Command


class SalesMarketingPlan(models.Model):
    """A copy of a plan: the same activities and budgets, to be approved on their own."""

    _inherit = "sales.marketing.plan"

    # === CRUD METHODS === #
    def copy_data(self, default=None):
        values_list = super().copy_data(default)
        if default and "name" in default:
            return values_list
        return [
            {**values, "name": self.env._("%(name)s (copy)", name=plan.name)}
            for plan, values in zip(self, values_list, strict=True)
        ]

    def copy(self, default=None):
        copies = super().copy(default)
        for plan, copied in zip(self, copies, strict=True):
            activities = plan._copy_activities_to(copied)
            plan._copy_budgets_to(copied, activities)
        return copies

    # === BUSINESS METHODS === #
    def _copy_activities_to(self, plan):
        """:return: dict of activity → its copy in the other plan, which comes after the copies of
        what it came after
        """
        activities = self.activity_line_ids
        copies = activities.copy({"plan_id": plan.id, "predecessor_ids": [Command.clear()]})
        copy_of = dict(zip(activities, copies, strict=True))
        for activity, copied in copy_of.items():
            if earlier := activity.predecessor_ids:
                copied.predecessor_ids = self.activity_line_ids.browse(
                    copy_of[one].id for one in earlier if one in copy_of
                )
        return copy_of

    def _copy_budgets_to(self, plan, copy_of):
        """Copy the budgets without their analytic accounts: the costs on these would count in
        both plans.

        :param dict copy_of: activity → its copy in the other plan
        """
        budgets = self.env["sales.budget.line"]
        budgets.create(
            [
                {
                    "marketing_plan_id": plan.id,
                    "activity_id": line.activity_id and copy_of[line.activity_id].id,
                    "category_id": line.category_id.id,
                    "planned": line.planned,
                }
                # The plan's own list may hold what its figures have read as superuser.
                for line in budgets.search([("marketing_plan_id", "=", self.id)], order="id")
            ]
        )
