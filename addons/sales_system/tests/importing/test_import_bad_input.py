import base64

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import SalesSystemCommon

HEADER = "Order,Date,Salesperson,Quantity,Amount\n"


@tagged("post_install", "-at_install", "sales_system")
class TestImportBadInput(SalesSystemCommon):
    def test_each_bad_cell_has_a_row_and_a_reason(self):
        for line, title, value, reason in (
            ("S1,2018-01-01,Nobody,1,10", "Salesperson", "Nobody", "is no known salesperson"),
            ("S1,2018-01-01,LI.NA,-2,57.68", "Quantity", "-2", "have opposite signs"),
            ("S1,2018-02-30,LI.NA,1,10", "Date", "2018-02-30", "is not a day of the calendar"),
            ('S1,2018-01-01,LI.NA,1,"12,5x"', "Amount", "12,5x", "is not a number"),
            ("S1,2018-01-01,LI.NA,1,", "Amount", "", "is empty"),
            ("S1,2018-01-01,LI.NA,1,10.005", "Amount", "10.005", "more decimals than USD"),
            ("S1,2018-01-01,LI.NA,1", "", "4", "has 4 cells and the header 5"),
        ):
            with self.subTest(line=line):
                sales_import = self._create_import(
                    HEADER + "S0,2018-01-01,LI.NA,1,10\n" + line + "\n"
                )
                sales_import.action_check()
                self.assertRecordValues(
                    sales_import.reject_ids, [{"row_number": 3, "title": title, "value": value}]
                )
                self.assertIn(reason, sales_import.reject_ids.reason)
                with self.assertRaisesRegex(UserError, "nothing is imported"):
                    sales_import.action_import()
                self.assertFalse(sales_import.entry_ids)

    def test_reject_file_holds_the_rows_and_why(self):
        sales_import = self._create_import(HEADER + "S1,2018-02-30,LI.NA,1,10\n")
        sales_import.action_check()
        text = base64.b64decode(sales_import.reject_file).decode("utf-8-sig")
        self.assertEqual(
            text.splitlines(),
            [
                "Row,Reason,Order,Date,Salesperson,Quantity,Amount",
                "2,Date “2018-02-30” is not a day of the calendar such as 2018-02-28,"
                "S1,2018-02-30,LI.NA,1,10",
            ],
        )

    def test_a_file_that_cannot_be_read_is_one_sentence(self):
        for content, values, sentence in (
            (b"", {}, "Choose a file first"),
            (b"\n", {}, "is empty"),
            (HEADER.encode("utf-16-le"), {}, "is not readable text"),
            (HEADER.encode(), {"delimiter": "pipe"}, "choose another delimiter"),
            (b"Order,Date\nS1,2018-01-01\n", {}, "No column of sales.csv holds: Untaxed Amount"),
            (b"Order#Date#Amount\nS1#2018-01-01#5\n", {}, "No column of sales.csv holds"),
            (HEADER.encode(), {}, "has a header but no rows"),
        ):
            with self.subTest(content=content):
                sales_import = self._create_import(content, **values)
                with self.assertRaisesRegex(UserError, sentence):
                    sales_import.action_check()

    def test_the_form_shows_the_sentence_at_once(self):
        sales_import = self._create_import(b"\n")
        self.assertIn("is empty", sales_import.file_problem)

    def test_utf_16_from_a_spreadsheet_is_read(self):
        sales_import = self._create_import((HEADER + "S1,2018-01-01,LI.NA,1,10\n").encode("utf-16"))
        sales_import.action_check()
        self.assertFalse(sales_import.reject_count)

    def test_a_key_with_two_records_is_not_guessed(self):
        self.env["res.partner"].create([{"name": "Twin", "is_company": True}] * 2)
        sales_import = self._create_import("Order,Date,Customer,Amount\nS1,2018-01-01,Twin,1\n")
        sales_import.action_check()
        self.assertEqual(sales_import.match_ids.how, "ambiguous")
        self.assertEqual(sales_import.reject_count, 1)
        self.assertIn("stands for several records", sales_import.reject_ids.reason)

    def test_steps_out_of_order(self):
        sales_import = self._create_import(HEADER + "S1,2018-01-01,LI.NA,1,10\n")
        for method in ("action_import", "action_reverse"):
            with self.assertRaisesRegex(UserError, "is in state “New”"):
                getattr(sales_import, method)()
        sales_import.action_check()
        sales_import.action_import()
        with self.assertRaisesRegex(UserError, "is in state “Imported”"):
            sales_import.action_check()
        with self.assertRaisesRegex(UserError, "Reverse it instead"):
            sales_import.unlink()
