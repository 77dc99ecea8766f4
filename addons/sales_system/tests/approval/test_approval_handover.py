from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..organisation.handover_common import HandoverCommon


@tagged("post_install", "-at_install", "sales_system")
class TestApprovalHandover(HandoverCommon):
    """A rule on handovers: approved by the leader, then carried out by who asked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls._create_rule("records", 0)

    @classmethod
    def _create_rule(cls, basis, threshold):
        return cls.env["sales.approval.rule"].create(
            {
                "name": basis,
                "company_id": cls.company.id,
                "model": "sales.handover",
                "basis": basis,
                "threshold": threshold,
                "step_ids": [Command.create({"kind": "leader"})],
            }
        )

    def _request(self, handover):
        handover.action_request_approval()
        return handover.sudo().approval_request_ids[-1:]

    def test_from_request_to_result(self):
        handover = self._create_handover(self.seller)
        self.assertEqual(handover.approval_state, "needed")
        self.assertEqual(handover.approval_reasons, "Records handed over 6 (limit 0)")
        with self.assertRaisesRegex(UserError, "needs an approval first"):
            self._as(self.manager, handover).action_hand_over()
        request = self._request(handover)
        self.assertEqual(request.actor_ids, self.city_leader)
        self.assertRecordValues(request, [{"has_terms": False, "amount": 3000.0}])
        self._as(self.city_leader, request).action_approve()
        self.assertEqual(handover.approval_state, "approved")
        handover.action_hand_over()
        self.assertEqual(self.customer.user_id, self.other_seller)

    def test_who_takes_over_does_not_approve(self):
        handover = self._create_handover(self.seller, to_user_id=self.city_leader.id)
        request = self._request(handover)
        self.assertEqual(request.actor_ids, self.east_leader)
        with self.assertRaises(AccessError):
            self._as(self.city_leader, request).action_approve()

    def test_other_records_are_another_question(self):
        handover = self._create_handover(self.seller)
        request = self._request(handover)
        self._as(self.city_leader, request).action_approve()
        line = self._line(handover, self.lead)
        line.to_user_id = self.leader
        self.assertEqual(handover.approval_state, "needed")
        with self.assertRaisesRegex(UserError, "needs an approval first"):
            handover.action_hand_over()
        line.to_user_id = self.other_seller
        self.assertEqual(handover.approval_state, "approved")
        self._create_lead(name="New")
        handover.action_collect()
        self.assertEqual(handover.approval_state, "needed")

    def test_ended_memberships_are_another_question(self):
        handover = self._create_handover(self.seller)
        self._as(self.city_leader, self._request(handover)).action_approve()
        handover.end_membership = True
        self.assertEqual(handover.approval_state, "needed")
        with self.assertRaisesRegex(UserError, "needs an approval first"):
            handover.action_hand_over()
        self.assertIn(self.shanghai, self.seller.crm_team_member_ids.crm_team_id)

    def test_rejected(self):
        handover = self._create_handover(self.seller)
        request = self._request(handover)
        self._as(self.city_leader, request).action_reject("Wait for the season")
        with self.assertRaisesRegex(UserError, "has been rejected"):
            handover.action_hand_over()

    def test_limits(self):
        self.rule.active = False
        for basis, value, text in (
            ("customers", 2, "2"),
            ("open_amount", 3000, r"\$ ?3,000.00"),
        ):
            with self.subTest(basis=basis):
                rule = self._create_rule(basis, value)
                handover = self._create_handover()
                self.assertEqual(handover.approval_state, "none")
                rule.threshold = value - 1
                handover = self._create_handover()
                self.assertEqual(handover.approval_state, "needed")
                self.assertRegex(handover.approval_reasons.replace("\xa0", " "), text)
                rule.active = False

    def test_approved_for_another_day(self):
        day = self.today + timedelta(days=7)
        handover = self._create_handover(self.seller, date=day)
        self._as(self.city_leader, self._request(handover)).action_approve()
        handover.action_hand_over()
        self.assertEqual(handover.state, "approved")
        self._run_cron(day)
        self.assertRecordValues(handover, [{"state": "done", "done_by_id": self.seller.id}])

    def test_cancelled(self):
        handover = self._create_handover(self.seller)
        request = self._request(handover)
        handover.action_cancel()
        self.assertEqual(request.state, "cancelled")
