from odoo import api, models

from ...models.plan.sales_commission_rule import TIERED
from ...models.plan.sales_commission_rule_wording import in_percent


class ReportPolicy(models.AbstractModel):
    """A commission plan as a text to read and to sign, in one language."""

    _name = "report.sales_commission.report_policy"
    _description = "Commission Policy"

    @api.model
    def _get_report_values(self, docids, data=None):
        """:param dict data: plan_ids, lang and payee_id, where the policy is printed from its
        wizard"""
        data = data or {}
        plans = self.env["sales.commission.plan"].browse(data.get("plan_ids") or docids)
        plans.check_access("read")
        language = self._get_language(data.get("lang"))
        plans = plans.with_context(lang=language)
        payee = self.env["res.partner"].browse(data.get("payee_id") or [])
        if payee:
            payee.check_access("read")
        return {
            "doc_ids": plans.ids,
            "doc_model": plans._name,
            "docs": plans,
            "language": language,
            "payee": payee,
            # Searched: a list of lines in the cache is no check of who may see them.
            "assignments": self.env["sales.commission.assignment"].search(
                [
                    ("plan_id", "in", plans.ids),
                    *([("payee_id", "=", payee.id)] if payee else []),
                ]
            ),
            "examples": self.env["sales.commission.example"]._compute(plans.rule_ids),
            "tiers": {
                rule: self._get_tiers(rule) for rule in plans.rule_ids if rule.rate_type in TIERED
            },
            "in_percent": in_percent,
        }

    @api.model
    def _get_language(self, code):
        installed = {installed for installed, _name in self.env["res.lang"].get_installed()}
        return code if code in installed else self.env.lang

    @api.model
    def _get_tiers(self, rule):
        """:return: list of (from, up to or None, rate) as numbers in words"""
        tiers = rule.tier_ids.sorted("amount_from")
        bounds = [*tiers.mapped("amount_from"), None]

        def in_words(bound):
            if bound is None:
                return None
            if rule.tier_basis == "attainment":
                return f"{in_percent(bound)} %"
            return rule._in_base(bound)

        return [
            (in_words(low), in_words(high), f"{in_percent(tier.rate)} %")
            for tier, low, high in zip(tiers, bounds, bounds[1:], strict=False)
        ]
