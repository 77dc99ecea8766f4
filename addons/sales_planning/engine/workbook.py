"""Write numbers of a plan into an XLSX workbook, and read it back after somebody edited it.

How to use::

    content = write_workbook(sheet)                        # a Sheet → bytes
    edited = read_workbook(content, "targets.xlsx", self.env._)
    for row in edited.rows:
        row.number, row.key, row.cells                     # cells by period

How it works: what people see is one sheet with a row per node and a column per period; the
key of a node stands in a hidden column. What the file was exported with, to tell later what
changed where, stands in a second, hidden sheet: a JSON text and the exported numbers as texts
of exact decimals. All texts are written as texts, never as formulas. When reading, columns are
found by their titles, so they may be moved; a cell is taken as a number only if it is one.
A file that cannot be read is refused with one sentence, raised as :class:`WorkbookError`.
Every function that words a sentence takes ``_``, the environment's translation function.
"""

import io
import json
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from xml.etree.ElementTree import ParseError

import xlsxwriter
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from xlsxwriter.utility import xl_rowcol_to_cell

FORMAT_VERSION = 1
META_SHEET = "sales_planning"
HEADER_ROW = 3
# Excel indents a cell by at most this many steps.
DEEPEST_INDENT = 15
# The header is looked for in so many rows: people put notes above it.
HEADER_WITHIN = 30
# More rows than this are a slip of the file, such as a format dragged to the last row.
MOST_ROWS = 100_000
# A float carries so many digits that mean something; Excel shows no more either.
EXACT_DIGITS = 15
LARGEST_NUMBER = Decimal(10) ** 13
UNREADABLE = (zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, OSError)


class WorkbookError(Exception):
    """The file as a whole cannot be read; the message is a sentence for the user."""


# === WHAT IS WRITTEN === #
@dataclass(frozen=True)
class Period:
    """Column of the sheet.

    :param str key: first day, as ISO text
    :param bool is_open: whether its numbers may be changed
    """

    key: str
    title: str
    is_open: bool = True


@dataclass(frozen=True)
class Row:
    """Row of the sheet.

    :param int key: what the node is known by when the file comes back
    :param int level: how deep in the tree, 0 at the top
    :param tuple labels: a text per title of ``Sheet.labels``
    :param evidence: Decimal that is shown beside the numbers, or None
    :param tuple numbers: Decimal or None per period
    :param bool is_open: whether its numbers may be changed
    """

    key: int
    name: str
    level: int
    labels: tuple
    evidence: Decimal | None
    numbers: tuple
    is_open: bool = True


@dataclass(frozen=True)
class Sheet:
    """All that is written.

    :param dict titles: texts for ``sheet``, ``key``, ``name``, ``evidence`` and ``total``
    :param tuple labels: titles of the columns that say who or what a node is
    :param int digits: decimals of the numbers
    :param dict meta: what the file is to say about itself when it comes back
    """

    heading: str
    note: str
    titles: dict
    labels: tuple
    periods: tuple
    rows: list
    digits: int
    meta: dict = field(default_factory=dict)


# === WHAT IS READ === #
@dataclass(frozen=True)
class EditedCell:
    """:param str place: as a spreadsheet names it, such as ``F7``
    :param number: Decimal, or None where the cell is empty or refused
    :param str value: what stands there, as text
    :param str problem: why it is no number, or empty
    """

    place: str
    number: Decimal | None
    value: str = ""
    problem: str = ""


@dataclass(frozen=True)
class EditedRow:
    """:param int number: as a spreadsheet shows it
    :param key: what stands in the hidden column, as text
    :param dict cells: key of the period → :class:`EditedCell`
    """

    number: int
    key: str
    name: str
    cells: dict


@dataclass(frozen=True)
class EditedSheet:
    """:param dict meta: as in :class:`Sheet`
    :param dict titles: key of the period → title of its column
    :param dict exported: (key, key of the period) → Decimal or None that the file left with
    """

    meta: dict
    titles: dict
    exported: dict
    rows: list


