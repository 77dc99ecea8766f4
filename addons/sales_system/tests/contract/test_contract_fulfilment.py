from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from ..ledger.common import LedgerInvoicingCommon
from .common import TODAY, ContractMixin


class FulfilmentCommon(ContractMixin, LedgerInvoicingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product.invoice_policy = "order"
        cls.product.taxes_id = False
        cls.company.account_sale_tax_id = False

    def _invoice(self, order, post=True):
        invoice = order._create_invoices()
        invoice.invoice_date = TODAY
        if post:
            invoice.action_post()
        return invoice

    def _figures(self, contract):
        self._refreshed(contract)
        return tuple(
            contract[f"{step}_amount"] for step in ("ordered", "delivered", "invoiced", "collected")
        )


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestContractFulfilment(FulfilmentCommon):
    """What is ordered, delivered, invoiced and collected under a contract."""

    def test_step_by_step(self):
        contract = self._create_contract(state="active")
        order = self._call_off(contract, 100)
        self.assertEqual(self._figures(contract), (90_000, 0, 0, 0))
        order.order_line.qty_delivered = 50
        self.assertEqual(self._figures(contract), (90_000, 45_000, 0, 0))
        invoice = self._invoice(order)
        self.assertEqual(invoice.contract_id, contract)
        self.assertEqual(self._figures(contract), (90_000, 45_000, 90_000, 0))
        self._pay(invoice, 30_000, date=TODAY)
        self.assertEqual(self._figures(contract), (90_000, 45_000, 90_000, 30_000))
        self.assertRecordValues(
            contract.line_ids,
            [
                {
                    "ordered_quantity": 100,
                    "delivered_quantity": 50,
                    "invoiced_quantity": 100,
                    "remaining_quantity": 400,
                    "ordered_percent": 20,
                    "delivered_percent": 10,
                }
            ],
        )
        self.assertEqual(contract.ordered_percent, 20)
        self.assertEqual(contract.remaining_amount, 360_000)

    def test_and_back_again(self):
        contract = self._create_contract(state="active")
        order = self._call_off(contract, 100)
        invoice = self._invoice(order)
        payment = self._pay(invoice, date=TODAY)
        self.assertEqual(self._figures(contract), (90_000, 0, 90_000, 90_000))
        payment.action_draft()
        payment.action_cancel()
        self.assertEqual(self._figures(contract), (90_000, 0, 90_000, 0))
        self._credit(invoice).action_post()
        self.assertEqual(self._figures(contract), (90_000, 0, 0, 0))
        order._action_cancel()
        self.assertEqual(self._figures(contract), (0, 0, 0, 0))
        self.assertEqual(contract.line_ids.remaining_quantity, 500)

    def test_lines_outside_of_it_count_for_the_contract_only(self):
        self.company.sales_contract_overcall = "warn"
        contract = self._create_contract(state="active")
        other = self.env["product.product"].create(
            {"name": "Bell", "list_price": 10.0, "taxes_id": [Command.clear()]}
        )
        self._call_off(contract, 3, product=other)
        self.assertEqual(self._figures(contract)[0], 30)
        self.assertEqual(contract.line_ids.ordered_quantity, 0)

    def test_foreign_currencies(self):
        euro = self._set_rates(d2026_01_01=0.5)
        contract = self._create_contract(state="active", currency_id=euro.id)
        order = self._call_off(contract, 10)
        self.assertEqual(order.currency_id, euro)
        self.assertEqual(self._figures(contract)[0], 9_000)
        invoice = self._invoice(order)
        self._pay(invoice, date=TODAY)
        self.assertEqual(self._figures(contract), (9_000, 0, 9_000, 9_000))
        self.assertEqual(self._sum(order, "booked"), 18_000)
        # An order in dollars under the contract in euros.
        dollars = self._call_off(
            contract,
            10,
            pricelist_id=False,
            order_line=[
                Command.create(
                    {"product_id": self.product.id, "product_uom_qty": 10, "price_unit": 1000}
                )
            ],
        )
        self.assertEqual(dollars.currency_id, self.company.currency_id)
        self.assertEqual(self._figures(contract)[0], 9_000 + 5_000)

    def test_foreign_order_at_its_own_rate(self):
        euro = self._set_rates(d2026_01_01=0.5)
        contract = self._create_contract(state="active")
        pricelist = self.env["product.pricelist"].create(
            {"name": "€", "currency_id": euro.id, "company_id": self.company.id}
        )
        self._call_off(
            contract,
            pricelist_id=pricelist.id,
            order_line=[
                Command.create(
                    {"product_id": self.product.id, "product_uom_qty": 10, "price_unit": 400}
                )
            ],
        )
        self.assertEqual(self._figures(contract)[0], 8_000)

    def test_a_batch_is_counted_with_a_constant_number_of_statements(self):
        def count(contracts):
            for contract in contracts:
                self._call_off(contract, 1)
            self.env["sales.ledger.posting"]._post_pending()
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self._refreshed(contracts)
            contracts.mapped("ordered_percent")
            return self.env.cr.sql_log_count - before

        contracts = [self._create_contract(state="active") for _ in range(12)]
        contracts = self.env["sales.contract"].concat(*contracts)
        self.assertEqual(count(contracts[:1]), count(contracts))

    def test_everything_counted_anew_says_the_same(self):
        contract = self._create_contract(state="active")
        self._pay(self._invoice(self._call_off(contract, 7)), 100, date=TODAY)
        before = self._figures(contract)
        self.env.cr.execute("UPDATE sales_contract SET ordered_amount = 1, collected_amount = 1")
        self.env.cr.execute("UPDATE sales_contract_line SET ordered_quantity = 1")
        self.env["sales.contract.fulfilment"]._refresh()
        self.assertEqual(self._figures(contract), before)
        self.assertEqual(contract.line_ids.ordered_quantity, 7)

    def test_nobody_writes_the_figures(self):
        contract = self._create_contract(milestones=[{"date_due": TODAY, "amount": 5}])
        for record, name in (
            (contract, "ordered_amount"),
            (contract.line_ids, "ordered_quantity"),
            (contract.milestone_ids, "done_amount"),
            (contract.milestone_ids, "done_date"),
        ):
            with self.subTest(name=name), self.assertRaises(UserError):
                self._as(self.manager, record).write({name: "2026-01-01" if "date" in name else 1})


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestContractMilestones(FulfilmentCommon):
    """The collection plan, and everything else that a contract promises."""

    def test_payments_are_fulfilled_in_the_order_in_which_they_are_due(self):
        contract = self._create_contract(
            milestones=[
                {"name": "Third", "date_due": "2026-09-01", "percent": 20},
                {"name": "First", "date_due": "2026-05-01", "percent": 1},
                {"name": "Second", "date_due": "2026-07-01", "percent": 2},
            ],
            state="active",
        )
        first, second, third = contract.milestone_ids.sorted("date_due")
        self.assertEqual(first.amount, 4_500)
        self.assertTrue(first.is_late)
        self.assertFalse(second.is_late)
        invoice = self._invoice(self._call_off(contract, 10))
        payment = self._pay(invoice, 5_000, date=TODAY)
        self._refreshed(contract)
        self.assertRecordValues(
            first + second + third,
            [
                {"done_amount": 4_500, "open_amount": 0, "is_late": False},
                {"done_amount": 500, "open_amount": 8_500, "is_late": False},
                {"done_amount": 0, "open_amount": 90_000, "is_late": False},
            ],
        )
        self.assertEqual(str(first.done_date), TODAY)
        self.assertFalse((second + third).filtered("done_date"))
        self.assertEqual(first.done_percent, 100)
        late = self.env["sales.contract.milestone"].search([("is_late", "=", True)])
        self.assertNotIn(first, late)
        payment.action_draft()
        payment.action_cancel()
        self._refreshed(contract)
        self.assertTrue(first.is_late)
        self.assertFalse(first.done_date)
        self.assertEqual(first.open_amount, 4_500)

    def test_deliveries_and_minimum_purchases(self):
        contract = self._create_contract(
            milestones=[
                {
                    "kind": "purchase",
                    "date_from": "2026-01-01",
                    "date_due": "2026-03-31",
                    "amount": 9_000,
                },
                {
                    "kind": "purchase",
                    "date_from": "2026-04-01",
                    "date_due": "2026-06-30",
                    "amount": 9_000,
                },
                {"kind": "other", "date_due": "2026-06-30"},
            ],
        )
        contract.milestone_ids = [
            Command.create(
                {
                    "name": "Bikes",
                    "kind": "delivery",
                    "date_due": f"2026-0{month}-01",
                    "line_id": contract.line_ids.id,
                    "quantity": 6,
                }
            )
            for month in (7, 8)
        ]
        self._put_into_force(contract)
        order = self._call_off(contract, 10)
        order.order_line.qty_delivered = 8
        self._refreshed(contract)
        done = {
            (milestone.kind, str(milestone.date_due)): (
                milestone.done_amount,
                milestone.done_quantity,
                bool(milestone.done_date),
            )
            for milestone in contract.milestone_ids
        }
        self.assertEqual(
            done,
            {
                ("purchase", "2026-03-31"): (0, 0, False),
                ("purchase", "2026-06-30"): (9_000, 0, True),
                ("other", "2026-06-30"): (0, 0, False),
                ("delivery", "2026-07-01"): (0, 6, True),
                ("delivery", "2026-08-01"): (0, 2, False),
            },
        )
        other = contract.milestone_ids.filtered(lambda milestone: milestone.kind == "other")
        self._as(self.seller, other).action_done()
        self.env["sales.contract.fulfilment"]._refresh(contract.ids)
        self.assertTrue(other.done_date)
        other.action_reopen()
        self.assertFalse(other.done_date)
        with self._refused(UserError, "not ticked by hand"):
            (contract.milestone_ids - other).action_done()

    def test_late_promises_are_told_once(self):
        contract = self._create_contract(
            milestones=[
                {"name": "Deposit", "date_due": "2026-06-01", "amount": 5},
                {"name": "Rest", "date_due": "2026-06-10", "amount": 5},
                {"name": "Later", "date_due": "2026-06-15", "amount": 5},
            ],
            state="active",
        )
        self._create_contract(milestones=[{"date_due": "2026-06-01", "amount": 5}])
        for _ in range(2):
            self._run_cron(TODAY, "ir_cron_sales_contract_promises")
        activity = self.env["mail.activity"].search(
            [("res_model", "=", "sales.contract"), ("user_id", "=", self.seller.id)]
        )
        self.assertEqual(activity.res_id, contract.id)
        self.assertEqual(activity.summary, "Late: Deposit (06/01/2026), Rest (06/10/2026)")

    def test_expected_cash_per_week(self):
        contract = self._create_contract(
            milestones=[
                {"date_due": "2026-06-16", "amount": 5},
                {"date_due": "2026-06-17", "amount": 7},
                {"date_due": "2026-06-18", "amount": 11},
            ],
            state="active",
        )
        moved = contract.milestone_ids.filtered(lambda milestone: milestone.amount == 11)
        self._as(self.seller, moved).date_expected = "2026-06-25"
        rows = self._as(self.seller, contract.milestone_ids).formatted_read_group(
            [("contract_id", "=", contract.id)], ["date_expected:week"], ["open_amount:sum"]
        )
        self.assertEqual([row["open_amount:sum"] for row in rows], [12, 11])

    def test_copied_promises_name_the_lines_of_the_copy(self):
        contract = self._create_contract([self._line(), self._line(price_unit=800)])
        contract.milestone_ids = [
            Command.create(
                {
                    "name": "Bikes",
                    "kind": "delivery",
                    "date_due": "2026-09-01",
                    "line_id": contract.line_ids[1].id,
                    "quantity": 6,
                }
            )
        ]
        copied = contract.copy()
        self.assertEqual(copied.milestone_ids.line_id, copied.line_ids[1])
        self.assertEqual(copied.milestone_ids.quantity, 6)


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestContractLedger(FulfilmentCommon):
    """The contract as a dimension of the ledger."""

    def test_every_event_names_the_contract(self):
        contract = self._create_contract(state="active")
        order = self._call_off(contract, 10)
        invoice = self._invoice(order)
        self._pay(invoice, date=TODAY)
        for document in (order, invoice):
            self.assertEqual(self._ledger(document).contract_id, contract)
        entries = self._ledger(invoice)
        self.assertEqual(set(entries.mapped("event")), {"invoiced", "collected"})

    def test_moved_to_another_contract(self):
        first, second = (self._create_contract(state="active") for _ in range(2))
        order = self._call_off(first, 10)
        self.assertEqual(self._figures(first)[0], 9_000)
        order.contract_id = second
        self.assertEqual((self._figures(first)[0], self._figures(second)[0]), (0, 9_000))
        sums = {}
        for entry in self._ledger(order):
            sums[entry.contract_id] = sums.get(entry.contract_id, 0) + entry.amount
        self.assertEqual(sums, {first: 0, second: 9_000})
        order.contract_id = False
        self.assertEqual(self._figures(second)[0], 0)
        self.assertEqual(self._ledger_sum(order), 9_000)
        self.assertFalse(order.order_line.contract_line_id)

    def test_all_versions_are_one_contract(self):
        contract = self._create_contract(state="active")
        self._call_off(contract, 1)
        amendment = self.env["sales.contract"].browse(contract.action_amend()["res_id"])
        self._put_into_force(amendment)
        order = self._call_off(amendment, 1)
        self.assertEqual(self._ledger(order).contract_id, contract)
        self.assertEqual(self._figures(amendment)[0], 1_800)

    def test_an_invoice_has_one_contract(self):
        orders = self.env["sale.order"].concat(
            *(self._call_off(self._create_contract(state="active"), 1) for _ in range(2)),
            self._create_order(),
        )
        self.assertEqual(len(orders._create_invoices()), 3)

    def test_the_ledger_has_nothing_to_repair(self):
        order = self._call_off(self._create_contract(state="active"), 10)
        self._pay(self._invoice(order), 100, date=TODAY)
        self.assertEqual(self.env["sales.ledger.posting"]._get_differences(self.company), [])
