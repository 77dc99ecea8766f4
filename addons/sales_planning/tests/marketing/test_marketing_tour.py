from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import MarketingCommon
from .effect_common import EffectCommon


@tagged("post_install", "-at_install", "sales_planning", "sales_tour")
class TestMarketingTour(MarketingCommon, HttpCase):
    def test_a_plan_is_made_approved_and_revised(self):
        self.adverts.name = "Tour Adverts"
        self.env["sales.approval.rule"].create(
            {
                "name": "Marketing budget",
                "model": "sales.marketing.plan",
                "company_id": self.company.id,
                "basis": "plan_budget",
                "threshold": 1000,
                "step_ids": [Command.create({"kind": "user", "user_id": self.manager.id})],
            }
        )
        self.start_tour("/odoo", "sales_marketing_plan", login=self.seller.login)
        plan = self.env["sales.marketing.plan"].search([("name", "=", "Autumn")])
        self.assertEqual((plan.user_id, plan.planned), (self.seller, 1500))
        self._as(self.manager, plan.approval_request_ids).action_approve()
        self.env.invalidate_all()
        self.assertEqual(plan.state, "approved")
        address = f"/odoo/action-sales_planning.sales_marketing_plan_action/{plan.id}"
        self.start_tour(address, "sales_marketing_revise", login=self.seller.login)
        self.assertEqual((plan.state, plan.revision_ids.reason), ("draft", "The hall is taken"))


@tagged("post_install", "-at_install", "sales_planning", "sales_tour")
class TestMarketingEffectTour(EffectCommon, HttpCase):
    def test_the_effect_is_read_and_opened(self):
        self._approve_plan()
        self._create_lead(self.poster, "2026-03-02")
        self._sell(("2026-03-10", self.poster, 1000))
        self.start_tour("/odoo", "sales_marketing_effect", login=self.seller.login)
