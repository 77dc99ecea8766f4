import io
import zipfile
from datetime import date
from decimal import Decimal

from openpyxl import Workbook, load_workbook

from odoo.tests import BaseCase, tagged

from ...engine.workbook import (
    META_SHEET,
    Period,
    Row,
    Sheet,
    WorkbookError,
    as_written,
    read_workbook,
    write_workbook,
)

TITLES = {"sheet": "Targets", "key": "Key", "name": "Name", "evidence": "Past", "total": "Total"}


def _(text, **values):
    return text % values if values else text


def create_sheet(numbers, digits=2, **values):
    """:param list numbers: per row a tuple of text or None"""
    rows = [
        Row(
            key=position,
            name=f"Node {position}",
            level=position,
            labels=(),
            evidence=None,
            numbers=tuple(None if number is None else Decimal(number) for number in row),
        )
        for position, row in enumerate(numbers)
    ]
    periods = tuple(Period(f"P{n}", f"Period {n}") for n in range(len(numbers[0])))
    return Sheet("Plan", "Note", TITLES, (), periods, rows, digits, **values)


@tagged("post_install", "-at_install", "sales_planning")
class TestWorkbookEngine(BaseCase):
    def _edit(self, edit, numbers=(("1.10", None, "0"), ("2", "3", "4"))):
        """:param edit: function of the openpyxl workbook"""
        workbook = load_workbook(io.BytesIO(write_workbook(create_sheet(numbers))))
        edit(workbook)
        buffer = io.BytesIO()
        workbook.save(buffer)
        return read_workbook(buffer.getvalue(), "file.xlsx", _)

    def _edit_cell(self, value):
        edited = self._edit(lambda workbook: workbook["Targets"].__setitem__("D5", value))
        return edited.rows[0].cells["P0"]

    def test_numbers_come_back_exactly(self):
        numbers = (
            ("0.01", None, "0"),
            ("9999999999.99", "1234567.890", "12"),
            ("0.1", "0.2", "0.3"),
        )
        edited = read_workbook(write_workbook(create_sheet(numbers)), "file.xlsx", _)
        for row, given in zip(edited.rows, numbers, strict=True):
            read = [cell.number for cell in row.cells.values()]
            self.assertEqual(read, [None if n is None else Decimal(n) for n in given])
            exported = [edited.exported[row.key, period] for period in row.cells]
            self.assertEqual(exported, read)
        self.assertEqual([row.number for row in edited.rows], [5, 6, 7])

    def test_what_a_float_cannot_hold_still_counts_as_unchanged(self):
        number = Decimal("9876543210987.123")
        sheet = create_sheet([(str(number),)], digits=3)
        [row] = read_workbook(write_workbook(sheet), "file.xlsx", _).rows
        self.assertEqual(row.cells["P0"].number, as_written(number))

    def test_texts_are_never_formulas(self):
        sheet = create_sheet([("1",)])
        texts = ("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")', "http://x")
        for text in texts:
            row = Row(1, text, 0, (text,), None, (Decimal(1),))
            content = write_workbook(
                Sheet(text, text, TITLES, (text,), sheet.periods, [row], 2, {})
            )
            page = load_workbook(io.BytesIO(content))["Targets"]
            for place in ("B1", "B2", "C4", "B5", "C5"):
                with self.subTest(text=text, place=place):
                    self.assertEqual((page[place].value, page[place].data_type), (text, "s"))
                    self.assertIsNone(page[place].hyperlink)

    def test_a_cell_that_is_no_number_says_why(self):
        for value, reason in (
            ("abc", "is text"),
            ("12", "is text"),
            (True, "is text"),
            (date(2026, 1, 1), "is a date"),
            ("=1+1", "never calculated"),
            ("#DIV/0!", "error of a formula"),
            (1e20, "too large"),
            (-1e20, "too large"),
        ):
            with self.subTest(value=value):
                cell = self._edit_cell(value)
                self.assertEqual((cell.place, cell.number), ("D5", None))
                self.assertIn(reason, cell.problem)

    def test_nothing_is_not_zero(self):
        for value, number in ((None, None), ("", None), ("  ", None), (0, Decimal(0))):
            with self.subTest(value=value):
                cell = self._edit_cell(value)
                self.assertEqual((cell.number, cell.problem), (number, ""))

    def test_noise_of_floats_is_rounded_away(self):
        self.assertEqual(self._edit_cell(1.1 + 2.2).number, Decimal("3.3"))
        self.assertEqual(self._edit_cell(1.005).number, Decimal("1.005"))

    def test_the_value_that_a_formula_had_is_taken(self):
        content = write_workbook(create_sheet([("1",)]))
        workbook = load_workbook(io.BytesIO(content))
        workbook["Targets"]["D5"] = "=6*7"
        buffer = io.BytesIO()
        workbook.save(buffer)
        # What Excel does on saving and openpyxl does not: keep the result beside the formula.
        calculated = self._replace_in_zip(
            buffer.getvalue(), b"<f>6*7</f><v></v>", b"<f>6*7</f><v>42</v>"
        )
        [row] = read_workbook(calculated, "file.xlsx", _).rows
        self.assertEqual(row.cells["P0"].number, Decimal(42))

    def _replace_in_zip(self, content, old, new):
        result = io.BytesIO()
        replaced = 0
        with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(result, "w") as target:
            for name in source.namelist():
                data = source.read(name)
                replaced += data.count(old)
                target.writestr(name, data.replace(old, new))
        self.assertEqual(replaced, 1)
        return result.getvalue()

    def test_columns_and_rows_may_move(self):
        def move(workbook):
            page = workbook["Targets"]
            page.insert_cols(4)
            page["D4"], page["D5"] = "My notes", "call them"
            page.insert_rows(1, 2)
            page["F7"].value, page["G7"].value = 7, 8

        edited = self._edit(move)
        first = edited.rows[0]
        self.assertEqual(first.number, 7)
        numbers = [cell.number for cell in first.cells.values()]
        self.assertEqual(numbers, [Decimal("1.1"), Decimal(7), Decimal(8)])

    def test_a_file_that_does_not_fit_is_refused(self):
        plain = io.BytesIO()
        Workbook().save(plain)
        for content, reason in (
            (b"", "not a readable XLSX workbook"),
            (b"a,b\n1,2\n", "not a readable XLSX workbook"),
            (b"PK\x03\x04broken", "not a readable XLSX workbook"),
            (plain.getvalue(), "not exported from a target plan"),
        ):
            with self.subTest(reason=reason), self.assertRaisesRegex(WorkbookError, reason):
                read_workbook(content, "file.xlsx", _)
        for edit, reason in (
            (lambda book: book.__delitem__(META_SHEET), "hidden sheet is gone"),
            (lambda book: book[META_SHEET].__setitem__("A1", "{"), "not a readable"),
            (lambda book: book["Targets"].delete_cols(4), "column “Period 0” of file.xlsx is gone"),
            (lambda book: book["Targets"].delete_cols(1), "column “Key” of file.xlsx is gone"),
            (lambda book: book["Targets"].delete_rows(4), "column “Key” of file.xlsx is gone"),
        ):
            with self.subTest(reason=reason), self.assertRaisesRegex(WorkbookError, reason):
                self._edit(edit)

    def test_closed_cells_are_locked(self):
        sheet = create_sheet([("1", "2")])
        sheet = Sheet(
            sheet.heading,
            sheet.note,
            TITLES,
            (),
            (Period("P0", "Period 0", is_open=False), sheet.periods[1]),
            sheet.rows,
            0,
        )
        page = load_workbook(io.BytesIO(write_workbook(sheet)))["Targets"]
        self.assertTrue(page.protection.sheet)
        self.assertEqual(
            [page[place].protection.locked for place in ("D5", "E5", "F5")], [True, False, True]
        )
        self.assertEqual(page["F5"].value, "=SUM(D5:E5)")
        self.assertEqual(page["E5"].number_format, "#,##0")
        self.assertEqual(page.freeze_panes, "C5")
        self.assertTrue(page.column_dimensions["A"].hidden)
