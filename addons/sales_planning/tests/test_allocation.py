from decimal import Decimal, localcontext
from fractions import Fraction

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
from ..engine.allocation.errors import SENTENCES

CENT = Decimal("0.01")


class AllocationCase(BaseCase):
    def assertRefused(self, reason, keys, work, **details):
        """Assert that work is refused, naming just these keys."""
        with self.assertRaises(AllocationError) as refused:
            work()
        error = refused.exception
        self.assertEqual((error.reason, error.keys), (reason, keys), str(error))
        for name, value in details.items():
            self.assertEqual(getattr(error, name), value, name)


@tagged("post_install", "-at_install", "sales_planning")
class TestAllocationSplit(AllocationCase):
    def split(self, total, *parts, unit=CENT):
        """Split among parts called a, b, c …, given as weights or as dicts."""
        parts = [
            Part(key, **part) if isinstance(part, dict) else Part(key, part)
            for key, part in zip("abcdef", parts, strict=False)
        ]
        return list(split(total, parts, unit).values())

    def test_largest_remainder(self):
        for total, weights, unit, expected in (
            ("100", (1, 1, 1), CENT, ("33.34", "33.33", "33.33")),
            ("0.05", (3, 2, 1), CENT, ("0.02", "0.02", "0.01")),
            ("10", (1, 1, 1), 1, ("4", "3", "3")),
            ("1000", (Decimal("0.5"), 1, Fraction(1, 3)), 5, ("275", "545", "180")),
            ("0.02", (1, 1, 1), CENT, ("0.01", "0.01", "0.00")),
            ("0", (1, 0, 1), CENT, ("0", "0", "0")),
            ("0", (0, 0), CENT, ("0", "0")),
            ("12", (Decimal("1E+3"), Decimal("3E+3")), 1, ("3", "9")),
            ("12", (Decimal("1E-90"), Decimal("3E-90")), 1, ("3", "9")),
        ):
            with self.subTest(total=total, weights=weights):
                shares = self.split(Decimal(total), *weights, unit=unit)
                self.assertEqual(shares, list(map(Decimal, expected)))

    def test_null_is_not_zero(self):
        self.assertEqual(self.split(10, 1, 0, None), [10, 0, None])
        # A pin or a minimum makes a number of it all the same.
        self.assertEqual(self.split(10, 1, {"pin": 0}, {"minimum": 3}), [7, 0, 3])
        self.assertEqual(self.split(10, 1, {"maximum": 3}), [10, None])

    def test_ties_go_to_the_lesser_key(self):
        parts = [Part(key, 1) for key in (3, 1, 2)]
        self.assertEqual(split(4, parts, 1), {1: 2, 2: 1, 3: 1})

    def test_bounds(self):
        for total, parts, expected in (
            (100, ({"pin": 10}, 1, 2), (10, 30, 60)),
            (100, ({"weight": 1, "minimum": 50}, 1, 1), (50, 25, 25)),
            (100, ({"weight": 1, "maximum": 10}, 1, 1), (10, 45, 45)),
            # What a maximum lets go lifts the others over their minima, and the other way round.
            (
                100,
                ({"weight": 8, "maximum": 20}, {"weight": 1, "minimum": 30}, {"weight": 1}),
                (20, 40, 40),
            ),
            (
                100,
                ({"weight": 1, "minimum": 60}, {"weight": 1, "maximum": 45}, {"weight": 2}),
                (60, "13.33", "26.67"),
            ),
            (30, ({"weight": 0, "minimum": 5}, {"weight": 1, "minimum": 25}, 1), (5, 25, 0)),
            (30, ({"weight": 5, "maximum": 10}, {"weight": 1, "maximum": 20}), (10, 20)),
        ):
            with self.subTest(parts=parts):
                shares = self.split(Decimal(total), *parts)
                self.assertEqual(shares, [Decimal(share) for share in expected])

    def test_refused(self):
        for reason, keys, total, parts in (
            (Reason.PINS_EXCEED_TOTAL, ("b",), 100, (1, {"pin": 101}, {"pin": 5})),
            (Reason.PINS_EXCEED_TOTAL, ("b", "c"), 100, (1, {"pin": 60}, {"pin": 50}, {"pin": 9})),
            (Reason.PINS_BELOW_TOTAL, ("a", "b"), 100, ({"pin": 60}, {"pin": 30})),
            (
                Reason.MINIMA_EXCEED_TOTAL,
                ("a", "b"),
                100,
                ({"weight": 1, "minimum": 60}, {"pin": 41}, {"weight": 1, "minimum": 1}),
            ),
            (Reason.MAXIMA_BELOW_TOTAL, ("a",), 100, ({"weight": 1, "maximum": 60}, 0, None)),
            (Reason.ALL_ZERO_WEIGHTS, ("a", "b"), 100, (0, None, {"pin": 5})),
            (Reason.ALL_ZERO_WEIGHTS, (), 100, ()),
            (Reason.NEGATIVE_WEIGHT, ("b",), 100, (1, Decimal("-0.5"))),
            (Reason.NEGATIVE_WEIGHT, ("b",), 100, (1, Fraction(-1, 3))),
            (Reason.NOT_A_NUMBER, ("b",), 100, (1, Decimal("NaN"))),
            (Reason.NOT_A_NUMBER, ("a",), 100, (Decimal("Infinity"), 1)),
            (Reason.NOT_A_NUMBER, ("a",), 100, ({"pin": Decimal("sNaN")}, 1)),
            (Reason.NOT_A_NUMBER, ("total",), Decimal("Infinity"), (1,)),
            (Reason.NOT_A_NUMBER, ("total",), Decimal("1E+500"), (1,)),
            (Reason.FINER_THAN_UNIT, ("total",), Decimal("100.001"), (1,)),
            (Reason.FINER_THAN_UNIT, ("b",), 100, (1, {"pin": Decimal("1.005")})),
            (Reason.NEGATIVE_AMOUNT, ("total",), -1, (1,)),
            (Reason.NEGATIVE_AMOUNT, ("a",), 100, ({"pin": -1}, 1)),
            (Reason.MINIMUM_ABOVE_MAXIMUM, ("a",), 9, ({"weight": 1, "minimum": 5, "maximum": 4},)),
            (Reason.PIN_OUTSIDE_BOUNDS, ("a",), 9, ({"pin": 5, "maximum": 4}, 1)),
        ):
            with self.subTest(reason=reason, parts=parts):
                self.assertRefused(reason, keys, lambda: self.split(total, *parts))  # noqa: B023

    def test_refusal_tells_the_amounts(self):
        self.assertRefused(
            Reason.PINS_EXCEED_TOTAL,
            ("a", "b"),
            lambda: self.split(Decimal("99.50"), {"pin": 60}, {"pin": 50}, 1),
            amount=Decimal("110.00"),
            limit=Decimal("99.50"),
        )

    def test_every_reason_has_a_sentence(self):
        self.assertEqual(set(SENTENCES), set(Reason))
        for reason in Reason:
            error = AllocationError(reason, ("a",), rows=("r",), columns=("c",), amount=1, limit=2)
            self.assertNotIn("{", str(error))

    def test_programming_errors(self):
        for error, work in (
            (TypeError, lambda: split(1.5, [Part("a", 1)], CENT)),
            (TypeError, lambda: split(1, [Part("a", 0.5)], CENT)),
            (TypeError, lambda: split(1, [Part("a", 0.5), Part("b", Decimal(1))], CENT)),
            (ValueError, lambda: split(1, [Part("a", 1), Part("a", 1)], CENT)),
            (ValueError, lambda: split(1, [Part("a", 1)], 0)),
            (ValueError, lambda: Matrix(["a"], [1, 2], [[1]])),
            (ValueError, lambda: Matrix(["a", "a"], [1], [[1], [2]])),
            (TypeError, lambda: split_matrix(Matrix(["a"], [1], [[1]]), CENT)),
        ):
            with self.subTest(error=error), self.assertRaises(error):
                work()

    def test_decimal_context_of_the_caller_does_not_matter(self):
        with localcontext() as context:
            context.prec = 3
            shares = self.split(Decimal("12345678.91"), 1, 2)
        self.assertEqual(shares, [Decimal("4115226.30"), Decimal("8230452.61")])


