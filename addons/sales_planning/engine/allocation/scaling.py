"""Scale a matrix to the totals of its rows and columns."""

from collections import defaultdict
from operator import mul, truediv

from .line import water_level

# Most matrices are fitted within twenty turns; where zeros stand in the way, the fit creeps closer
# for ever, and the rounding does the rest. Small matrices get more turns for the same work.
FEWEST_TURNS, MOST_TURNS = 100, 2000
CELLS_TO_SCALE = 200_000
# Deviations, in units and as a part of the total, that no longer matter.
CLOSE = 1e-4
RELATIVELY_CLOSE = 1e-13
# Factors beyond this belong to totals that cannot be met.
RUNAWAY = 1e100


def scale_to_totals(weights, row_totals, column_totals, bounds) -> list[list[float]]:
    """Fit weights to row and column totals by iterative proportional fitting.

    Rows and columns are scaled by turns until they agree (Deming & Stephan 1940); a bounded
    cell stops at its bound. The result is a guide for whole numbers and therefore in floats: where
    these are not exact, or there is no fit, the rounding still meets the totals.

    :param weights: whole numbers, one list per row
    :param row_totals: in units, as the column totals
    :param bounds: (least, most) by (row, column), for bounded and pinned cells
    :return: the fitted number of each cell, in units
    """
    peak = max(map(max, filter(None, weights)), default=0) or 1
    rows = [[weight / peak for weight in row] for row in weights]
    row_totals, column_totals = list(row_totals), list(column_totals)
    settled, by_row, by_column = {}, defaultdict(dict), defaultdict(dict)
    for (row, column), (low, high) in bounds.items():
        if low == high or not weights[row][column]:
            settled[row, column] = low
            rows[row][column] = 0.0
            row_totals[row] -= low
            column_totals[column] -= low
        else:
            by_row[row][column] = by_column[column][row] = (low, high)
    columns = list(map(list, zip(*rows, strict=True)))
    row_factors, column_factors = _factors(
        (rows, row_totals, by_row), (columns, column_totals, by_column)
    )
    targets = [
        [weight * row_factor * factor for weight, factor in zip(row, column_factors, strict=True)]
        for row, row_factor in zip(rows, row_factors, strict=True)
    ]
    for row, row_bounds in by_row.items():
        for column, (low, high) in row_bounds.items():
            targets[row][column] = min(max(targets[row][column], low), high)
    for (row, column), count in settled.items():
        targets[row][column] = count
    return targets


def _factors(rows, columns):
    """Return one factor per row and per column, such that weight × both factors fits."""
    row_factors, column_factors = [1.0] * len(rows[0]), [1.0] * len(columns[0])
    size = len(row_factors) * len(column_factors)
    turns = min(max(FEWEST_TURNS, CELLS_TO_SCALE // size), MOST_TURNS)
    for turn in range(turns):
        new_row_factors = _fitting(*rows, column_factors)
        if turn and _agree(row_factors, new_row_factors, rows[1]):
            break
        new_column_factors = _fitting(*columns, new_row_factors)
        if max(new_row_factors + new_column_factors) > RUNAWAY:
            break
        row_factors, column_factors = new_row_factors, new_column_factors
    return row_factors, column_factors


def _fitting(lines, totals, bounds, cross_factors):
    """Return the factor of each line that makes it add up to its total."""
    factors = []
    for position, (line, total) in enumerate(zip(lines, totals, strict=True)):
        if position in bounds:
            scaled = list(map(mul, line, cross_factors))
            level, base = water_level(total, scaled, bounds[position], truediv)
        else:
            level, base = total, sum(map(mul, line, cross_factors))
        factors.append(level / base if base else 0.0)
    return factors


def _agree(factors, new_factors, totals):
    """Tell whether the columns' turn has left the rows as they were, to within what matters."""
    return all(
        abs(new - old) * total <= max(CLOSE, RELATIVELY_CLOSE * total) * new
        for old, new, total in zip(factors, new_factors, totals, strict=True)
    )
