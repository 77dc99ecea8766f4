from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import format_date

from ...engine.contract_dates import (
    end_of_months,
    months_of,
    renewals_at_notice,
    renewals_until,
)
from .sales_contract_states import PREPARING_STATES


class SalesContract(models.Model):
    """What the passing of time does to contracts in force, and how people end and renew them."""

    _inherit = "sales.contract"

    # === ACTION METHODS === #
    def action_open_terminate(self):
        return self._open_wizard("sales.contract.terminate", self.env._("Terminate"))

    def action_open_renew(self):
        return self._open_wizard("sales.contract.renew", self.env._("Renew"))

    def action_amend(self):
        """Draft a further version; this one stays in force until the new one is."""
        self.ensure_one()
        self.check_access("write")
        self._check_state("active")
        self._check_not_terminated()
        draft = self._get_open_amendment()
        if not draft:
            draft = self.sudo()._amend().sudo(False)
        return draft._get_form_action()

    def action_withdraw_termination(self):
        """The parties go on: take a termination back."""
        self._check_state("active", "terminated")
        today = fields.Date.context_today(self)
        for contract in self:
            if not contract.termination_date:
                raise UserError(
                    self.env._(
                        "%(contract)s has not been terminated.", contract=contract.display_name
                    )
                )
            if contract.date_end and contract.date_end < today and contract.renewal != "tacit":
                raise UserError(
                    self.env._(
                        "%(contract)s would have ended on %(end)s anyway. Draft a new contract "
                        "instead.",
                        contract=contract.display_name,
                        end=format_date(self.env, contract.date_end),
                    )
                )
        self._update_state(
            ("active", "terminated"),
            "active",
            termination_date=False,
            termination_reason=False,
            terminated_by=False,
            termination_note=False,
        )
        return True

    def action_undo_renewal(self):
        """Take back the last renewal of contracts whose earlier term has not ended yet."""
        self._check_state("active")
        today = fields.Date.context_today(self)
        for contract in self:
            if not contract.renewal_count:
                raise UserError(
                    self.env._(
                        "%(contract)s has not been renewed yet.", contract=contract.display_name
                    )
                )
            before = contract._get_end_of_term(contract.renewal_count - 1)
            if before < today:
                raise UserError(
                    self.env._(
                        "The term of %(contract)s before its renewal ended on %(end)s, so the "
                        "renewal cannot be taken back. Terminate the contract instead.",
                        contract=contract.display_name,
                        end=format_date(self.env, before),
                    )
                )
        for contract in self.sudo():
            contract.renewal_count -= 1
        return True

    # === TERMINATING === #
    def _get_notice_end(self, given_on):
        """:return: last day of the term that notice given on a day ends, or False"""
        self.ensure_one()
        if not self.date_to:
            return False
        if self.renewal != "tacit":
            return self.date_end
        count = renewals_at_notice(
            self.date_to,
            self.renewal_months,
            self.renewal_count,
            given_on,
            self.notice_months,
            self.notice_days,
        )
        return self._get_end_of_term(count)

    def _terminate(self, last_day, **values):
        """End contracts in force with a day; one that lies ahead leaves them in force till then."""
        self._check_state("active")
        today = fields.Date.context_today(self)
        for contract in self:
            end = contract.renewal != "tacit" and contract.date_end
            if end and last_day > end:
                raise UserError(
                    self.env._(
                        "%(contract)s ends on %(end)s anyway, before %(date)s. Choose an earlier "
                        "day, or renew it.",
                        contract=contract.display_name,
                        end=format_date(self.env, end),
                        date=format_date(self.env, last_day),
                    )
                )
            if last_day < contract.date_from:
                raise UserError(
                    self.env._(
                        "%(contract)s starts on %(start)s and cannot be terminated as of "
                        "%(date)s, before that. Choose a later day.",
                        contract=contract.display_name,
                        start=format_date(self.env, contract.date_from),
                        date=format_date(self.env, last_day),
                    )
                )
        target = "terminated" if last_day < today else "active"
        self._update_state(("active",), target, termination_date=last_day, **values)

    def _check_not_terminated(self):
        for contract in self.filtered("termination_date"):
            raise UserError(
                self.env._(
                    "%(contract)s has been terminated as of %(date)s. Withdraw the termination "
                    "first.",
                    contract=contract.display_name,
                    date=format_date(self.env, contract.termination_date),
                )
            )

    # === RENEWING === #
    def _extend(self):
        """Renew contracts in force by one more of the terms that were agreed on."""
        self._check_state("active")
        for contract in self:
            if not contract.date_to or not contract.renewal_months:
                raise UserError(
                    self.env._(
                        "%(contract)s says nothing of how long it is renewed for. Renew it by a "
                        "new contract.",
                        contract=contract.display_name,
                    )
                )
        self._check_not_terminated()
        for contract in self.sudo():
            contract.renewal_count += 1

    def _renew_by_contract(self):
        """:return: a draft that follows this contract; a further call opens the same one"""
        self.ensure_one()
        self.check_access("write")
        self._check_state("active", "expired")
        drafts = self.renewal_ids.filtered(lambda contract: contract.state in PREPARING_STATES)
        if not drafts:
            start = (self.date_end or fields.Date.context_today(self)) + timedelta(days=1)
            values = {**self._prepare_shifted_values(start), "renewed_from_id": self.id}
            drafts = self.sudo().copy(values).sudo(False)
        return drafts[:1]

    def _prepare_shifted_values(self, start):
        """:return: dict of the dates of a copy that starts on another day"""
        self.ensure_one()
        months = self._get_term_months()
        distance = relativedelta(start, self.date_from)

        def shifted(records, *names):
            return [
                Command.create(
                    record.copy_data(
                        {
                            "contract_id": False,
                            **{name: record[name] and record[name] + distance for name in names},
                        }
                    )[0]
                )
                for record in records
            ]

        return {
            "date_from": start,
            "date_to": end_of_months(start, months) if months else False,
            "amount": self.amount,
            "line_ids": shifted(self.line_ids, "date_from", "date_to"),
            "milestone_ids": shifted(self.milestone_ids, "date_from", "date_due", "date_expected"),
        }

    def _get_term_months(self):
        """:return: length of the first term in months, 0 without an end"""
        self.ensure_one()
        return months_of(self.date_from, self.date_to) if self.date_to else 0

    # === AMENDING === #
    def _get_open_amendment(self):
        self.ensure_one()
        return self.amendment_ids.filtered(lambda contract: contract.state in PREPARING_STATES)[:1]

    def _amend(self):
        """:return: a draft of the next version, whose lines go on with those of this one"""
        self.ensure_one()
        versions = self.search([("root_id", "=", self.root_id.id)])
        amendment = self.copy(
            {
                "name": self.name,
                "version": max(versions.mapped("version")) + 1,
                "root_id": self.root_id.id,
                "amended_from_id": self.id,
                "renewed_from_id": self.renewed_from_id.id,
                "renewal_count": self.renewal_count,
                "date_from": self.date_from,
                "date_to": self.date_to,
                "amount": self.amount,
                "line_ids": [
                    Command.create(line.copy_data({"contract_id": False})[0] | {"root_id": root.id})
                    for line in self.line_ids
                    for root in line.root_id
                ],
            }
        )
        return amendment

    def _replace_amended(self):
        """The version before makes way, with the quotations that are not confirmed yet."""
        self.ensure_one()
        before = self.amended_from_id
        before._check_state("active")
        before._check_not_terminated()
        if self.renewal_count < before.renewal_count:
            self.renewal_count = before.renewal_count
        before._update_state(("active",), "replaced")
        before._move_quotations(self)

    def _move_quotations(self, successor):
        """Hook: have quotations go on under another version."""

    # === TIME === #
    def _end_if_due(self):
        """Let contracts whose term is over end as what they are: expired, or renewed."""
        today = fields.Date.context_today(self)
        due = self.filtered(
            lambda contract: (
                contract.state == "active"
                and not contract.termination_date
                and contract.date_end
                and contract.date_end < today
            )
        )
        renewed = due.filtered(
            lambda contract: any(successor.state == "active" for successor in contract.renewal_ids)
        )
        renewed._update_state(("active",), "renewed")
        (due - renewed)._update_state(("active",), "expired")

    def _renew_tacitly(self):
        """Go on to the term that today lies in."""
        today = fields.Date.context_today(self)
        for contract in self:
            contract.renewal_count = renewals_until(
                contract.date_to, contract.renewal_months, contract.renewal_count, today
            )
            contract.message_post(
                body=self.env._(
                    "Renewed tacitly until %(end)s.",
                    end=format_date(self.env, contract.date_end),
                ),
                subtype_xmlid="mail.mt_note",
            )

    def _end_terminated(self):
        self._update_state(("active",), "terminated")

    @api.model
    def _cron_follow_dates(self):
        """Bring the contracts in force up to date, company by company, each in its own day.

        Only contracts in force are touched: what was terminated, replaced or cancelled stays so.
        """
        for company in self.env["res.company"].search([]):
            contracts = self.with_context(tz=company.partner_id.tz or "UTC")
            domain = Domain("company_id", "=", company.id) & Domain("state", "=", "active")
            for condition, method in contracts._get_date_steps():
                if not contracts._work_through(domain & condition, method):
                    return

    @api.model
    def _get_date_steps(self):
        """Hook: what a new day can bring for contracts in force.

        :return: list of (domain, name of the method that takes contracts out of it)
        """
        today = fields.Date.context_today(self)
        going_on = Domain("termination_date", "=", False)
        # Notice that came too late for this term ends the next.
        goes_on_so_far = going_on | Domain("termination_date", ">=", today)
        over = Domain("date_end", "<", today)
        tacit = Domain("renewal", "=", "tacit") & ~Domain("renewal_ids.state", "=", "active")
        return [
            (Domain("termination_date", "<", today), "_end_terminated"),
            (goes_on_so_far & over & tacit, "_renew_tacitly"),
            (going_on & over & ~tacit, "_end_if_due"),
        ]
