from odoo import fields, models
from odoo.tools import SQL


class SalesTargetPlan(models.Model):
    """Budgets over the versions of a plan: each version has its own, and the money that was asked
    for is always of the current one.
    """

    _inherit = "sales.target.plan"

    # === BUSINESS METHODS === #
    def _approval_error_message(self):
        return super()._approval_error_message() or self._get_homeless_message()

    def _get_homeless_message(self):
        """:return: sentence about money that has no budget in this version, or None"""
        self.ensure_one()
        if not self.previous_id:
            return None
        commitments = self.env["sales.budget.commitment"].sudo()
        homeless = commitments._get_followers(self).get(False, commitments)
        if not homeless:
            return None
        request = homeless.sorted("id")[0]
        return self.env._(
            "%(request)s takes money from the budget %(line)s, and %(plan)s has no budget of "
            "%(category)s for that target or one above it. Add one, or cancel the request. "
            "Requests without a budget: %(count)s.",
            request=request.display_name,
            line=request.line_id.name,
            plan=self.display_name,
            category=request.category_id.name,
            count=len(homeless),
        )

    def _copy_targets_from(self, plan):
        super()._copy_targets_from(plan)
        self.env.cr.execute(self._copy_budgets_query())
        self.env.invalidate_all()

    def _copy_budgets_query(self):
        names = self._get_copied_columns(
            "sales.budget.line", {"target_id", "parent_target_id", "plan_id"}
        )
        return SQL(
            """
            INSERT INTO sales_budget_line (
                target_id, parent_target_id, plan_id, %(names)s,
                create_uid, write_uid, create_date, write_date
            )
            SELECT target.id, target.parent_id, target.plan_id, %(values)s,
                   %(uid)s, %(uid)s, %(now)s, %(now)s
              FROM sales_budget_line line
              JOIN sales_target target ON target.previous_id = line.target_id
             WHERE target.plan_id = %(plan)s
            """,
            names=SQL(", ").join(map(SQL.identifier, names)),
            values=SQL(", ").join(SQL.identifier("line", name) for name in names),
            plan=self.id,
            uid=self.env.uid,
            now=fields.Datetime.now(),
        )

    def _supersede_earlier(self):
        super()._supersede_earlier()
        self.env["sales.budget.commitment"].sudo()._follow(self)
