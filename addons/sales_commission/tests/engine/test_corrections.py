from odoo.tests import tagged

from .common import EngineCommon, InvoicingEngineCommon, day, period


@tagged("post_install", "-at_install", "sales_commission")
class TestCorrections(EngineCommon):
    def test_cancelled_after_the_payout_at_the_rate_paid(self):
        # January's tiers paid 600 + 5,400 at 1 % and 3 %
        tiers = {"rate_type": "marginal", **self._tiers((0, 1), (1000, 3))}
        plan = self._create_plan(tiers, date_to="2019-01-31")
        first, second = (self._confirm_order(price, date=day(1)) for price in (600, 5400))
        january = self._settle(plan, 1)
        self.assertEqual(self._amounts(january), [6.0, 4.0 + 150.0])
        # February pays ten times as much, and the second order is cancelled
        self._create_plan(
            {"rate_type": "marginal", **self._tiers((0, 10), (1000, 30))}, date_from="2019-02-01"
        )
        second._action_cancel()
        self._sell(1000, date=day(2))
        february = self._create_run(period(2), approve=True)
        self.assertEqual(sorted(self._amounts(february)), [-154.0, 100.0])
        clawback = self._get_earnings(february).filtered(lambda one: one.kind == "clawback")
        self.assertRecordValues(clawback, [{"base": -5400.0, "rate": 2.851852, "plan_id": plan.id}])
        # It counts in no total of February
        measures = february.measure_ids.sorted("base")
        self.assertEqual(measures.mapped("base"), [0.0, 1000.0])
        self.assertEqual(measures.mapped("restated_base"), [-5400.0, 0.0])
        self.assertTrue(first)

    def test_a_part_is_taken_back(self):
        plan = self._create_plan({"rate": 3})
        order = self._confirm_order(900, date=day(1))
        self._settle(plan, 1)
        order.order_line.price_unit = 600
        self.assertEqual(self._amounts(self._settle(plan, 2)), [-9.0])

    def test_to_and_fro_comes_to_nothing_for_both(self):
        # Li Na is paid; the order goes to Wang Wei, and back again
        plan = self._create_plan({"rate_type": "marginal", **self._tiers((0, 1), (500, 2))})
        order = self._confirm_order(777.77, date=day(1))
        runs = self._settle(plan, 1)
        self.assertEqual(self._paid(runs), {"li_na": 10.56})
        order.user_id = self.wang_wei
        runs |= self._settle(plan, 2)
        order.user_id = self.li_na
        runs |= self._settle(plan, 3)
        self.assertEqual(self._paid(*runs), {"li_na": 10.56, "wang_wei": 0.0})
        kinds = [self._get_earnings(run).mapped("kind") for run in runs.sorted("date_from")]
        self.assertEqual(
            list(map(sorted, kinds)),
            [["earning"], ["clawback", "earning"], ["clawback", "reinstatement"]],
        )

    def test_to_and_fro_within_one_run(self):
        plan = self._create_plan({"rate_type": "marginal", **self._tiers((0, 1), (500, 2))})
        order = self._confirm_order(777.77, date=day(1))
        january = self._settle(plan, 1)
        for user in (self.wang_wei, self.li_na):
            order.user_id = user
            self.env["sales.ledger.posting"]._post_pending()
        february = self._settle(plan, 2)
        self.assertEqual(self._paid(january, february), {"li_na": 10.56, "wang_wei": 0.0})

    def test_each_plan_takes_back_what_it_paid(self):
        # Two plans with runs of their own pay for the same order
        plans = [self._create_plan({"rate": rate}) for rate in (2, 5)]
        order = self._confirm_order(100, date=day(1))
        for plan in plans:
            self._settle(plan, 1)
        order._action_cancel()
        amounts = [self._amounts(self._settle(plan, 2)) for plan in plans]
        self.assertEqual(amounts, [[-2.0], [-5.0]])
        kinds = self.env["sales.commission.earning"].search(
            [("plan_id", "in", [plan.id for plan in plans]), ("amount", "<", 0)]
        )
        self.assertEqual(set(kinds.mapped("kind")), {"clawback"})

    def test_further_corrections_round_as_all_together(self):
        # A third of a cent each: what comes later is rounded with what was there
        plan = self._create_plan({"rate": 1})
        order = self._confirm_order(100, date=day(1))
        self._settle(plan, 1)
        run = self._create_run(period(2), calculate=False, plan_id=plan.id)
        for price in (99.67, 99.34, 99.01, 98.68):
            order.order_line.price_unit = price
            run.action_calculate()
        amounts = self._amounts(run)
        run.last_entry_id = 0
        run.action_calculate()
        self.assertEqual(self._amounts(run), amounts)
        self.assertEqual(run.amount, -0.01)


