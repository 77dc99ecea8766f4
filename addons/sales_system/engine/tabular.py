"""Read a CSV or XLSX file into rows of text, whatever program wrote it.

How to use::

    table = read_table(content, "sales.csv", TableOptions(), self.env._)
    table.header            # ["Order", "Date", …]
    for number, cells in table.rows():   # number as a spreadsheet shows it
        …

How it works: the encoding is taken from the byte order mark or tried (UTF-8, then
GB18030, which Chinese Excel writes); the delimiter is the candidate that splits the
header into the most columns. A file that cannot be read is refused with one sentence,
raised as :class:`TableError`. Every function that words a sentence takes ``_``, the
environment's translation function.
"""

import codecs
import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
ENCODINGS = ("utf-8", "gb18030", "utf-16", "cp1252")
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
XLSX_MAGIC = b"PK\x03\x04"
# A cell this long is a mistake in the file (an unclosed quote), not a value.
csv.field_size_limit(1_000_000)


class TableError(Exception):
    """The file as a whole cannot be read; the message is a sentence for the user."""


@dataclass(frozen=True)
class TableOptions:
    """How a file is written; ``auto`` finds out.

    :param encoding: ``auto`` or one of ``ENCODINGS``
    :param delimiter: ``auto`` or a key of ``DELIMITERS``
    """

    encoding: str = "auto"
    delimiter: str = "auto"


@dataclass(frozen=True)
class Table:
    """A file that can be read, any number of times.

    :param header: column titles, trimmed
    :param notes: sentences on how the file was read, for the user
    :param open_rows: callable returning a fresh iterator of (row number, cells)
    """

    header: tuple[str, ...]
    notes: tuple[str, ...]
    open_rows: Callable[[], Iterator[tuple[int, list]]]

    def rows(self) -> Iterator[tuple[int, list]]:
        """Rows below the header that are not entirely empty."""
        return self.open_rows()


def read_table(content: bytes, filename: str, options: TableOptions, _) -> Table:
    """Open a file.

    :param content: the file
    :param filename: shown in sentences
    :raises TableError: the file is empty, not text, has no header …
    """
    if not content.strip():
        raise TableError(_("The file %(file)s is empty.", file=filename))
    if content.startswith(XLSX_MAGIC) or filename.lower().endswith(".xlsx"):
        return _read_xlsx(content, filename, _)
    return _read_csv(content, filename, options, _)


# === CSV === #
def _read_csv(content, filename, options, _):
    text, encoding = _decode(content, filename, options.encoding, _)
    if not text.strip():
        raise TableError(_("The file %(file)s is empty.", file=filename))
    delimiter = _find_delimiter(text, filename, options.delimiter, _)
    header = _check_header(next(csv.reader(io.StringIO(text), delimiter=delimiter)), filename, _)

    def rows():
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        next(reader)
        for number, cells in enumerate(reader, start=2):
            if any(cells):
                yield number, cells

    notes = ()
    if encoding not in ("utf-8", "utf-8-sig"):
        notes = (_("The file was read as %(encoding)s text.", encoding=encoding.upper()),)
    return Table(header, notes, rows)


def _decode(content, filename, encoding, _):
    """:return: (text, encoding)"""
    marked = next((name for mark, name in BYTE_ORDER_MARKS if content.startswith(mark)), None)
    if marked:
        candidates = [marked]
    elif encoding == "auto":
        candidates = ["utf-8", "gb18030"]
    else:
        candidates = [encoding]
    for candidate in candidates:
        try:
            text = content.decode(candidate)
        except UnicodeError:
            continue
        if "\0" not in text:
            return text, candidate
    raise TableError(
        _(
            "The file %(file)s is not readable text (tried %(encodings)s). "
            "Save it as “CSV UTF-8” or as XLSX and choose it again.",
            file=filename,
            encodings=", ".join(name.upper() for name in candidates),
        )
    )


def _find_delimiter(text, filename, delimiter, _):
    first_line = text.splitlines()[0]
    if delimiter != "auto":
        sign = DELIMITERS[delimiter]
        if sign not in first_line:
            raise TableError(
                _(
                    "The header of %(file)s has no “%(sign)s” in it: choose another delimiter. "
                    "It begins with: %(start)s",
                    file=filename,
                    sign=sign,
                    start=first_line[:80],
                )
            )
        return sign
    return max(DELIMITERS.values(), key=first_line.count)


# === XLSX === #
def _read_xlsx(content, filename, _):
    try:
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        first = next(workbook.worksheets[0].iter_rows(values_only=True), None)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError) as error:
        raise TableError(
            _("The file %(file)s is not a readable XLSX workbook.", file=filename)
        ) from error
    if not first:
        raise TableError(_("The first sheet of %(file)s is empty.", file=filename))
    header = _check_header(["" if cell is None else str(cell) for cell in first], filename, _)

    def rows():
        sheet = load_workbook(io.BytesIO(content), read_only=True, data_only=True).worksheets[0]
        for number, cells in enumerate(sheet.iter_rows(min_row=2, values_only=True), start=2):
            if any(cell not in (None, "") for cell in cells):
                yield number, ["" if cell is None else cell for cell in cells]

    return Table(header, (), rows)


def _check_header(titles, filename, _):
    header = tuple(title.strip() for title in titles)
    if not any(header):
        raise TableError(
            _(
                "The first row of %(file)s is empty: it must hold the column titles.",
                file=filename,
            )
        )
    twice = sorted({title for title in header if title and header.count(title) > 1})
    if twice:
        raise TableError(
            _(
                "The column title %(title)s stands twice in %(file)s: rename one.",
                title=twice[0],
                file=filename,
            )
        )
    return header
