from odoo.fields import Command

from ..common import SalesSystemCommon


class LedgerInvoicingCommon(SalesSystemCommon):
    """The small company with a chart of accounts, a 10 % tax and a bank."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company=cls.company, install_demo=False
        )
        chart = cls.env["account.chart.template"].with_company(cls.company)
        cls.bank = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        cls.bank.inbound_payment_method_line_ids.payment_account_id = chart.ref(
            "account_journal_payment_debit_account_id"
        )
        cls.bank.outbound_payment_method_line_ids.payment_account_id = chart.ref(
            "account_journal_payment_credit_account_id"
        )
        cls.tax = cls.env["account.tax"].create(
            {"name": "10 %", "amount": 10.0, "company_id": cls.company.id}
        )
        cls.included_tax = cls.env["account.tax"].create(
            {
                "name": "10 % included",
                "amount": 10.0,
                "price_include_override": "tax_included",
                "company_id": cls.company.id,
            }
        )
        cls.expense_account = cls.env["account.account"].search(
            [("account_type", "=", "expense"), ("company_ids", "in", cls.company.ids)], limit=1
        )

    @classmethod
    def _create_invoice(cls, lines=((1, 1000.0),), tax=None, post=True, **values):
        """:param lines: (quantity, unit price) of each line"""
        invoice = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.customer.id,
                "invoice_user_id": cls.seller.id,
                "company_id": cls.company.id,
                "invoice_date": "2026-01-15",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": cls.product.id,
                            "quantity": quantity,
                            "price_unit": price,
                            "tax_ids": [Command.set((tax or cls.env["account.tax"]).ids)],
                        }
                    )
                    for quantity, price in lines
                ],
                **values,
            }
        )
        if post:
            invoice.action_post()
        return invoice

    @classmethod
    def _pay(cls, invoices, amount=None, date="2026-02-10", **values):
        """Register a payment as a person does.

        :return: the payment
        """
        wizard = (
            cls.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoices.ids)
            .create(
                {
                    "payment_date": date,
                    "journal_id": cls.bank.id,
                    "group_payment": True,
                    **({"amount": amount} if amount is not None else {}),
                    **values,
                }
            )
        )
        return wizard._create_payments()

    @classmethod
    def _credit(cls, invoice, **values):
        """Credit an invoice in full and settle it with the credit note."""
        wizard = (
            cls.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "date": "2026-03-01", **values})
        )
        action = wizard.refund_moves()
        return cls.env["account.move"].browse(action["res_id"])

    @classmethod
    def _set_rates(cls, **rates):
        """:param rates: day → euros per dollar, the day as ``d2026_01_01``"""
        euro = cls.env.ref("base.EUR")
        euro.active = True
        cls.env["res.currency.rate"].create(
            [
                {
                    "currency_id": euro.id,
                    "company_id": cls.company.id,
                    "name": day.removeprefix("d").replace("_", "-"),
                    "rate": rate,
                }
                for day, rate in rates.items()
            ]
        )
        return euro

    def _sum(self, document, event, figure="amount"):
        entries = self._ledger(document).filtered(lambda entry: entry.event == event)
        return round(sum(entries.mapped(figure)), 2)
