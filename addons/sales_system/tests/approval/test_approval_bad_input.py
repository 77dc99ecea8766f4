from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ApprovalCommon


@tagged("post_install", "-at_install", "sales_system")
class TestApprovalBadInput(ApprovalCommon):
    """A sentence, and no effect."""

    def test_conditions_that_cannot_be_used(self):
        for domain in (
            "[('amount_total', '>', 5",
            "[('no_such_field', '=', 1)]",
            "[('amount_total', '=?!', 1)]",
            "[('partner_id.no_such_field', '=', 1)]",
            "__import__('os').getcwd()",
            "[('id', '=', uid)]",
            "5",
        ):
            with (
                self.subTest(domain=domain),
                self._refused(ValidationError, "of rule Discount cannot be used"),
            ):
                self.rule.domain = domain

    def test_a_basis_that_the_document_does_not_have(self):
        with self._refused(ValidationError, "Sales Order has no “weight”"):
            self.rule.basis = "weight"

    def test_a_rule_without_steps(self):
        with self._refused(ValidationError, "nobody could approve"):
            self._create_rule(steps=())
        with self._refused(ValidationError, "nobody could approve"):
            self.rule.step_ids = [Command.clear()]

    def test_a_step_with_no_possible_approver(self):
        order = self._create_quotation()
        order.team_id = self._create_team("Leaderless")
        self.assertIn("Leaderless", self.rule.approver_warning)
        with self._refused(UserError, "Nobody could approve .* “Team leader”"):
            self._request(order)
        self.assertFalse(order.approval_request_ids)
        self.assertEqual(order.approval_state, "needed")

    def test_a_warning_is_about_the_teams_of_the_condition(self):
        self._create_team("Leaderless")
        self.rule.domain = f"[('team_id', 'child_of', {self.top.id})]"
        self.assertFalse(self.rule.approver_warning)
        self.rule.domain = "[('team_id.name', '=', 'Leaderless'), ('amount_total', '>', 5)]"
        self.assertIn("Leaderless", self.rule.approver_warning)

    def test_a_user_who_cannot_approve(self):
        self.rule.step_ids.write({"kind": "user", "user_id": self.seller.id})
        with self._refused(UserError, "Nobody could approve"):
            self._request(self._create_quotation())
        self.seller.active = False
        self.assertIn("is archived", self.rule.approver_warning)

    def test_nothing_to_approve(self):
        order = self._create_quotation(discount=5.0)
        with self._refused(UserError, "keeps within all limits"):
            self._request(order)
        order = self._create_approved()
        with self._refused(UserError, "is approved already"):
            self._request(order)
        order = self._create_quotation()
        self._request(order)
        with self._refused(UserError, "waits for the approval"):
            self._request(order)

    def test_a_step_in_use_is_not_removed(self):
        request = self._request(self._create_quotation())
        with self._refused(UserError, "cannot be removed while"):
            self.rule.step_ids = [Command.clear(), Command.create({"kind": "leader_above"})]
        self._approve(request)
        self.rule.step_ids = [Command.clear(), Command.create({"kind": "leader_above"})]
        self.assertEqual(request.decision_ids[0].kind, "approved")

    def test_a_rule_in_use_is_not_deleted(self):
        self._request(self._create_quotation())
        with self._refused(UserError, "Archive it instead"):
            self.rule.unlink()

    def _delegate(self, days=(0, 3), **values):
        today = fields.Date.today()
        return (
            self.env["sales.approval.delegation"]
            .with_user(self.city_leader)
            .create(
                {
                    "user_id": self.city_leader.id,
                    "delegate_id": self.west_leader.id,
                    "date_from": today + timedelta(days=days[0]),
                    "date_to": today + timedelta(days=days[1]),
                    **values,
                }
            )
        )

    def test_delegations(self):
        portal = self._create_user("customer", "base.group_portal")
        for message, arguments in (
            ("cannot delegate to themselves", {"delegate_id": self.city_leader.id}),
            ("no active internal user", {"delegate_id": portal.id}),
            ("ended on", {"days": (-5, -1)}),
        ):
            with (
                self.subTest(message=message),
                self._refused(ValidationError, message),
            ):
                self._delegate(**arguments)
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
            self._delegate(days=(3, 1))
        delegation = self._delegate()
        with self._refused(ValidationError, "already delegates to west"):
            self._delegate(days=(3, 6), delegate_id=self.director.id)
        self._delegate(days=(4, 6), delegate_id=self.director.id)
        delegation.date_to = fields.Date.today()
        self.assertTrue(delegation.exists())
