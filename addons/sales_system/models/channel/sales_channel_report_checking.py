from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, float_is_zero, format_date
from odoo.tools.misc import formatLang

from .sales_channel_report import CLOSED_STATES, OPEN_STATES

# As many as somebody corrects at a time.
LISTED_PROBLEMS = 20
# Contracts whose days tell when a partner was a distributor.
BINDING_CONTRACTS = ("active", "expired", "renewed", "replaced", "terminated")


class SalesChannelReport(models.Model):
    """Checks a report as a whole before it is handed in."""

    _inherit = "sales.channel.report"

    def _check_complete(self):
        """:raises UserError: with a sentence for each row that is wrong"""
        for report in self:
            if problems := report._get_problems():
                left = len(problems) - LISTED_PROBLEMS
                if left > 0:
                    problems[LISTED_PROBLEMS:] = [
                        self.env._("… and %(count)s rows more.", count=left)
                    ]
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

    def _get_chain_problems(self):
        """:return: sentences about the reports before and after this one"""
        own = Domain("company_id", "=", self.company_id.id)
        own &= Domain("partner_id", "=", self.partner_id.id)
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
        """:return: sentence where the partner's distribution contracts do not cover the sell-out"""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT COUNT(*), MIN(s.date), MAX(s.date) FROM sales_channel_report_sale s
                 WHERE s.report_id = %s AND %s
                """,
                self.id,
                self._outside_contract(SQL("s.date")),
            )
        )
        count, first, last = rows[0]
        if count:
            yield self.env._(
                "%(count)s sell-out details from %(first)s to %(last)s lie outside of the "
                "distribution contracts of %(partner)s. Correct their days or have the contract "
                "amended.",
                count=count,
                first=format_date(self.env, first),
                last=format_date(self.env, last),
                partner=self.partner_id.display_name,
            )

    def _outside_contract(self, day):
        """:param SQL day: expression of a date
        :return: ``SQL`` condition: the partner has distribution contracts, none on that day
        """
        contracts = SQL(
            """
            SELECT c.date_from, COALESCE(c.termination_date, c.date_end) AS date_end
              FROM sales_contract c
             WHERE c.company_id = %s AND c.contract_type = 'distribution'
               AND c.commercial_partner_id = %s AND c.state = ANY(%s)
            """,
            self.company_id.id,
            self.partner_id.id,
            list(BINDING_CONTRACTS),
        )
        return SQL(
            """
            EXISTS (SELECT FROM (%(contracts)s) AS contract)
            AND NOT EXISTS (
                SELECT FROM (%(contracts)s) AS contract
                 WHERE %(day)s >= contract.date_from
                   AND (contract.date_end IS NULL OR %(day)s <= contract.date_end))
            """,
            contracts=contracts,
            day=day,
        )


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
