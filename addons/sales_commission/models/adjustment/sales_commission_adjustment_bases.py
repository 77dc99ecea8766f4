from odoo import api, fields, models

from odoo.addons.sales_system.engine.approval import DIGITS, ApprovalBasis


class SalesCommissionAdjustment(models.Model):
    """What of an adjustment an approval rule can limit: its size, whichever way it goes."""

    _name = "sales.commission.adjustment"
    _inherit = ["sales.commission.adjustment", "sales.approval.mixin"]

    # === APPROVAL HOOKS === #
    @api.model
    def _approval_bases(self):
        return {
            **super()._approval_bases(),
            "adjustment_amount": ApprovalBasis(
                self.env._("Amount of the adjustment"), "_measure_adjustment_amount", unit="money"
            ),
        }

    @api.model
    def _approval_depends(self):
        return [
            *super()._approval_depends(),
            "amount",
            "currency_id",
            "date",
            "payee_id",
            "company_id",
            "state",
        ]

    def _approval_exact(self):
        # The same amount for somebody else, or the other way round, is another question.
        return {"payee_id": self.payee_id.id, "is_deduction": self.amount < 0}

    def _approval_is_open(self):
        return self.state == "draft"

    def _approval_open_domain(self):
        return [("state", "=", "draft")]

    def _approval_leaders(self):
        return self.payee_id.user_ids.sale_team_id._get_leaders_up().filtered("active")

    def _approval_excluded_users(self):
        return self.payee_id.user_ids

    def _prepare_approval_request_values(self):
        return {
            **super()._prepare_approval_request_values(),
            "team_id": self.payee_id.user_ids.sale_team_id[:1].id,
        }

    def _get_approval_cards(self):
        return {
            adjustment.id: {"currency_id": adjustment.currency_id, "amount": adjustment.amount}
            for adjustment in self
        }

    # === MEASURES === #
    def _measure_adjustment_amount(self):
        """:return: dict of id → size in the company's currency"""
        return {
            adjustment.id: round(
                abs(
                    adjustment.currency_id._convert(
                        adjustment.amount,
                        adjustment.company_id.currency_id,
                        adjustment.company_id,
                        adjustment.date or fields.Date.context_today(adjustment),
                    )
                ),
                DIGITS,
            )
            for adjustment in self
        }

    # === BUSINESS METHODS === #
    def action_cancel(self):
        result = super().action_cancel()
        self._cancel_approval(self.env._("The adjustment has been cancelled."))
        return result

    def _confirmation_error_message(self):
        return self._get_approval_error() or super()._confirmation_error_message()

    def _is_approved_by_others(self):
        return self.sudo().approval_status == "approved"
