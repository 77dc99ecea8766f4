"""Split a matrix: fixed rows, fixed columns, both, or only the grand total."""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from operator import itemgetter

from .controlled_rounding import round_to_totals
from .errors import AllocationError, Reason
from .line import Bound, Labels, check_line, read_bound, share_out
from .network import Conflict
from .scaling import scale_to_totals
from .units import Amount, Unit, Weight, exact_arithmetic, whole_weights

Cell = tuple[Hashable, Hashable]
Amounts = list[list[Decimal | None]]


@dataclass(frozen=True)
class Matrix:
    """Rows × columns of weights, with what is pinned or bounded.

    :param rows: one key per row
    :param columns: one key per column
    :param weights: one list per row, with one weight per column: 0 gets 0, None takes no
        share. Where numbers are split anew, these are the current numbers.
    :param pins: numbers that are kept, by (row, column)
    :param minima: the least, by (row, column)
    :param maxima: the most, by (row, column)
    """

    rows: Sequence[Hashable]
    columns: Sequence[Hashable]
    weights: Sequence[Sequence[Weight | None]]
    pins: Mapping[Cell, Amount] = field(default_factory=dict)
    minima: Mapping[Cell, Amount] = field(default_factory=dict)
    maxima: Mapping[Cell, Amount] = field(default_factory=dict)

    def __post_init__(self):
        if len(self.weights) != len(self.rows) or any(
            len(row) != len(self.columns) for row in self.weights
        ):
            message = "A matrix needs one list of weights per row, with one weight per column."
            raise ValueError(message)
        for keys in (self.rows, self.columns):
            if len(set(keys)) < len(keys):
                message = "Each row and each column needs a key of its own."
                raise ValueError(message)


def split_matrix(
    matrix: Matrix,
    unit: Amount,
    *,
    total: Amount | None = None,
    row_totals: Sequence[Amount] | None = None,
    column_totals: Sequence[Amount] | None = None,
) -> Amounts:
    """Split the total, or the totals of rows, of columns, or of both, by the weights.

    Without bounds each cell is less than one unit from its exact proportion. Where rows and
    columns are both fixed, that is its real number after proportional fitting, as far as the
    totals can be met so closely.

    :param unit: the smallest step of an amount; all amounts are multiples of it
    :param row_totals: in the order of the rows
    :param column_totals: in the order of the columns
    :return: one list per row, with one amount per column; None where there is no number
    :raise AllocationError: where the numbers contradict each other
    """
    if (total is None) == (row_totals is None and column_totals is None):
        message = "Give the total of a matrix, or those of its rows, its columns or both."
        raise TypeError(message)
    with exact_arithmetic():
        grid = Grid.from_matrix(matrix, Unit.of(unit))
        if total is not None:
            counts = _split_total(grid, grid.unit.count(total, "total"))
        elif column_totals is None:
            counts = _split_rows(grid, grid.row_counts(row_totals))
        elif row_totals is None:
            counts = _split_columns(grid, grid.column_counts(column_totals))
        else:
            counts = _split_both(
                grid, grid.row_counts(row_totals), grid.column_counts(column_totals)
            )
        return grid.to_amounts(counts)


