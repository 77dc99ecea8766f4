from odoo.exceptions import UserError
from odoo.tests import tagged

from .handover_common import HandoverCommon


@tagged("post_install", "-at_install", "sales_system")
class TestHandoverUndo(HandoverCommon):
    """Back goes what the successor still has and nobody has closed."""

    def test_undo(self):
        handover = self._create_handover()
        handover.action_hand_over()
        self.other_customer.user_id = self.leader
        self.quotation.action_confirm()
        booked = self._ledger(self.quotation)
        handover.action_undo()
        self.assertEqual(handover.state, "undone")
        self.assertEqual(self.customer.user_id, self.seller)
        self.assertEqual(self.activity.user_id, self.seller)
        self.assertRecordValues(
            self.lead, [{"user_id": self.seller.id, "team_id": self.shanghai.id}]
        )
        self.assertFalse(self.order.follow_up_user_id)
        # What the successor has passed on or sold is theirs.
        self.assertEqual(self.other_customer.user_id, self.leader)
        self.assertEqual(self.quotation.user_id, self.other_seller)
        self.assertEqual(self._ledger(self.quotation), booked)
        self.assertEqual(self._line(handover, self.quotation).problem, "closed")
        self.assertEqual(self._line(handover, self.customer).state, "returned")

    def test_undo_restores_the_team(self):
        member = self.env["crm.team.member"]
        member.create({"crm_team_id": self.west.id, "user_id": self.leader.id})
        handover = self._create_handover(to_user_id=self.leader.id)
        handover.action_hand_over()
        self.assertEqual(self.lead.team_id, self.west)
        handover.action_undo()
        self.assertEqual(self.lead.team_id, self.shanghai)
        self.assertEqual(self.quotation.team_id, self.shanghai)

    def test_undo_to_somebody_who_has_left(self):
        handover = self._create_handover()
        handover.action_hand_over()
        self.seller.active = False
        with self.assertRaisesRegex(UserError, "is archived, so nothing can go back"):
            handover.action_undo()
        self.assertEqual(handover.state, "done")
