from odoo import api, fields, models

from ...engine.approval import DIGITS, ApprovalBasis
from .sales_contract_states import PREPARING_STATES

# What a contract without an end counts as: longer than any limit.
MONTHS_WITHOUT_END = 999


class SalesContract(models.Model):
    """The numbers of a contract that an approval rule can limit."""

    _name = "sales.contract"
    _inherit = ["sales.contract", "sales.approval.mixin"]

    # === CRUD METHODS === #
    def write(self, vals):
        result = super().write(vals)
        if not {"team_id", "user_id", "company_id"}.isdisjoint(vals):
            self._refresh_approvers()
        return result

    # === APPROVAL HOOKS === #
    @api.model
    def _approval_bases(self):
        return {
            **super()._approval_bases(),
            "amount": ApprovalBasis(
                self.env._("Untaxed amount"), "_measure_approval_amount", unit="money"
            ),
            "discount": ApprovalBasis(self.env._("Discount"), "_measure_approval_discount"),
            "term": ApprovalBasis(
                self.env._("Term in months"), "_measure_approval_term", unit="count"
            ),
        }

    @api.model
    def _approval_depends(self):
        return [
            *super()._approval_depends(),
            "state",
            "company_id",
            "partner_id",
            "currency_id",
            "amount",
            "date_from",
            "date_to",
            "team_id",
            "line_ids.product_id",
            "line_ids.product_uom_id",
            "line_ids.price_basis",
            "line_ids.price_unit",
            "line_ids.discount",
        ]

    def _approval_exact(self):
        # The same discount for another customer is another question.
        return {"partner_id": self.partner_id.commercial_partner_id.id or False}

    def _approval_is_open(self):
        return self.state in PREPARING_STATES

    def _approval_open_domain(self):
        return [("state", "in", PREPARING_STATES)]

    def _approval_leaders(self):
        return self.team_id._get_leaders_up()

    def _approval_excluded_users(self):
        return self.user_id

    def _prepare_approval_request_values(self):
        return {
            **super()._prepare_approval_request_values(),
            "team_id": self.team_id.id,
            "partner_id": self.partner_id.commercial_partner_id.id,
        }

    def _get_approval_cards(self):
        discounts = self._measure_approval_discount()
        return {
            contract.id: {
                "currency_id": contract.currency_id,
                "amount": contract.amount,
                "discount": discounts[contract.id],
            }
            for contract in self
        }

    # === MEASURES === #
    def _measure_approval_amount(self):
        today = fields.Date.context_today(self)
        return {
            contract.id: round(
                contract.currency_id._convert(
                    contract.amount, contract.company_id.currency_id, contract.company_id, today
                ),
                DIGITS,
            )
            for contract in self
        }

    def _measure_approval_discount(self):
        """Highest discount of a line against the list price of its product."""
        result = {}
        for contract in self:
            cuts = [cut for line in contract.line_ids if (cut := line._get_price_cut()) is not None]
            result[contract.id] = round(100 * max(cuts), DIGITS) if cuts else None
        return result

    def _measure_approval_term(self):
        """Length of the first term in whole months, a month begun counting as one."""
        return {contract.id: contract._get_term_months() or MONTHS_WITHOUT_END for contract in self}

    # === BUSINESS METHODS === #
    def _refresh_approvers(self):
        if pending := self.sudo().approval_request_ids.filtered(lambda r: r.state == "pending"):
            for request in pending:
                request.team_id = request._get_document().team_id
            pending._refresh_actors()
