from odoo.tests import HttpCase, tagged

from ..common import SalesSystemCommon
from .common import AuthorizationMixin


@tagged("post_install", "-at_install", "sales_system", "sales_tour")
class TestChannelAuthorizationTour(AuthorizationMixin, SalesSystemCommon, HttpCase):
    """From a free cell of the matrix to one that a distributor holds alone."""

    def test_authorize_and_see_the_matrix(self):
        self._create_channel()
        self.region.name = "Tour East"
        self.city.name = "Tour Shanghai"
        self.category.name = "Tour Bikes"
        self.start_tour("/odoo", "sales_channel_authorization", login=self.seller.login)
        held = self.env["sales.channel.authorization"].search(
            [("partner_id", "=", self.distributor.id)]
        )
        self.assertRecordValues(
            held,
            [
                {
                    "state": "active",
                    "is_exclusive": True,
                    "territory_ids": self.region.ids,
                    "categ_ids": self.category.ids,
                    "user_id": self.seller.id,
                }
            ],
        )
