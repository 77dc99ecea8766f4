from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

# From where a contract can still become one in force.
PREPARING_STATES = ("draft", "review", "approved", "sent")


class SalesContract(models.Model):
    """The steps of a contract, from draft to force and to its end."""

    _inherit = "sales.contract"

    # === ACTION METHODS === #
    def action_submit(self):
        """Hand the drafts in for review, and ask for the approvals that they need."""
        self._check_state("draft")
        self._check_complete()
        self._update_state(("draft",), "review")
        for contract in self:
            if contract.sudo().approval_status in ("needed", "rejected"):
                contract._request_approval()
        return True

    def action_release(self):
        """Approve reviewed contracts that keep within all limits, or whose approval is there."""
        self._check_state("review")
        self._check_complete()
        self._check_approval()
        self._update_state(("review",), "approved")
        return True

    def action_mark_sent(self):
        self._check_approval()
        self._update_state(("approved",), "sent")
        return True

    def action_activate(self):
        """Put the contracts into force: both parties have agreed."""
        self._activate()
        return True

    def action_draft(self):
        """Open the terms again."""
        self._update_state(("review", "approved", "sent", "cancelled"), "draft")
        self._cancel_approval(self.env._("The contract has been taken back to draft."))
        return True

    def action_cancel(self):
        self._update_state(PREPARING_STATES, "cancelled")
        self._cancel_approval(self.env._("The contract has been cancelled."))
        return True

    # === BUSINESS METHODS === #
    def _check_complete(self):
        """:raises UserError: something is missing that the contract cannot do without"""
        for contract in self:
            if error := contract._get_incomplete_error():
                raise UserError(error)

    def _get_incomplete_error(self):
        """Hook: what is missing or does not fit together before a contract is released.

        :return: sentence, or False
        """
        self.ensure_one()
        today = fields.Date.context_today(self)
        if self.date_end and self.date_end < today and self.renewal != "tacit":
            return self.env._(
                "%(contract)s ended on %(end)s already. Correct its dates.",
                contract=self.display_name,
                end=format_date(self.env, self.date_end),
            )
        return self._get_plan_error() or self._get_exclusive_error()

    def _get_plan_error(self):
        """:return: sentence where the payments have to add up to the contract and do not"""
        self.ensure_one()
        if not self.company_id.sales_contract_full_plan:
            return False
        payments = self.milestone_ids.filtered(lambda milestone: milestone.kind == "payment")
        planned = sum(payments.mapped("amount"))
        if self.currency_id.compare_amounts(planned, self.amount) == 0:
            return False
        return self.env._(
            "The payments of %(contract)s add up to %(planned)s, and its amount is %(amount)s: "
            "%(difference)s are left. Correct the payment plan or the amount.",
            contract=self.display_name,
            planned=format_amount(self.env, planned, self.currency_id),
            amount=format_amount(self.env, self.amount, self.currency_id),
            difference=format_amount(self.env, self.amount - planned, self.currency_id),
        )

    def _get_exclusive_error(self):
        """:return: sentence where another customer is to have the same alone, or False"""
        self.ensure_one()
        mine = self.line_ids.filtered("is_exclusive")
        if not mine:
            return False
        others = (
            self.env["sales.contract.line"]
            .sudo()
            .search(
                [
                    ("is_exclusive", "=", True),
                    ("contract_id.state", "in", ("approved", "sent", "active")),
                    ("contract_id.root_id", "!=", self.root_id.id),
                    ("contract_id.commercial_partner_id", "!=", self.commercial_partner_id.id),
                    ("company_id", "=", self.company_id.id),
                ]
            )
        )
        for line in mine:
            if clash := others.filtered(line._overlaps)[:1]:
                return self.env._(
                    "%(line)s of %(contract)s is exclusive, and so it is for %(party)s by "
                    "%(other)s in the same time and territory. Change one of them.",
                    line=line.display_name,
                    contract=self.display_name,
                    party=clash.contract_id.partner_id.display_name,
                    other=clash.contract_id.name,
                )
        return False

    def _activate(self):
        """Put approved or sent contracts into force, with their prices.

        What they amend or renew makes way for them. Signing calls this as superuser.
        """
        self._check_state("approved", "sent")
        self._check_complete()
        self._check_approval()
        self._update_state(
            ("approved", "sent"), "active", activated_on=fields.Date.context_today(self)
        )
        self.sudo()._take_over()

    def _take_over(self):
        """Hook: what else happens when contracts come into force, as superuser."""
        for contract in self.filtered("amended_from_id"):
            contract._replace_amended()
        self.renewed_from_id._end_if_due()

    def _on_approval_given(self):
        """The approval was all that the review had to wait for."""
        result = super()._on_approval_given()
        in_review = self.filtered(
            lambda contract: contract.state == "review" and not contract._is_approval_blocked()
        )
        in_review._update_state(("review",), "approved")
        return result
