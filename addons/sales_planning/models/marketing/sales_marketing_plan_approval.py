from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.sales_system.engine.approval import DIGITS, ApprovalBasis


class SalesMarketingPlan(models.Model):
    """The numbers of a marketing plan that an approval rule can limit.

    A draft is asked about for its budget; an approved plan for what it costs beyond that.
    """

    _name = "sales.marketing.plan"
    _inherit = ["sales.marketing.plan", "sales.approval.mixin"]

    # === HOOKS === #
    @api.model
    def _approval_bases(self):
        return {
            **super()._approval_bases(),
            "plan_budget": ApprovalBasis(
                self.env._("Budget of the plan"), "_measure_plan_budget", unit="money"
            ),
            "over_budget": ApprovalBasis(
                self.env._("Over budget"), "_measure_over_budget", unit="money", external=True
            ),
        }

    @api.model
    def _approval_depends(self):
        return [
            *super()._approval_depends(),
            "state",
            "company_id",
            "date_from",
            "date_to",
            "budget_line_ids.planned",
            "budget_line_ids.category_id",
            "budget_line_ids.commitment_ids.state",
        ]

    def _approval_exact(self):
        # The same money for another time is another plan.
        return {
            "date_from": fields.Date.to_string(self.date_from),
            "date_to": fields.Date.to_string(self.date_to),
        }

    def _approval_is_open(self):
        return self.state in ("draft", "approved")

    def _approval_open_domain(self):
        return [("state", "in", ("draft", "approved"))]

    def _approval_leaders(self):
        leaders = self.team_id._get_leaders_up() | self.user_id.sale_team_id._get_leaders_up()
        return leaders.filtered("active")

    def _approval_excluded_users(self):
        return self.user_id

    def _prepare_approval_request_values(self):
        return {**super()._prepare_approval_request_values(), "team_id": self.team_id.id}

    def _get_approval_cards(self):
        return {plan.id: {"currency_id": plan.currency_id, "amount": plan.planned} for plan in self}

    def _on_approval_given(self):
        """The approval was all that a complete draft had to wait for."""
        result = super()._on_approval_given()
        ready = self.filtered(
            lambda plan: plan.state == "draft" and not plan._release_error_message()
        )
        ready._release()
        return result

    # === MEASURES === #
    def _measure_plan_budget(self):
        return {
            plan.id: round(plan.planned, DIGITS) if plan.state == "draft" else None for plan in self
        }

    def _measure_over_budget(self):
        # Costs come in without anybody opening the plan, so what was read before is old.
        self.invalidate_recordset(["over_budget"])
        return {
            plan.id: round(plan.over_budget, DIGITS) if plan.state == "approved" else None
            for plan in self
        }

    # === CRON === #
    @api.model
    def _cron_ask_over_budget(self):
        """Ask for the approval of what approved plans have cost beyond their budgets."""
        self._work_through(
            Domain("state", "=", "approved") & Domain("over_budget", ">", 0), "_ask_over_budget"
        )

    def _ask_over_budget(self):
        self.env.add_to_compute(self._fields["approval_state"], self)
        for plan in self:
            if plan.approval_status == "needed":
                plan._request_approval(
                    self.env._("More has been spent than the budgets of the plan hold.")
                )
