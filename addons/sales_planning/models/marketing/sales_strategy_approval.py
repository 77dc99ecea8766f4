import hashlib
import json

from odoo import api, models

from odoo.addons.sales_system.engine.approval import ApprovalBasis

# What an approver reads: another text is another decision.
TEXTS = (
    "strengths",
    "weaknesses",
    "opportunities",
    "threats",
    "competitive_strategy",
    "positioning",
    "price_choice",
    "channel_choice",
)


class SalesStrategy(models.Model):
    """The numbers of a strategy that an approval rule can limit."""

    _name = "sales.strategy"
    _inherit = ["sales.strategy", "sales.approval.mixin"]

    # === APPROVAL HOOKS === #
    @api.model
    def _approval_bases(self):
        return {
            **super()._approval_bases(),
            "strategy_months": ApprovalBasis(
                self.env._("Length of the strategy in months"),
                "_measure_strategy_months",
                unit="count",
            ),
            "strategy_evidence": ApprovalBasis(
                self.env._("Market research behind the strategy"),
                "_measure_strategy_evidence",
                unit="count",
                worse="lower",
            ),
        }

    @api.model
    def _approval_depends(self):
        return [
            *super()._approval_depends(),
            "state",
            "company_id",
            "user_id",
            "date_from",
            "date_to",
            "research_ids.state",
            "segment_ids",
            "goal_ids.name",
            "goal_ids.metric",
            "goal_ids.value",
            "goal_ids.target_plan_id",
            *TEXTS,
        ]

    def _approval_exact(self):
        content = [self[name] and str(self[name]) for name in TEXTS]
        goals = [
            [goal.name, goal.metric, goal.value, goal.target_plan_id.id]
            for goal in self.goal_ids.sorted("id")
        ]
        links = [sorted(self.segment_ids.ids), sorted(self.research_ids.ids)]
        text = json.dumps([content, goals, links])
        return {"content": hashlib.sha256(text.encode()).hexdigest()}

    def _approval_is_open(self):
        return self.state == "draft"

    def _approval_open_domain(self):
        return [("state", "=", "draft")]

    def _approval_excluded_users(self):
        return self.user_id

    # === MEASURES === #
    def _measure_strategy_months(self):
        """:return: dict of id → months, one that is begun counting as one"""
        return {
            strategy.id: (strategy.date_to.year - strategy.date_from.year) * 12
            + strategy.date_to.month
            - strategy.date_from.month
            + 1
            for strategy in self
        }

    def _measure_strategy_evidence(self):
        return {
            strategy.id: len(strategy.research_ids.filtered(lambda r: r.state == "done"))
            for strategy in self
        }

    # === BUSINESS METHODS === #
    def _confirmation_error_message(self):
        return super()._confirmation_error_message() or self._get_approval_error()