# === WRITING === #
def write_workbook(sheet: Sheet) -> bytes:
    """:return: the XLSX file"""
    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(buffer, options) as workbook:
        _SheetWriter(workbook, sheet).write_page()
        _write_meta(workbook, sheet)
    return buffer.getvalue()


class _SheetWriter:
    """Writes the sheet that people see."""

    def __init__(self, workbook, sheet):
        self._workbook = workbook
        self._sheet = sheet
        self._page = workbook.add_worksheet(sheet.titles["sheet"])
        self._first = 2 + len(sheet.labels) + 1  # key, name, labels, evidence
        self._formats = {}

    def write_page(self):
        sheet, page = self._sheet, self._page
        page.write_string(0, 1, sheet.heading, self._format(bold=True, font_size=14))
        page.write_string(1, 1, sheet.note, self._format(font_color="#6c757d", italic=True))
        titles = [
            sheet.titles["key"],
            sheet.titles["name"],
            *sheet.labels,
            sheet.titles["evidence"],
            *(period.title for period in sheet.periods),
            sheet.titles["total"],
        ]
        for column, title in enumerate(titles):
            page.write_string(HEADER_ROW, column, title, self._header_format(column))
        for position, row in enumerate(sheet.rows, start=HEADER_ROW + 1):
            self._write_row(position, row)
        self._lay_out()

    def _write_row(self, position, row):
        page, last = self._page, self._first + len(row.numbers) - 1
        text = self._format(quote_prefix=True)
        page.write_string(position, 0, str(row.key), text)
        indent = min(row.level, DEEPEST_INDENT)
        page.write_string(
            position, 1, row.name, self._format(quote_prefix=True, indent=indent, bold=not indent)
        )
        for column, label in enumerate(row.labels, start=2):
            page.write_string(position, column, label, text)
        self._write_number(position, self._first - 1, row.evidence, is_open=False)
        pairs = zip(self._sheet.periods, row.numbers, strict=True)
        for column, (period, number) in enumerate(pairs, start=self._first):
            self._write_number(position, column, number, row.is_open and period.is_open)
        total = sum(number for number in row.numbers if number is not None)
        page.write_formula(
            position,
            last + 1,
            f"=SUM({xl_rowcol_to_cell(position, self._first)}:{xl_rowcol_to_cell(position, last)})",
            self._number_format(is_open=False, bold=True),
            float(total),
        )

    def _write_number(self, position, column, number, is_open):
        shape = self._number_format(is_open)
        if number is None:
            self._page.write_blank(position, column, None, shape)
        else:
            self._page.write_number(position, column, float(number), shape)

    def _lay_out(self):
        page, last = self._page, self._first + len(self._sheet.periods)
        page.set_column(0, 0, 4, None, {"hidden": True})
        page.set_column(1, 1, 34)
        page.set_column(2, self._first - 2, 18)
        page.set_column(self._first - 1, last, 14)
        page.freeze_panes(HEADER_ROW + 1, 2)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.repeat_rows(HEADER_ROW)
        page.set_selection(HEADER_ROW + 1, self._first, HEADER_ROW + 1, self._first)
        # Against slips only: without a password everybody can lift it.
        page.protect("", {"format_columns": True, "format_rows": True, "format_cells": True})

    # === FORMATS === #
    def _format(self, **properties):
        """A format per look: a workbook can hold only so many."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._workbook.add_format(properties)
        return self._formats[key]

    def _header_format(self, column):
        left = column <= self._first - 2
        return self._format(
            bold=True, bg_color="#e9ecef", bottom=1, align="left" if left else "right"
        )

    def _number_format(self, is_open, **properties):
        decimals = "." + "0" * self._sheet.digits if self._sheet.digits else ""
        shape = {"num_format": f"#,##0{decimals}", "locked": not is_open, **properties}
        return self._format(**shape) if is_open else self._format(**shape, bg_color="#f1f3f5")


def _write_meta(workbook, sheet):
    page = workbook.add_worksheet(META_SHEET)
    page.very_hidden()
    meta = {
        **sheet.meta,
        "format": FORMAT_VERSION,
        "titles": sheet.titles,
        "periods": [[period.key, period.title] for period in sheet.periods],
    }
    page.write_string(0, 0, json.dumps(meta, ensure_ascii=False))
    for position, row in enumerate(sheet.rows, start=1):
        page.write_string(position, 0, str(row.key))
        for column, number in enumerate(row.numbers, start=1):
            if number is not None:
                page.write_string(position, column, str(number))


# === READING === #
def read_workbook(content: bytes, filename: str, _) -> EditedSheet:
    """Read a file that :func:`write_workbook` wrote and a spreadsheet saved.

    :raises WorkbookError: it is no workbook, or none of these
    """
    try:
        return _SheetReader(content, filename, _).read_sheet()
    except UNREADABLE as error:
        raise WorkbookError(
            _(
                "The file %(file)s is not a readable XLSX workbook. Save it as “Excel Workbook” "
                "and choose it again.",
                file=filename,
            )
        ) from error


class _SheetReader:
    def __init__(self, content, filename, _):
        self._content = content
        self._filename = filename
        self._ = _

    def read_sheet(self):
        workbook = self._load(data_only=False)
        if META_SHEET not in workbook.sheetnames:
            raise WorkbookError(self._foreign_reason())
        meta, exported = self._read_meta(workbook[META_SHEET])
        page = self._get_page(workbook, meta)
        rows, columns = self._find_header(page, meta)
        found = list(self._read_rows(rows, columns))
        cached = self._read_cached(page.title, found)
        return EditedSheet(
            meta=meta,
            titles=dict(meta["periods"]),
            exported=exported,
            rows=[self._get_row(number, cells, columns, cached) for number, cells in found],
        )

    def _load(self, data_only):
        # A read-only workbook reads row by row, also a file of which the sizes lie.
        workbook = load_workbook(io.BytesIO(self._content), read_only=True, data_only=data_only)
        for page in workbook.worksheets:
            page.reset_dimensions()
        return workbook

    def _read_meta(self, page):
        """:return: (dict of what the file says about itself, dict of exported numbers)"""
        rows = page.iter_rows(values_only=True, max_row=MOST_ROWS)
        meta = json.loads(next(rows)[0])
        if meta["format"] != FORMAT_VERSION:
            raise WorkbookError(self._foreign_reason())
        exported = {}
        for key, *numbers in rows:
            numbers += [None] * (len(meta["periods"]) - len(numbers))
            for (period, _title), number in zip(meta["periods"], numbers, strict=False):
                exported[str(key), period] = None if number is None else Decimal(str(number))
        return meta, exported

    def _foreign_reason(self):
        return self._(
            "%(file)s was not exported from a target plan, or its hidden sheet is gone. "
            "Export the targets again and enter the numbers there.",
            file=self._filename,
        )

    def _get_page(self, workbook, meta):
        name = meta["titles"]["sheet"]
        if name in workbook.sheetnames:
            return workbook[name]
        return next(page for page in workbook.worksheets if page.title != META_SHEET)

    def _find_header(self, page, meta):
        """:return: (iterator of the rows below the header, dict of key or title → column index)

        Of titles that stand there twice, the first period gets the first column.
        """
        wanted = [("key", meta["titles"]["key"]), ("name", meta["titles"]["name"])]
        wanted += meta["periods"]
        rows = page.iter_rows(max_row=MOST_ROWS + 1)
        missing = wanted[0][1]
        for position, row in enumerate(rows):
            if position == HEADER_WITHIN:
                break
            titles = [str(cell.value).strip() if cell.value is not None else "" for cell in row]
            if wanted[0][1] not in titles:
                continue
            columns, missing = {}, None
            for key, title in wanted:
                if title not in titles:
                    missing = title
                    break
                columns[key] = titles.index(title)
                titles[columns[key]] = None
            if not missing:
                return rows, columns
        raise WorkbookError(
            self._(
                "The column “%(title)s” of %(file)s is gone. Leave the titles as they were "
                "exported; columns may be moved.",
                title=missing,
                file=self._filename,
            )
        )

    def _read_rows(self, rows, columns):
        """:return: iterator of (row number, dict of period, key or name → cell), of rows in
        which something stands
        """
        for row in rows:
            cells = {
                key: row[index] if index < len(row) else None for key, index in columns.items()
            }
            number = next((cell.row for cell in row if getattr(cell, "row", None)), None)
            if number is None or all(_is_empty(cell) for cell in cells.values()):
                continue
            if number > MOST_ROWS:
                raise WorkbookError(
                    self._(
                        "%(file)s has more than %(most)s rows. Remove what does not belong there.",
                        file=self._filename,
                        most=MOST_ROWS,
                    )
                )
            yield number, cells

    def _read_cached(self, title, found):
        """:return: dict of (row, column) → value that formulas had when the file was saved"""
        wanted = {
            (cell.row, cell.column)
            for _number, cells in found
            for cell in cells.values()
            if cell is not None and getattr(cell, "data_type", None) == "f"
        }
        if not wanted:
            return {}
        rows = self._load(data_only=True)[title].iter_rows(max_row=max(row for row, _ in wanted))
        return {
            (cell.row, cell.column): cell
            for row in rows
            for cell in row
            if getattr(cell, "row", None) and (cell.row, cell.column) in wanted
        }

    def _get_row(self, number, cells, columns, cached):
        periods = {key: cell for key, cell in cells.items() if key not in ("key", "name")}
        return EditedRow(
            number=number,
            key=_to_text(cells["key"]),
            name=_to_text(cells["name"]),
            cells={
                key: self._get_cell(f"{get_column_letter(columns[key] + 1)}{number}", cell, cached)
                for key, cell in periods.items()
            },
        )

    def _get_cell(self, place, cell, cached):
        _ = self._
        if _is_empty(cell):
            return EditedCell(place, None)
        if cell.data_type == "f":
            formula, cell = _to_text(cell), cached.get((cell.row, cell.column))
            if _is_empty(cell):
                return EditedCell(
                    place,
                    None,
                    formula,
                    _(
                        "is a formula that was never calculated: open the file in Excel and save "
                        "it, or enter the number itself"
                    ),
                )
        value, text = cell.value, _to_text(cell)
        if cell.data_type == "e":
            return EditedCell(place, None, text, _("is an error of a formula: mend it"))
        if isinstance(value, bool) or not isinstance(value, int | float):
            if isinstance(value, datetime | date | time | timedelta):
                problem = _("is a date: format the cell as a number and enter it again")
            else:
                problem = _("is text: format the cell as a number and enter it again")
            return EditedCell(place, None, text, problem)
        return self._get_number(place, value, text)

    def _get_number(self, place, value, text):
        number = Decimal(value) if isinstance(value, int) else Decimal(f"{value:.{EXACT_DIGITS}g}")
        if not number.is_finite() or abs(number) >= LARGEST_NUMBER:
            return EditedCell(
                place, None, text, self._("is too large for a target: check its digits")
            )
        return EditedCell(place, number, text)


def _is_empty(cell):
    return cell is None or cell.value is None or not str(cell.value).strip()


def _to_text(cell):
    """:return: str, of whole numbers without a point: spreadsheets keep 12 as 12.0"""
    value = None if cell is None else cell.value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value).strip()


def as_written(number: Decimal | None) -> Decimal | None:
    """:return: a number as it comes back from a sheet in which nobody changed it"""
    return None if number is None else Decimal(f"{float(number):.{EXACT_DIGITS}g}")
