from odoo.tests import HttpCase, tagged

from .pool_common import PoolCommon


@tagged("post_install", "-at_install", "sales_system", "sales_tour")
class TestPoolTour(PoolCommon, HttpCase):
    def test_claim_and_return(self):
        """A salesperson looks, claims in the form and on the card, and returns both at once."""
        # Pools of everybody would show their records as well.
        self.env["sales.pool"].search([("id", "!=", self.pool.id)]).user_ids = self.stray
        self.pool.look_limit = 5
        leads = self._create_lead(user=self.other_seller, name="Bikes for a School")
        leads._return_to_pool("No budget")
        leads |= self._create_lead(user=self.other_seller, name="Bikes for a Hospital")
        leads[1]._return_to_pool("Too far")
        self.start_tour("/odoo", "sales_pool", login=self.seller.login)
        self.assertRecordValues(
            leads, [{"pool_id": self.pool.id, "pool_reason": "Both are public tenders"}] * 2
        )
        kinds = ["return", "claim", "return"]
        self.assertEqual(self._moves(leads[0]).mapped("kind"), kinds)
        self.assertEqual(self._moves(leads[1]).mapped("kind"), kinds)
