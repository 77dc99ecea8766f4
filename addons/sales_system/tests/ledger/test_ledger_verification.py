from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import SQL

from .common import LedgerInvoicingCommon


@tagged("post_install", "-at_install", "sales_system")
class TestLedgerVerification(LedgerInvoicingCommon):
    def _verify(self):
        action = self.env["sales.ledger.verification"].with_user(self.manager).action_verify()
        return self.env["sales.ledger.verification"].browse(action["res_id"])

    def test_a_healthy_ledger_has_no_difference(self):
        self._create_order()
        self._pay(self._create_invoice(tax=self.tax), 100.0)
        verification = self._verify()
        self.assertEqual(verification.difference_count, 0)
        self.assertGreater(verification.entry_count, 2)
        self.assertEqual(verification.user_id, self.manager)

    def test_a_difference_is_listed_and_repaired(self):
        order = self._create_order([(2, 1000.0)])
        self._ledger(order)
        # Somebody changed the document behind Odoo's back.
        self.env.cr.execute(
            SQL(
                "UPDATE sale_order_line SET price_subtotal = 1500, margin = 300 WHERE id = %s",
                order.order_line.id,
            )
        )
        verification = self._verify()
        self.assertRecordValues(
            verification.line_ids,
            [
                {
                    "event": "booked",
                    "reference": order.name,
                    "amount": -500.0,
                    "margin": -500.0,
                    "quantity": 0.0,
                }
            ],
        )
        action = verification.line_ids.action_open_document()
        self.assertEqual((action["res_model"], action["res_id"]), ("sale.order", order.id))
        verification.with_user(self.manager).action_repair()
        self.assertEqual((verification.difference_count, verification.repaired_count), (0, 1))
        self.assertEqual(self._ledger_sum(order), 1500.0)

    def test_status_line(self):
        status = self.env["sales.ledger.entry"].with_user(self.seller).get_status()
        self.assertFalse(status["verification_id"])
        self.assertFalse(status["may_verify"])
        self._verify()
        status = self.env["sales.ledger.entry"].with_user(self.manager).get_status()
        self.assertTrue(status["verified_at"])
        self.assertEqual(status["difference_count"], 0)
        self.assertTrue(status["may_verify"])

    def test_no_rights(self):
        verification = self._verify()
        for user in (self.seller, self.leader, self.outsider):
            with self.subTest(user=user.login):
                for method in ("action_verify", "action_repair"):
                    with self.assertRaisesRegex(AccessError, "Only an administrator of Sales"):
                        getattr(verification.with_user(user), method)()
                with self.assertRaises(AccessError):
                    verification.with_user(user).read(["difference_count"])
        with self.assertRaises(AccessError):
            self.env["sales.ledger.entry"].with_user(self.outsider).get_status()

    def test_cron_verifies_every_company(self):
        with self.enter_registry_test_mode():
            self.env.ref("sales_system.ir_cron_sales_ledger_verify").method_direct_trigger()
        self.assertTrue(
            self.env["sales.ledger.verification"].search([("company_id", "=", self.company.id)])
        )


@tagged("post_install", "-at_install", "sales_system")
class TestLedgerLock(LedgerInvoicingCommon):
    def _lock(self, day, user=None):
        self.env["sales.ledger.lock"].with_user(user or self.manager).create(
            {"lock_date": day, "company_id": self.company.id}
        ).action_lock()

    def test_a_late_correction_is_posted_on_the_first_open_day(self):
        invoice = self._create_invoice()
        locked = self._ledger(invoice)
        self._lock("2026-01-31")
        invoice.button_draft()
        invoice.invoice_line_ids.price_unit = 700.0
        invoice.action_post()
        late = self._ledger(invoice) - locked
        self.assertEqual(round(sum(late.mapped("amount")), 2), -300.0)
        self.assertEqual({str(day) for day in late.mapped("date")}, {"2026-02-01"})
        self.assertEqual({str(day) for day in late.mapped("late_for")}, {"2026-01-15"})
        self.assertEqual(self.env["sales.ledger.posting"]._post("invoiced", invoice.ids), 0)

    def test_a_locked_period_never_changes(self):
        invoices = self._create_invoice() + self._create_invoice([(3, 50.0)])
        self._pay(invoices[0], date="2026-01-20")
        self._ledger(invoices[0])
        domain = [("company_id", "=", self.company.id), ("date", "<=", "2026-01-31")]
        figures = ["event", "date", "amount", "margin", "quantity", "user_id", "partner_id"]
        before = self.env["sales.ledger.entry"].search_read(domain, figures, order="id")
        self._lock("2026-01-31")
        invoices.invoice_user_id = self.other_seller
        invoices[1].button_draft()
        invoices[1].button_cancel()
        invoices[0].line_ids.remove_move_reconcile()
        self._create_invoice([(1, 5.0)])
        self.env["sales.ledger.posting"]._post_pending()
        self.assertEqual(
            self.env["sales.ledger.entry"].search_read(domain, figures, order="id"), before
        )
        self.assertFalse(self.env["sales.ledger.posting"]._get_differences(self.company))

    def test_refused_dates(self):
        self._lock("2026-01-31")
        for day, reason in (
            ("2026-01-31", "locked up to 01/31/2026"),
            ("2026-01-30", "locked up to 01/31/2026"),
            ("2999-01-01", "is not over yet"),
            (False, "locked up to 01/31/2026"),
        ):
            with self.subTest(day=day), self.assertRaisesRegex(UserError, reason):
                self.company.sales_lock_date = day
        self._lock("2026-02-28")
        self.assertEqual(str(self.company.sales_lock_date), "2026-02-28")

    def test_a_new_company_cannot_start_locked_in_the_future(self):
        with self.assertRaisesRegex(UserError, "is not over yet"):
            self.env["res.company"].create({"name": "New", "sales_lock_date": "2999-01-01"})

    def test_a_ledger_with_differences_is_not_locked(self):
        invoice = self._create_invoice()
        self._ledger(invoice)
        self.env.cr.execute(
            SQL(
                "UPDATE account_move SET campaign_id = NULL, invoice_user_id = %s WHERE id = %s",
                self.other_seller.id,
                invoice.id,
            )
        )
        with self.assertRaisesRegex(UserError, "differs from its documents in 2 places"):
            self._lock("2026-01-31")
        self.assertFalse(self.company.sales_lock_date)

    def test_only_an_administrator_locks(self):
        for user in (self.seller, self.leader):
            with self.assertRaises(AccessError):
                self._lock("2026-01-31", user)
            with self.assertRaises(AccessError):
                self.company.with_user(user).sales_lock_date = "2026-01-31"

    def test_history_of_a_locked_period_is_refused(self):
        self._lock("2026-01-31")
        sales_import = self._create_import("Order,Date,Amount\nS1,2026-01-31,5\nS2,2026-02-01,5\n")
        sales_import.action_check()
        self.assertRecordValues(
            sales_import.reject_ids,
            [{"row_number": 2, "reason": "lies in a period that is locked up to 01/31/2026"}],
        )

    def test_an_import_is_reversed_after_its_period_was_locked(self):
        sales_import = self._create_import("Order,Date,Amount\nS1,2026-01-31,5\n")
        sales_import.action_check()
        sales_import.action_import()
        self._lock("2026-01-31")
        sales_import.action_reverse()
        reversal = sales_import.entry_ids.filtered(lambda entry: entry.amount < 0)
        self.assertEqual((str(reversal.date), str(reversal.late_for)), ("2026-02-01", "2026-01-31"))
