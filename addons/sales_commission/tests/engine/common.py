from calendar import monthrange

from odoo.fields import Command

from odoo.addons.sales_system.tests.ledger.common import LedgerInvoicingCommon

from ..common import YEAR, SalesCommissionCommon


def period(month):
    """:return: first and last day of a month"""
    return f"{YEAR}-{month:02}-01", f"{YEAR}-{month:02}-{monthrange(YEAR, month)[1]}"


def day(month):
    return f"{YEAR}-{month:02}-10"


class EngineCommon(SalesCommissionCommon):
    """Factories for stories of one plan, told month by month."""

    @classmethod
    def _tiers(cls, *tiers):
        """:param tiers: (lower bound, rate in percent) of each"""
        return {
            "tier_ids": [
                Command.create({"amount_from": amount_from, "rate": rate})
                for amount_from, rate in tiers
            ]
        }

    @classmethod
    def _settle(cls, plan, month=3, approve=True, **values):
        return cls._create_run(period(month), approve=approve, plan_id=plan.id, **values)

    def _amounts(self, run):
        """:return: the commission of each sale, in the order of the ledger"""
        return self._get_earnings(run).filtered("entry_id").mapped("amount")

    def _paid(self, *runs):
        """:return: dict of name of the payee → sum over the runs"""
        paid = {}
        for statement in (run.statement_ids for run in runs):
            for one in statement:
                name = one.payee_id.name
                paid[name] = round(paid.get(name, 0) + one.amount, 2)
        return paid

    def _true_up(self, run):
        return sum(
            earning.amount for earning in self._get_earnings(run) if earning.kind == "true_up"
        )


class InvoicingEngineCommon(LedgerInvoicingCommon, EngineCommon):
    """The small company with a chart of accounts, where Li Na sells."""

    @classmethod
    def _invoice(cls, lines=((1, 1000.0),), month=1, **values):
        return cls._create_invoice(lines, invoice_date=day(month), **values)

    @classmethod
    def _refund(cls, invoice, month, lines=None, **values):
        """Credit an invoice, or some lines of it.

        :param lines: dict of what to change on the lines of the credit note
        """
        note = cls._credit(invoice, date=day(month), **values)
        note.invoice_date = day(month)
        for change in lines or ():
            note.invoice_line_ids.write(change)
        note.action_post()
        return note

    def _sum_of_payee(self, run, user=None):
        payee = (user or self.seller).partner_id
        return round(sum(one.amount for one in run.statement_ids if one.payee_id == payee), 2)
