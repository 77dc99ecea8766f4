from datetime import datetime

from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import SalesSystemCommon


@tagged("post_install", "-at_install", "sales_system")
class TestLedgerBooked(SalesSystemCommon):
    def test_quotation_posts_nothing(self):
        self.assertFalse(self._ledger(self._create_order(confirm=False)))

    def test_confirming_posts_each_line_once(self):
        order = self._create_order([(2, 1000.0), (1, 900.5)])
        shared = {
            "event": "booked",
            "reference": order.name,
            "company_id": self.company.id,
            "user_id": self.seller.id,
            "partner_id": self.customer.id,
            "territory_id": self.city.id,
            "product_id": self.product.id,
            "categ_id": self.category.id,
            "posting_no": 1,
        }
        self.assertRecordValues(
            self._ledger(order).sorted("source_id"),
            [
                {**shared, "amount": 2000.0, "margin": 800.0, "quantity": 2.0},
                {**shared, "amount": 900.5, "margin": 300.5, "quantity": 1.0},
            ],
        )
        self.assertEqual(self.env["sales.ledger.posting"]._post("booked", order.ids), 0)

    def test_cancelling_takes_everything_back(self):
        order = self._create_order()
        self._ledger(order)
        order._action_cancel()
        for figure in ("amount", "margin", "quantity"):
            self.assertEqual(self._ledger_sum(order, figure), 0.0)
        self.assertEqual(len(self._ledger(order)), 2)

    def test_editing_posts_the_difference(self):
        order = self._create_order([(2, 1000.0)])
        first = self._ledger(order)
        order.order_line.product_uom_qty = 3
        added = self._ledger(order) - first
        self.assertRecordValues(added, [{"amount": 1000.0, "quantity": 1.0, "margin": 400.0}])
        order.order_line.discount = 10
        self.assertEqual(self._ledger_sum(order), 2700.0)
        order.write({"order_line": [Command.create({"product_id": self.product.id})]})
        self.assertEqual(self._ledger_sum(order), 3700.0)

    def test_another_salesperson_is_a_reversal_and_a_new_entry(self):
        order = self._create_order()
        first = self._ledger(order)
        order.user_id = self.other_seller
        self.assertRecordValues(
            (self._ledger(order) - first).sorted("amount"),
            [
                {"user_id": self.seller.id, "amount": -1000.0, "posting_no": 2},
                {"user_id": self.other_seller.id, "amount": 1000.0, "posting_no": 3},
            ],
        )

    def test_dimensions_do_not_follow_master_data(self):
        order = self._create_order()
        first = self._ledger(order)
        self.customer.territory_id = self.region
        self.product.categ_id = self.env["product.category"].create({"name": "Elsewhere"})
        self.customer.parent_id = self.other_customer
        order.order_line.product_uom_qty = 2
        added = self._ledger(order) - first
        self.assertRecordValues(
            added,
            [
                {
                    "amount": 1000.0,
                    "territory_id": self.city.id,
                    "categ_id": self.category.id,
                    "partner_id": self.customer.id,
                }
            ],
        )

    def test_contact_of_a_company_counts_for_the_company(self):
        contact = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": self.customer.id, "type": "contact"}
        )
        order = self._create_order(partner_id=contact.id)
        self.assertEqual(self._ledger(order).partner_id, self.customer)

    def test_notes_and_down_payments_are_not_sales(self):
        order = self._create_order(confirm=False)
        order.order_line = [
            Command.create({"display_type": "line_section", "name": "Bikes"}),
            Command.create({"display_type": "line_note", "name": "Red"}),
            Command.create(
                {
                    "product_id": self.product.id,
                    "is_downpayment": True,
                    "product_uom_qty": 0,
                    "price_unit": 300.0,
                }
            ),
        ]
        order.action_confirm()
        self.assertEqual(self._ledger_sum(order), 1000.0)
        self.assertEqual(len(self._ledger(order)), 1)

    def test_quantity_in_the_reference_unit(self):
        order = self._create_order(confirm=False)
        order.order_line.product_uom_id = self.env.ref("uom.product_uom_dozen")
        order.order_line.price_unit = 12000.0
        order.action_confirm()
        self.assertRecordValues(
            self._ledger(order), [{"quantity": 12.0, "amount": 12000.0, "margin": 4800.0}]
        )

    def test_foreign_currency_adds_up_to_the_order(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "company_id": self.company.id,
                "name": "2020-01-01",
                "rate": 0.7,
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id, "company_id": self.company.id}
        )
        order = self._create_order([(1, 10.01), (1, 10.01), (1, 10.01)], pricelist_id=pricelist.id)
        self.assertEqual(order.currency_id, euro)
        # 30.03 / 0.7 = 42.90; each line alone would round to 14.30
        self.assertEqual(self._ledger_sum(order), 42.90)
        self.assertEqual(self._ledger(order).currency_id, self.env.ref("base.USD"))

    def test_the_day_is_the_companys_day(self):
        self.company.partner_id.tz = "Asia/Shanghai"
        order = self._create_order()
        order.date_order = datetime(2026, 3, 31, 20, 0)  # 04:00 on the next day in Shanghai
        posted = self._ledger(order)
        self.assertEqual(str(posted.sorted("id")[-1].date), "2026-04-01")

    def test_settings_and_units_do_not_move_history(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        order = self._create_order(confirm=False)
        order.order_line.product_uom_id = dozen
        order.action_confirm()
        order.date_order = datetime(2026, 3, 31, 20, 0)
        self._ledger(order)
        self.company.partner_id.tz = "Asia/Shanghai"
        dozen.relative_factor = 10.0
        self.env.flush_all()
        self.assertFalse(self.env["sales.ledger.posting"]._get_differences(self.company))

    def test_totals_equal_the_standard_sales_report(self):
        orders = self._create_order([(2, 1000.0), (3, 33.33)])
        orders |= self._create_order([(1, 500.0)], user_id=self.other_seller.id)
        orders.order_line[:1].discount = 7
        self.env["sales.ledger.posting"]._post_pending()
        self.env.flush_all()
        domain = [("company_id", "=", self.company.id)]
        report = dict(
            self.env["sale.report"]._read_group(
                [*domain, ("state", "=", "sale")], ["user_id"], ["price_subtotal:sum"]
            )
        )
        ledger = dict(
            self.env["sales.ledger.entry"]._read_group(domain, ["user_id"], ["amount:sum"])
        )
        self.assertEqual(ledger, {user: round(amount, 2) for user, amount in report.items()})

    def test_smart_button_opens_the_rows(self):
        order = self._create_order([(2, 1000.0), (1, 900.5)])
        self._ledger(order)
        self.assertEqual(order.ledger_entry_count, 2)
        action = order.action_open_ledger()
        self.assertEqual(
            self.env["sales.ledger.entry"].search(action["domain"]), self._ledger(order).sorted()
        )

    def test_open_document(self):
        order = self._create_order()
        action = self._ledger(order).action_open_document()
        self.assertEqual((action["res_model"], action["res_id"]), ("sale.order", order.id))

    def test_deleting_a_cancelled_order_leaves_the_ledger_at_zero(self):
        order = self._create_order()
        self._ledger(order)
        order._action_cancel()
        order_id = order.id
        order.unlink()
        self.env["sales.ledger.posting"]._post_pending()
        entries = self.env["sales.ledger.entry"].search([("document_id", "=", order_id)])
        self.assertEqual(sum(entries.mapped("amount")), 0.0)
        with self.assertRaisesRegex(UserError, "no longer exists"):
            entries[0].action_open_document()

    # === ENTRIES NEVER CHANGE === #
    def test_the_orm_refuses(self):
        entry = self._ledger(self._create_order())
        for change in (
            lambda: entry.write({"amount": 0}),
            lambda: entry.unlink(),
            lambda: entry.copy(),
            lambda: entry.create({"event": "booked"}),
        ):
            with self.assertRaisesRegex(UserError, "never edited"):
                change()

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses(self):
        entry = self._ledger(self._create_order())
        for statement in (
            "UPDATE sales_ledger_entry SET amount = 0 WHERE id = %s",
            "UPDATE sales_ledger_entry SET date = '2000-01-01' WHERE id = %s",
            "DELETE FROM sales_ledger_entry WHERE id = %s",
        ):
            with (
                self.subTest(statement=statement),
                self.assertRaisesRegex(IntegrityError, "append-only"),
                self.cr.savepoint(),
            ):
                self.cr.execute(statement, [entry.id])

    def test_merged_contacts_keep_their_history(self):
        entry = self._ledger(self._create_order())
        merge = self.env["base.partner.merge.automatic.wizard"].create(
            {"partner_ids": [Command.set((self.customer + self.other_customer).ids)]}
        )
        merge._merge((self.customer + self.other_customer).ids, self.other_customer)
        entry.invalidate_recordset()
        self.assertEqual(entry.partner_id, self.other_customer)
        self.assertEqual(entry.amount, 1000.0)

    # === COST === #
    def test_one_posting_whatever_the_number_of_orders_and_writes(self):
        orders = self.env["sale.order"].browse()
        for _number in range(5):
            orders |= self._create_order([(1, 10.0)] * 3)
        posting = self.env["sales.ledger.posting"]
        posting._post_pending()
        orders.order_line.price_unit = 11
        orders.order_line.discount = 5
        self.env.flush_all()
        with self.assertQueryCount(4):  # documents of lines, savepoint, posting, release
            posting._post_pending()
        self.assertEqual(self._ledger_sum(orders[0]), 31.35)
