"""Round a matrix so that its rows and columns add up (Cox & Ernst 1982)."""

from math import floor

from .network import Network
from .units import UNLIMITED

# What is as close to a whole number as this counts as whole, and stays.
NOISE = 1e-5
DIGITS = 5
# How far beyond the neighbouring whole numbers cells may go, should those not do.
FIRST_SLACK = 1
SLACK_GROWTH = 16


def round_to_totals(targets, weights, row_totals, column_totals, bounds) -> list[list[int]]:
    """Round each number up or down such that rows and columns add up to their totals.

    Where the numbers add up to the totals, there is such a rounding: a maximum flow from
    rows to columns finds it, since flows with whole capacities are whole. Each row starts with its
    largest remainders; the flow then moves what single columns have too many or too few.
    Where it does not go up, cells may deviate further, in steps, as far as bounds and
    totals let them. Whole numbers stay as they are if the others can do.

    :param targets: real numbers of units, one list per row
    :param weights: one list per row; a cell without weight holds its least number
    :param bounds: (least, most) by (row, column), for bounded and pinned cells
    :raise Conflict: where no whole numbers meet the totals
    """
    # More than any cell can hold, and a number that takes part in sums.
    unlimited = sum(row_totals) + 1
    lows, highs = _limits(weights, bounds, unlimited)
    counts, lower, upper = _neighbours(targets, row_totals, lows, highs)
    slack = 0
    while True:
        network = Network(counts, lower, upper, row_totals, column_totals)
        met = network.settle()
        counts = network.counts()
        if met:
            return counts
        if slack > unlimited:
            raise network.conflict()
        slack = slack * SLACK_GROWTH or FIRST_SLACK
        lower, upper = _loosened(counts, lows, highs, slack)


def _limits(weights, bounds, unlimited):
    lows = [[0] * len(row) for row in weights]
    highs = [[unlimited if weight else 0 for weight in row] for row in weights]
    for (row, column), (low, high) in bounds.items():
        lows[row][column] = low
        if not weights[row][column]:
            high = low
        highs[row][column] = unlimited if high == UNLIMITED else high
    return lows, highs


def _neighbours(targets, row_totals, lows, highs):
    """Return the first counts, and the whole numbers below and above each target."""
    counts, lower, upper = [], [], []
    for row, total, row_lows, row_highs in zip(targets, row_totals, lows, highs, strict=True):
        below = [
            min(max(floor(target + NOISE), low), high)
            for target, low, high in zip(row, row_lows, row_highs, strict=True)
        ]
        remainders = [
            round(max(0, target - count), DIGITS) for target, count in zip(row, below, strict=True)
        ]
        above = [
            min(count + 1, high) if remainder else count
            for count, high, remainder in zip(below, row_highs, remainders, strict=True)
        ]
        missing = max(0, total - sum(below))
        largest = sorted(range(len(row)), key=remainders.__getitem__, reverse=True)[:missing]
        first = list(below)
        for column in largest:
            first[column] = above[column]
        counts.append(first)
        lower.append(below)
        upper.append(above)
    return counts, lower, upper


def _loosened(counts, lows, highs, slack):
    """Return bounds that let each count deviate by a slack, within its own bounds."""
    lower = [
        [max(low, count - slack) for low, count in zip(*rows, strict=True)]
        for rows in zip(lows, counts, strict=True)
    ]
    upper = [
        [min(high, count + slack) for high, count in zip(*rows, strict=True)]
        for rows in zip(highs, counts, strict=True)
    ]
    return lower, upper
