from odoo.tests import HttpCase, tagged

from .handover_common import HandoverCommon


@tagged("post_install", "-at_install", "sales_system", "sales_tour")
class TestHandoverTour(HandoverCommon, HttpCase):
    def test_hand_over(self):
        """A leader writes a handover, leaves one customer out, and reads the result."""
        self.start_tour("/odoo", "sales_handover", login=self.city_leader.login)
        handover = self.env["sales.handover"].search([("from_user_id", "=", self.seller.id)])
        self.assertRecordValues(handover, [{"state": "done", "moved_count": 5}])
        self.assertEqual(self.customer.user_id, self.seller)
        self.assertEqual(self.other_customer.user_id, self.other_seller)
