from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..ledger.common import LedgerInvoicingCommon
from .handover_common import HandoverCommon


@tagged("post_install", "-at_install", "sales_system")
class TestHandover(HandoverCommon, LedgerInvoicingCommon):
    """What moves, what stays, and what the lines say about it."""

    def test_hand_over(self):
        entries = self._entries()
        handover = self._create_handover(self.city_leader, reason="leaves")
        self._line(handover, self.other_customer).included = False
        handover.action_hand_over()
        self.assertRecordValues(
            handover, [{"state": "done", "done_by_id": self.city_leader.id, "moved_count": 5}]
        )
        for record in (self.customer, self.lead, self.quotation, self.activity):
            self.assertEqual(record.user_id, self.other_seller)
        self.assertEqual(self.other_customer.user_id, self.seller)
        self.assertRecordValues(
            self.order,
            [{"user_id": self.seller.id, "follow_up_user_id": self.other_seller.id}],
        )
        self.assertEqual(self._line(handover, self.other_customer).state, "left")
        self.assertEqual(self._entries(), entries)
        self.assertFalse(self.env["sales.ledger.posting"]._get_differences(self.company))

    def test_the_sale_stays_with_who_made_it(self):
        """Also later: invoice and payment of a followed-up order count for the salesperson."""
        self._create_handover().action_hand_over()
        invoice = self._as(self.other_seller, self.order)._create_invoices().sudo()
        invoice.invoice_date = self.today
        invoice.action_post()
        self._pay(invoice)
        self.assertRecordValues(
            invoice,
            [{"invoice_user_id": self.seller.id, "follow_up_user_id": self.other_seller.id}],
        )
        self.assertEqual(self._ledger(invoice).user_id, self.seller)
        self.quotation.action_confirm()
        self.assertEqual(self._ledger(self.quotation).user_id, self.other_seller)

    def test_trail(self):
        """Each record says by which handover it came; the successor gets one message."""
        handover = self.env(context={"tracking_disable": False})["sales.handover"].browse(
            self._create_handover().id
        )
        before = self.env["mail.notification"].search_count(
            [("res_partner_id", "=", self.other_seller.partner_id.id)]
        )
        handover.action_hand_over()
        self.env.cr.flush()
        self.env.invalidate_all()
        for record in (self.customer, self.lead, self.quotation, self.order):
            with self.subTest(record=record._name):
                self.assertIn(handover.name, record.message_ids[0].body)
        after = self.env["mail.notification"].search_count(
            [("res_partner_id", "=", self.other_seller.partner_id.id)]
        )
        self.assertEqual(after - before, 1)
        self.assertIn("2 customers", handover.message_ids[0].body)

    def test_two_successors(self):
        handover = self._create_handover()
        self._line(handover, self.other_customer).to_user_id = self.leader
        handover.action_hand_over()
        self.assertEqual(self.customer.user_id, self.other_seller)
        self.assertEqual(self.other_customer.user_id, self.leader)

    def test_what_has_changed_is_skipped(self):
        handover = self._create_handover()
        self.other_customer.user_id = self.leader
        self.lead.unlink()
        self.quotation.action_confirm()
        handover.action_hand_over()
        self.assertRecordValues(
            handover.line_ids.filtered(lambda line: line.state == "skipped"),
            [
                {"kind": "customer", "problem": "other", "now_with_id": self.leader.id},
                {"kind": "lead", "problem": "gone", "now_with_id": False},
                {"kind": "quotation", "problem": "closed", "now_with_id": False},
            ],
        )
        self.assertEqual(self.other_customer.user_id, self.leader)
        self.assertEqual(self.quotation.user_id, self.seller)

    def test_two_handovers_of_the_same_records(self):
        first, second = self._create_handover(), self._create_handover(to_user_id=self.leader.id)
        first.action_hand_over()
        second.action_hand_over()
        self.assertEqual((first.moved_count, second.moved_count), (6, 0))
        self.assertEqual(second.line_ids.now_with_id, self.other_seller)
        self.assertEqual(self.customer.user_id, self.other_seller)

    def test_an_order_handed_on(self):
        """The follow-up goes from hand to hand; back with its salesperson nobody else has it."""
        self._create_handover().action_hand_over()
        self._create_handover(
            from_user_id=self.other_seller.id, to_user_id=self.leader.id
        ).action_hand_over()
        self.assertEqual(self.order.follow_up_user_id, self.leader)
        self._create_handover(
            from_user_id=self.leader.id, to_user_id=self.seller.id
        ).action_hand_over()
        self.assertFalse(self.order.follow_up_user_id)

    def test_somebody_who_has_left(self):
        self.seller.active = False
        handover = self._create_handover()
        self.assertEqual(handover.included_count, 6)
        handover.action_hand_over()
        self.assertEqual(self.customer.user_id, self.other_seller)

    def test_memberships_end(self):
        member = self.env["crm.team.member"].search([("user_id", "=", self.seller.id)])
        handover = self._create_handover(end_membership=True)
        handover.action_hand_over()
        self.assertRecordValues(
            member, [{"active": False, "date_end": self.today - timedelta(days=1)}]
        )
        self.assertEqual(handover.ended_member_ids, member)
        handover.action_undo()
        self.assertRecordValues(member, [{"active": True, "date_end": False}])

    def test_the_new_team_is_not_left(self):
        """Who moves to another team keeps the membership that begins with the handover."""
        for reason, kept in (("team", True), ("leaves", False)):
            with self.subTest(reason=reason):
                joined = self.env["crm.team.member"].create(
                    {
                        "crm_team_id": self.west.id,
                        "user_id": self.seller.id,
                        "date_start": self.today + timedelta(days=1),
                    }
                )
                handover = self._create_handover(end_membership=True, reason=reason)
                handover.action_hand_over()
                self.assertEqual(not joined.date_end, kept)
                handover.action_undo()
                joined.unlink()

    def test_the_leader_of_a_future_team_decides_nothing_yet(self):
        members = self.env["crm.team.member"]
        members.search([("user_id", "=", self.seller.id)]).date_end = self.today - timedelta(days=1)
        members.create(
            {
                "crm_team_id": self.west.id,
                "user_id": self.seller.id,
                "date_start": self.today + timedelta(days=1),
            }
        )
        self.assertEqual(self.seller._get_sales_teams(self.company), self.shanghai)
        self.assertTrue(self.city_leader._leads(self.seller, self.company))
        self.assertFalse(self.west_leader._leads(self.seller, self.company))

    def test_only_memberships(self):
        handover = self._create_handover(collect=False, end_membership=True)
        handover.action_hand_over()
        self.assertEqual(handover.state, "done")
        self.assertEqual(self.customer.user_id, self.seller)

    # === ANOTHER DAY === #
    def test_a_later_day(self):
        day = self.today + timedelta(days=10)
        handover = self._create_handover(self.city_leader, date=day)
        self.assertTrue(handover.is_future)
        handover.action_hand_over()
        self.assertRecordValues(
            handover, [{"state": "approved", "released_by_id": self.city_leader.id}]
        )
        with self.assertRaisesRegex(UserError, "carried out by itself on"):
            handover.action_hand_over()
        self._run_cron(self.today)
        self.assertEqual(self.customer.user_id, self.seller)
        self._run_cron(day)
        self.assertRecordValues(
            handover, [{"state": "done", "done_by_id": self.city_leader.id, "moved_count": 6}]
        )
        self.assertEqual(self.customer.user_id, self.other_seller)

    def test_a_day_on_which_it_does_not_work(self):
        """One handover that cannot be carried out leaves the others alone."""
        day = self.today + timedelta(days=10)
        stopped = self._create_handover(self.manager, date=day, to_user_id=self.leader.id)
        other = self._create_handover(
            date=day, from_user_id=self.west_leader.id, end_membership=True
        )
        (stopped | other.sudo()).action_hand_over()
        self.leader.active = False
        self._run_cron(day)
        self.assertEqual(stopped.state, "draft")
        self.assertEqual(stopped.activity_ids.user_id, self.manager)
        self.assertIn("is archived", stopped.activity_ids.note)
        self.assertEqual(other.state, "done")
        self.assertEqual(self.customer.user_id, self.seller)
