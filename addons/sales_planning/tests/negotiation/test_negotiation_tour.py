from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from ..common import SalesPlanningCommon


@tagged("post_install", "-at_install", "sales_planning", "sales_tour")
class TestNegotiationTour(SalesPlanningCommon, HttpCase):
    """Real days: the browser has no other."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.region_leader = cls._create_user("sun.yu", "sales_team.group_sale_salesman")
        today = fields.Date.today()
        cls.plan.write(
            {
                "date_from": today.replace(month=1, day=1),
                "date_to": today.replace(month=12, day=31),
                "proposal_deadline": fields.Date.add(today, days=7),
            }
        )
        cls.top = cls._create_target(
            dict.fromkeys(range(1, 13), 200),
            territory_id=cls.region.id,
            responsible_id=cls.region_leader.id,
        )
        cls.target = cls._create_target(
            dict.fromkeys(range(1, 13), 100), user_id=cls.seller.id, parent_id=cls.top.id
        )

    def test_propose_and_accept(self):
        self._as(self.manager, self.plan).action_start_proposals()
        self.start_tour("/odoo", "sales_planning_propose", login=self.seller.login)
        self.assertRecordValues(
            self.target, [{"proposal_state": "submitted", "proposed": 80 + 11 * 100}]
        )
        self.start_tour("/odoo", "sales_planning_accept", login=self.region_leader.login)
        self.assertRecordValues(
            self.target, [{"proposal_state": "accepted", "assigned": 80 + 11 * 100}]
        )

    def test_approve_and_revise(self):
        # A plan with a remainder could not be approved
        self._create_target(
            dict.fromkeys(range(1, 13), 100), user_id=self.manager.id, parent_id=self.top.id
        )
        director = self._create_user("director", "sales_team.group_sale_manager")
        self.env["sales.approval.rule"].create(
            {
                "name": "Total",
                "model": "sales.target.plan",
                "company_id": self.company.id,
                "basis": "plan_total",
                "threshold": 1000,
                "step_ids": [Command.create({"kind": "user", "user_id": director.id})],
            }
        )
        address = f"/odoo/action-sales_planning.sales_target_plan_action/{self.plan.id}"
        self.start_tour(address, "sales_planning_approve", login=self.manager.login)
        self._as(director, self.plan.approval_request_ids).action_approve()
        self.start_tour(address, "sales_planning_approved", login=self.manager.login)
        self.assertEqual(self.plan.state, "approved")
        self.assertEqual(self.plan.revision_ids.reason, "The market grows")
        self.assertEqual(self._cell(self.target, 12).assigned, 110)
        self.assertEqual(self._cell(self.top, 12).assigned, 220)
        self.assertEqual(self._cell(self.top, 12).unassigned, 0)
