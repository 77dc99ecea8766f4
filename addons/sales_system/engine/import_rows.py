"""Turn the rows of a table into typed values, and every bad cell into a reason.

The reader does not know what the values are for: it is told by a list of
:class:`ImportColumn` which cell is what, and yields one :class:`ImportRow` per row.
Cells that name a record (a customer, a product) stay text here: they are *keys*, looked
up by the caller for the whole file at once.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from .cells import CellError


@dataclass(frozen=True)
class ImportColumn:
    """One mapped column.

    :param name: technical name of the value
    :param title: the column's title in the file, for reasons
    :param index: position of the cell in the row
    :param parse: callable from cell to value, raising ``CellError``; None keeps the text
    :param required: an empty cell is refused
    """

    name: str
    title: str
    index: int
    parse: Callable | None = None
    required: bool = False


@dataclass(frozen=True)
class Problem:
    """Why a row is refused: the column's title, what stands there, the reason."""

    title: str
    value: str
    reason: str


@dataclass
class ImportRow:
    """One row: its number in the file, its cells as read, its values, its problems."""

    number: int
    cells: list
    values: dict = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, title, value, reason):
        self.problems.append(Problem(title, str(value), reason))


def read_rows(table, columns, _) -> Iterator[ImportRow]:
    """Parse the mapped cells of every row.

    :param Table table: the opened file
    :param list[ImportColumn] columns: what to read
    :param _: the environment's translation function
    """
    empty_reason = _("is empty, but every row needs it")
    width = len(table.header)
    for number, cells in table.rows():
        row = ImportRow(number, cells)
        if len(cells) != width:
            row.refuse(
                "",
                len(cells),
                _(
                    "the row has %(count)s cells and the header %(width)s: "
                    "look for a missing or unquoted delimiter",
                    count=len(cells),
                    width=width,
                ),
            )
            yield row
            continue
        for column in columns:
            cell = cells[column.index]
            if isinstance(cell, str):
                cell = cell.strip()
            if cell == "":
                if column.required:
                    row.refuse(column.title, "", empty_reason)
                continue
            if column.parse is None:
                row.values[column.name] = _as_key(cell)
                continue
            try:
                row.values[column.name] = column.parse(cell)
            except CellError as error:
                row.refuse(column.title, cell, str(error))
        yield row


def _as_key(cell) -> str:
    """Text of a cell; a whole number that a spreadsheet kept as 282.0 is the key 282."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