@tagged("post_install", "-at_install", "sales_commission")
class TestInvoiceCorrections(InvoicingEngineCommon):
    """Credit notes and bounced payments, from real invoices."""

    def _settle_month(self, plan, month):
        return self._create_run(period(month), approve=True, plan_id=plan.id)

    def _create_products(self, *names):
        return self.env["product.product"].create([{"name": name} for name in names])

    def _invoice_two_products(self, other):
        """600 for the usual product, 400 for another."""
        invoice = self._invoice([(1, 600.0), (1, 400.0)], post=False)
        invoice.invoice_line_ids[1].write({"product_id": other.id, "price_unit": 400})
        invoice.invoice_line_ids.tax_ids = False
        invoice.action_post()
        return invoice

    def test_part_payments_of_which_one_bounces(self):
        plan = self._create_plan({"event": "collected", "rate": 10})
        invoice = self._invoice([(1, 900.0)])
        # A third in each of three months
        self._pay(invoice, 300, date=day(1))
        self.assertEqual(self._settle_month(plan, 1).amount, 30.0)
        second = self._pay(invoice, 300, date=day(2))
        self.assertEqual(self._settle_month(plan, 2).amount, 30.0)
        # In March the third comes, and the second bounces
        self._pay(invoice, 300, date=day(3))
        second.action_draft()
        second.action_cancel()
        self.assertEqual(invoice.amount_residual, 300.0)
        march = self._settle_month(plan, 3)
        self.assertEqual(sorted(self._amounts(march)), [-30.0, 30.0])
        # In May it is paid after all
        self._pay(invoice, 300, date=day(5))
        self.assertEqual(self._settle_month(plan, 5).amount, 30.0)

    def test_amount_per_document_is_paid_with_the_first_money(self):
        plan = self._create_plan({"event": "collected", "rate_type": "document", "unit_amount": 50})
        invoice = self._invoice([(1, 900.0)])
        for month, paid in ((1, 50.0), (2, 0.0)):
            self._pay(invoice, 300, date=day(month))
            self.assertEqual(self._settle_month(plan, month).amount, paid)

    def test_a_credit_note_after_the_payout(self):
        plan = self._create_plan({"event": "invoiced", "rate": 4}, date_to="2019-01-31")
        self._create_plan({"event": "invoiced", "rate": 9}, date_from="2019-02-01")
        invoice = self._invoice([(10, 100.0)])
        january = self._create_run(period(1), approve=True)
        self.assertEqual(january.amount, 40.0)
        # Three of ten come back
        self._refund(invoice, 2, lines=[{"quantity": 3}])
        february = self._create_run(period(2), approve=True)
        self.assertEqual(self._amounts(february), [-12.0])
        self.assertRecordValues(
            self._get_earnings(february), [{"kind": "clawback", "rate": 4.0, "plan_id": plan.id}]
        )

    def test_a_credit_note_that_is_taken_back(self):
        plan = self._create_plan({"event": "invoiced", "rate": 4})
        invoice = self._invoice()
        runs = self._settle_month(plan, 1)
        note = self._refund(invoice, 2)
        runs |= self._settle_month(plan, 2)
        note.button_draft()
        runs |= self._settle_month(plan, 3)
        self.assertEqual([run.amount for run in runs.sorted("date_from")], [40.0, -40.0, 40.0])
        self.assertEqual(self._get_earnings(runs[-1]).kind, "reinstatement")

    def test_a_credit_note_for_another_product(self):
        # A reduction that names no product of the invoice takes the average of what it brought
        pump, service = self._create_products("Pump", "Service")
        plan = self._create_plan({"event": "invoiced", "rate": 10, "product_id": self.product.id})
        invoice = self._invoice_two_products(pump)
        self.assertEqual(self._settle_month(plan, 1).amount, 60.0)
        note = self._credit(invoice, date=day(2))
        note.invoice_date = day(2)
        note.invoice_line_ids[1:].unlink()
        note.invoice_line_ids.write({"product_id": service.id, "price_unit": 100, "quantity": 1})
        note.invoice_line_ids.tax_ids = False
        note.action_post()
        # 60 of 1,000 is 6 %
        self.assertEqual(self._amounts(self._settle_month(plan, 2)), [-6.0])

    def test_a_credit_note_for_the_product_that_earned_nothing(self):
        pump = self._create_products("Pump")
        plan = self._create_plan({"event": "invoiced", "rate": 10, "product_id": self.product.id})
        invoice = self._invoice_two_products(pump)
        self.assertEqual(self._settle_month(plan, 1).amount, 60.0)
        note = self._credit(invoice, date=day(2))
        note.invoice_date = day(2)
        note.invoice_line_ids.filtered(lambda line: line.product_id != pump).unlink()
        note.action_post()
        self.assertEqual(self._sum(note, "invoiced"), -400.0)
        self.assertFalse(self._get_earnings(self._settle_month(plan, 2)))

    def test_a_credit_note_of_an_invoice_that_earned_nobody_anything(self):
        invoice = self._invoice()
        # The plan begins after the invoice, and the credit note comes within it
        plan = self._create_plan({"event": "invoiced", "rate": 4}, date_from="2019-02-01")
        self._settle_month(plan, 1)
        self._refund(invoice, 2)
        self._invoice([(1, 500.0)], month=2)
        self.assertEqual(self._amounts(self._settle_month(plan, 2)), [20.0])

    def test_a_credit_note_after_the_invoice_changed_hands(self):
        # Li Na was paid and gave it back, so the return is Wang Wei's alone
        plan = self._create_plan({"event": "invoiced", "rate": 4})
        invoice = self._invoice()
        runs = self._settle_month(plan, 1)
        invoice.invoice_user_id = self.other_seller
        runs |= self._settle_month(plan, 2)
        self._refund(invoice, 3)
        runs |= self._settle_month(plan, 3)
        march = runs.sorted("date_from")[-1]
        self.assertEqual(march.statement_ids.payee_id, self.other_seller.partner_id)
        self.assertEqual(self._amounts(march), [-40.0])

    def test_a_credit_note_in_a_foreign_currency(self):
        euro = self._set_rates(d2019_01_01=0.5, d2019_02_01=0.4)
        plan = self._create_plan({"event": "invoiced", "rate": 5})
        # 1,000 euros are 2,000 dollars in January, and 400 of them 1,000 in February
        invoice = self._invoice(currency_id=euro.id)
        january = self._settle_month(plan, 1)
        self.assertEqual(self._get_earnings(january).base, 2000.0)
        self.assertEqual(january.amount, 100.0)
        self._refund(invoice, 2, lines=[{"price_unit": 400.0}])
        february = self._settle_month(plan, 2)
        self.assertRecordValues(
            self._get_earnings(february), [{"base": -1000.0, "rate": 5.0, "amount": -50.0}]
        )
