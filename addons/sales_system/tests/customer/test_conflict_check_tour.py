from odoo.tests import HttpCase, tagged

from .conflict_common import ConflictCommon


@tagged("post_install", "-at_install", "sales_system", "sales_tour")
class TestConflictCheckTour(ConflictCommon, HttpCase):
    def test_check(self):
        """A salesperson looks for a customer of somebody else, and for one of their own."""
        self.env["res.partner"].create(
            {"name": "Own Boats", "is_company": True, "user_id": self.other_seller.id}
        )
        self.start_tour("/odoo", "sales_conflict_check", login=self.other_seller.login)
        searches = self.env["sales.conflict.search"].search(
            [("user_id", "=", self.other_seller.id)], order="id"
        )
        self.assertEqual(searches.mapped("hit_count"), [0, 1, 1])
