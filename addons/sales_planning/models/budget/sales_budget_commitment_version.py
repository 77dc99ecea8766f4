from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_date


class SalesBudgetCommitment(models.Model):
    """Spend requests follow their target and category into the version that counts.

    So what is committed and spent of a category is beside the number that it is held against,
    and can still be spent, cancelled or asked for. Cancelled requests stay where they were.
    """

    _inherit = "sales.budget.commitment"

    # === BUSINESS METHODS === #
    @api.model
    def _get_followers(self, plan):
        """:param plan: a version that is to replace its earlier one
        :return: dict of id of a budget of the version, or False where it has none → requests
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (request.id) request.id, later.id
                  FROM sales_budget_commitment request
                  JOIN sales_budget_line line ON line.id = request.line_id
                  JOIN sales_target target ON target.id = line.target_id
                 CROSS JOIN unnest(
                           string_to_array(trim(TRAILING '/' FROM target.parent_path), '/')
                               ::integer[]
                       ) WITH ORDINALITY AS step(target_id, depth)
                  LEFT JOIN sales_target copy
                    ON copy.previous_id = step.target_id AND copy.plan_id = %(plan)s
                  LEFT JOIN sales_budget_line later
                    ON later.target_id = copy.id AND later.category_id = line.category_id
                 WHERE line.plan_id = %(earlier)s AND request.state <> 'cancelled'
                 ORDER BY request.id, later.id IS NULL, step.depth DESC
                """,
                plan=plan.id,
                earlier=plan.previous_id.id,
            )
        )
        followers = {}
        for request_id, line_id in rows:
            followers.setdefault(line_id or False, []).append(request_id)
        return {line_id: self.browse(ids) for line_id, ids in followers.items()}

    @api.model
    def _follow(self, plan):
        """Move the requests of the earlier version to the budgets of the one that replaces it:
        that of the same target, or of the closest one above that has a budget of the category.
        """
        self._lock_budgets(plan.previous_id)
        followers = self._get_followers(plan)
        requests = self.union(*followers.values())
        self._check_dates_of(plan, requests)
        lines, ids = [], []
        for line_id, moving in followers.items():
            lines += [line_id] * len(moving)
            ids += moving.ids
        self.env.cr.execute(
            SQL(
                """
                UPDATE sales_budget_commitment request
                   SET line_id = line.id, target_id = line.target_id, plan_id = line.plan_id
                  FROM unnest(%s::integer[], %s::integer[]) AS moved(id, line_id)
                  JOIN sales_budget_line line ON line.id = moved.line_id
                 WHERE request.id = moved.id
                """,
                ids,
                lines,
            )
        )
        self.env.invalidate_all()
        # Another budget is another question to those who are asked.
        asking = requests.filtered(lambda request: request.state == "draft")
        self.env.add_to_compute(self._fields["approval_state"], asking)
        requests._message_log_batch(
            bodies={
                request.id: self.env._("Moved to the budgets of %(plan)s.", plan=plan.display_name)
                for request in requests
            }
        )

    @api.model
    def _lock_budgets(self, plan):
        """Whoever takes money of the plan at this moment starts over and finds it replaced."""
        self.env.cr.execute(
            SQL(
                """
                WITH budget AS (
                    SELECT id FROM sales_budget_line WHERE plan_id = %s
                     ORDER BY id FOR NO KEY UPDATE
                )
                UPDATE sales_budget_line line SET write_date = line.write_date
                  FROM budget WHERE budget.id = line.id
                """,
                plan.id,
            )
        )

    @api.model
    def _check_dates_of(self, plan, requests):
        """:raises ValidationError: money is to be spent on a day that the version leaves out"""
        for request in requests:
            if not plan.date_from <= request.date <= plan.date_to:
                raise ValidationError(
                    self.env._(
                        "%(request)s is for %(date)s, and %(plan)s runs from %(first)s to "
                        "%(last)s. Choose other dates for the plan, or cancel the request.",
                        request=request.display_name,
                        date=format_date(self.env, request.date),
                        plan=plan.display_name,
                        first=format_date(self.env, plan.date_from),
                        last=format_date(self.env, plan.date_to),
                    )
                )
