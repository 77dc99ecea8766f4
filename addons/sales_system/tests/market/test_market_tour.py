from odoo.tests import HttpCase, tagged

from .common import MarketCommon


@tagged("post_install", "-at_install", "sales_system", "sales_tour")
class TestMarketTour(MarketCommon, HttpCase):
    def test_enter_a_market_size(self):
        """A leader enters the size of a market, sees the share and opens its entries."""
        self.category.name = "Tour Bikes"
        self._sell(
            ("2026-01-10", "SH", "P1", 1, 200),
            ("2026-03-10", "W", "P2", 1, 50),
            ("2026-03-10", "W", "P3", 1, 5),
            ("2026-04-10", "W", "P2", 1, 50),
        )
        self.start_tour("/odoo", "sales_market", login=self.leader.login)
        data = self.env["sales.market.data"].search([("company_id", "=", self.company.id)])
        self.assertRecordValues(
            data,
            [
                {
                    "indicator_id": self.size.id,
                    "categ_id": self.category.id,
                    "value": 1000,
                    "own_amount": 250,
                    "own_share": 0.25,
                    "source": "Bicycle Association",
                }
            ],
        )
