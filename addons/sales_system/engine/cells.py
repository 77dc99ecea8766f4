"""Turn the text of a cell into a value, or say in one sentence why it is none.

The parsers remember what they have parsed: a file of a million rows has few distinct
days and prices.
"""

import re
from datetime import date, datetime
from decimal import Decimal

# Day-month order is the user's to say; the other formats can be told apart.
DATE_FORMATS = {
    "iso": ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日"),
    "dmy": ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"),
    "mdy": ("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y"),
}
# Beyond this a number is a slip of the file, and no amount.
LARGEST_NUMBER = Decimal(10) ** 15
DIGITS = {"%Y%m%d": 8, "%Y%m": 6}
MONTH_FORMATS = ("%Y-%m", "%Y/%m", "%Y%m", "%Y年%m月")
# Groups of three digits between separators, or no separators at all.
NUMBER_SHAPES = {
    ".": re.compile(r"[-+]?(\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?"),
    ",": re.compile(r"[-+]?(\d{1,3}(?:[. ]\d{3})+|\d+)?(?:,\d+)?"),
}


class CellError(ValueError):
    """The cell holds no such value; the message is a sentence for the user."""


class NumberParser:
    """Exact numbers.

    :param decimal_separator: ``.`` or ``,``; the other one may group thousands
    """

    def __init__(self, decimal_separator, _):
        self._shape = NUMBER_SHAPES[decimal_separator]
        self._decimal = decimal_separator
        self._known = {}
        self._ = _

    def __call__(self, cell) -> Decimal:
        """:raises CellError: the cell is no number"""
        value = self._known.get(cell)
        if value is None:
            value = self._known[cell] = self._parse(cell)
        return value

    def _parse(self, cell):
        number = None
        text = str(cell).strip()
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            # repr() of a float is the shortest text that means it: 12.3, not 12.300000000000001
            number = Decimal(repr(cell))
        elif any(sign.isdigit() for sign in text) and self._shape.fullmatch(text):
            grouping = "," if self._decimal == "." else ". "
            plain = text.translate({ord(sign): None for sign in grouping})
            number = Decimal(plain.replace(",", "."))
        if number is not None and number.is_finite() and abs(number) < LARGEST_NUMBER:
            return number
        raise CellError(self._("is not a number such as 1234%(sign)s56", sign=self._decimal))


class DateParser:
    """Calendar days.

    :param order: a key of ``DATE_FORMATS``: how days and months stand where the year is last
    :param months: also take a month (2018-02), meaning its first day
    """

    def __init__(self, order, _, months=False):
        self._formats = (*DATE_FORMATS["iso"], *(DATE_FORMATS[order] if order != "iso" else ()))
        if months:
            self._formats += MONTH_FORMATS
        self._known = {}
        self._reason = (
            _("is not a month such as 2018-02")
            if months
            else _("is not a day of the calendar such as 2018-02-28")
        )

    def __call__(self, cell) -> date:
        """:raises CellError: the cell is no day of the calendar"""
        value = self._known.get(cell)
        if value is None:
            value = self._known[cell] = self._parse(cell)
        return value

    def _parse(self, cell):
        if isinstance(cell, datetime):
            return cell.date()
        if isinstance(cell, date):
            return cell
        text = str(cell).strip().partition(" ")[0].partition("T")[0]
        for shape in self._formats:
            # strptime also takes one-digit parts: 201812 would be the second of January.
            if shape in DIGITS and len(text) != DIGITS[shape]:
                continue
            try:
                return datetime.strptime(text, shape).date()
            except ValueError:
                continue
        raise CellError(self._reason)
