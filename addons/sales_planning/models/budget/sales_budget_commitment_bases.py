from odoo import api, models

from odoo.addons.sales_system.engine.approval import DIGITS, ApprovalBasis


class SalesBudgetCommitment(models.Model):
    """What of a spend request an approval rule can limit: how far it goes over its budget.

    Where no rule limits that, only a sales manager takes more than a budget has.
    """

    _name = "sales.budget.commitment"
    _inherit = ["sales.budget.commitment", "sales.approval.mixin"]

    # === APPROVAL HOOKS === #
    @api.model
    def _approval_bases(self):
        return {
            **super()._approval_bases(),
            "over_budget": ApprovalBasis(
                self.env._("Over budget"), "_measure_over_budget", unit="money", external=True
            ),
            "spend_amount": ApprovalBasis(
                self.env._("Amount to spend"), "_measure_spend_amount", unit="money"
            ),
        }

    @api.model
    def _approval_depends(self):
        return [*super()._approval_depends(), "amount", "line_id", "company_id", "state"]

    def _approval_exact(self):
        # The same amount of another budget is another question.
        return {"line_id": self.line_id.id}

    def _approval_is_open(self):
        return self.state == "draft"

    def _approval_open_domain(self):
        return [("state", "=", "draft")]

    def _approval_leaders(self):
        """Who answers for the target and those above it, then the leaders of the team."""
        target = self.target_id
        leaders = self.env["res.users"]
        while target:
            leaders |= target.responsible_id | target.team_id._get_leaders_up()
            target = target.parent_id
        return (leaders | self.user_id.sale_team_id._get_leaders_up()).filtered("active")

    def _approval_excluded_users(self):
        return self.user_id

    def _prepare_approval_request_values(self):
        return {
            **super()._prepare_approval_request_values(),
            "team_id": (self.target_id.team_id or self.user_id.sale_team_id).id,
        }

    def _get_approval_cards(self):
        return {
            request.id: {"currency_id": request.currency_id, "amount": request.amount}
            for request in self
        }

    # === MEASURES === #
    def _measure_over_budget(self):
        available = self._read_available()
        return {
            request.id: round(max(0.0, request.amount - available[request]), DIGITS)
            for request in self
        }

    def _measure_spend_amount(self):
        return {request.id: round(request.amount, DIGITS) for request in self}

    # === BUSINESS METHODS === #
    def _confirmation_error_message(self):
        return super()._confirmation_error_message() or self._over_budget_error_message()

    def _over_budget_error_message(self):
        """:return: why more than the budget cannot be taken where no rule limits that, or False"""
        self.ensure_one()
        request = self.sudo()
        rules = request._get_approval_values()[request]
        if any(rule.basis == "over_budget" for rule in rules):
            return False
        excess = request._measure_over_budget()[self.id]
        if not excess or self.env.user.has_group("sales_team.group_sale_manager"):
            return False
        return self.env._(
            "%(request)s is %(excess)s over the budget %(line)s. Ask a sales manager to confirm "
            "it, or ask for less.",
            request=self.display_name,
            excess=request.line_id._format(excess),
            line=request.line_id.name,
        )
