import io

from openpyxl import Workbook

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .report_common import TODAY, ChannelReportCommon

SALES = """Date,Product,Quantity,Amount,Document,End Customer,City,Territory
2026-01-05,P1,2,2600,A1,Ann,Beijing,
2026-01-05,P1,1,1300.50,A1,Ann,Beijing,
2026-01-31,P1,1,1250,A2,Bo,,SH
"""


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestChannelReportImport(ChannelReportCommon):
    """Files of a channel partner, whole or not at all."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.report = cls._create_report()

    def _import(self, content, kind="channel_sale", report=None, **values):
        """:return: a checked import"""
        sales_import = self._create_import(
            content, kind=kind, channel_report_id=(report or self.report).id, **values
        )
        sales_import.action_check()
        return sales_import

    def _assert_refused(self, content, sentence, kind="channel_sale", row=2):
        """A file of one wrong row beside a right one changes nothing."""
        before = self.report.line_ids.read()
        sales_import = self._import(content, kind)
        refused = [
            f"{one.title} “{one.value}” {one.reason}"
            for one in sales_import.reject_ids
            if one.row_number == row
        ]
        self.assertIn(sentence, " ".join(refused))
        with self.assertRaisesRegex(UserError, "so nothing is imported"):
            sales_import.action_import()
        self.assertFalse(self.report.sale_ids)
        self.assertEqual(self.report.line_ids.read(), before)

    # === SELL-OUT === #
    def test_sell_out(self):
        china = self.env.ref("base.cn")
        self.distributor.country_id = china
        self.env["sales.territory.rule"].create(
            {"territory_id": self.region.id, "country_id": china.id, "city": "Beijing"}
        )
        sales_import = self._import(SALES)
        self.assertRecordValues(
            sales_import, [{"row_count": 3, "reject_count": 0, "amount_total": 5150.5}]
        )
        self.assertFalse(self.report.sale_ids)
        sales_import.action_import()
        self.assertRecordValues(
            self.report.sale_ids.sorted("id"),
            [
                {
                    "quantity": quantity,
                    "amount": amount,
                    "customer_name": name,
                    "territory_id": territory.id,
                    "categ_id": self.category.id,
                    "partner_id": self.distributor.id,
                    "company_id": self.company.id,
                    "create_uid": self.env.uid,
                }
                for quantity, amount, name, territory in (
                    (2, 2600, "Ann", self.region),
                    (1, 1300.5, "Ann", self.region),
                    (1, 1250, "Bo", self.city),
                )
            ],
        )
        self.assertRecordValues(
            self.report.line_ids, [{"out_quantity": 4, "amount": 5150.5, "detail_count": 3}]
        )
        self.assertEqual(self.report.amount, 5150.5)

    def test_the_same_file_adds_nothing(self):
        self._import(SALES).action_import()
        again = self._import(SALES + "2026-01-31,P1,1,1250,A3,Bo,,\n")
        self.assertEqual(again.existing_count, 3)
        again.action_import()
        self.assertEqual(self.report.line_ids.out_quantity, 5)

    def test_take_back(self):
        sales_import = self._import(SALES)
        sales_import.action_import()
        self.report.action_take_expected()
        self.report.action_submit()
        with self.assertRaisesRegex(UserError, "in state “Submitted”"):
            sales_import.action_reverse()
        self.report._return("Wrong file")
        sales_import.action_reverse()
        self.assertFalse(self.report.sale_ids)
        self.assertRecordValues(self.report.line_ids, [{"out_quantity": 0, "detail_count": 0}])
        self._import(SALES).action_import()
        self.assertEqual(self.report.line_ids.out_quantity, 4)

    def test_refused_sell_out(self):
        self.env["product.product"].create(
            [
                {"name": "Freight", "default_code": "F1", "type": "service"},
                {
                    "name": "Foreign",
                    "default_code": "X1",
                    "company_id": self._create_stranger().company_id.id,
                },
            ]
        )
        for row, sentence in (
            ("2026-02-01,P1,1,1,A", "Date “2026-02-01” lies outside of the period of the report"),
            ("2025-12-31,P1,1,1,A", "01/01/2026 to 01/31/2026"),
            ("2026-01-31,P9,1,1,A", "Product “P9” is no known product"),
            ("2026-01-31,X1,1,1,A", "Product “X1” is no known product"),
            ("2026-01-31,F1,1,1,A", "Product “F1” is a service"),
            ("2026-01-31,P1,one,1,A", "is not a number"),
            ("2026-01-31,P1,1,1.005,A", "has more than 2 decimals"),
            ("2026-01-31,P1,1.005,1,A", "has more than 2 decimals"),
            ("2026-01-31,P1,,1,A", "is empty"),
        ):
            with self.subTest(row=row):
                content = f"Date,Product,Quantity,Amount,Document\n{row}\n2026-01-02,P1,1,1,B\n"
                self._assert_refused(content, sentence)

    def test_days_outside_of_the_contract(self):
        contract = self.env["sales.contract"].create(
            {
                "partner_id": self.distributor.id,
                "company_id": self.company.id,
                "contract_type": "distribution",
                "user_id": self.seller.id,
                "date_from": "2026-01-10",
            }
        )
        content = "Date,Product,Quantity\n2026-01-09,P1,1\n2026-01-10,P1,1\n"
        self.assertFalse(self._import(content).reject_count)
        contract.action_submit()
        contract.action_release()
        contract.action_activate()
        self._assert_refused(content, "lies outside of the distribution contracts of East Wheels")
        self.report.sale_ids = [
            (0, 0, {"date": "2026-01-09", "product_id": self.product.id, "quantity": 1})
        ]
        self.report.action_take_expected()
        with self.assertRaisesRegex(UserError, "1 sell-out details of 01/09/2026 lie outside"):
            self.report.action_submit()

    def test_products_outside_of_the_authorization(self):
        helmets = self.env["product.category"].create({"name": "Helmets"})
        self.env["product.product"].create(
            {"name": "Helmet", "default_code": "H1", "categ_id": helmets.id}
        )
        self._allow(helmets, date_from="2026-01-01")
        self.company.sales_channel_authorization_check = "block"
        for content, kind in (
            ("Date,Product,Quantity\n2026-01-09,P1,1\n2026-01-10,H1,1\n", "channel_sale"),
            ("Product,Sell-out,Closing Stock\nP1,1,9\nH1,0,0\n", "channel_stock"),
        ):
            with self.subTest(kind=kind):
                sentence = "Product “P1” is not among the products that East Wheels is authorized"
                self._assert_refused(content, sentence, kind)
        self.company.sales_channel_authorization_check = "warn"
        self._import("Date,Product,Quantity\n2026-01-09,P1,1\n").action_import()
        self.assertEqual(self.report.line_ids.out_quantity, 1)

    def test_reports_that_take_no_file(self):
        with self.assertRaisesRegex(UserError, "Choose the channel report"):
            self._create_import(SALES, kind="channel_sale").action_check()
        checked = self._import(SALES)
        self.report.action_submit()
        with self.assertRaisesRegex(UserError, "in state “Submitted”"):
            checked.action_import()
        with self.assertRaisesRegex(UserError, "in state “Submitted”"):
            self._import(SALES)

    def test_nothing_is_created(self):
        sales_import = self._create_import(
            SALES.replace("P1", "NEW"),
            kind="channel_sale",
            channel_report_id=self.report.id,
            create_product=True,
        )
        sales_import.action_check()
        self.assertEqual(sales_import.reject_count, 3)

    # === STOCK === #
    def test_stock(self):
        helmet = self.env["product.product"].create({"name": "Helmet", "default_code": "H1"})
        sales_import = self._import(
            "Product,Opening Stock,Sell-out,Amount,Closing Stock\nP1,2,4,5200,8\nH1,5,1,40,4\n",
            "channel_stock",
        )
        self.assertEqual(sales_import.amount_total, 5240)
        sales_import.action_import()
        figures = ["opening_quantity", "in_quantity", "out_quantity", "closing_quantity", "amount"]
        self.assertRecordValues(
            self.report.line_ids.sorted(lambda line: line.product_id == helmet),
            [
                dict(zip(figures, values, strict=True))
                for values in ((2, 10, 4, 8, 5200), (5, 0, 1, 4, 40))
            ],
        )
        self.assertEqual(self.report.amount, 5240)
        again = self._import("Product,Sell-out,Closing Stock\nP1,4,8\nH1,1,4\n", "channel_stock")
        self.assertEqual(again.existing_count, 2)
        sales_import.action_reverse()
        self.assertRecordValues(
            self.report.line_ids,
            [dict(zip(figures, (0, 10, 0, 10, 0), strict=True), product_id=self.product.id)],
        )

    def test_what_was_changed_since_is_not_taken_back(self):
        sales_import = self._import("Product,Sell-out,Closing Stock\nP1,4,6\n", "channel_stock")
        sales_import.action_import()
        self._sell(self.report, 5)
        with self.assertRaisesRegex(UserError, "1 lines were changed after this import"):
            sales_import.action_reverse()
        self.assertEqual(self.report.line_ids.out_quantity, 5)

    def test_refused_stock(self):
        self.env["product.product"].create({"name": "Helmet", "default_code": "H1"})
        header = "Product,Opening Stock,Sell-in,Why Corrected,Sell-out,Closing Stock\n"
        for row, sentence in (
            ("P1,0,10,,4,7", "is not opening stock 0.00 + sell-in 10.00 − sell-out 4.00 = 6.00"),
            ("P1,0,10,,11,0", "which leaves a negative stock"),
            ("P1,0,10,,11,-1", "“-1” is a negative stock"),
            ("P1,-2,10,,4,4", "“-2” is a negative stock"),
            ("P1,0,8,,4,4", "is not the 10.00 that were invoiced"),
            ("P9,0,0,,0,0", "is no known product"),
        ):
            with self.subTest(row=row):
                self._assert_refused(f"{header}{row}\nH1,1,0,,0,1\n", sentence, "channel_stock")
        self._assert_refused(
            f"{header}P1,0,10,,4,6\nP1,0,10,,4,6\n", "stands in row 2", "channel_stock", row=3
        )

    def test_opening_stock_is_that_of_the_report_before(self):
        self._sell(self.report, 4)
        self.report.action_submit()
        february = self._create_report("2026-02-01")
        sales_import = self._import(
            "Product,Opening Stock,Sell-out,Closing Stock\nP1,7,2,10\n",
            "channel_stock",
            report=february,
        )
        self.assertIn(
            "is not the 6.00 that the report before closed with",
            sales_import.reject_ids[0].reason,
        )

    def test_details_and_stock_agree(self):
        self._import(SALES).action_import()
        refused = self._import("Product,Sell-out,Closing Stock\nP1,5,5\n", "channel_stock")
        self.assertIn("is not the 4.00 of the 3 sell-out details", refused.reject_ids.reason)
        self._import("Product,Sell-out,Closing Stock\nP1,4,6\n", "channel_stock").action_import()
        self.report.action_submit()

    # === UPLOADS === #
    def test_upload_a_workbook(self):
        workbook = Workbook()
        workbook.active.append(["日期", "产品编码", "数量", "金额"])
        workbook.active.append(["2026-01-05", "P1", 2, 2600])
        workbook.active.append(["2026-02-05", "P1", 2, 2600])
        buffer = io.BytesIO()
        workbook.save(buffer)
        report = self._as(self.seller, self.report)
        count, refused = report._upload("channel_sale", buffer.getvalue(), "sales.xlsx")
        self.assertEqual(count, 0)
        self.assertEqual([(one["row_number"], one["title"]) for one in refused], [(3, "日期")])
        self.assertFalse(self.report.import_ids)
        workbook.active.delete_rows(3)
        buffer = io.BytesIO()
        workbook.save(buffer)
        count, refused = report._upload("channel_sale", buffer.getvalue(), "sales.xlsx")
        self.assertEqual((count, refused), (1, []))
        self.assertEqual(self.report.line_ids.out_quantity, 2)
        with self.assertRaisesRegex(UserError, "has no new row to import"):
            report._upload("channel_sale", buffer.getvalue(), "sales.xlsx")
        with self.assertRaisesRegex(UserError, "Choose a file first"):
            report._upload("channel_sale", b"", "sales.csv")
        with self.assertRaises(UserError):
            self._as(self.other_seller, self.report)._upload(
                "channel_sale", SALES.encode(), "sales.csv"
            )

    def test_amounts_are_in_the_currency_of_the_report(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        report = self._create_report("2026-02-01", currency_id=yen.id)
        content = "Date,Product,Quantity,Amount\n2026-02-01,P1,1,{}\n"
        refused = self._import(content.format("100.5"), report=report)
        self.assertEqual(refused.currency_id, yen)
        self.assertIn("has more than 0 decimals", refused.reject_ids.reason)
        self._import(content.format("100"), report=report).action_import()
        self.assertEqual(report.sale_ids.currency_id, yen)
