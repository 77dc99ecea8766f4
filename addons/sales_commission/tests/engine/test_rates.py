from odoo.tests import tagged

from .common import EngineCommon, day


@tagged("post_install", "-at_install", "sales_commission")
class TestRates(EngineCommon):
    """One kind of rate per story, by hand."""

    def test_flat(self):
        # 2 % of all that is ordered
        plan = self._create_plan({"rate": 2})
        self._sell(1000, 250.5, -100)
        run = self._settle(plan)
        self.assertEqual(self._amounts(run), [20.0, 5.01, -2.0])
        self.assertEqual(self._paid(run), {"li_na": 23.01})

    def test_per_unit(self):
        # 1.50 for every piece, whatever it costs
        plan = self._create_plan({"rate_type": "unit", "base": "quantity", "unit_amount": 1.5})
        self._sell(1000, quantity=3)
        self._sell(7, quantity=2.5)
        run = self._settle(plan)
        self.assertEqual(self._amounts(run), [4.5, 3.75])
        self.assertRecordValues(
            self._get_earnings(run),
            [{"quantity": 3.0, "base": 0.0}, {"quantity": 2.5, "base": 0.0}],
        )

    def test_fixed_per_document(self):
        # 30 for an order, however many lines it has
        plan = self._create_plan({"rate_type": "document", "unit_amount": 30})
        lines = self._sell(100, 200, document_model="sale.order", document_id=900001)
        self.assertEqual(len(lines), 2)
        self._sell(5000, document_model="sale.order", document_id=900002)
        run = self._settle(plan)
        self.assertEqual(self._amounts(run), [10.0, 20.0, 30.0])
        # A line that is added later brings nothing more
        self._sell(700, document_model="sale.order", document_id=900001, date=day(4))
        self.assertEqual(self._amounts(self._settle(plan, month=4)), [0.0])

    def test_fixed_per_imported_document(self):
        # Imported sales have no document, but a number
        plan = self._create_plan({"rate_type": "document", "unit_amount": 30})
        self._sell(100, 300, reference="SO1")
        self._sell(100, reference="SO2")
        self.assertEqual(self._amounts(self._settle(plan)), [7.5, 22.5, 30.0])

    def test_fixed_per_document_splits_to_the_cent(self):
        plan = self._create_plan({"rate_type": "document", "unit_amount": 10})
        self._sell(1, 1, 1, document_model="sale.order", document_id=900001)
        amounts = self._amounts(self._settle(plan))
        self.assertEqual(amounts, [3.33, 3.34, 3.33])
        self.assertEqual(round(sum(amounts), 2), 10.0)

    def test_fixed_per_period(self):
        # 500 for a month with sales, to each salesperson
        plan = self._create_plan({"rate_type": "period", "unit_amount": 500})
        self._sell(100, 300)
        self._sell(9999, user=self.wang_wei)
        march = self._settle(plan)
        self.assertEqual(self._amounts(march), [125.0, 375.0, 500.0])
        # Nothing sold, nothing paid; and nothing for a month that went backwards
        self._sell(-50, date=day(4))
        april = self._settle(plan, month=4)
        self.assertEqual(self._paid(april), {"li_na": 0.0})

    def test_margin(self):
        plan = self._create_plan({"base": "margin", "rate": 10})
        self._sell(100, margin=40)
        self._sell(100, margin=-15)
        self.assertEqual(self._amounts(self._settle(plan)), [4.0, -1.5])

    def test_threshold(self):
        # Nothing below 1,000, and from there on all of it
        plan = self._create_plan({"rate": 5, "threshold": 1000})
        for month, amount, paid in ((3, 999.99, 0.0), (4, 1000, 50.0), (5, 1000.01, 50.0)):
            with self.subTest(amount=amount):
                self._sell(amount, date=day(month))
                self.assertEqual(self._paid(self._settle(plan, month)), {"li_na": paid})
        below, at, _above = self.env["sales.commission.measure"].search(
            [("plan_id", "=", plan.id)], order="id"
        )
        self.assertEqual((below.status, at.status), ("threshold", "ok"))
