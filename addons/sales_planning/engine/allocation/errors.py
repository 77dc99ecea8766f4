"""Why an allocation is refused."""

from collections.abc import Hashable
from decimal import Decimal
from enum import StrEnum


class Reason(StrEnum):
    """What is wrong, for callers that word it themselves; see the sentence of each below."""

    NOT_A_NUMBER = "not_a_number"
    FINER_THAN_UNIT = "finer_than_unit"
    NEGATIVE_AMOUNT = "negative_amount"
    NEGATIVE_WEIGHT = "negative_weight"
    MINIMUM_ABOVE_MAXIMUM = "minimum_above_maximum"
    PIN_OUTSIDE_BOUNDS = "pin_outside_bounds"
    ALL_ZERO_WEIGHTS = "all_zero_weights"
    PINS_EXCEED_TOTAL = "pins_exceed_total"
    PINS_BELOW_TOTAL = "pins_below_total"
    MINIMA_EXCEED_TOTAL = "minima_exceed_total"
    MAXIMA_BELOW_TOTAL = "maxima_below_total"
    ROW_COLUMN_TOTALS_DIFFER = "row_column_totals_differ"
    ROWS_DO_NOT_FIT = "rows_do_not_fit"
    COLUMNS_NOT_FILLED = "columns_not_filled"
    CLOSED_COLUMN = "closed_column"


SENTENCES = {
    Reason.NOT_A_NUMBER: "{keys}: {amount} is not a number that can be split.",
    Reason.FINER_THAN_UNIT: "{keys}: {amount} is not a multiple of {limit}.",
    Reason.NEGATIVE_AMOUNT: "{keys}: the amount {amount} is negative.",
    Reason.NEGATIVE_WEIGHT: "{keys}: the weight {amount} is negative.",
    Reason.MINIMUM_ABOVE_MAXIMUM: "{keys}: the minimum {amount} is above the maximum {limit}.",
    Reason.PIN_OUTSIDE_BOUNDS: "{keys}: the pinned number {amount} is beyond the bound {limit}.",
    Reason.ALL_ZERO_WEIGHTS: "{keys}: no weight by which {amount} could be shared out.",
    Reason.PINS_EXCEED_TOTAL: "{keys}: pinned at {amount}, more than the total {limit}.",
    Reason.PINS_BELOW_TOTAL: "{keys}: all pinned, at {amount}, less than the total {limit}.",
    Reason.MINIMA_EXCEED_TOTAL: "{keys}: at least {amount}, more than the total {limit}.",
    Reason.MAXIMA_BELOW_TOTAL: "{keys}: at most {amount}, less than the total {limit}.",
    Reason.ROW_COLUMN_TOTALS_DIFFER: "The rows add up to {amount}, the columns to {limit}.",
    Reason.ROWS_DO_NOT_FIT: "Rows {rows} have to place {amount}; columns {columns} and the bounds"
    " of their cells leave room for {limit}.",
    Reason.COLUMNS_NOT_FILLED: "Columns {columns} have to take {amount}; rows {rows} and the"
    " bounds of their cells can give {limit}.",
    Reason.CLOSED_COLUMN: "{keys}: its column is closed.",
}


class AllocationError(ValueError):
    """The numbers contradict each other; says which and by how much.

    :param reason: what is wrong
    :param keys: the smallest set of offending parts; of a matrix or tree, cells as
        (row, column); ``"total"`` where a total itself is wrong
    :param rows: the rows, or the parents of a tree, whose totals are concerned
    :param columns: the columns whose totals are concerned
    :param amount: what was given
    :param limit: what would have been possible
    """

    def __init__(
        self,
        reason: Reason,
        keys: tuple[Hashable, ...] = (),
        *,
        rows: tuple[Hashable, ...] = (),
        columns: tuple[Hashable, ...] = (),
        amount: Decimal | None = None,
        limit: Decimal | None = None,
    ):
        super().__init__(reason)
        self.reason = reason
        self.keys = keys
        self.rows = rows
        self.columns = columns
        self.amount = amount
        self.limit = limit

    def __str__(self):
        return SENTENCES[self.reason].format(
            keys=_listed(self.keys),
            rows=_listed(self.rows),
            columns=_listed(self.columns),
            amount=self.amount,
            limit=self.limit,
        )


def _listed(keys):
    return ", ".join(str(key) for key in keys)
