from odoo.fields import Command
from odoo.tests import tagged

from ..common import SalesPlanningCommon


@tagged("post_install", "-at_install", "sales_planning")
class TestNewCustomers(SalesPlanningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._create_plan(metric="new_customers")
        cls.target = cls._create_target({1: 2}, user_id=cls.seller.id)
        cls.other_target = cls._create_target({1: 1}, user_id=cls.other_seller.id)

    def _order(self, day, partner=None, **values):
        order = self._create_order(partner_id=(partner or self.customer).id, **values)
        order.date_order = f"{day} 10:00:00"
        self.env["sales.ledger.posting"]._post_pending()
        return order

    def _listed(self, record):
        """:return: the customers of the entries that the drill-down lists"""
        return (
            self.env["sales.ledger.entry"].search(record.action_open_ledger()["domain"]).partner_id
        )

    def test_the_first_order_counts_once(self):
        self._order("2026-02-03")
        self._order("2026-01-05", lines=[(1, 10.0), (1, 20.0)])
        self._order("2026-01-07", self.other_customer)
        self._order("2025-06-01", self.other_customer)
        self.assertEqual(self._actuals(self.target), {1: 1})
        self.assertEqual((self.target.gap, self.target.attainment), (-1, 50))
        self.assertFalse(self.plan.currency_id)
        self.assertEqual(self._listed(self.target), self.customer)
        self.assertFalse(self._listed(self._cell(self.target, 2)))

    def test_a_cancelled_first_order_leaves_it_to_the_next(self):
        first = self._order("2026-01-05")
        self._order("2026-03-05")
        self.assertEqual(self._actuals(self.target), {1: 1})
        first._action_cancel()
        self.assertEqual(self._actuals(self.target), {3: 1})
        self.assertEqual(self._listed(self._cell(self.target, 3)), self.customer)

    def test_a_cancelled_only_order_wins_nobody(self):
        self._order("2026-01-05")._action_cancel()
        self.assertEqual(self._actuals(self.target), {})
        self.assertFalse(self._listed(self.target))

    def test_a_moved_order_wins_the_customer_for_its_new_salesperson(self):
        order = self._order("2026-01-05")
        order.user_id = self.other_seller
        self.assertEqual(self._actuals(self.target), {})
        self.assertEqual(self._actuals(self.other_target), {1: 1})

    def test_companies_of_one_plan_win_a_customer_once(self):
        sister = self.env["res.company"].create({"name": "Sister"})
        self.env.user.company_ids |= sister
        for company, day in ((sister, "2026-01-03"), (self.company, "2026-02-03")):
            self._post(day, 10, company=company, partner_id=self.customer, user_id=self.seller)
        self.assertEqual(self._actuals(self.target), {2: 1})
        self.plan.further_company_ids = [Command.create({"company_id": sister.id, "rate": 7})]
        self.assertEqual(self._actuals(self.target), {1: 1})
        self.assertEqual(self._listed(self._cell(self.target, 1)), self.customer)
