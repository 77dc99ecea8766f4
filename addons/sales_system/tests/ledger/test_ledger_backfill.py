from unittest.mock import patch

from odoo.tests import tagged

from ...models.ledger import sales_ledger_backfill
from .common import LedgerInvoicingCommon


@tagged("post_install", "-at_install", "sales_system")
class TestLedgerBackfill(LedgerInvoicingCommon):
    def _create_old_documents(self):
        """Documents from before the ledger: nothing was posted for them."""
        orders = self._create_order() + self._create_order([(2, 10.0)])
        invoice = self._create_invoice(tax=self.tax)
        self._pay(invoice, 110.0)
        self.env.flush_all()
        self.env.cr.precommit.clear()
        return orders, invoice

    def test_everything_is_posted_batch_by_batch(self):
        orders, invoice = self._create_old_documents()
        backfill = self.env["sales.ledger.backfill"]
        backfill._start()
        self.assertEqual(backfill._get_percentage(), 0)
        with (
            patch.object(sales_ledger_backfill, "BATCH_DOCUMENTS", 1),
            self.enter_registry_test_mode(),
        ):
            self.env.ref("sales_system.ir_cron_sales_ledger_backfill").method_direct_trigger()
        self.assertIsNone(backfill._get_percentage())
        self.assertEqual(self._ledger_sum(orders[0]), 1000.0)
        self.assertEqual(self._ledger_sum(orders[1]), 20.0)
        self.assertEqual(self._sum(invoice, "invoiced"), 1000.0)
        self.assertEqual(self._sum(invoice, "collected"), 100.0)
        self.assertFalse(self.env["sales.ledger.posting"]._get_differences(self.company))

    def test_it_goes_on_where_it_was_stopped(self):
        orders, _invoice = self._create_old_documents()
        backfill = self.env["sales.ledger.backfill"]
        backfill._start()
        row = backfill.search([("event", "=", "booked")])
        row.last_id = orders[0].id
        with patch.object(sales_ledger_backfill, "BATCH_DOCUMENTS", 1):
            self.assertEqual(row._post_batch(), 1)
        self.assertEqual(self._ledger_sum(orders[0]), 0.0)
        self.assertEqual(self._ledger_sum(orders[1]), 20.0)

    def test_documents_posted_meanwhile_are_not_doubled(self):
        orders, _invoice = self._create_old_documents()
        orders[1].order_line.price_unit = 15.0
        self.env["sales.ledger.posting"]._post_pending()
        backfill = self.env["sales.ledger.backfill"]
        backfill._start()
        backfill.search([("event", "=", "booked")])._post_batch()
        self.assertEqual(self._ledger_sum(orders[1]), 30.0)
