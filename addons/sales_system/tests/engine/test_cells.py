from datetime import date, datetime
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ...engine.cells import CellError, DateParser, NumberParser


def untranslated(source, **values):
    return source % values


@tagged("post_install", "-at_install", "sales_system")
class TestCells(BaseCase):
    def test_numbers_are_exact(self):
        parse = NumberParser(".", untranslated)
        for cell, expected in (
            ("57.68", "57.68"),
            ("-1,234,567.80", "-1234567.80"),
            (".5", "0.5"),
            (" 12 ", "12"),
            (0.1, "0.1"),
            (2, "2"),
        ):
            with self.subTest(cell=cell):
                self.assertEqual(parse(cell), Decimal(expected))

    def test_comma_as_decimal_separator(self):
        parse = NumberParser(",", untranslated)
        self.assertEqual(parse("1.234,50"), Decimal("1234.50"))
        self.assertEqual(parse("1 234,50"), Decimal("1234.50"))

    def test_refused_numbers(self):
        parse = NumberParser(".", untranslated)
        for cell in (
            "12,5x",
            "12,5",
            "1,23,456",
            "",
            "-",
            1e300,
            float("nan"),
            10**25,
            "9" * 16,
            "NaN",
            "Infinity",
            "1e5",
            "0x1",
            ".",
        ):
            with self.subTest(cell=cell), self.assertRaisesRegex(CellError, "is not a number"):
                parse(cell)

    def test_dates(self):
        iso = DateParser("iso", untranslated)
        for cell in ("2018-02-28", "2018/02/28", "20180228", "2018年2月28日", date(2018, 2, 28)):
            with self.subTest(cell=cell):
                self.assertEqual(iso(cell), date(2018, 2, 28))
        self.assertEqual(iso(datetime(2018, 2, 28, 23, 59)), date(2018, 2, 28))
        self.assertEqual(iso("2018-02-28 10:00:00"), date(2018, 2, 28))
        self.assertEqual(DateParser("dmy", untranslated)("03/02/2018"), date(2018, 2, 3))
        self.assertEqual(DateParser("mdy", untranslated)("03/02/2018"), date(2018, 3, 2))

    def test_months_only_where_asked(self):
        self.assertEqual(DateParser("iso", untranslated, months=True)("2018-02"), date(2018, 2, 1))
        months = DateParser("iso", untranslated, months=True)
        self.assertEqual(months("201812"), date(2018, 12, 1))
        with self.assertRaises(CellError):
            DateParser("iso", untranslated)("2018-02")

    def test_refused_dates(self):
        parse = DateParser("iso", untranslated)
        for cell in (
            "201811",
            "201812",
            "2018111",
            "2018-02-30",
            "2018-13-01",
            "tomorrow",
            "",
            "28/02/2018",
            43159,
        ):
            with self.subTest(cell=cell), self.assertRaisesRegex(CellError, "is not a day"):
                parse(cell)
