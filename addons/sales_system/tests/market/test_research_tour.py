from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..organisation.common import OrganisationCommon


@tagged("post_install", "-at_install", "sales_system", "sales_tour")
class TestResearchTour(OrganisationCommon, HttpCase):
    def test_plan_run_and_conclude(self):
        """A leader plans a research, starts it and finishes it with a conclusion."""
        # It is refused once, without a conclusion.
        with mute_logger("odoo.http"):
            self.start_tour("/odoo", "sales_market_research", login=self.city_leader.login)
        research = self.env["sales.market.research"].search([("title", "=", "Price of a tandem")])
        self.assertRecordValues(
            research, [{"state": "done", "method": "survey", "user_id": self.city_leader.id}]
        )
        self.assertIn("Families pay 2,000", research.conclusion)
