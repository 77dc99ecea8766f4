from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import float_is_zero, format_date
from odoo.tools.misc import formatLang

from .sales_channel_report import CLOSED_STATES, OPEN_STATES

# As many as somebody corrects at a time.
LISTED_PROBLEMS = 20
# Contracts whose days tell when a partner was a distributor.
BINDING_CONTRACTS = ("active", "expired", "renewed", "replaced", "terminated")


def covers(contracts, day):
    """:param contracts: see ``_get_contract_days``
    :return: whether a sale of that day lies in one of them, or there is none to lie in
    """
    return not contracts or any(
        first <= day and (last is None or day <= last) for first, last in contracts
    )


class SalesChannelReport(models.Model):
    """Checks a report as a whole before it is handed in."""

    _inherit = "sales.channel.report"

    def _check_complete(self):
        """:raises UserError: with a sentence for each row that is wrong"""
        if problems := self._get_problems():
            left = len(problems) - LISTED_PROBLEMS
            if left > 0:
                problems[LISTED_PROBLEMS:] = [self.env._("… and %(count)s rows more.", count=left)]
            raise UserError("\n".join(problems))

    def _get_problems(self):
        """:return: list of sentences; empty for a report that can be submitted"""
        self.ensure_one()
        return [
            *self._get_chain_problems(),
            *(
                problem
                for number, line in enumerate(self.line_ids.sorted(), start=1)
                for problem in line._get_problems(number)
            ),
            *self._get_contract_problems(),
        ]

    def _get_chain_domain(self):
        """:return: domain of all reports of the same partner"""
        return Domain("company_id", "=", self.company_id.id) & Domain(
            "partner_id", "=", self.partner_id.id
        )

    def _get_previous(self):
        """:return: the report whose closing stock this one opens with, or an empty one"""
        closed = Domain("date_to", "<", self.date_from) & Domain("state", "in", CLOSED_STATES)
        return self.sudo().search(self._get_chain_domain() & closed, order="date_to desc", limit=1)

    def _get_chain_problems(self):
        """:return: sentences about the reports before and after this one"""
        own = self._get_chain_domain()
        before = own & Domain("date_to", "<", self.date_from) & Domain("state", "in", OPEN_STATES)
        after = own & Domain("date_from", ">", self.date_to) & Domain("state", "in", CLOSED_STATES)
        if earlier := self.sudo().search(before, order="date_from", limit=1):
            yield self.env._(
                "%(earlier)s has not been submitted. Submit it first: its closing stock is what "
                "%(report)s opens with.",
                earlier=earlier.display_name,
                report=self.display_name,
            )
        if later := self.sudo().search(after, order="date_from", limit=1):
            yield self.env._(
                "%(later)s has been submitted already. Have it returned first: it opens with the "
                "closing stock of %(report)s.",
                later=later.display_name,
                report=self.display_name,
            )

    def _get_contract_problems(self):
        """:return: sentences about days that the partner's distribution contracts do not cover"""
        contracts = self._get_contract_days()
        days = self.env["sales.channel.report.sale"]._read_group(
            [("report_id", "=", self.id)], ["date:day"], ["__count"], order="date:day"
        )
        for day, count in days:
            if not covers(contracts, day):
                yield self.env._(
                    "%(count)s sell-out details of %(day)s lie outside of the distribution "
                    "contracts of %(partner)s. Correct their day, or have the contract amended.",
                    count=count,
                    day=format_date(self.env, day),
                    partner=self.partner_id.display_name,
                )

    def _get_contract_days(self):
        """:return: list of (first day, last day or None) of the partner's distribution contracts;
        empty where it never had one
        """
        contracts = self.env["sales.contract"].sudo()
        found = contracts.search_fetch(
            [
                ("company_id", "=", self.company_id.id),
                ("contract_type", "=", "distribution"),
                ("commercial_partner_id", "=", self.partner_id.id),
                ("state", "in", BINDING_CONTRACTS),
            ],
            ["date_from", "date_end", "termination_date"],
        )
        return [
            (contract.date_from, contract.termination_date or contract.date_end or None)
            for contract in found
        ]


class SalesChannelReportLine(models.Model):
    """Checks the arithmetic of a line."""

    _inherit = "sales.channel.report.line"

    def _get_problems(self, number):
        """:param number: of the row as people see it
        :return: sentences with what is wrong and what to do
        """
        self.ensure_one()
        row = {"row": number, "product": self.product_id.display_name}
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        if self.expected_quantity < 0 and not float_is_zero(self.expected_quantity, digits):
            yield self.env._(
                "Row %(row)s, %(product)s: sell-out %(sold)s is more than opening stock "
                "%(opening)s and sell-in %(bought)s together, which leaves a negative stock. "
                "Correct the sell-out or the sell-in.",
                **row,
                **self._get_figures(),
            )
        elif not float_is_zero(self.difference, digits):
            yield self.env._(
                "Row %(row)s, %(product)s: closing stock %(closing)s is not opening stock "
                "%(opening)s + sell-in %(bought)s − sell-out %(sold)s = %(expected)s. Correct the "
                "closing stock or the sell-out.",
                **row,
                **self._get_figures(),
            )
        if not float_is_zero(self.in_difference, digits) and self._needs_note():
            yield self.env._(
                "Row %(row)s, %(product)s: sell-in %(bought)s is not the %(ledger)s that were "
                "invoiced. Say why it is corrected, or enter %(ledger)s.",
                **row,
                **self._get_figures(),
            )

    def _needs_note(self):
        """Whoever buys from another channel partner has a sell-in that no invoice of ours shows."""
        return not (self.in_note or "").strip() and not self.partner_id.channel_upstream_id

    def _get_figures(self):
        return {
            key: formatLang(self.env, self[name], dp="Product Unit")
            for key, name in (
                ("opening", "opening_quantity"),
                ("bought", "in_quantity"),
                ("ledger", "ledger_quantity"),
                ("sold", "out_quantity"),
                ("closing", "closing_quantity"),
                ("expected", "expected_quantity"),
            )
        }
