from odoo.tests import HttpCase, tagged

from .deal_common import DealCommon
from .test_channel_application import ApplicationMixin


@tagged("post_install", "-at_install", "sales_system", "sales_tour")
class TestChannelTour(ApplicationMixin, DealCommon, HttpCase):
    """A company becomes a distributor, and a distributor registers a deal that is approved."""

    def test_from_application_to_acceptance(self):
        self.env["sales.channel.check"].search([]).active = False
        self.env["sales.channel.check"].create({"name": "Licence seen"})
        application = self._apply(email=False)
        self.start_tour("/odoo", "sales_channel_application", login=self.seller.login)
        self.assertRecordValues(application, [{"state": "trial"}])
        self.assertEqual(application.portal_user_id.login, "mei@south-wheels.example")

    def test_register_a_deal(self):
        dealer = self._create_portal_user("dealer.one", self.distributor)
        self.start_tour("/my", "sales_deal_register", login=dealer.login)
        deal = self.env["sales.deal.registration"].search(
            [("partner_id", "=", self.distributor.id)]
        )
        self.assertRecordValues(deal, [{"state": "submitted", "expected_amount": 50_000}])
        url = f"/odoo/deal-registrations/{deal.id}"
        self.start_tour(url, "sales_deal_decide", login=self.seller.login)
        self.assertEqual(deal.state, "converted")
