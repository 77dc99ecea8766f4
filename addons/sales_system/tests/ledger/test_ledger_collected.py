from odoo.fields import Command
from odoo.tests import tagged

from .common import LedgerInvoicingCommon


@tagged("post_install", "-at_install", "sales_system")
class TestLedgerCollected(LedgerInvoicingCommon):
    def _collected(self, invoice):
        return self._sum(invoice, "collected")

    def test_a_full_payment_collects_the_untaxed_total(self):
        invoice = self._create_invoice([(2, 1000.0), (1, 500.0)], tax=self.tax)
        self.assertEqual(self._collected(invoice), 0.0)
        self._pay(invoice)
        entries = self._ledger(invoice).filtered(lambda entry: entry.event == "collected")
        self.assertEqual(sorted(entries.mapped("amount")), [500.0, 2000.0])
        self.assertEqual(set(entries.mapped("date")), {entries[0].date})
        self.assertEqual(str(entries[0].date), "2026-02-10")
        self.assertEqual(
            self._sum(invoice, "collected", "margin"), self._sum(invoice, "invoiced", "margin")
        )
        self.assertEqual(self._sum(invoice, "collected", "quantity"), 3.0)
        self.assertEqual(entries.user_id, self.seller)

    def test_part_payments_add_up_to_the_cent(self):
        invoice = self._create_invoice([(1, 33.33), (1, 33.33), (1, 33.34)], tax=self.tax)
        for amount in (36.67, 36.67):
            self._pay(invoice, amount)
        # 36.67 of 110.00, untaxed total 100.00
        self.assertEqual(self._collected(invoice), 66.67)
        self._pay(invoice)
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertEqual(self._collected(invoice), 100.0)
        by_line = {}
        for entry in self._ledger(invoice).filtered(lambda entry: entry.event == "collected"):
            by_line[entry.source_id] = round(by_line.get(entry.source_id, 0) + entry.amount, 2)
        self.assertEqual(sorted(by_line.values()), [33.33, 33.33, 33.34])

    def test_a_later_payment_changes_no_earlier_figure(self):
        invoice = self._create_invoice([(1, 33.33), (1, 66.67)], tax=self.tax)
        self._pay(invoice, 7.77)
        before = self._ledger(invoice)
        self._pay(invoice, 13.13, date="2026-03-10")
        added = self._ledger(invoice) - before
        self.assertEqual({str(day) for day in added.mapped("date")}, {"2026-03-10"})

    def test_one_payment_over_several_invoices(self):
        invoices = self._create_invoice([(1, 100.0)]) + self._create_invoice([(1, 300.0)])
        self._pay(invoices)
        self.assertEqual([self._collected(invoice) for invoice in invoices], [100.0, 300.0])

    def test_overpayment_collects_what_was_invoiced(self):
        invoice = self._create_invoice([(1, 100.0)])
        self._pay(invoice, 150.0)
        self.assertEqual(self._collected(invoice), 100.0)

    def test_write_off_is_not_collected(self):
        invoice = self._create_invoice([(1, 100.0)])
        self._pay(
            invoice,
            98.0,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.expense_account.id,
        )
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertEqual(self._collected(invoice), 98.0)

    def test_early_payment_discount_is_not_collected(self):
        terms = self.env["account.payment.term"].create(
            {
                "name": "2 % in 10 days",
                "company_id": self.company.id,
                "early_discount": True,
                "discount_percentage": 2.0,
                "discount_days": 10,
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 100, "nb_days": 30})
                ],
            }
        )
        invoice = self._create_invoice([(1, 100.0)], invoice_payment_term_id=terms.id)
        self._pay(invoice, date="2026-01-20")
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertEqual(self._collected(invoice), 98.0)

    def test_credit_note_settles_without_collecting(self):
        invoice = self._create_invoice([(1, 1000.0)])
        note = self._credit(invoice)
        note.invoice_line_ids.price_unit = 200.0
        note.action_post()
        receivables = (invoice + note).line_ids.filtered(
            lambda line: line.display_type == "payment_term" and not line.reconciled
        )
        receivables.reconcile()
        self.assertEqual(invoice.amount_residual, 800.0)
        self.assertEqual((self._collected(invoice), self._collected(note)), (0.0, 0.0))
        self._pay(invoice)
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertEqual(self._collected(invoice), 800.0)

    def test_money_paid_back_on_a_credit_note(self):
        invoice = self._create_invoice([(1, 1000.0)])
        self._pay(invoice)
        note = self._credit(invoice)
        note.invoice_line_ids.price_unit = 200.0
        note.action_post()
        self._pay(note, date="2026-03-05")
        self.assertEqual(self._collected(note), -200.0)

    def test_undone_reconciliation_and_bounced_payment(self):
        invoice = self._create_invoice([(1, 1000.0)], tax=self.tax)
        payment = self._pay(invoice, 550.0)
        self.assertEqual(self._collected(invoice), 500.0)
        invoice.line_ids.remove_move_reconcile()
        self.assertEqual(self._collected(invoice), 0.0)
        line = payment.move_id.line_ids.filtered(
            lambda one: one.account_id.account_type == "asset_receivable"
        )
        (
            line + invoice.line_ids.filtered(lambda one: one.display_type == "payment_term")
        ).reconcile()
        self.assertEqual(self._collected(invoice), 500.0)
        payment.action_draft()
        payment.action_cancel()
        self.assertEqual(self._collected(invoice), 0.0)

    def test_bank_statement_line(self):
        invoice = self._create_invoice([(1, 1000.0)])
        statement_line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank.id,
                "date": "2026-02-20",
                "payment_ref": "Acme",
                "amount": 400.0,
            }
        )
        _liquidity, suspense, _other = statement_line._seek_for_lines()
        suspense.account_id = invoice.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        ).account_id
        suspense.partner_id = invoice.commercial_partner_id
        (
            suspense + invoice.line_ids.filtered(lambda line: line.display_type == "payment_term")
        ).reconcile()
        self.assertEqual(self._collected(invoice), 400.0)
        entry = self._ledger(invoice).filtered(lambda one: one.event == "collected")
        self.assertEqual(str(entry.date), "2026-02-20")

    def test_exchange_difference_is_not_collected(self):
        euro = self._set_rates(d2026_01_01=0.8, d2026_02_01=0.5)
        invoice = self._create_invoice([(1, 800.0)], tax=self.tax, currency_id=euro.id)
        self._pay(invoice, 440.0, currency_id=euro.id)
        self.assertEqual(self._collected(invoice), 500.0)
        self._pay(invoice, 440.0, currency_id=euro.id)
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertEqual(self._collected(invoice), 1000.0)

    def test_invoice_in_two_instalments(self):
        terms = self.env["account.payment.term"].create(
            {
                "name": "Half and half",
                "company_id": self.company.id,
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (0, 30)
                ],
            }
        )
        invoice = self._create_invoice([(1, 1000.0)], invoice_payment_term_id=terms.id)
        self._pay(invoice)
        self.assertEqual(self._collected(invoice), 500.0)
        self._pay(invoice)
        self.assertEqual(self._collected(invoice), 1000.0)

    def test_bad_debt_is_not_collected(self):
        invoice = self._create_invoice([(1, 1000.0)])
        receivable = invoice.line_ids.filtered(lambda line: line.display_type == "payment_term")
        loss = self.env["account.move"].create(
            {
                "company_id": self.company.id,
                "date": "2026-04-01",
                "line_ids": [
                    Command.create(
                        {
                            "account_id": receivable.account_id.id,
                            "partner_id": invoice.commercial_partner_id.id,
                            "credit": 1000.0,
                        }
                    ),
                    Command.create({"account_id": self.expense_account.id, "debit": 1000.0}),
                ],
            }
        )
        loss.action_post()
        (receivable + loss.line_ids.filtered("credit")).reconcile()
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertEqual(self._collected(invoice), 0.0)
