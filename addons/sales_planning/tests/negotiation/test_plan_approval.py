from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import NegotiationCommon


@tagged("post_install", "-at_install", "sales_planning")
class TestPlanApproval(NegotiationCommon):
    """The plan's total is 2,640: what its top target has."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.planner = cls.manager
        cls.director = cls._create_user("director", "sales_team.group_sale_manager")

    def _create_rule(self, basis, threshold):
        return self.env["sales.approval.rule"].create(
            {
                "name": basis,
                "model": "sales.target.plan",
                "company_id": self.company.id,
                "basis": basis,
                "threshold": threshold,
                "step_ids": [Command.create({"kind": "user", "user_id": self.director.id})],
            }
        )

    def _error(self):
        self.env.flush_all()
        self.plan.invalidate_recordset()
        return self.plan._get_approval_error()

    def test_without_a_rule_a_manager_approves(self):
        self._approve_plan()
        self.assertEqual((self.plan.state, self.plan.approval_state), ("approved", "none"))

    def test_the_state_in_chinese(self):
        """Also where the language was there before this addon was installed."""
        self.env["res.lang"]._activate_lang("zh_CN")
        for model in ("sales.target.plan", "sales.budget.commitment"):
            fields = self.env[model].with_context(lang="zh_CN").fields_get(["approval_state"])
            self.assertEqual(dict(fields["approval_state"]["selection"])["needed"], "需审批")

    def test_submit_and_approve(self):
        self._create_rule("plan_total", 2000)
        plan = self._as(self.planner, self.plan)
        with self.assertRaisesRegex(UserError, r"needs an approval first: Plan total .*2,640"):
            plan.action_approve()
        self.assertEqual(plan.approval_status, "needed")
        plan.action_request_approval("The market grows")
        with self.assertRaisesRegex(UserError, "waits for the approval of director"):
            plan.action_approve()
        request = self._as(self.director, self.plan.approval_request_ids)
        self.assertEqual(request.amount, 2640)
        request.action_approve("Go")
        plan.action_approve()
        self.assertEqual(self.plan.state, "approved")

    def test_a_rejected_plan(self):
        self._create_rule("plan_total", 2000)
        self._as(self.planner, self.plan).action_request_approval()
        self._as(self.director, self.plan.approval_request_ids).action_reject("Too much")
        with self.assertRaisesRegex(UserError, "has been rejected"):
            self._approve_plan()

    def test_a_higher_total_needs_another_approval(self):
        self._create_rule("plan_total", 2000)
        self._as(self.planner, self.plan).action_request_approval()
        self._as(self.director, self.plan.approval_request_ids).action_approve()
        self._cell(self.top, 1).assigned = 219
        self.assertFalse(self._error(), "less is no worse")
        self._cell(self.top, 1).assigned = 221
        self.assertIn("needs an approval first", self._error())
        self.env.flush_all()
        self.assertEqual(self.plan.approval_state, "needed")

    def test_the_state_follows_whatever_changes_the_total(self):
        self._create_rule("plan_total", 2500)
        self._cell(self.top, 1).assigned = 221
        self._error()
        self.assertEqual(self.plan.approval_state, "needed")
        # A part that becomes a top target of its own, or goes, changes the total.
        self.top.child_ids.write({"parent_id": False})
        self.top.unlink()
        self._error()
        self.assertEqual((self.plan.assigned, self.plan.approval_state), (2641, "needed"))
        self.target.unlink()
        self._error()
        self.assertEqual((self.plan.assigned, self.plan.approval_state), (1440.55, "none"))

    def test_the_state_of_a_version_follows_what_it_copies(self):
        self._approve_plan()
        self._create_rule("plan_total", 2000)
        self._as(self.manager, self.plan).action_new_version()
        version = self.plan.search([("previous_id", "=", self.plan.id)])
        self.env.flush_all()
        self.assertEqual(version.approval_state, "needed")

    def test_a_plan_without_numbers_is_not_submitted(self):
        self._create_rule("plan_total", -1)
        self._create_target(partner_id=self.customer.id)
        with self.assertRaisesRegex(UserError, "have no number in any period"):
            self._as(self.planner, self.plan).action_request_approval()

    def test_growth_on_last_year(self):
        rule = self._create_rule("plan_growth", 15)
        self.assertFalse(self._error(), "nothing to compare with")
        self._post("2025-05-05", 2200, territory_id=self.city)
        self._post("2025-05-05", 9999, user_id=self.seller)
        self._post("2024-05-05", 9999, territory_id=self.city)
        self.assertRegex(self._error(), r"Growth on last year 20 % \(limit 15 %\)")
        rule.threshold = 20
        self.assertFalse(self._error())
        rule.write({"basis": "plan_growth_least", "threshold": 25})
        self.assertRegex(self._error(), r"Least growth on last year 20 %")

    def test_targets_above_the_proposals(self):
        self._create_rule("plan_proposal_gap", 10)
        self._start()
        self._submit(self.target, 80)
        self.assertRegex(self._error(), r"Targets above the proposals 25 % \(limit 10 %\)")
        self._as(self.region_leader, self.target).action_accept_proposal()
        self.assertFalse(self._error())

    def test_change_from_the_earlier_version(self):
        self._create_rule("plan_change", 5)
        self._approve_plan()
        self._as(self.manager, self.plan).action_new_version()
        version = self.plan.search([("previous_id", "=", self.plan.id)])
        self.assertFalse(version._get_approval_error())
        self._cell(version.top_target_ids, 1).assigned = 396
        self.assertRegex(
            version._get_approval_error(), r"Change from the earlier version 6.67 % \(limit 5 %\)"
        )

    def test_a_draft_with_a_request_is_deleted(self):
        self._create_rule("plan_total", 2000)
        self._as(self.planner, self.plan).action_request_approval()
        request = self.plan.approval_request_ids
        self.plan.unlink()
        self.assertEqual(request.state, "cancelled")
