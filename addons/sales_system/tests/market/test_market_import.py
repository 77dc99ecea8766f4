from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import MarketCommon

HEADER = "Indicator,Value,From,To,Territory,Product Category,Currency,Source,Link\n"
STUDY = HEADER + (
    "Size of Bikes,1000.50,2026-01-01,2026-01-31,SH,Bikes,,Bureau,https://example.com\n"
    "Size of Bikes,1200,2026-02-01,2026-02-28,SH,Bikes,,Bureau,\n"
    "Growth of Bikes,-2.5,2026-01-01,2026-12-31,,,,Bureau,\n"
)


@tagged("post_install", "-at_install", "sales_system")
class TestMarketImport(MarketCommon):
    """Files of market data: all rows or none, and the same file again corrects them."""

    def _import(self, content, **values):
        """:return: a checked import"""
        sales_import = self._create_import(content, kind="market", **values)
        sales_import.action_check()
        return sales_import

    def _data(self):
        return self.env["sales.market.data"].search(
            [("company_id", "=", self.company.id)], order="id"
        )

    def test_a_study(self):
        sales_import = self._import(STUDY)
        self.assertRecordValues(sales_import, [{"row_count": 3, "reject_count": 0}])
        self.assertFalse(self._data())
        sales_import.action_import()
        dollar = self.company.currency_id.id
        self.assertRecordValues(
            self._data(),
            [
                {
                    "indicator_id": self.size.id,
                    "value": 1000.5,
                    "currency_id": dollar,
                    "territory_id": self.city.id,
                    "categ_id": self.category.id,
                    "source": "Bureau",
                    "source_url": "https://example.com",
                },
                {
                    "indicator_id": self.size.id,
                    "value": 1200,
                    "currency_id": dollar,
                    "territory_id": self.city.id,
                    "categ_id": self.category.id,
                    "source": "Bureau",
                    "source_url": "",
                },
                {
                    "indicator_id": self.rate_of_growth.id,
                    "value": -2.5,
                    "currency_id": False,
                    "territory_id": False,
                    "categ_id": False,
                    "source": "Bureau",
                    "source_url": "",
                },
            ],
        )
        self.assertEqual(
            self.env["sales.market.data"].search(sales_import.action_open_result()["domain"]),
            self._data(),
        )

    def test_the_same_file_again_corrects(self):
        first = self._import(STUDY)
        first.action_import()
        before = self._data()
        with self.assertRaisesRegex(UserError, "has no new row to import"):
            self._import(STUDY).action_import()
        again = self._import(STUDY.replace("1200", "1300").replace("Bureau,\n", "BUREAU,\n"))
        self.assertEqual(again.existing_count, 2)
        again.action_import()
        self.assertEqual(again.imported_count, 1)
        self.assertEqual(self._data(), before)
        self.assertEqual(before.mapped("value"), [1000.5, 1300, -2.5])
        with self.assertRaisesRegex(UserError, "1 rows of market data were changed or deleted"):
            first.action_reverse()
        again.action_reverse()
        self.assertEqual(before.mapped("value"), [1000.5, 1200, -2.5])
        first.action_reverse()
        self.assertFalse(self._data())

    def test_a_foreign_currency(self):
        self._rate_of_euro()
        self._import(HEADER + "Size of Bikes,100,2026-01-01,2026-01-31,,,eur,,\n").action_import()
        data = self._data()
        self.assertEqual(data.currency_id.name, "EUR")
        self.assertEqual(self._own(data, "company_value"), 200)

    def test_refused_rows(self):
        foreign = self._create_stranger().company_id
        self.env["sales.territory"].create(
            {"name": "Foreign", "code": "X", "company_id": foreign.id}
        )
        self.env["sales.market.indicator"].create({"name": "Secret", "company_id": foreign.id})
        for row, sentence in (
            (
                "Size of Bikes,1,2026-01-01,2026-01-31,ZZ,,,,",
                "Territory “ZZ” is no known territory",
            ),
            ("Size of Bikes,1,2026-01-01,2026-01-31,X,,,,", "Territory “X” is no known territory"),
            (
                "Size of Bikes,1,2026-01-01,2026-01-31,,Cars,,,",
                "Product Category “Cars” is no known product category",
            ),
            (
                "Size of Cars,1,2026-01-01,2026-01-31,,,,,",
                "Indicator “Size of Cars” is no known market indicator",
            ),
            ("Secret,1,2026-01-01,2026-01-31,,,,,", "is no known market indicator"),
            ("Size of Bikes,many,2026-01-01,2026-01-31,,,,,", "Value “many” is not a number"),
            ("Size of Bikes,,2026-01-01,2026-01-31,,,,,", "Value “” is empty"),
            ("Size of Bikes,-1,2026-01-01,2026-01-31,,,,,", "Value “-1” is negative"),
            ("Size of Bikes,1.005,2026-01-01,2026-01-31,,,,,", "has more decimals than USD"),
            (
                "Size of Bikes,1,2026-02-01,2026-01-31,,,,,",
                "To “2026-01-31” lies before the first day 2026-02-01",
            ),
            ("Size of Bikes,1,soon,2026-01-31,,,,,", "From “soon”"),
            ("Size of Bikes,1,2026-01-01,2026-01-31,,,XYZ,,", "“XYZ” is no active currency"),
            (
                "Bikes Sold,1,2026-01-01,2026-01-31,,,USD,,",
                "Currency “USD” is given for Bikes Sold, which is no amount",
            ),
            ("Bikes Sold,1,2026-05-01,2026-05-31,,,,,", "stands in row 2 already"),
        ):
            with self.subTest(row=row):
                good = "Bikes Sold,5,2026-05-01,2026-05-31,,,,,\n"
                sales_import = self._import(f"{HEADER}{good}{row}\n", create_territory=True)
                self.assertEqual(sales_import.reject_count, 1)
                said = [
                    f"{one.title} “{one.value}” {one.reason}" for one in sales_import.reject_ids
                ]
                self.assertIn(sentence, " ".join(said))
                with self.assertRaisesRegex(UserError, "so nothing is imported"):
                    sales_import.action_import()
        self.assertFalse(self._data())

    def test_valid_rows_alone(self):
        sales_import = self._import(
            STUDY + "Size of Bikes,1,2026-01-01,2026-01-31,ZZ,,,,\n", import_valid_only=True
        )
        sales_import.action_import()
        self.assertEqual(len(self._data()), 3)
        self.assertFalse(self.env["sales.territory"].search([("code", "=", "ZZ")]))

    def test_only_administrators_of_sales_import(self):
        sales_import = self._import(STUDY)
        with self.assertRaises(AccessError):
            self._as(self.leader, sales_import).action_import()
        self._as(self.manager, sales_import).action_import()
        self.assertEqual(len(self._data()), 3)
