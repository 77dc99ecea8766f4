from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common import ApprovalCommon


@tagged("post_install", "-at_install", "sales_system", "sales_tour")
class TestApprovalTour(ApprovalCommon, HttpCase):
    def _ask_in_the_form(self, order):
        # The tour also tries to confirm, which the server refuses with a warning.
        with mute_logger("odoo.http"):
            self.start_tour(
                f"/odoo/sales/{order.id}", "sales_approval_request", login=self.seller.login
            )

    def test_three_people(self):
        """The salesperson asks, the leader approves, the salesperson confirms."""
        order = self._create_quotation(name="S-APPROVE")
        self._ask_in_the_form(order)
        request = order.approval_request_ids
        self.assertRecordValues(request, [{"state": "pending", "requester_id": self.seller.id}])
        self.start_tour("/odoo", "sales_approval_approve", login=self.city_leader.login)
        self.assertEqual(request.state, "approved")
        self.start_tour(
            f"/odoo/sales/{order.id}", "sales_approval_confirm", login=self.seller.login
        )
        self.assertEqual(order.state, "sale")

    def test_the_director_approves_in_the_end(self):
        """Three people decide one after the other: seller, leader, leader above."""
        self.rule.step_ids = [(0, 0, {"kind": "leader_above", "sequence": 20})]
        order = self._create_quotation(name="S-APPROVE")
        self._ask_in_the_form(order)
        for user in (self.city_leader, self.east_leader):
            self.assertEqual(order.approval_state, "pending")
            self.start_tour("/odoo", "sales_approval_approve", login=user.login)
        self.assertEqual(order.approval_state, "approved")

    def test_reject_on_a_phone(self):
        order = self._create_quotation(name="S-APPROVE")
        request = self._request(order)
        self.browser_size = "390x844"
        self.touch_enabled = True
        self.start_tour(
            "/odoo/action-sales_system.sales_approval_request_action",
            "sales_approval_reject",
            login=self.city_leader.login,
        )
        self.assertRecordValues(request, [{"state": "rejected"}])
        self.assertEqual(request.decision_ids[0].reason, "Too low")
