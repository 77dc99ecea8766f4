from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import ApprovalCommon


@tagged("post_install", "-at_install", "sales_system")
class TestApprovalRoute(ApprovalCommon):
    """Who decides, in which order, in whose place, and until when."""

    def _kinds(self, request):
        return list(reversed(request.decision_ids.mapped("kind")))

    def test_everything_is_kept(self):
        order = self._create_quotation()
        self._as(self.seller, order).action_request_approval("Large customer")
        request = order.approval_request_ids
        self.assertEqual(request.actor_ids, self.city_leader)
        self.assertEqual(request.activity_ids.user_id, self.city_leader)
        self.assertEqual(request.reasons, "Discount 18 % (limit 15 %)")
        self._as(self.city_leader, request).action_approve("Fine")
        self.assertFalse(request.activity_ids)
        self.assertRecordValues(
            request.decision_ids.sorted("id"),
            [
                {"kind": "requested", "user_id": self.seller.id, "reason": "Large customer"},
                {"kind": "approved", "user_id": self.city_leader.id, "reason": "Fine"},
            ],
        )
        for change in (
            lambda: request.decision_ids[0].sudo().write({"reason": "Other"}),
            lambda: request.decision_ids[0].sudo().unlink(),
            lambda: (
                self.env["sales.approval.decision"]
                .with_user(self.manager)
                .create({"request_id": request.id, "kind": "approved"})
            ),
        ):
            with self.assertRaises(UserError):
                change()

    def test_two_steps(self):
        self.rule.step_ids = [Command.create({"kind": "leader_above", "sequence": 20})]
        order = self._create_quotation()
        request = self._request(order)
        with self._refused(AccessError, "it waits for shanghai"):
            self._approve(request, self.east_leader)
        self._approve(request)
        self.assertEqual(request.actor_ids, self.east_leader)
        self.assertEqual(order.approval_state, "pending")
        self._approve(request, self.east_leader)
        self.assertEqual(order.approval_state, "approved")

    def test_several_limits_make_one_request(self):
        group = self.env["res.groups"].create(
            {"name": "Finance", "user_ids": [Command.set(self.manager.ids)]}
        )
        self._create_rule(
            basis="margin",
            threshold=40.0,
            steps=(
                {"kind": "leader"},
                {"kind": "group", "group_id": group.id, "sequence": 20},
            ),
        )
        order = self._create_quotation()
        request = self._request(order)
        self.assertEqual(
            request.reasons, "Discount 18 % (limit 15 %) · Margin 26.83 % (limit 40 %)"
        )
        self.assertEqual(len(request.step_ids), 2)
        self._approve(request)
        self._approve(request, self.manager)
        self.assertEqual(order.approval_state, "approved")

    def test_all_of_a_group(self):
        group = self.env["res.groups"].create(
            {"name": "Board", "user_ids": [Command.set((self.director + self.manager).ids)]}
        )
        self.rule.step_ids = [
            Command.clear(),
            Command.create({"kind": "group", "group_id": group.id, "mode": "all"}),
        ]
        request = self._request(self._create_quotation())
        self._approve(request, self.director)
        self.assertRecordValues(request, [{"state": "pending", "actor_ids": self.manager.ids}])
        with self._refused(AccessError, "waits for chen.jie"):
            self._approve(request, self.director)
        self._approve(request, self.manager)
        self.assertEqual(request.state, "approved")

    def test_a_leader_asks_the_leader_above(self):
        order = self._create_quotation(user_id=self.city_leader.id)
        request = self._request(order, self.city_leader)
        self.assertEqual(request.actor_ids, self.east_leader)

    def test_whoever_profits_does_not_approve(self):
        """An assistant who asks does not make the salesperson an approver."""
        order = self._create_quotation(user_id=self.city_leader.id)
        request = self._request(order, self.manager)
        self.assertEqual(request.actor_ids, self.east_leader)
        with self._refused(AccessError, "it is yours"):
            self._approve(request, self.city_leader)

    def test_a_former_leader_does_not_approve(self):
        request = self._request(self._create_quotation())
        self.shanghai.user_id = self.west_leader
        self.assertEqual(request.actor_ids, self.west_leader)
        self.assertEqual(request.activity_ids.user_id, self.west_leader)
        with self.assertRaises(AccessError):
            self._approve(request)
        self._approve(request, self.west_leader)

    def test_an_order_that_moves_takes_its_request_along(self):
        order = self._create_quotation()
        request = self._request(order)
        order.team_id = self.west
        self.assertRecordValues(
            request, [{"actor_ids": self.west_leader.ids, "team_id": self.west.id}]
        )

    def test_reject_needs_a_reason(self):
        request = self._request(self._create_quotation())
        with self._refused(UserError, "reason"):
            self._as(self.city_leader, request).action_reject("  ")
        wizard = (
            self.env["sales.approval.request.reject"]
            .with_user(self.city_leader)
            .create({"request_ids": request.ids, "reason": "Too low"})
        )
        wizard.action_reject()
        self.assertRecordValues(request, [{"state": "rejected", "actor_ids": []}])
        with self._refused(UserError, "is rejected already"):
            self._approve(request)

    def test_several_at_once(self):
        requests = self._request(self._create_quotation()) + self._request(self._create_quotation())
        self._approve(requests)
        self.assertEqual(requests.mapped("state"), ["approved", "approved"])

    def test_many_at_once_go_together(self):
        """What each adds is little more than the message to whoever asked for it."""
        requests = self.env["sales.approval.request"].union(
            *[self._request(self._create_quotation()) for _index in range(16)]
        )
        counts = []
        for batch in (requests[:2], requests[2:4], requests[4:]):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._approve(batch)
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLess((counts[2] - counts[1]) / 10, 36)
        self.assertEqual(set(requests.mapped("state")), {"approved"})

    def test_one_refused_refuses_all(self):
        order = self._create_quotation()
        requests = self._request(self._create_quotation()) + self._request(order)
        order.order_line.discount = 25.0
        with self._refused(UserError, "has changed since li.na"):
            self._approve(requests)
        self.assertEqual(requests.mapped("state"), ["pending", "pending"])

    def test_take_back(self):
        order = self._create_quotation()
        request = self._request(order)
        with self._refused(AccessError, "Only li.na"):
            self._as(self.city_leader, request).action_cancel()
        self._as(self.seller, request).action_cancel()
        self.assertEqual(order.approval_state, "needed")

    # === DELEGATION === #
    def _delegate(self, start="2026-03-01", end="2026-03-10", **values):
        return self.env["sales.approval.delegation"].create(
            {
                "user_id": self.city_leader.id,
                "delegate_id": self.west_leader.id,
                "date_from": start,
                "date_to": end,
                **values,
            }
        )

    def test_a_delegate_decides_for_the_approver(self):
        with freeze_time("2026-02-27"):
            self._delegate()
            request = self._request(self._create_quotation())
            self.assertEqual(request.actor_ids, self.city_leader)
            with self.assertRaises(AccessError):
                self._approve(request, self.west_leader)
        with freeze_time("2026-03-01"):
            self.env["sales.approval.request"]._refresh_pending()
            self.assertEqual(request.actor_ids, self.city_leader + self.west_leader)
            self.assertEqual(request.activity_ids.user_id, self.city_leader + self.west_leader)
            self._approve(request, self.west_leader)
        self.assertRecordValues(
            request.decision_ids[0],
            [
                {
                    "kind": "approved",
                    "user_id": self.west_leader.id,
                    "principal_id": self.city_leader.id,
                }
            ],
        )

    def test_an_expired_delegate_is_refused(self):
        with freeze_time("2026-03-09"):
            self._delegate()
            request = self._request(self._create_quotation())
        with (
            freeze_time("2026-03-11"),
            self._refused(AccessError, "delegation by shanghai .* ended on 2026-03-10"),
        ):
            self._approve(request, self.west_leader)
        self.assertEqual(request.state, "pending")

    def test_the_requester_is_no_delegate(self):
        today = fields.Date.today()
        self._delegate(start=today, end=today, delegate_id=self.seller.id)
        request = self._request(self._create_quotation())
        self.assertEqual(request.actor_ids, self.city_leader)
        with self._refused(AccessError, "you asked for it"):
            self._approve(request, self.seller)

    def test_one_request_is_passed_on(self):
        request = self._request(self._create_quotation())
        mine = self._as(self.city_leader, request)
        for user in (self.city_leader, self.seller, self._create_stranger()):
            with self._refused(UserError, "cannot decide"):
                mine.action_delegate(user.id)
        wizard = (
            self.env["sales.approval.request.delegate"]
            .with_user(self.city_leader)
            .create({"request_ids": request.ids, "delegate_id": self.west_leader.id})
        )
        wizard.action_delegate()
        self._approve(request, self.west_leader)
        self.assertEqual(self._kinds(request), ["requested", "delegated", "approved"])
        self.assertEqual(request.decision_ids[0].principal_id, self.city_leader)

    # === ESCALATION === #
    def _run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("sales_system.ir_cron_sales_approval_escalate").method_direct_trigger()

    def test_overdue_goes_up_the_tree(self):
        start = fields.Datetime.now()
        request = self._request(self._create_quotation())
        self._run_cron()
        self.assertEqual(request.actor_ids, self.city_leader)
        expected = self.city_leader
        for hours, leader in ((25, self.east_leader), (50, self.director)):
            expected += leader
            with freeze_time(start + timedelta(hours=hours)):
                self._run_cron()
                self._run_cron()
                self.assertEqual(request.actor_ids, expected)
                self.assertEqual(request.activity_ids.user_id, expected)
        with freeze_time(start + timedelta(hours=75)):
            self._run_cron()
            self._run_cron()
            self.assertTrue(request.is_stuck)
            self.assertTrue(request.is_overdue)
        self.assertEqual(self._kinds(request), ["requested", "escalated", "escalated"])
        self._approve(request, self.director)
        self.assertEqual(request.state, "approved")

    def test_an_escalated_step_of_all_needs_the_leader_only(self):
        group = self.env["res.groups"].create(
            {"name": "Board", "user_ids": [Command.set((self.manager + self.leader).ids)]}
        )
        self.rule.step_ids = [
            Command.clear(),
            Command.create({"kind": "group", "group_id": group.id, "mode": "all"}),
        ]
        request = self._request(self._create_quotation())
        with freeze_time(fields.Datetime.now() + timedelta(hours=25)):
            self._run_cron()
            self._approve(request, self.city_leader)
        self.assertEqual(request.state, "approved")

    def test_a_step_without_hours_never_escalates(self):
        self.rule.step_ids.hours = 0
        request = self._request(self._create_quotation())
        with freeze_time(fields.Datetime.now() + timedelta(days=30)):
            self._run_cron()
        self.assertFalse(request.escalated_ids)
        self.assertFalse(request.deadline)

    def test_an_approver_who_left_is_replaced(self):
        request = self._request(self._create_quotation())
        self.rule.step_ids.write({"kind": "user", "user_id": self.manager.id})
        self.manager.active = False
        self._run_cron()
        self.assertEqual(request.actor_ids, self.city_leader)
