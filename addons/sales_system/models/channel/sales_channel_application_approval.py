from odoo import api, fields, models

from ...engine.approval import DIGITS, ApprovalBasis


class SalesChannelApplication(models.Model):
    """The numbers of an application that an approval rule can limit."""

    _name = "sales.channel.application"
    _inherit = ["sales.channel.application", "sales.approval.mixin"]

    # === APPROVAL HOOKS === #
    @api.model
    def _approval_bases(self):
        return {
            **super()._approval_bases(),
            "credit_asked": ApprovalBasis(
                self.env._("Credit asked for"), "_measure_approval_credit", unit="money"
            ),
            "volume": ApprovalBasis(
                self.env._("Expected yearly volume"), "_measure_approval_volume", unit="money"
            ),
        }

    @api.model
    def _approval_depends(self):
        return [
            *super()._approval_depends(),
            "state",
            "company_id",
            "currency_id",
            "credit_asked",
            "expected_volume",
            "team_id",
        ]

    def _approval_is_open(self):
        return self.state in ("draft", "review")

    def _approval_open_domain(self):
        return [("state", "in", ("draft", "review"))]

    def _approval_leaders(self):
        return self.team_id._get_leaders_up()

    def _approval_excluded_users(self):
        return self.user_id

    def _prepare_approval_request_values(self):
        return {**super()._prepare_approval_request_values(), "team_id": self.team_id.id}

    def _get_approval_cards(self):
        return {
            application.id: {
                "currency_id": application.currency_id,
                "amount": application.expected_volume,
            }
            for application in self
        }

    # === MEASURES === #
    def _measure_approval_credit(self):
        return self._measure_money("credit_asked")

    def _measure_approval_volume(self):
        return self._measure_money("expected_volume")

    def _measure_money(self, field):
        today = fields.Date.context_today(self)
        return {
            application.id: round(
                application.currency_id._convert(
                    application[field],
                    application.company_id.currency_id,
                    application.company_id,
                    today,
                ),
                DIGITS,
            )
            for application in self
        }