@dataclass(frozen=True)
class Grid:
    """A matrix in whole numbers.

    :param weights: one list per row
    :param bounds: by position (row, column), for bounded and pinned cells only
    """

    matrix: Matrix
    unit: Unit
    weights: list[list[int]]
    bounds: dict[tuple[int, int], Bound]

    @classmethod
    def from_matrix(cls, matrix: Matrix, unit: Unit) -> "Grid":
        width = len(matrix.columns)
        flat = whole_weights(
            list(chain.from_iterable(matrix.weights)),
            lambda position: (matrix.rows[position // width], matrix.columns[position % width]),
        )
        weights = [flat[row * width : (row + 1) * width] for row in range(len(matrix.rows))]
        return cls(matrix, unit, weights, _read_bounds(matrix, unit))

    def row_counts(self, totals: Sequence[Amount]) -> list[int]:
        return self._counts(totals, self.matrix.rows)

    def column_counts(self, totals: Sequence[Amount]) -> list[int]:
        return self._counts(totals, self.matrix.columns)

    def _counts(self, totals, keys):
        return [self.unit.count(total, key) for total, key in zip(totals, keys, strict=True)]

    def cell(self, row: int, column: int) -> Cell:
        return self.matrix.rows[row], self.matrix.columns[column]

    def row_labels(self, row: int) -> Labels:
        return Labels(
            self.unit, lambda column: self.cell(row, column), rows=(self.matrix.rows[row],)
        )

    def column_labels(self, column: int) -> Labels:
        return Labels(
            self.unit, lambda row: self.cell(row, column), columns=(self.matrix.columns[column],)
        )

    def bounds_by_row(self) -> Mapping[int, dict[int, Bound]]:
        by_row = defaultdict(dict)
        for (row, column), bound in self.bounds.items():
            by_row[row][column] = bound
        return by_row

    def bounds_by_column(self) -> Mapping[int, dict[int, Bound]]:
        by_column = defaultdict(dict)
        for (row, column), bound in self.bounds.items():
            by_column[column][row] = bound
        return by_column

    def has_number(self, row: int, column: int, count: int) -> bool:
        """Tell whether a cell has a number, or takes no share at all."""
        return bool(
            count
            or self.matrix.weights[row][column] is not None
            or self.cell(row, column) in self.matrix.pins
        )

    def to_amounts(self, counts: Sequence[Sequence[int]]) -> Amounts:
        """Turn units into amounts, and what has no number into None."""
        size = self.unit.size
        amounts = [[count * size for count in row] for row in counts]
        for row, weights in enumerate(self.matrix.weights):
            # Not “None in weights”: comparing each Decimal with None is slow.
            if any(weight is None for weight in weights):
                amounts[row] = [
                    amount if self.has_number(row, column, counts[row][column]) else None
                    for column, amount in enumerate(amounts[row])
                ]
        return amounts


def _read_bounds(matrix, unit):
    pins, minima, maxima = matrix.pins, matrix.minima, matrix.maxima
    cells = set(chain(pins, minima, maxima))
    if not cells:
        return {}
    row_of = {key: position for position, key in enumerate(matrix.rows)}
    column_of = {key: position for position, key in enumerate(matrix.columns)}
    bounds = {}
    # Sorted, so that of several mistakes the same one is named each time.
    for cell in sorted(cells):
        bound = read_bound(pins.get(cell), minima.get(cell), maxima.get(cell), unit, cell)
        if bound:
            bounds[row_of[cell[0]], column_of[cell[1]]] = bound
    return bounds


def _split_total(grid, total):
    width = len(grid.matrix.columns)
    shares = share_out(
        total,
        list(chain.from_iterable(grid.weights)),
        {row * width + column: bound for (row, column), bound in grid.bounds.items()},
        Labels(grid.unit, lambda position: grid.cell(*divmod(position, width))),
    )
    return [shares[row * width : (row + 1) * width] for row in range(len(grid.weights))]


def _split_rows(grid, totals):
    bounds = grid.bounds_by_row()
    return [
        share_out(total, grid.weights[row], bounds.get(row, {}), grid.row_labels(row))
        for row, total in enumerate(totals)
    ]


def _split_columns(grid, totals):
    bounds = grid.bounds_by_column()
    shares = [
        share_out(
            total,
            list(map(itemgetter(column), grid.weights)),
            bounds.get(column, {}),
            grid.column_labels(column),
        )
        for column, total in enumerate(totals)
    ]
    return [list(row) for row in zip(*shares, strict=True)] or [[] for _ in grid.weights]


def _split_both(grid, row_totals, column_totals):
    """Fit to both totals, in the order of the keys, so that the caller's order is no matter."""
    _check_both(grid, row_totals, column_totals)
    if not row_totals or not column_totals:
        return grid.weights
    row_order, column_order = _order(grid.matrix.rows), _order(grid.matrix.columns)
    row_place, column_place = _places(row_order), _places(column_order)
    problem = (
        [[grid.weights[row][column] for column in column_order] for row in row_order],
        [row_totals[row] for row in row_order],
        [column_totals[column] for column in column_order],
        {
            (row_place[row], column_place[column]): bound
            for (row, column), bound in grid.bounds.items()
        },
    )
    try:
        counts = round_to_totals(scale_to_totals(*problem), *problem)
    except Conflict as conflict:
        raise AllocationError(
            Reason.ROWS_DO_NOT_FIT if conflict.rows_ask else Reason.COLUMNS_NOT_FILLED,
            rows=tuple(grid.matrix.rows[row_order[place]] for place in conflict.rows),
            columns=tuple(grid.matrix.columns[column_order[place]] for place in conflict.columns),
            amount=grid.unit.amount(conflict.amount),
            limit=grid.unit.amount(conflict.limit),
        ) from None
    return [[counts[row][column] for column in column_place] for row in row_place]


def _places(order):
    """Return the place of each position in an order."""
    places = [0] * len(order)
    for place, position in enumerate(order):
        places[position] = place
    return places


def _order(keys):
    return sorted(range(len(keys)), key=keys.__getitem__)


def _check_both(grid, row_totals, column_totals):
    """Refuse what can be told from single rows and columns."""
    if sum(row_totals) != sum(column_totals):
        raise AllocationError(
            Reason.ROW_COLUMN_TOTALS_DIFFER,
            amount=grid.unit.amount(sum(row_totals)),
            limit=grid.unit.amount(sum(column_totals)),
        )
    bounds = grid.bounds_by_row()
    for row, total in enumerate(row_totals):
        check_line(total, grid.weights[row], bounds.get(row, {}), grid.row_labels(row))
    bounds = grid.bounds_by_column()
    for column, total in enumerate(column_totals):
        weights = list(map(itemgetter(column), grid.weights))
        check_line(total, weights, bounds.get(column, {}), grid.column_labels(column))
