from datetime import timedelta

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import RpcCase
from ..ledger.common import LedgerInvoicingCommon
from .handover_common import HandoverCommon


@tagged("post_install", "-at_install", "sales_system")
class TestHandoverAccess(HandoverCommon, LedgerInvoicingCommon):
    """Who writes a handover, who sees it, who carries it out, and what is refused."""

    # === WHO MAY === #
    def test_a_salesperson_offers_their_own_work(self):
        handover = self._create_handover(self.seller)
        self.assertEqual(handover.included_count, 6)
        self.assertFalse(handover.can_decide)
        self.assertTrue(self._as(self.city_leader, handover).can_decide)
        with self.assertRaisesRegex(AccessError, "decided by a leader above everybody"):
            handover.action_hand_over()
        self.assertEqual(self.customer.user_id, self.seller)
        self._as(self.city_leader, handover).action_hand_over()
        self.assertEqual(self.customer.user_id, self.other_seller)

    def test_nobody_takes_the_work_of_a_colleague(self):
        for user in (self.other_seller, self.west_leader):
            with (
                self.subTest(user=user.login),
                self.assertRaisesRegex(AccessError, "that of the teams you lead"),
            ):
                self._create_handover(user)

    def test_a_leader_of_one_side_only(self):
        """Handing over into another region is decided above both."""
        self.env["crm.team.member"].create({"crm_team_id": self.west.id, "user_id": self.leader.id})
        handover = self._create_handover(self.east_leader, to_user_id=self.leader.id)
        with self.assertRaisesRegex(AccessError, "above everybody concerned"):
            handover.action_hand_over()
        self._as(self.director, handover).action_hand_over()
        self.assertEqual(self.customer.user_id, self.leader)

    def test_a_leader_does_not_decide_their_own(self):
        handover = self._create_handover(self.city_leader, to_user_id=self.city_leader.id)
        with self.assertRaises(AccessError):
            handover.action_hand_over()
        self._as(self.east_leader, handover).action_hand_over()
        self.assertEqual(self.customer.user_id, self.city_leader)

    def test_undo_takes_the_same_rights(self):
        handover = self._create_handover(self.seller)
        self._as(self.manager, handover).action_hand_over()
        with self.assertRaises(AccessError):
            handover.action_undo()
        self._as(self.city_leader, handover).action_undo()
        self.assertEqual(self.customer.user_id, self.seller)

    def test_who_sees_it(self):
        handover = self._create_handover(self.city_leader)
        line = handover.line_ids[0]
        self._assert_readers(
            handover, line, (self.city_leader, self.east_leader, self.director, self.leader)
        )
        handover.action_hand_over()
        self._assert_readers(
            handover, line, (self.city_leader, self.manager, self.seller, self.other_seller)
        )
        with self.assertRaises(AccessError):
            self._as(self.other_seller, handover).note = "Mine"

    def _assert_readers(self, handover, line, readers):
        everybody = (
            *(self.seller, self.other_seller, self.leader, self.manager, self.director),
            *(self.east_leader, self.city_leader, self.west_leader, self._create_stranger_once()),
        )
        known = {*readers, self.city_leader, self.east_leader, self.director}
        known |= {self.leader, self.manager}
        for user in everybody:
            with self.subTest(user=user.login):
                expected = user in known
                for record in (handover, line, handover.summary_ids[0]):
                    records = self._as(user, record)
                    found = records.search([("id", "in", record.ids)])
                    self.assertEqual(bool(found), expected, record._name)

    def _create_stranger_once(self):
        stranger = self.env["res.users"].search([("login", "=", "stranger")])
        return stranger or self._create_stranger()

    # === FOLLOW-UP === #
    def test_follow_up(self):
        """The successor works on the order and its invoices, and earns nothing by that."""
        invoice = self.order._create_invoices()
        order = self._as(self.other_seller, self.order)
        with self.assertRaises(AccessError):
            order.read(["name"])
        handover = self._create_handover()
        handover.action_hand_over()
        self.assertTrue(order.search([("id", "=", order.id)]))
        self.assertTrue(order.order_line.read(["name"]))
        self.assertTrue(self._as(self.other_seller, invoice).read(["name"]))
        self.assertTrue(self._as(self.other_seller, invoice.line_ids).read(["name"]))
        order.client_order_ref = "Delivered on Monday"
        for values in (
            {"user_id": self.other_seller.id},
            {"team_id": self.west.id},
            {"territory_id": self.region.id},
        ):
            with self.subTest(values=values), self.assertRaisesRegex(UserError, "sold by li.na"):
                order.write(values)
        self._as(self.seller, self.order).read(["name"])
        handover.action_undo()
        with self.assertRaises(AccessError):
            order.read(["name"])
        with self.assertRaises(AccessError):
            self._as(self.other_seller, invoice).read(["name"])

    def test_a_leader_corrects_an_order_that_they_follow_up(self):
        self.order.follow_up_user_id = self.city_leader
        self._as(self.city_leader, self.order).user_id = self.other_seller
        self.assertEqual(self.order.user_id, self.other_seller)

    def test_customers_by_access_level(self):
        self.env["res.config.settings"]._get_partner_rules().active = True
        self.customer.user_id = self.leader
        customer = self._as(self.other_seller, self.customer)
        self.assertFalse(customer.search([("id", "=", customer.id)]))
        self.order.follow_up_user_id = self.other_seller
        self.assertTrue(customer.search([("id", "=", customer.id)]))

    # === BAD INPUT === #
    def test_successors_who_cannot(self):
        archived = self._create_user("archived", "sales_team.group_sale_salesman")
        archived.active = False
        portal = self._create_user("portal customer", "base.group_portal")
        for user, sentence in (
            (self.outsider, "no.sales .* has no access to Sales"),
            (portal, "has no access to Sales"),
            (archived, "is archived"),
            (self._create_stranger(), "has no access to Bike Works"),
        ):
            with self.subTest(user=user.login):
                with self.assertRaisesRegex(ValidationError, sentence):
                    self._create_handover(to_user_id=user.id)
                handover = self._create_handover()
                with self.assertRaisesRegex(ValidationError, sentence):
                    handover.line_ids[0].to_user_id = user

    def test_the_same_person(self):
        with self.assertRaisesRegex(ValidationError, "hands over and cannot take over"):
            self._create_handover().line_ids[0].to_user_id = self.seller
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self._create_handover(to_user_id=self.seller.id)

    def test_a_successor_who_has_left_in_the_meantime(self):
        handover = self._create_handover()
        self._line(handover, self.lead).to_user_id = self.leader
        self.leader.active = False
        with self.assertRaisesRegex(ValidationError, "is archived and cannot take over"):
            handover.action_hand_over()
        self.assertEqual(self.customer.user_id, self.seller)

    def test_the_past(self):
        with self.assertRaisesRegex(ValidationError, "has passed"):
            self._create_handover(date=self.today - timedelta(days=1))
        handover = self._create_handover()
        self.env.cr.execute(
            "UPDATE sales_handover SET date = date - 3 WHERE id = %s", [handover.id]
        )
        handover.invalidate_recordset()
        handover.action_hand_over()
        self.assertEqual(handover.date, self.today, "a draft left lying moves things today")

    def test_nothing_to_move(self):
        handover = self._create_handover(collect=False)
        with self.assertRaisesRegex(UserError, "has nothing to move: collect"):
            handover.action_hand_over()
        handover.action_collect()
        handover.line_ids.included = False
        with self.assertRaisesRegex(UserError, "leave at least one row switched on"):
            handover.action_hand_over()
        nobody = self._create_handover(from_user_id=self.west_leader.id)
        self.assertTrue(nobody.collected_on)
        self.assertFalse(nobody.line_ids)

    def test_states(self):
        handover = self._create_handover()
        with self.assertRaisesRegex(UserError, "is in state “Draft”"):
            handover.action_undo()
        handover.action_hand_over()
        for action in ("action_hand_over", "action_cancel", "action_draft"):
            with self.subTest(action=action), self.assertRaisesRegex(UserError, "is done|“Done”"):
                getattr(handover, action)()
        with self.assertRaisesRegex(UserError, "stays as a record"):
            handover.unlink()
        cancelled = self._create_handover()
        cancelled.action_cancel()
        with self.assertRaisesRegex(UserError, "is cancelled already"):
            cancelled.action_hand_over()
        cancelled.action_draft()
        self.assertEqual(cancelled.state, "draft")
        cancelled.unlink()

    def test_a_second_company(self):
        """Only what belongs to the handover's company, and customers of no company, move."""
        company = self.env["res.company"].create({"name": "Second"})
        self.seller.company_ids |= company
        elsewhere = self._create_lead(company_id=company.id, team_id=False, partner_id=False)
        customer = self.other_customer
        customer.company_id = company
        handover = self._create_handover()
        self.assertFalse(self._line(handover, elsewhere))
        self.assertFalse(self._line(handover, customer))
        self.assertTrue(self._line(handover, self.customer))
        handover.action_hand_over()
        self.assertEqual(elsewhere.user_id, self.seller)


