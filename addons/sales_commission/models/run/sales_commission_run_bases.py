from odoo import api, models

from odoo.addons.sales_system.engine.approval import DIGITS, ApprovalBasis


class SalesCommissionRun(models.Model):
    """The numbers of a run that an approval rule can limit.

    Where no rule does, a sales administrator approves directly. An approval is bound to the
    result: calculated again with another one, the run has to be approved anew.
    """

    _name = "sales.commission.run"
    _inherit = ["sales.commission.run", "sales.approval.mixin"]

    # === HOOKS === #
    @api.model
    def _approval_bases(self):
        return {
            **super()._approval_bases(),
            "run_total": ApprovalBasis(
                self.env._("Commission of the run"), "_measure_approval_total", unit="money"
            ),
            "run_change": ApprovalBasis(
                self.env._("Change against the run before"), "_measure_approval_change"
            ),
            "run_findings": ApprovalBasis(
                self.env._("Open findings"), "_measure_approval_findings", unit="count"
            ),
        }

    @api.model
    def _approval_depends(self):
        return [
            *super()._approval_depends(),
            "state",
            "company_id",
            "amount",
            "calculation_count",
            "check_ids.is_open",
        ]

    def _approval_exact(self):
        return {"result": self._get_result_digest()}

    def _approval_is_open(self):
        return self.state in ("calculated", "review")

    def _approval_open_domain(self):
        return [("state", "in", ("calculated", "review"))]

    def _approval_leaders(self):
        """The leaders at the top: a run reaches across all teams."""
        teams = self.env["crm.team"].search(
            [("parent_id", "=", False), ("company_id", "in", (self.company_id.id, False))]
        )
        return teams.user_id.filtered("active")

    def _approval_excluded_users(self):
        return self.statement_ids.payee_id.with_context(active_test=False).user_ids

    def _get_approval_cards(self):
        return {
            run.id: {"currency_id": run.currency_id, "amount": run.amount} for run in self.sudo()
        }

    # === MEASURES === #
    def _measure_approval_total(self):
        return {run.id: round(run.amount, DIGITS) for run in self}

    def _measure_approval_change(self):
        result = {}
        for run in self:
            change = run._get_earlier_change()
            result[run.id] = None if change is None else round(abs(change), DIGITS)
        return result

    def _measure_approval_findings(self):
        return {run.id: len(run.check_ids.filtered("is_open")) for run in self}
