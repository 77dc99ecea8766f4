"""Split targets exactly: every part a whole number of units, every sum its total.

How to use::

    cent = Decimal("0.01")
    split(Decimal("100.00"), [Part("a", 1), Part("b", 1), Part("c", 1)], cent)
    # {"a": 33.34, "b": 33.33, "c": 33.33}

    year = Matrix(rows=["east", "west"], columns=[1, 2, 3], weights=[[1, 1, 2], [3, None, 1]])
    split_matrix(year, cent, total=Decimal("800.00"))
    split_matrix(year, cent, row_totals=[500, 300])
    split_matrix(year, cent, row_totals=[500, 300], column_totals=[300, 100, 400])

    rebalance(numbers, {("east", 1): Decimal("150.00")}, cent, keep=Keep.BOTH)
    transfer(numbers, "east", {"west": 1}, cent, open_columns=[2, 3])
    split_tree(nodes, parents, {"company": [300, 300, 400]}, cent)

Amounts are Decimal or int, never negative and never finer than ``unit``, the smallest step of
an amount: a cent, a yen, a piece. Weights are int, Decimal or Fraction on any scale of
their own. What cannot be done raises :class:`AllocationError`, and nothing is changed.

Rules that hold everywhere:

- **Null is not zero.** A part with weight 0 gets 0. A part with weight None has no number
  and gets none, unless it is pinned or has a minimum.
- A **pinned** part keeps its number. A **minimum** or **maximum** is kept, and what it holds
  back or lets go is shared by the others in proportion.
- The **order** of parts, rows and columns does not matter. Where two parts have the same
  claim to the last unit, the lesser key gets it, so the keys of one call must be sortable.
- Splitting again with the result as weights gives the result.

How it works: amounts become whole numbers of units, and all sums are sums of integers.

- ``line``: one total. The level at which the bounded proportional shares add up to the total is
  found by a sweep over the bounds (water filling); what rounding down leaves goes to
  the largest remainders (Hamilton). O(n), O(n log n) where n parts are bounded.
- ``scaling``: a matrix whose rows and columns are both fixed is scaled to its totals by
  iterative proportional fitting (Deming & Stephan 1940), within the bounds.
- ``controlled_rounding``: those real numbers are rounded up or down so that every row and column
  adds up (Cox & Ernst 1982), by a maximum flow (``network``).
- ``editing`` and ``tree`` put these to work.
"""

from .editing import Keep, rebalance, transfer
from .errors import AllocationError, Reason
from .line import Part, split
from .matrix import Matrix, split_matrix
from .tree import split_tree
