from odoo.fields import Command
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

    def _on_a_phone(self, tour, user):
        self.browser_size, self.touch_enabled = "390x844", True
        inbox = "/odoo/action-sales_system.sales_approval_request_action"
        self.start_tour(inbox, tour, login=user.login)

    def test_three_users_from_request_to_order(self):
        """The salesperson asks, the leader and then the manager approve, the order is confirmed."""
        group = self.env.ref("sales_team.group_sale_manager")
        self.rule.step_ids = [
            Command.create({"kind": "group", "group_id": group.id, "sequence": 20, "mode": "any"})
        ]
        order = self._create_quotation(name="S-APPROVE")
        self._ask_in_the_form(order)
        request = order.approval_request_ids
        self.assertRecordValues(request, [{"state": "pending", "requester_id": self.seller.id}])
        self.start_tour("/odoo", "sales_approval_approve", login=self.city_leader.login)
        self.assertRecordValues(request, [{"state": "pending", "stage": 2}])
        self._on_a_phone("sales_approval_approve_form", self.manager)
        self.assertEqual(order.approval_state, "approved")
        self.browser_size, self.touch_enabled = "1366x768", False
        self.start_tour(
            f"/odoo/sales/{order.id}", "sales_approval_confirm", login=self.seller.login
        )
        self.assertEqual(order.state, "sale")
        self.assertEqual(
            request.decision_ids.sorted("id").user_id, self.seller + self.city_leader + self.manager
        )

    def test_reject_on_a_phone(self):
        order = self._create_quotation(name="S-APPROVE")
        request = self._request(order)
        self._on_a_phone("sales_approval_reject", self.city_leader)
        self.assertRecordValues(request, [{"state": "rejected"}])
        self.assertEqual(request.decision_ids[0].reason, "Too low")
