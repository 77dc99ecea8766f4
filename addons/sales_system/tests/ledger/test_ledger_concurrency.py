from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged


@tagged("post_install", "-at_install", "sales_system")
class TestLedgerConcurrency(BaseCase):
    """Two real transactions, so the order is committed, posted, and cancelled at the end."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self._environment() as env:
            product = env["product.product"].create({"name": "Race", "list_price": 100.0})
            order = env["sale.order"].create(
                {
                    "partner_id": env["res.partner"].create({"name": "Race"}).id,
                    "order_line": [(0, 0, {"product_id": product.id, "price_unit": 100.0})],
                }
            )
            order.action_confirm()
            # As if the order had been confirmed before the ledger was installed.
            env.flush_all()
            env.cr.precommit.clear()
            self.order_id = order.id
        self.addCleanup(self._cancel)

    def _environment(self):
        registry = self.registry

        class _Context:
            def __enter__(self):
                self.cr = registry.cursor()
                return api.Environment(self.cr, SUPERUSER_ID, {})

            def __exit__(self, kind, *_):
                if kind is None:
                    self.cr.commit()  # pylint: disable=invalid-commit
                self.cr.close()

        return _Context()

    def _cancel(self):
        with self._environment() as env:
            env["sale.order"].browse(self.order_id)._action_cancel()

    def test_two_transactions_post_one_document_once(self):
        first, second = self.registry.cursor(), self.registry.cursor()
        self.addCleanup(first.close)
        self.addCleanup(second.close)
        posting = [
            api.Environment(cr, SUPERUSER_ID, {})["sales.ledger.posting"] for cr in (first, second)
        ]
        second.execute("SELECT 1")  # takes its snapshot before the first commits
        self.assertEqual(posting[0]._post("booked", [self.order_id]), 1)
        first.commit()
        with self.assertRaises(SerializationFailure):
            posting[1]._post("booked", [self.order_id])
        second.rollback()
        # What Odoo does with a serialization failure: the request runs again.
        self.assertEqual(posting[1]._post("booked", [self.order_id]), 0)
        with self._environment() as env:
            entries = env["sales.ledger.entry"].search([("document_id", "=", self.order_id)])
            self.assertEqual(entries.mapped("amount"), [100.0])
