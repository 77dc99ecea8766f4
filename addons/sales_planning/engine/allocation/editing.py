"""What the matrix editor does: rebalance after an edit, transfer what is still open."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum

from .errors import AllocationError, Reason
from .line import Part, split
from .matrix import Amounts, Cell, Matrix, split_matrix
from .units import Amount, Weight, exact_arithmetic


class Keep(StrEnum):
    """Which totals an edit leaves as they are."""

    TOTAL = "total"
    ROWS = "rows"
    COLUMNS = "columns"
    BOTH = "both"


def rebalance(
    numbers: Matrix,
    edits: Mapping[Cell, Amount | None],
    unit: Amount,
    *,
    keep: Keep,
    open_columns: Collection[Hashable] | None = None,
    weights: Sequence[Sequence[Weight | None]] | None = None,
) -> Amounts:
    """Let the rest of a matrix make room for what was typed into some of its cells.

    Edited and pinned cells and closed columns hold their numbers; all others are split
    anew, such that the totals are what they were.

    :param numbers: the current numbers as weights, with the pins and bounds
    :param edits: new number by (row, column); None takes the number away
    :param keep: the totals that stay
    :param open_columns: the columns that may change; default is all
    :param weights: proportions of the cells that are split anew; default is their numbers
    :raise AllocationError: where the others cannot make room, or an edited column is closed
    """
    open_columns = set(numbers.columns if open_columns is None else open_columns)
    closed = {column for column in numbers.columns if column not in open_columns}
    if refused := sorted(cell for cell in edits if cell[1] in closed):
        raise AllocationError(Reason.CLOSED_COLUMN, tuple(refused))
    emptied = {cell for cell, number in edits.items() if number is None}
    pins = {
        **_open(numbers.pins, closed),
        **_numbers_of(numbers, closed),
        **{cell: number for cell, number in edits.items() if number is not None},
    }
    matrix = replace(
        numbers,
        weights=_without(numbers, weights or numbers.weights, emptied),
        pins={cell: number for cell, number in pins.items() if cell not in emptied},
        minima=_open(numbers.minima, closed),
        maxima=_open(numbers.maxima, closed),
    )
    with exact_arithmetic():
        row_totals = [_sum(row) for row in numbers.weights]
        column_totals = [_sum(column) for column in zip(*numbers.weights, strict=True)]
        total = sum(row_totals)
    return split_matrix(
        matrix,
        unit,
        total=total if keep == Keep.TOTAL else None,
        row_totals=row_totals if keep in (Keep.ROWS, Keep.BOTH) else None,
        column_totals=column_totals if keep in (Keep.COLUMNS, Keep.BOTH) else None,
    )


def transfer(
    numbers: Matrix,
    giver: Hashable,
    receivers: Mapping[Hashable, Weight],
    unit: Amount,
    *,
    open_columns: Collection[Hashable],
    kept: Mapping[Hashable, Amount] | None = None,
) -> Amounts:
    """Move the open remainder of a row to others, column by column; columns keep their totals.

    Where the giver has no number nothing moves; where it had one, it keeps 0, or what it is to
    keep. Pins and bounds do not hold a transfer back: it is a decision about these very cells.

    :param numbers: the current numbers as weights
    :param receivers: the rows that take over, with the proportions of their parts
    :param open_columns: the columns that may change
    :param kept: what the giver keeps by column, such as what it has reached already
    """
    if giver in receivers:
        message = f"{giver} cannot take over from itself."
        raise ValueError(message)
    position = {key: place for place, key in enumerate(numbers.rows)}
    amounts = [[None if n is None else Decimal(n) for n in row] for row in numbers.weights]
    given, kept = amounts[position[giver]], kept or {}
    for place, column in enumerate(numbers.columns):
        if column not in open_columns or given[place] is None:
            continue
        parts = [Part(key, weight) for key, weight in receivers.items()]
        with exact_arithmetic():
            moved = max(given[place] - kept.get(column, 0), Decimal(0))
            given[place] -= moved
            for key, share in split(moved, parts, unit).items():
                if share is not None:
                    amounts[position[key]][place] = (amounts[position[key]][place] or 0) + share
    return amounts


def _open(by_cell, closed):
    return {cell: number for cell, number in by_cell.items() if cell[1] not in closed}


def _numbers_of(numbers, columns):
    """Return the numbers that stand in some columns, by cell."""
    return {
        (row, column): number
        for row, row_numbers in zip(numbers.rows, numbers.weights, strict=True)
        for column, number in zip(numbers.columns, row_numbers, strict=True)
        if column in columns and number is not None
    }


def _without(numbers, weights, emptied):
    """Return weights that give nothing to emptied cells."""
    return [
        [
            None if (row, column) in emptied else weight
            for column, weight in zip(numbers.columns, row_weights, strict=True)
        ]
        for row, row_weights in zip(numbers.rows, weights, strict=True)
    ]


def _sum(numbers):
    return sum(number for number in numbers if number is not None)
