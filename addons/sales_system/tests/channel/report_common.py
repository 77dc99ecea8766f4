from odoo.fields import Command

from ..ledger.common import LedgerInvoicingCommon
from .common import AuthorizationMixin

TODAY = "2026-04-05"


class ChannelReportCommon(AuthorizationMixin, LedgerInvoicingCommon):
    """A distributor that was invoiced 10 bikes in January 2026 and 5 in February."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_channel()
        cls._invoice(10, "2026-01-15")
        cls._invoice(5, "2026-02-10")

    @classmethod
    def _invoice(cls, quantity, day, partner=None, **values):
        invoice = cls._create_invoice(
            lines=((quantity, 1000.0),),
            partner_id=(partner or cls.distributor).id,
            invoice_date=day,
            **values,
        )
        cls.env["sales.ledger.posting"]._post_pending()
        return invoice

    @classmethod
    def _allow(cls, categories, **values):
        """Authorize the distributor everywhere."""
        return cls._authorize(cls.distributor, cls.env["sales.territory"], categories, **values)

    @classmethod
    def _create_report(cls, day="2026-01-01", partner=None, sales=(), **values):
        """:param sales: values of the sell-out details"""
        return cls.env["sales.channel.report"].create(
            {
                "partner_id": (partner or cls.distributor).id,
                "company_id": cls.company.id,
                "date_from": day,
                "sale_ids": [
                    Command.create({"date": day, "product_id": cls.product.id, **sale})
                    for sale in sales
                ],
                **values,
            }
        )

    @classmethod
    def _sell(cls, report, quantity, product=None, **values):
        """Type a sell-out and the closing stock that follows from it."""
        product = product or cls.product
        line = report.line_ids.filtered(lambda line: line.product_id == product)
        line.write(
            {
                "out_quantity": quantity,
                "closing_quantity": line.opening_quantity + line.in_quantity - quantity,
                **values,
            }
        )

    @classmethod
    def _hand_in(cls, day, quantity, accept=False, **values):
        """:return: a submitted report with a sell-out of bikes"""
        report = cls._create_report(day, **values)
        cls._sell(report, quantity)
        report.action_submit()
        if accept:
            report.action_accept()
        return report