@tagged("post_install", "-at_install", "sales_planning")
class TestAllocationMatrix(AllocationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.year = Matrix(["east", "west"], [1, 2, 3], [[1, 1, 2], [3, None, 1]])

    def test_fixed_totals(self):
        for totals, expected in (
            ({"total": 800}, [[100, 100, 200], [300, None, 100]]),
            ({"row_totals": [800, 400]}, [[200, 200, 400], [300, None, 100]]),
            ({"column_totals": [400, 50, 300]}, [[100, 50, 200], [300, None, 100]]),
            (
                {"row_totals": [500, 300], "column_totals": [300, 100, 400]},
                [[100, 100, 300], [200, None, 100]],
            ),
        ):
            with self.subTest(totals=totals):
                self.assertEqual(split_matrix(self.year, CENT, **totals), expected)

    def test_bounds(self):
        matrix = Matrix(
            ["east", "west"],
            [1, 2],
            [[1, 1], [1, 1]],
            pins={("east", 1): 10},
            minima={("west", 2): 30},
            maxima={("east", 2): 35},
        )
        for totals, expected in (
            ({"total": 100}, [[10, 30], [30, 30]]),
            ({"row_totals": [40, 60]}, [[10, 30], [30, 30]]),
            ({"column_totals": [40, 60]}, [[10, 30], [30, 30]]),
            ({"row_totals": [45, 55], "column_totals": [35, 65]}, [[10, 35], [25, 30]]),
        ):
            with self.subTest(totals=totals):
                self.assertEqual(split_matrix(matrix, 1, **totals), expected)

    def test_both_refused(self):
        def both(rows, columns, **bounds):
            matrix = Matrix(["east", "west"], [1, 2, 3], self.year.weights, **bounds)
            return lambda: split_matrix(matrix, 1, row_totals=rows, column_totals=columns)

        self.assertRefused(
            Reason.ROW_COLUMN_TOTALS_DIFFER, (), both([5, 3], [3, 3, 3]), amount=8, limit=9
        )
        self.assertRefused(
            Reason.PINS_EXCEED_TOTAL,
            (("west", 1),),
            both([50, 30], [40, 10, 30], pins={("west", 1): 31, ("east", 1): 2}),
            rows=("west",),
            amount=31,
            limit=30,
        )
        self.assertRefused(
            Reason.MAXIMA_BELOW_TOTAL,
            (("east", 2),),
            both([50, 30], [40, 10, 30], maxima={("east", 2): 9}),
            columns=(2,),
        )
        # Only the east sells in period 2, and it cannot sell so much.
        self.assertRefused(
            Reason.COLUMNS_NOT_FILLED,
            (),
            both([5, 75], [30, 10, 40]),
            rows=("east",),
            columns=(2,),
            amount=10,
            limit=5,
        )

    def test_conflict_names_few_rows_and_columns(self):
        rows = [f"r{number:02}" for number in range(30)]
        weights = [[1] * 12 for _ in rows]
        # The first two rows sell in the first month only.
        weights[0][1:] = weights[1][1:] = [None] * 11
        matrix = Matrix(rows, list(range(12)), weights)
        self.assertRefused(
            Reason.ROWS_DO_NOT_FIT,
            (),
            lambda: split_matrix(
                matrix, 1, row_totals=[20] * 30, column_totals=[30] + [51] * 10 + [60]
            ),
            rows=("r00", "r01"),
            columns=(0,),
            amount=40,
            limit=30,
        )

    def test_zeros_in_the_way_of_scaling(self):
        """The fit has no limit with all its cells above zero; the rounding meets the totals."""
        matrix = Matrix(["a", "b"], [1, 2], [[1, 1], [0, 1]])
        amounts = split_matrix(matrix, CENT, row_totals=[100, 70], column_totals=[100, 70])
        self.assertEqual(amounts, [[100, 0], [0, 70]])

    def test_extreme_weights(self):
        matrix = Matrix([1, 2], [1, 2], [[10**400, 1], [1, Decimal("1E-100")]])
        amounts = split_matrix(matrix, 1, row_totals=[7, 8], column_totals=[9, 6])
        self.assertEqual([sum(row) for row in amounts], [7, 8])
        self.assertEqual([sum(column) for column in zip(*amounts, strict=True)], [9, 6])

    def test_empty(self):
        self.assertEqual(split_matrix(Matrix([], [], []), 1, total=0), [])
        self.assertEqual(split_matrix(Matrix(["a"], [], [[]]), 1, row_totals=[0]), [[]])
        self.assertEqual(split_matrix(Matrix([], [1], []), 1, row_totals=[], column_totals=[0]), [])
        self.assertRefused(
            Reason.ALL_ZERO_WEIGHTS, (), lambda: split_matrix(Matrix([], [1], []), 1, total=1)
        )


@tagged("post_install", "-at_install", "sales_planning")
class TestAllocationEditing(AllocationCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.numbers = Matrix(["east", "west"], [1, 2, 3], [[100, 100, 200], [300, None, 100]])

    def test_rebalance(self):
        for keep, edits, expected in (
            (Keep.ROWS, {("east", 1): 250}, [[250, 50, 100], [300, None, 100]]),
            (Keep.COLUMNS, {("east", 1): 250}, [[250, 100, 200], [150, None, 100]]),
            (Keep.BOTH, {("east", 1): 150}, [[150, 100, 150], [250, None, 150]]),
            (Keep.TOTAL, {("east", 1): 0}, [[0, 114, 229], [343, None, 114]]),
            (Keep.ROWS, {("west", 2): 40, ("west", 3): 60}, [[100, 100, 200], [300, 40, 60]]),
            (Keep.ROWS, {("east", 1): None}, [[None, 133, 267], [300, None, 100]]),
        ):
            with self.subTest(keep=keep, edits=edits):
                self.assertEqual(rebalance(self.numbers, edits, 1, keep=keep), expected)

    def test_rebalance_only_open_columns(self):
        amounts = rebalance(
            self.numbers, {("east", 2): 150}, 1, keep=Keep.ROWS, open_columns=[2, 3]
        )
        self.assertEqual(amounts, [[100, 150, 150], [300, None, 100]])
        self.assertRefused(
            Reason.CLOSED_COLUMN,
            (("east", 1),),
            lambda: rebalance(
                self.numbers, {("east", 1): 1}, 1, keep=Keep.ROWS, open_columns=[2, 3]
            ),
        )

    def test_rebalance_refused(self):
        self.assertRefused(
            Reason.PINS_EXCEED_TOTAL,
            (("west", 1),),
            lambda: rebalance(self.numbers, {("west", 1): 401}, 1, keep=Keep.ROWS),
            rows=("west",),
            amount=401,
            limit=400,
        )

    def test_rebalance_by_other_weights(self):
        numbers = Matrix(["east"], [1, 2, 3], [[90, 0, 0]])
        edits = {("east", 1): 60}
        self.assertRefused(
            Reason.ALL_ZERO_WEIGHTS,
            (("east", 2), ("east", 3)),
            lambda: rebalance(numbers, edits, 1, keep=Keep.ROWS),
        )
        amounts = rebalance(numbers, edits, 1, keep=Keep.ROWS, weights=[[1, 2, 1]])
        self.assertEqual(amounts, [[60, 20, 10]])

    def test_transfer(self):
        amounts = transfer(self.numbers, "west", {"east": 1}, 1, open_columns=[2, 3], kept={3: 30})
        self.assertEqual(amounts, [[100, 100, 270], [300, None, 30]])

    def test_transfer_to_several(self):
        numbers = Matrix(["a", "b", "c"], [1, 2], [[5, 7], [None, None], [2, 0]])
        amounts = transfer(numbers, "a", {"b": 1, "c": 2}, 1, open_columns=[2], kept={2: 9})
        self.assertEqual(amounts, [[5, 7], [None, 0], [2, 0]])
        amounts = transfer(numbers, "a", {"b": 1, "c": 2}, 1, open_columns=[2])
        self.assertEqual(amounts, [[5, 0], [None, 2], [2, 5]])
        with self.assertRaises(ValueError):
            transfer(numbers, "a", {"a": 1}, 1, open_columns=[2])


@tagged("post_install", "-at_install", "sales_planning")
class TestAllocationTree(AllocationCase):
    NODES = ("company", "north", "south", "ann", "bob", "cai")
    PARENTS = (None, "company", "company", "north", "north", "south")

    def tree(self, weights, **bounds):
        return Matrix(self.NODES, ["q1", "q2"], weights, **bounds)

    def split(self, tree, *totals):
        return split_tree(tree, self.PARENTS, {"company": totals}, 1)

    def test_split(self):
        tree = self.tree([[0, 0], [2, 3], [1, None], [1, 1], [3, 0], [1, 1]])
        self.assertEqual(
            self.split(tree, 90, 60),
            [[90, 60], [60, 60], [30, None], [15, 60], [45, 0], [30, None]],
        )
        self.assertEqual(self.split(tree, 90, None)[3], [15, None])

    def test_pin_below_is_respected_above(self):
        tree = self.tree([[0, 0]] + [[1, 1]] * 5, pins={("ann", "q1"): 70})
        self.assertEqual(
            self.split(tree, 90, 60), [[90, 60], [70, 30], [20, 30], [70, 15], [0, 15], [20, 30]]
        )

    def test_refused(self):
        tree = self.tree([[0, 0]] + [[1, 1]] * 5, pins={("north", "q1"): 60, ("ann", "q1"): 70})
        self.assertRefused(
            Reason.PINS_EXCEED_TOTAL,
            (("ann", "q1"),),
            lambda: self.split(tree, 90, 60),
            rows=("north",),
            columns=("q1",),
            amount=70,
            limit=60,
        )
        tree = self.tree([[0, 0], [1, 1], [1, 1], [0, 1], [0, 1], [1, 1]])
        self.assertRefused(
            Reason.ALL_ZERO_WEIGHTS,
            (("ann", "q1"), ("bob", "q1")),
            lambda: self.split(tree, 90, 60),
            rows=("north",),
        )
        with self.assertRaises(ValueError):
            split_tree(Matrix(["a", "b"], [1], [[1], [1]]), ["b", "a"], {}, 1)
