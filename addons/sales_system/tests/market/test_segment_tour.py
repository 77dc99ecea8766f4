from odoo.tests import HttpCase, tagged

from .segment_common import SegmentCommon


@tagged("post_install", "-at_install", "sales_system", "sales_tour")
class TestSegmentTour(SegmentCommon, HttpCase):
    def test_creating_counting_and_opening_a_segment(self):
        self.start_tour("/odoo", "sales_market_segment", login=self.manager.login)
        segment = self.env["sales.market.segment"].search([("name", "=", "Private riders")])
        self.assertRecordValues(
            segment, [{"score": 40, "is_target": True, "user_id": self.manager.id}]
        )
        self.assertIn(self.shop, segment.member_ids.partner_id)
        self.assertEqual(segment.size, len(segment.member_ids))
