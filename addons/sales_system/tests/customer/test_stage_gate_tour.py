from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .follow_up_common import FollowUpCommon


@tagged("post_install", "-at_install", "sales_system", "sales_tour")
class TestStageGateTour(FollowUpCommon, HttpCase):
    def test_stage_gate(self):
        """A salesperson follows up on a silent opportunity and takes it through a gate."""
        # Of all stages of the database only those of the test fit into the status bar.
        mine = self.first_stage | self.offer_stage | self.won_stage
        self.env["crm.stage"].search([("id", "not in", mine.ids)]).team_ids = self.west
        plan = self.env["mail.activity.plan"].create(
            {
                "name": "Make an offer",
                "res_model": "crm.lead",
                "company_id": self.company.id,
                "template_ids": [Command.create({"summary": "Ask who decides"})],
            }
        )
        self.env["sales.stage.gate"].create(
            {
                "stage_id": self.offer_stage.id,
                "field_ids": self.env["ir.model.fields"]._get("crm.lead", "expected_revenue").ids,
                "plan_id": plan.id,
                "guide": "<p>Call the day after</p>",
            }
        )
        self._create_rule(remind_days=1)
        lead = self._create_lead(on=fields.Datetime.now() - timedelta(days=20))
        self._follow_up(fields.Datetime.now())
        with mute_logger("odoo.http"):
            self.start_tour("/odoo", "sales_stage_gate", login=self.seller.login)
        self.assertEqual(lead.stage_id, self.offer_stage)
        self.assertEqual(lead.stage_move_ids.plan_id, plan)
