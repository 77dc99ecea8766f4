from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install", "sales_system")
class TestContractConcurrency(BaseCase):
    """Two real transactions for the last of a quantity; what they leave is cancelled again."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            product = env["product.product"].create({"name": "Race", "list_price": 100.0})
            partner = env["res.partner"].create({"name": "Race"})
            contract = env["sales.contract"].create(
                {
                    "partner_id": partner.id,
                    "date_from": "2020-01-01",
                    "line_ids": [Command.create({"product_id": product.id, "max_quantity": 10})],
                }
            )
            contract.action_submit()
            if contract.state == "review":
                contract.action_release()
            contract.action_activate()
            orders = env["sale.order"].create(
                [
                    {
                        "partner_id": partner.id,
                        "contract_id": contract.id,
                        "order_line": [
                            Command.create({"product_id": product.id, "product_uom_qty": 6})
                        ],
                    }
                    for _ in range(2)
                ]
            )
            self.order_ids, self.contract_id = orders.ids, contract.id
        self.addCleanup(self._cancel)

    def _cancel(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["sale.order"].browse(self.order_ids)._action_cancel()
            env["sales.contract"].browse(self.contract_id)._update_state(("active",), "terminated")

    def test_two_orders_for_the_last_of_it(self):
        first, second = self.registry.cursor(), self.registry.cursor()
        self.addCleanup(first.close)
        self.addCleanup(second.close)
        orders = [
            api.Environment(cr, SUPERUSER_ID, {})["sale.order"].browse(order_id)
            for cr, order_id in zip((first, second), self.order_ids, strict=True)
        ]
        second.execute("SELECT 1")  # takes its snapshot before the first commits
        orders[0].action_confirm()
        first.commit()
        with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure):
            orders[1].action_confirm()
        second.rollback()
        # What Odoo does with a serialization failure: the request runs again.
        orders[1].env.invalidate_all()
        with self.assertRaises(UserError) as refusal:
            orders[1].action_confirm()
        second.rollback()
        self.assertIn("12.00 Units ordered in all, 10.00 agreed", str(refusal.exception))
