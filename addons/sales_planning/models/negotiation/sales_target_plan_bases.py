from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.sales_system.engine.approval import DIGITS, ApprovalBasis


class SalesTargetPlan(models.Model):
    """The numbers of a plan that an approval rule can limit.

    Planners submit with *Request Approval*; who is asked decides on the request, and the plan
    can then be approved. Without a rule a sales manager approves directly.
    """

    _name = "sales.target.plan"
    _inherit = ["sales.target.plan", "sales.approval.mixin"]

    # === HOOKS === #
    @api.model
    def _approval_bases(self):
        return {
            **super()._approval_bases(),
            "plan_total": ApprovalBasis(
                self.env._("Plan total"), "_measure_approval_total", unit="money"
            ),
            "plan_growth": ApprovalBasis(
                self.env._("Growth on last year"), "_measure_approval_growth"
            ),
            "plan_growth_least": ApprovalBasis(
                self.env._("Least growth on last year"), "_measure_approval_growth", worse="lower"
            ),
            "plan_change": ApprovalBasis(
                self.env._("Change from the earlier version"), "_measure_approval_change"
            ),
            "plan_proposal_gap": ApprovalBasis(
                self.env._("Targets above the proposals"), "_measure_approval_proposal_gap"
            ),
        }

    @api.model
    def _approval_depends(self):
        # Numbers are set by SQL; _measure_approval_again follows them.
        return [*super()._approval_depends(), "state", "company_id", "metric", "date_from"]

    def _approval_exact(self):
        # The same total of another year or of another metric is another plan.
        return {
            "metric": self.metric,
            "date_from": fields.Date.to_string(self.date_from),
            "date_to": fields.Date.to_string(self.date_to),
        }

    def _approval_is_open(self):
        return self.state in ("draft", "proposing")

    def _approval_open_domain(self):
        return [("state", "in", ("draft", "proposing"))]

    def _approval_leaders(self):
        top = self.top_target_ids
        return (top.responsible_id | top.team_id._get_leaders_up()).filtered("active")

    def _get_approval_cards(self):
        return {
            plan.id: {"currency_id": plan.currency_id, "amount": plan.assigned or 0.0}
            for plan in self
        }

    # === ACTION METHODS === #
    def action_request_approval(self, reason=False):
        for plan in self:
            if error := plan._approval_error_message():
                raise UserError(error)
        return super().action_request_approval(reason)

    def action_approve(self, reason=False):
        self.check_access("write")
        self._check_approval()
        return super().action_approve(reason)

    # === MEASURES === #
    def _measure_approval_total(self):
        return {
            plan.id: round(plan.assigned or 0.0, DIGITS) if plan.currency_id else None
            for plan in self
        }

    def _measure_approval_growth(self):
        return {
            plan.id: self._get_percent_above(plan.assigned, plan._get_last_year()) for plan in self
        }

    def _measure_approval_change(self):
        result = {}
        for plan in self:
            change = self._get_percent_above(plan.assigned, plan.previous_id.assigned)
            result[plan.id] = change and abs(change)
        return result

    def _measure_approval_proposal_gap(self):
        """Of the periods of the lowest targets that have both numbers."""
        self.env["sales.target.cell"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT target.plan_id, SUM(cell.assigned), SUM(cell.proposed)
                  FROM sales_target_cell cell JOIN sales_target target ON target.id = target_id
                 WHERE target.plan_id = ANY(%s)
                   AND cell.assigned IS NOT NULL AND cell.proposed IS NOT NULL
                   AND NOT EXISTS (SELECT FROM sales_target part WHERE part.parent_id = target.id)
                 GROUP BY target.plan_id
                """,
                self.ids,
            )
        )
        sums = {plan_id: (float(assigned), float(proposed)) for plan_id, assigned, proposed in rows}
        return {plan.id: self._get_percent_above(*sums.get(plan.id, (0.0, 0.0))) for plan in self}

    @api.model
    def _get_percent_above(self, number, base):
        """:return: how many percent a number is above another, None where that says nothing"""
        return round(100 * (number - base) / base, DIGITS) if base and number is not False else None

    def _get_last_year(self):
        """:return: what the top targets would have counted one year before the plan"""
        self.ensure_one()
        self.env.flush_all()
        matching = self.env["sales.target.matching"]
        combinations = matching._get_combinations(self)
        if not combinations:
            return 0.0
        ((total,),) = self.env.execute_query(
            SQL(
                "WITH %s counted AS (%s) SELECT SUM(value) FROM counted",
                matching._trees_sql(combinations),
                SQL(" UNION ALL ").join(map(self._last_year_query, combinations)),
            )
        )
        return float(total or 0)

    def _last_year_query(self, combination):
        """:return: ``SQL`` of what the top targets of one combination counted a year before"""
        before = self._get_years_before(self._get_span())
        return self.env["sales.target.matching"]._matched_query(
            combination,
            entries=self.env["sales.target.metric"]._entries_sql(self, before.first, before.last),
            nodes=SQL("target.plan_id = %s AND target.parent_id IS NULL", self.id),
            period=SQL("1"),
            figures=SQL("SUM(entry.value) AS value"),
        )

    # === BUSINESS METHODS === #
    def _roll_up(self):
        super()._roll_up()
        self._measure_approval_again()

    def _measure_approval_again(self):
        """Follow numbers that were set by SQL, past the ORM's dependencies."""
        self.invalidate_recordset(["approval_reasons", "approval_status"], flush=False)
        if self.env["sales.approval.rule"]._get_rule_ids(self._name):
            self.env.add_to_compute(self._fields["approval_state"], self)
