import base64
import io
import os
from pathlib import Path

from openpyxl import Workbook

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..common import SalesSystemCommon

SALES = """Order,Date,Salesperson,Customer,Product,Quantity,Amount,Cost
S1,2018-02-01,LI.NA,C1,P1,2,2000.00,1200.00
S1,2018-02-01,LI.NA,C1,P1,1,900.50,600.00
S2,2018-03-05,WANG.WEI,Velo Shop,P1,-1,-1000.00,-600.00
"""


@tagged("post_install", "-at_install", "sales_system")
class TestImportLedger(SalesSystemCommon):
    def _entries(self, sales_import):
        return self.env["sales.ledger.entry"].search(
            [("import_id", "=", sales_import.id)], order="id"
        )

    def _run(self, content=SALES, **values):
        sales_import = self._create_import(content, **values)
        sales_import.action_check()
        sales_import.action_import()
        return sales_import

    def test_rows_become_entries(self):
        sales_import = self._run()
        self.assertEqual(sales_import.state, "done")
        self.assertEqual(sales_import.imported_count, 3)
        self.assertEqual(sales_import.amount_total, 1900.50)
        self.assertRecordValues(
            self._entries(sales_import),
            [
                {
                    "event": "booked",
                    "reference": "S1",
                    "amount": 2000.0,
                    "margin": 800.0,
                    "quantity": 2.0,
                    "user_id": self.seller.id,
                    "partner_id": self.customer.id,
                    "territory_id": self.city.id,
                    "categ_id": self.category.id,
                },
                {
                    "event": "booked",
                    "reference": "S1",
                    "amount": 900.5,
                    "margin": 300.5,
                    "quantity": 1.0,
                    "user_id": self.seller.id,
                    "partner_id": self.customer.id,
                    "territory_id": self.city.id,
                    "categ_id": self.category.id,
                },
                {
                    "event": "booked",
                    "reference": "S2",
                    "amount": -1000.0,
                    "margin": -400.0,
                    "quantity": -1.0,
                    "user_id": self.other_seller.id,
                    "partner_id": self.other_customer.id,
                    "territory_id": False,
                    "categ_id": self.category.id,
                },
            ],
        )

    def test_checking_writes_no_entry(self):
        sales_import = self._create_import(SALES)
        sales_import.action_check()
        self.assertEqual(sales_import.row_count, 3)
        self.assertFalse(self._entries(sales_import))

    def test_a_second_import_of_the_same_rows_adds_nothing(self):
        self._run()
        again = self._create_import(SALES)
        again.action_check()
        self.assertEqual(again.existing_count, 3)
        with self.assertRaisesRegex(UserError, "has no new row"):
            again.action_import()

    def test_only_the_new_rows_of_a_longer_file(self):
        self._run()
        longer = self._run(SALES + "S3,2018-03-06,LI.NA,C1,P1,1,10,5\n")
        self.assertEqual((longer.existing_count, longer.imported_count), (3, 1))

    def test_reverse_and_import_again(self):
        sales_import = self._run()
        sales_import.action_reverse()
        self.assertEqual(sales_import.state, "reversed")
        for figure in ("amount", "margin", "quantity"):
            self.assertEqual(sum(self._entries(sales_import).mapped(figure)), 0.0, figure)
        again = self._run()
        self.assertEqual(again.imported_count, 3)
        self.assertEqual(sum(self._entries(again).mapped("amount")), 1900.50)

    def test_other_sales_of_the_same_day_are_no_repetition(self):
        header = "Date,Customer,Amount\n"
        self._run(header + "2018-01-01,C1,10\n")
        self.assertEqual(self._run(header + "2018-01-01,C1,555\n").imported_count, 1)

    def test_keys_tell_their_parts_apart(self):
        header = "Order,Line,Date,Amount\n"
        self._run(header + "A/1,2,2018-01-01,10\n")
        self.assertEqual(self._run(header + "A,1/2,2018-01-01,10\n").imported_count, 1)

    def test_lines_that_the_file_numbers(self):
        sales_import = self._create_import(
            "Order,Line,Date,Amount\nS1,1,2018-01-01,5\nS1,2,2018-01-01,5\nS1,1,2018-01-01,7\n"
        )
        sales_import.action_check()
        self.assertRecordValues(
            sales_import.reject_ids,
            [
                {
                    "row_number": 4,
                    "title": "Line",
                    "value": "1",
                    "reason": "of document S1 stands in row 2 already",
                }
            ],
        )

    def test_workbook_with_chinese_titles(self):
        workbook = Workbook()
        workbook.active.append(["订单号", "下单日期", "业务员", "客户", "数量", "金额"])
        workbook.active.append(["S9", "2018-05-01", "LI.NA", "C1", 1, 99.9])
        buffer = io.BytesIO()
        workbook.save(buffer)
        sales_import = self._run(buffer.getvalue(), filename="销售.xlsx")
        self.assertRecordValues(
            self._entries(sales_import), [{"amount": 99.9, "user_id": self.seller.id}]
        )

    def test_records_that_no_company_owns(self):
        campaign = self.env["utm.campaign"].create({"title": "Spring"})
        sales_import = self._run(
            "Order,Date,Category,Campaign,Amount\nS1,2018-01-01,Bikes,Spring,10\n"
        )
        self.assertRecordValues(
            self._entries(sales_import),
            [{"categ_id": self.category.id, "campaign_id": campaign.id}],
        )

    def test_missing_master_data_is_created_only_when_ticked(self):
        content = "Order,Date,Salesperson,Salesperson Name,Customer,Customer Name,Amount\n" + (
            "S1,2018-01-01,E77,Stephen Jiang,C99,Good Toys,10\n"
        )
        sales_import = self._create_import(content)
        sales_import.action_check()
        self.assertEqual(sales_import.reject_count, 1)
        self.assertEqual(sales_import.unmatched_count, 2)
        sales_import.action_reset()
        sales_import.write({"create_salesperson": True, "create_customer": True})
        sales_import.action_check()
        self.assertFalse(sales_import.reject_count)
        sales_import.action_import()
        entry = self._entries(sales_import)
        self.assertRecordValues(entry.partner_id, [{"name": "Good Toys", "ref": "C99"}])
        user = entry.user_id
        self.assertRecordValues(
            user, [{"name": "Stephen Jiang", "active": False, "salesperson_code": "E77"}]
        )
        self.assertFalse(user.sudo().group_ids)
        self.assertFalse(user._is_internal())

    def test_match_by_hand_is_remembered_by_the_profile(self):
        content = "Order,Date,Salesperson,Amount\nS1,2018-01-01,282,10\n"
        sales_import = self._create_import(content)
        sales_import.action_check()
        match = sales_import.match_ids
        self.assertEqual(match.how, "missing")
        match.record = self.seller
        sales_import.action_check()
        self.assertFalse(sales_import.reject_count)
        sales_import.action_save_profile()
        sales_import.action_import()
        later = self._create_import(
            "Order,Date,Salesperson,Amount\nS2,2018-01-02,282,20\n",
            profile_id=sales_import.profile_id.id,
        )
        later.action_check()
        self.assertRecordValues(later.match_ids, [{"record": self.seller, "how": "remembered"}])

    def test_profile_maps_columns_that_no_synonym_knows(self):
        sales_import = self._create_import('Beleg,Tag,Wert\nS1,01.02.2018,"10,50"\n')
        self.assertFalse(sales_import.column_ids.field_id)
        fields_by_name = {
            one.technical_name: one
            for one in self.env["sales.import.field"].search([("kind", "=", "ledger")])
        }
        for column, name in zip(
            sales_import.column_ids, ("reference", "date", "amount"), strict=True
        ):
            column.field_id = fields_by_name[name]
        sales_import.write({"date_order": "dmy", "decimal_separator": ","})
        sales_import.action_check()
        self.assertEqual(sales_import.amount_total, 10.5)
        sales_import.action_save_profile()
        with Form(self.env["sales.import"].with_context(default_kind="ledger")) as form:
            form.profile_id = sales_import.profile_id
            form.file = base64.b64encode(b'Beleg,Tag,Wert\nS2,03.02.2018,"1,25"\n')
        later = form.record
        self.assertEqual(later.date_order, "dmy")
        later.action_check()
        self.assertEqual(later.amount_total, 1.25)

    def test_valid_rows_only(self):
        content = SALES + "S4,2018-02-30,LI.NA,C1,P1,1,10,5\n"
        sales_import = self._create_import(content)
        sales_import.action_check()
        with self.assertRaisesRegex(UserError, "1 of 4 rows are refused, so nothing is imported"):
            sales_import.action_import()
        self.assertFalse(self._entries(sales_import))
        sales_import.import_valid_only = True
        sales_import.action_import()
        self.assertEqual(len(self._entries(sales_import)), 3)

    def test_large_file_goes_through_the_queue(self):
        lines = "".join(f"L{number},2018-01-01,1\n" for number in range(20_001))
        sales_import = self._create_import("Order,Date,Amount\n" + lines)
        sales_import.action_check()
        sales_import.action_import()
        self.assertEqual(sales_import.state, "queued")
        with self.enter_registry_test_mode():
            self.env.ref("sales_system.ir_cron_sales_import").method_direct_trigger()
        self.assertRecordValues(sales_import, [{"state": "done", "imported_count": 20_001}])

    def test_number_of_statements_does_not_grow_with_the_rows(self):
        def statements(first, rows):
            lines = "".join(
                f"Q{number},2018-01-01,LI.NA,C1,1\n" for number in range(first, first + rows)
            )
            sales_import = self._create_import("Order,Date,Salesperson,Customer,Amount\n" + lines)
            sales_import.action_check()
            self.env.flush_all()
            before = self.cr.sql_log_count
            sales_import.action_import()
            return self.cr.sql_log_count - before

        statements(0, 10)  # warms the caches
        self.assertEqual(statements(1000, 10), statements(2000, 1000))

    def test_adventureworks(self):
        folder = Path(
            os.environ.get("ADVENTUREWORKS_DIR")
            or Path(__file__).parents[4].parent / "shared/data/adventureworks"
        )
        if not (folder / "Sales.csv").exists():
            self.skipTest(f"AdventureWorks is not at {folder}")
        sales_import = self._create_import(
            (folder / "Sales.csv").read_bytes(),
            create_customer=True,
            create_product=True,
            create_territory=True,
            create_salesperson=True,
        )
        sales_import.action_check()
        sales_import._import()
        years = self.env["sales.ledger.entry"]._read_group(
            [("import_id", "=", sales_import.id)],
            ["date:year"],
            ["amount:sum", "quantity:sum", "margin:sum"],
        )
        self.assertEqual(
            [(year.year, round(amount, 2)) for year, amount, *_ in years],
            [(2017, 8069755.58), (2018, 24328786.25), (2019, 32500005.58), (2020, 12650022.79)],
        )
        self.assertEqual(sum(quantity for *_, quantity, _margin in years), 204114)
        self.assertAlmostEqual(
            sum(margin for *_, margin in years), 77548570.20 - 76549075.63, places=2
        )
