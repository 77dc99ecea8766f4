"""Write a commission statement into an XLSX workbook.

How to use::

    content = write_statement(sheet)        # a StatementSheet → bytes

How it works: the first sheet is the statement as people know it, a head and a row per rule and
tier; the second one lists the sales. Totals are formulas over the rows, so whoever filters or
corrects a copy sees them follow. All texts are written as texts, never as formulas.
"""

import io
from dataclasses import dataclass
from datetime import date

import xlsxwriter
from xlsxwriter.utility import xl_range

# Excel counts at most this many rows in a sheet; some are left for head and totals.
MOST_ROWS = 1_000_000


@dataclass(frozen=True)
class Column:
    """Column of a table.

    :param str kind: text, date, money, number or percent
    """

    title: str
    kind: str = "text"
    width: int = 14


@dataclass(frozen=True)
class Table:
    """Rows under titles; the last column of kind money is summed up.

    :param list rows: tuples with a value per column; None leaves a cell empty
    """

    name: str
    columns: tuple
    rows: list
    total: str


@dataclass(frozen=True)
class StatementSheet:
    """What the workbook says.

    :param tuple facts: (label, text) pairs of the head
    :param tuple figures: labels of what was earned, clawed back and is payable
    :param str money_format: number format of money, as Excel writes it
    """

    heading: str
    facts: tuple
    figures: tuple
    lines: Table
    sales: Table
    money_format: str = "#,##0.00"


def write_statement(sheet):
    """:return: bytes of the workbook"""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False}) as book:
        formats = _make_formats(book, sheet.money_format)
        _write_front(book, sheet, formats)
        tab = book.add_worksheet(_tab_name(sheet.sales.name))
        _write_table(tab, sheet.sales, formats, top=0)
        tab.freeze_panes(1, 0)
        tab.autofilter(0, 0, max(1, len(sheet.sales.rows)), len(sheet.sales.columns) - 1)
    return stream.getvalue()


def _make_formats(book, money):
    kinds = {
        "text": {"text_wrap": True, "valign": "top"},
        "date": {"num_format": "yyyy-mm-dd", "valign": "top"},
        "money": {"num_format": money, "valign": "top"},
        "number": {"num_format": "#,##0.##", "valign": "top"},
        "percent": {"num_format": '0.######"%"', "valign": "top"},
        "total": {"num_format": money, "bold": True, "top": 1},
        "total_label": {"bold": True, "top": 1},
        "title": {"bold": True, "bg_color": "#EEEEEE", "bottom": 1, "text_wrap": True},
        "heading": {"bold": True, "font_size": 14},
        "label": {"font_color": "#666666"},
        "figure": {"num_format": money, "bold": True},
    }
    return {name: book.add_format(values) for name, values in kinds.items()}


def _write_front(book, sheet, formats):
    tab = book.add_worksheet(_tab_name(sheet.lines.name))
    tab.set_landscape()
    tab.set_paper(9)
    tab.fit_to_pages(1, 0)
    tab.write_string(0, 0, sheet.heading, formats["heading"])
    row = 2
    for label, text in sheet.facts:
        tab.write_string(row, 0, label, formats["label"])
        tab.write_string(row, 1, text)
        row += 1
    figures = row
    top = row + len(sheet.figures) + 1
    amounts = _write_table(tab, sheet.lines, formats, top)
    earnings = f"'{_tab_name(sheet.sales.name)}'!{_amounts_of(sheet.sales, top=0)}"
    # Earned and clawed back are sums over sales: a line of a rule may hold both.
    for offset, (label, formula) in enumerate(
        zip(
            sheet.figures,
            (
                f'=SUMIF({earnings},">0")',
                f'=SUMIF({earnings},"<0")',
                f"=SUM({amounts})",
            ),
            strict=True,
        )
    ):
        tab.write_string(figures + offset, 0, label, formats["label"])
        tab.write_formula(figures + offset, 1, formula, formats["figure"])


def _write_table(tab, table, formats, top):
    """:return: the range of the amounts, as text"""
    for index, column in enumerate(table.columns):
        tab.set_column(index, index, column.width)
        tab.write_string(top, index, column.title, formats["title"])
    for offset, values in enumerate(table.rows[:MOST_ROWS], start=1):
        for index, (column, value) in enumerate(zip(table.columns, values, strict=True)):
            _write_cell(tab, top + offset, index, value, formats[column.kind])
    bottom = top + max(1, len(table.rows)) + 1
    amounts = _amounts_of(table, top)
    for index in range(len(table.columns)):
        tab.write_blank(bottom, index, None, formats["total_label"])
    tab.write_string(bottom, 0, table.total, formats["total_label"])
    tab.write_formula(bottom, _amount_column(table), f"=SUM({amounts})", formats["total"])
    return amounts


def _write_cell(tab, row, column, value, style):
    if value is None:
        tab.write_blank(row, column, None, style)
    elif isinstance(value, date):
        tab.write_datetime(row, column, value, style)
    elif isinstance(value, str):
        tab.write_string(row, column, value, style)
    else:
        tab.write_number(row, column, value, style)


def _amount_column(table):
    return max(index for index, column in enumerate(table.columns) if column.kind == "money")


def _amounts_of(table, top):
    column = _amount_column(table)
    return xl_range(top + 1, column, top + max(1, len(table.rows)), column)


def _tab_name(name):
    """:return: a name that Excel takes for a sheet"""
    return "".join(" " if sign in "[]:*?/\\'" else sign for sign in name)[:31]
