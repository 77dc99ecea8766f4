"""What holds for any weights, pins, bounds, edits, transfers and trees."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from ..engine.allocation import (
    AllocationError,
    Keep,
    Matrix,
    Part,
    Reason,
    rebalance,
    split,
    split_matrix,
    split_tree,
    transfer,
)

UNITS = st.sampled_from([Decimal("0.01"), Decimal("0.001"), Decimal("0.05"), Decimal(1)])
COUNTS = st.integers(0, 10**9)
SMALL_COUNTS = st.integers(0, 60)
CENTS = st.integers(0, 10**9).map(lambda cents: Decimal(cents) / 100)
WEIGHTS = st.none() | st.integers(0, 9) | CENTS | st.builds(Fraction, COUNTS, st.integers(1, 50))
# Cheap to draw; each run tries other examples.
EXAMPLES = settings(max_examples=200, deadline=None)


def amounts_of(counts, unit):
    """Turn whole numbers in a matrix into multiples of a unit."""
    return [[None if count is None else count * unit for count in row] for row in counts]


def sums(rows):
    return [sum(number or 0 for number in row) for row in rows]


def column_sums(rows):
    return sums(zip(*rows, strict=True))


def part(key, unit, weight, low, span, pin):
    """A part with a pin within its bounds, in units; each of them may be missing."""
    maximum = None if span is None else (low or 0) + span
    if pin is not None:
        pin = max(low or 0, pin if maximum is None else min(pin, maximum))
    return Part(key, weight, *(None if n is None else n * unit for n in (pin, low, maximum)))


@st.composite
def parts_and_total(draw):
    """Parts with pins and bounds, and a total near to what they leave room for."""
    unit = draw(UNITS)
    bound = st.none() | SMALL_COUNTS
    drawn = draw(
        st.lists(st.tuples(WEIGHTS, bound, bound, st.none() | bound), min_size=1, max_size=8)
    )
    parts = [part(key, unit, *values) for key, values in enumerate(drawn)]
    least = sum((part.minimum or 0) if part.pin is None else part.pin for part in parts)
    return parts, max(least + draw(st.integers(-5, 300)) * unit, 0 * unit), unit


@st.composite
def matrices(draw, weights):
    height, width = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    row = st.lists(weights, min_size=width, max_size=width)
    return Matrix(
        list(range(height)),
        list(range(width)),
        draw(st.lists(row, min_size=height, max_size=height)),
    )


@st.composite
def feasible_matrices(draw):
    """A matrix with pins and bounds around whole numbers that meet its totals."""
    matrix = draw(matrices(weights=st.none() | st.integers(0, 9)))
    unit = draw(UNITS)
    cells = {
        (row, column): draw(SMALL_COUNTS) if weight else 0
        for row, weights in enumerate(matrix.weights)
        for column, weight in enumerate(weights)
    }
    pins, minima, maxima = {}, {}, {}
    for cell, count in cells.items():
        kind = draw(st.sampled_from(["", "", "", "pin", "minimum", "maximum", "both"]))
        if kind == "pin":
            pins[cell] = count * unit
        if kind in ("minimum", "both"):
            minima[cell] = draw(st.integers(0, count)) * unit
        if kind in ("maximum", "both"):
            maxima[cell] = (count + draw(SMALL_COUNTS)) * unit
    rows = [sum(cells[row, column] for column in matrix.columns) * unit for row in matrix.rows]
    columns = [sum(cells[row, column] for row in matrix.rows) * unit for column in matrix.columns]
    return replace(matrix, pins=pins, minima=minima, maxima=maxima), rows, columns, unit


@st.composite
def numbers_with_unit(draw):
    """A matrix of current numbers, some of them missing."""
    unit = draw(UNITS)
    matrix = draw(matrices(weights=st.none() | SMALL_COUNTS))
    return replace(matrix, weights=amounts_of(matrix.weights, unit)), unit


@st.composite
def trees(draw):
    """Nodes, each below an earlier one, with weights for two periods."""
    size = draw(st.integers(1, 14))
    parents = [None] + [draw(st.integers(0, node - 1)) for node in range(1, size)]
    weights = [[draw(st.integers(1, 9)), draw(WEIGHTS)] for _ in range(size)]
    return Matrix(list(range(size)), ["q1", "q2"], weights), parents


@tagged("post_install", "-at_install", "sales_planning")
class TestAllocationProperties(BaseCase):
    def assertWithin(self, matrix, amounts):
        """Assert that pins and bounds hold, and that null and zero are told apart."""
        for row, weights, numbers in zip(matrix.rows, matrix.weights, amounts, strict=True):
            for column, weight, number in zip(matrix.columns, weights, numbers, strict=True):
                cell = (row, column)
                if cell in matrix.pins:
                    self.assertEqual(number, matrix.pins[cell])
                elif weight is None:
                    self.assertEqual(number or None, matrix.minima.get(cell) or None)
                else:
                    self.assertGreaterEqual(number, matrix.minima.get(cell, 0))
                    self.assertLessEqual(number, matrix.maxima.get(cell, number))
                    if not weight:
                        self.assertEqual(number, matrix.minima.get(cell, 0))

    # === ONE TOTAL === #
    @EXAMPLES
    @given(st.lists(WEIGHTS, min_size=1, max_size=12), COUNTS, UNITS)
    def test_split_meets_the_quota(self, weights, count, unit):
        total = count * unit
        weight_sum = sum(Fraction(weight) for weight in weights if weight is not None)
        parts = [Part(key, weight) for key, weight in enumerate(weights)]
        if not weight_sum and total:
            with self.assertRaises(AllocationError) as refused:
                split(total, parts, unit)
            self.assertEqual(refused.exception.reason, Reason.ALL_ZERO_WEIGHTS)
            return
        shares = split(total, parts, unit)
        self.assertEqual(sum(share or 0 for share in shares.values()), total)
        for part in parts:
            share = shares[part.key]
            if part.weight is None:
                self.assertIsNone(share)
                continue
            self.assertEqual(share % unit, 0)
            quota = Fraction(part.weight) / weight_sum * Fraction(total) if weight_sum else 0
            self.assertLess(abs(Fraction(share) - quota), Fraction(unit))
            if part.weight == 0:
                self.assertEqual(share, 0)

    @EXAMPLES
    @given(parts_and_total(), st.randoms(use_true_random=False))
    def test_split_within_bounds(self, case, dice):
        parts, total, unit = case
        shuffled = dice.sample(parts, len(parts))
        try:
            shares = split(total, parts, unit)
        except AllocationError as error:
            self.assertTrue(str(error))
            self._assert_infeasible(parts, total)
            with self.assertRaises(AllocationError) as again:
                split(total, shuffled, unit)
            self.assertEqual(again.exception.keys, error.keys)
            return
        self.assertEqual(split(total, shuffled, unit), shares)
        self.assertEqual(sum(share or 0 for share in shares.values()), total)
        for part in parts:
            share = shares[part.key] or 0
            self.assertGreaterEqual(share, part.minimum or 0)
            self.assertLessEqual(share, share if part.maximum is None else part.maximum)
            self.assertEqual(share, share if part.pin is None else part.pin)
        again = [replace(part, weight=shares[part.key]) for part in parts]
        self.assertEqual(split(total, again, unit), shares)

    def _assert_infeasible(self, parts, total):
        """Assert by hand that bounds leave no room for the total."""
        least = most = 0
        for part in parts:
            low = (part.minimum or 0) if part.pin is None else part.pin
            high = Decimal("Infinity") if part.maximum is None else part.maximum
            if not part.weight or part.pin is not None:
                high = low
            least += low
            most += high
        self.assertFalse(least <= total <= most)

    @EXAMPLES
    @given(parts_and_total(), st.integers(1, 200))
    def test_more_weight_never_gets_less(self, case, extra):
        parts, total, unit = case
        try:
            shares = split(total, parts, unit)
        except AllocationError:
            return
        first = parts[0]
        heavier = replace(first, weight=Fraction(first.weight or 0) + extra)
        more = split(total, [heavier, *parts[1:]], unit)[first.key]
        self.assertGreaterEqual(more, shares[first.key] or 0)

    def test_many_parts(self):
        """Above the size from which remainders are picked out by a sample."""
        for weights in (
            [number * number % 7919 for number in range(20_000)],
            [1] * 20_000,
            [1, 10**12] * 10_000,
            [*range(1, 10_001), *[10**9] * 10_000],
        ):
            for total in (1, 3, 9_999, 123_456_789, 10**15 + 7):
                shares = split(total, [Part(key, w) for key, w in enumerate(weights)], 1)
                weight_sum = sum(weights)
                ranked = sorted(
                    range(len(weights)),
                    key=lambda key: (-(total * weights[key] % weight_sum), key),
                )
                expected = [total * weight // weight_sum for weight in weights]
                for key in ranked[: total - sum(expected)]:
                    expected[key] += 1
                self.assertEqual(list(shares.values()), expected)

    # === MATRICES === #
    @EXAMPLES
    @given(feasible_matrices(), st.randoms(use_true_random=False))
    def test_matrix_meets_fixed_totals(self, case, dice):
        matrix, rows, columns, unit = case
        totals = {
            "total": {"total": sum(rows)},
            "rows": {"row_totals": rows},
            "columns": {"column_totals": columns},
            "both": {"row_totals": rows, "column_totals": columns},
        }
        for kept, given_totals in totals.items():
            amounts = split_matrix(matrix, unit, **given_totals)
            self.assertWithin(matrix, amounts)
            self.assertEqual(sum(sums(amounts)), sum(rows))
            if kept in ("rows", "both"):
                self.assertEqual(sums(amounts), rows)
            if kept in ("columns", "both"):
                self.assertEqual(column_sums(amounts), columns)
            again = replace(matrix, weights=amounts)
            self.assertEqual(split_matrix(again, unit, **given_totals), amounts)
            self._assert_order_is_no_matter(matrix, unit, given_totals, amounts, dice)

    def _assert_order_is_no_matter(self, matrix, unit, totals, amounts, dice):
        row_order = dice.sample(matrix.rows, len(matrix.rows))
        column_order = dice.sample(matrix.columns, len(matrix.columns))
        shuffled = replace(
            matrix,
            rows=row_order,
            columns=column_order,
            weights=[[matrix.weights[row][column] for column in column_order] for row in row_order],
        )
        orders = {"row_totals": row_order, "column_totals": column_order, "total": None}
        shuffled_totals = {
            name: [value[place] for place in orders[name]] if orders[name] else value
            for name, value in totals.items()
        }
        self.assertEqual(
            split_matrix(shuffled, unit, **shuffled_totals),
            [[amounts[row][column] for column in column_order] for row in row_order],
        )

    @EXAMPLES
    @given(matrices(weights=st.integers(1, 1000)), st.data())
    def test_fitted_matrix_is_within_a_unit(self, matrix, data):
        """Of totals that the fit reaches exactly, namely those of factors by row and column."""
        row_factors = [data.draw(st.integers(1, 40)) for _ in matrix.rows]
        column_factors = [data.draw(st.integers(1, 40)) for _ in matrix.columns]
        fitted = [
            [
                Fraction(weight) * row * column
                for weight, column in zip(weights, column_factors, strict=True)
            ]
            for weights, row in zip(matrix.weights, row_factors, strict=True)
        ]
        unit = Decimal("0.01")
        rows = [Decimal(int(number * 100)) / 100 for number in sums(fitted)]
        columns = [Decimal(int(number * 100)) / 100 for number in column_sums(fitted)]
        amounts = split_matrix(matrix, unit, row_totals=rows, column_totals=columns)
        for numbers, targets in zip(amounts, fitted, strict=True):
            for number, target in zip(numbers, targets, strict=True):
                self.assertLess(abs(Fraction(number) - target), Fraction("0.0101"))

    @EXAMPLES
    @given(
        matrices(weights=st.sampled_from([None, 0, 1, 1, 2])),
        st.lists(st.integers(0, 12), min_size=11, max_size=11),
        st.data(),
    )
    def test_matrix_conflicts_are_real(self, matrix, totals, data):
        """Where totals cannot be met, the rows and columns that are named prove it."""
        rows = totals[: len(matrix.rows)]
        columns = totals[6 : 6 + len(matrix.columns)]
        columns[0] += max(0, sum(rows) - sum(columns))
        rows[0] += max(0, sum(columns) - sum(rows))
        cells = [(row, column) for row in matrix.rows for column in matrix.columns]
        maxima = data.draw(st.dictionaries(st.sampled_from(cells), st.integers(0, 6), max_size=6))
        matrix = replace(matrix, maxima=maxima)
        try:
            amounts = split_matrix(matrix, 1, row_totals=rows, column_totals=columns)
        except AllocationError as error:
            if error.reason in (Reason.ROWS_DO_NOT_FIT, Reason.COLUMNS_NOT_FILLED):
                self._assert_conflict(matrix, rows, columns, error)
            return
        self.assertWithin(matrix, amounts)
        self.assertEqual((sums(amounts), column_sums(amounts)), (rows, columns))

    def _assert_conflict(self, matrix, rows, columns, error):
        def most(row, column):
            weight = matrix.weights[row][column]
            return matrix.maxima.get((row, column), Decimal("Infinity")) if weight else 0

        row_sum = sum(rows[row] for row in error.rows)
        column_sum = sum(columns[column] for column in error.columns)
        if error.reason == Reason.ROWS_DO_NOT_FIT:
            amount, others = row_sum, column_sum
            outside = [(r, c) for r in error.rows for c in matrix.columns if c not in error.columns]
        else:
            amount, others = column_sum, row_sum
            outside = [(r, c) for c in error.columns for r in matrix.rows if r not in error.rows]
        limit = others + sum(most(row, column) for row, column in outside)
        self.assertEqual((error.amount, error.limit), (amount, limit))
        self.assertGreater(amount, limit)

    # === EDITING === #
    @EXAMPLES
    @given(numbers_with_unit(), st.sampled_from(Keep), SMALL_COUNTS, st.data())
    def test_rebalance_keeps_totals(self, case, keep, count, data):
        numbers, unit = case
        edited = (
            data.draw(st.sampled_from(numbers.rows)),
            data.draw(st.sampled_from(numbers.columns)),
        )
        open_columns = {edited[1], *data.draw(st.sets(st.sampled_from(numbers.columns)))}
        try:
            amounts = rebalance(
                numbers, {edited: count * unit}, unit, keep=keep, open_columns=open_columns
            )
        except AllocationError:
            return
        self.assertEqual(amounts[edited[0]][edited[1]], count * unit)
        self.assertEqual(sum(sums(amounts)), sum(sums(numbers.weights)))
        if keep in (Keep.ROWS, Keep.BOTH):
            self.assertEqual(sums(amounts), sums(numbers.weights))
        if keep in (Keep.COLUMNS, Keep.BOTH):
            self.assertEqual(column_sums(amounts), column_sums(numbers.weights))
        for row, before in enumerate(numbers.weights):
            for column, number in enumerate(before):
                if column not in open_columns:
                    self.assertEqual(amounts[row][column], number)
                if (row, column) != edited:
                    self.assertEqual(amounts[row][column] is None, number is None)

    @EXAMPLES
    @given(numbers_with_unit(), st.data())
    def test_transfer_conserves_columns(self, case, data):
        numbers, unit = case
        giver = data.draw(st.sampled_from(numbers.rows))
        others = [row for row in numbers.rows if row != giver]
        if not others:
            return
        receivers = data.draw(
            st.dictionaries(st.sampled_from(others), st.integers(1, 5), min_size=1)
        )
        open_columns = data.draw(st.sets(st.sampled_from(numbers.columns)))
        kept = {column: data.draw(SMALL_COUNTS) * unit for column in open_columns}
        amounts = transfer(numbers, giver, receivers, unit, open_columns=open_columns, kept=kept)
        self.assertEqual(column_sums(amounts), column_sums(numbers.weights))
        for row, before in enumerate(numbers.weights):
            for column, number in enumerate(before):
                after = amounts[row][column]
                if column not in open_columns or row not in {giver, *receivers}:
                    self.assertEqual(after, number)
                elif row == giver and number is not None:
                    self.assertEqual(after, min(number, kept[column]))
                elif row != giver:
                    self.assertGreaterEqual(after or 0, number or 0)

    # === TREES === #
    @EXAMPLES
    @given(trees(), COUNTS, UNITS, st.randoms(use_true_random=False), st.data())
    def test_children_add_up_to_their_parent(self, case, count, unit, dice, data):
        nodes, parents = case
        totals = {0: [count * unit, data.draw(st.none() | COUNTS.map(lambda n: n * unit))]}
        pinned = (
            data.draw(st.dictionaries(st.sampled_from(nodes.rows[1:]), SMALL_COUNTS))
            if parents[1:]
            else {}
        )
        nodes = replace(nodes, pins={(node, "q1"): n * unit for node, n in pinned.items()})
        try:
            amounts = split_tree(nodes, parents, totals, unit)
        except AllocationError as error:
            self.assertTrue(error.rows)
            return
        self.assertEqual(amounts[0], totals[0])
        for parent in nodes.rows:
            children = [amounts[node] for node, above in enumerate(parents) if above == parent]
            for period in (0, 1):
                numbers = [child[period] for child in children]
                if children and any(number is not None for number in numbers):
                    self.assertEqual(sum(n or 0 for n in numbers), amounts[parent][period])
                if amounts[parent][period] is None:
                    self.assertEqual(set(numbers) - {None}, set())
        for (node, _), pin in nodes.pins.items():
            self.assertEqual(amounts[node][0], pin)
        self._assert_tree_is_stable(nodes, parents, totals, unit, amounts, dice)

    def _assert_tree_is_stable(self, nodes, parents, totals, unit, amounts, dice):
        again = replace(nodes, weights=amounts)
        self.assertEqual(split_tree(again, parents, totals, unit), amounts)
        order = dice.sample(nodes.rows, len(nodes.rows))
        shuffled = replace(nodes, rows=order, weights=[nodes.weights[node] for node in order])
        self.assertEqual(
            split_tree(shuffled, [parents[node] for node in order], totals, unit),
            [amounts[node] for node in order],
        )
