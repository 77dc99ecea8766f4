from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from ..common import RpcCase
from ..customer.test_competitor import CompetitorCommon

TODAY = "2026-03-10"


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestCompetitorPricelist(CompetitorCommon, RpcCase):
    """Competitors' dated prices beside the price lists of our own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.spring = cls._create_pricelist(
            "Spring", ("2026-02-01 00:00:00", 800), (False, 900), company_id=cls.company.id
        )
        cls.company.competitor_pricelist_id = cls.spring

    @classmethod
    def _create_pricelist(cls, name, *items, **values):
        """:param items: (first moment, price), of which the first that holds counts"""
        return cls.env["product.pricelist"].create(
            {
                "name": name,
                "currency_id": cls.company.currency_id.id,
                "item_ids": [
                    Command.create(
                        {
                            "applied_on": "0_product_variant",
                            "product_id": cls.product.id,
                            "compute_price": "fixed",
                            "fixed_price": price,
                            "date_start": start,
                            "min_quantity": 1 if start else 0,
                        }
                    )
                    for start, price in items
                ],
                **values,
            }
        )

    def test_the_price_list_of_the_day(self):
        before = self._create_price(990, "2026-01-15")
        after = self._create_price(720, "2026-03-01")
        self.assertRecordValues(
            before + after,
            [
                {"our_price": 900, "our_pricelist_id": self.spring.id},
                {"our_price": 800, "our_pricelist_id": self.spring.id},
            ],
        )
        self.assertAlmostEqual(before.price_gap, 0.1)
        self.assertAlmostEqual(after.price_gap, -0.1)
        self.assertEqual(self.rival_bike.pricelist_price, 800)
        self.assertAlmostEqual(self.rival_bike.pricelist_gap, -0.1)

    def test_a_list_chosen_for_one_product(self):
        price = self._create_price(700, "2026-03-01")
        self.rival_bike.pricelist_id = self._create_pricelist("Dealers", (False, 700))
        self.assertRecordValues(price, [{"our_price": 700, "price_gap": 0}])
        self.assertEqual(self.rival_bike.pricelist_price, 700)
        self.assertEqual(self.rival_bike.our_price, 1000)

    def test_a_foreign_currency(self):
        euro = self._rate_of_euro()
        self.rival_bike.pricelist_id = self._create_pricelist(
            "Euro", (False, 450), currency_id=euro.id
        )
        price = self._create_price(540, "2026-03-01", currency_id=euro.id)
        self.assertRecordValues(price, [{"company_price": 1080, "our_price": 900}])
        self.assertAlmostEqual(price.price_gap, 0.2)

    def test_nothing_to_compare_with(self):
        self.company.competitor_pricelist_id = False
        price = self._create_price(700, "2026-03-01")
        self.assertRecordValues(
            price, [{"our_price": 0, "price_gap": 0, "our_pricelist_id": False}]
        )
        self.assertFalse(self.rival_bike.pricelist_gap)
        self.company.competitor_pricelist_id = self.spring
        self.rival_bike.product_id = False
        price.invalidate_recordset()
        self.assertFalse(price.our_price)

    def test_many_prices_ask_once_for_each_day(self):
        prices = self.env["sales.competitor.price"]
        for number in range(6):
            product = self.rival_bike.copy({"name": f"Swift {number}"})
            prices += self._create_price(700, "2026-03-01", product_id=product.id)
        counts = []
        for some in (prices[:2], prices):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self.assertEqual(set(some.with_prefetch(some.ids).mapped("our_price")), {800})
            counts.append(self.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])

    def test_rights_and_companies(self):
        price = self._create_price(700, "2026-03-01")
        self.assertEqual(self._as(self.seller, price).our_price, 800)
        _result, error = self._call(self.outsider, price, "read", ["our_price"])
        self.assertTrue(error)
        _result, error = self._call(
            self.seller, self.rival_bike, "write", {"pricelist_id": self.spring.id}
        )
        self.assertTrue(error)
        stranger = self._create_stranger()
        foreign = self._create_pricelist("Foreign", (False, 1), company_id=stranger.company_id.id)
        _result, error = self._call(
            self.manager, self.rival_bike, "write", {"pricelist_id": foreign.id}
        )
        self.assertTrue(error)
        self.assertFalse(self.rival_bike.pricelist_id)