@tagged("post_install", "-at_install", "sales_system")
class TestHandoverRpc(HandoverCommon, RpcCase):
    """The same refusals for a program that calls the server."""

    def test_the_state_is_not_writable(self):
        handover = self._create_handover(self.seller)
        for record, values in (
            (handover, {"state": "done"}),
            (handover, {"released_by_id": self.manager.id}),
            (handover, {"line_ids": [(0, 0, {"kind": "lead", "res_model": "x", "res_id": 1})]}),
            (handover.line_ids[0], {"res_id": 1}),
            (handover.line_ids[0], {"state": "moved"}),
        ):
            with self.subTest(values=values):
                _result, error = self._call(self.seller, record, "write", values)
                self.assertTrue(error)
        self.assertRecordValues(handover, [{"state": "draft", "line_count": 6}])
        self.assertRecordValues(handover, [{"state": "draft", "released_by_id": False}])

    def test_the_state_is_not_created(self):
        empty = self.env["sales.handover"]
        values = {
            "from_user_id": self.seller.id,
            "to_user_id": self.leader.id,
            "end_membership": True,
        }
        for given, context, message in (
            ({"state": "approved"}, {}, "starts as a draft"),
            ({}, {"default_state": "approved"}, "starts as a draft"),
            ({}, {"default_state": "done"}, "starts as a draft"),
            ({"done_by_id": self.manager.id}, {}, "cannot be written by hand"),
        ):
            with self.subTest(given=given, context=context):
                context["allowed_company_ids"] = self.company.ids
                _result, error = self._call(
                    self.seller, empty, "create", {**values, **given}, context=context
                )
                self.assertIn(message, error)
        self.assertFalse(empty.search([("to_user_id", "=", self.leader.id)]))
        members = self._as(self.manager, self.other_seller).crm_team_member_ids
        context = {
            "allowed_company_ids": self.company.ids,
            "default_released_by_id": self.manager.id,
            "default_done_by_id": self.manager.id,
            "default_ended_member_ids": members.ids,
        }
        created, _error = self._call(self.seller, empty, "create", values, context=context)
        self.assertRecordValues(
            empty.browse(created),
            [{"released_by_id": False, "done_by_id": False, "ended_member_ids": []}],
        )

    def test_without_rights(self):
        handover = self._create_handover()
        for user in (self.outsider, self.other_seller, self.west_leader, self.seller):
            for method in ("action_collect", "action_hand_over", "action_cancel", "read"):
                with self.subTest(user=user.login, method=method):
                    _result, error = self._call(user, handover, method)
                    self.assertTrue(error)
        for method in ("_hand_over", "_release", "_collect"):
            _result, error = self._call(self.manager, handover, method)
            self.assertTrue(error)
        self.assertEqual(handover.state, "draft")
        self.assertEqual(self.customer.user_id, self.seller)

    def test_lines_are_fixed_once_done(self):
        handover = self._create_handover()
        handover.action_hand_over()
        for record, values in (
            (handover, {"to_user_id": self.leader.id}),
            (handover, {"move_leads": False}),
            (handover.line_ids[0], {"included": False}),
        ):
            with self.subTest(values=values):
                _result, error = self._call(self.manager, record, "write", values)
                self.assertIn("cannot be changed any more", error)

    def test_from_draft_to_result(self):
        values = {"from_user_id": self.seller.id, "to_user_id": self.other_seller.id}
        handover_id, _error = self._call(
            self.city_leader, self.env["sales.handover"], "create", values
        )
        handover = self.env["sales.handover"].browse(handover_id)
        self.assertEqual(self._call(self.city_leader, handover, "action_collect"), (True, None))
        self.assertEqual(self._call(self.city_leader, handover, "action_hand_over"), (True, None))
        self.assertEqual(self.customer.user_id, self.other_seller)
