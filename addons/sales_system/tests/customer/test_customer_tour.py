from odoo.tests import HttpCase, tagged

from .common import CustomerCommon


@tagged("post_install", "-at_install", "sales_system", "sales_tour")
class TestCustomerTour(CustomerCommon, HttpCase):
    def test_page_of_a_customer(self):
        """A leader reads the chain, chooses a level and opens the orders behind a figure."""
        self.customer.user_id = self.seller
        gold = self.levels[0]
        gold.name = "Gold"
        self._create_order([(1, 1000.0)])
        order = self._create_order([(1, 300.0)])
        order.date_order = "2026-01-10 09:00:00"
        self._create_order([(1, 70.0)], confirm=False)
        self._count()
        self.start_tour("/odoo", "sales_customer", login=self.leader.login)
        profile = self._profile(self.customer)
        self.assertRecordValues(
            profile,
            [{"level_id": gold.id, "level_pinned": True, "level_reason": "Strategic account"}],
        )
