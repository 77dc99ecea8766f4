"""Split new totals down a tree: the children of each node add up to it."""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence

from .line import Labels, share_out
from .matrix import Amounts, Grid, Matrix
from .units import UNLIMITED, Amount, Unit, exact_arithmetic


def split_tree(
    nodes: Matrix,
    parents: Sequence[Hashable | None],
    totals: Mapping[Hashable, Sequence[Amount | None]],
    unit: Amount,
) -> Amounts:
    """Split the totals of the topmost nodes among all nodes below them, period by period.

    Each node's number is split among its children by their weights, from the top downwards. What
    is pinned or bounded anywhere is respected above it too: a parent gets no less than what is
    pinned among its descendants. Where a node has no number, what is below it has none either;
    nor have children of whom none takes a share.
    Takes time in proportion to the number of nodes × periods.

    :param nodes: the nodes as rows, periods as columns; weights are the current numbers
        or others. Give only the periods that may change.
    :param parents: the parent of each node, in the order of the nodes; who has none, or
        one that is not among them, is a topmost node
    :param totals: the new numbers of each topmost node, one per period; they go before
        pins and bounds of that node
    :return: one list per node, with one amount per period
    :raise AllocationError: names (node, period), with the parent among ``rows``
    """
    with exact_arithmetic():
        tree = _Tree(Grid.from_matrix(nodes, Unit.of(unit)), parents)
        counts = tree.split(totals)
        size = tree.grid.unit.size
        return [[None if count is None else count * size for count in row] for row in counts]


class _Tree:
    """Nodes by position, parents before their children."""

    def __init__(self, grid, parents):
        self.grid = grid
        self.bounds = dict(grid.bounds)
        position = {key: place for place, key in enumerate(grid.matrix.rows)}
        self.parent_of = [position.get(parent) for parent in parents]
        self.children = [[] for _ in self.parent_of]
        self.tops = []
        for node, parent in enumerate(self.parent_of):
            (self.tops if parent is None else self.children[parent]).append(node)
        self.order = list(self.tops)
        for node in self.order:
            self.order.extend(self.children[node])
        if len(self.order) < len(position):
            message = "A node cannot be below itself."
            raise ValueError(message)

    def split(self, totals):
        """Return the units of each node and period, None where there is no number."""
        self._bound_parents()
        counts = [None] * len(self.order)
        for top in self.tops:
            counts[top] = self._read_totals(top, totals[self.grid.matrix.rows[top]])
        for parent in self.order:
            if self.children[parent]:
                for child in self.children[parent]:
                    counts[child] = []
                for column, total in enumerate(counts[parent]):
                    shares = self._split_among_children(parent, column, total)
                    for child, share in zip(self.children[parent], shares, strict=True):
                        counts[child].append(share)
        return counts

    def _read_totals(self, top, totals):
        unit = self.grid.unit
        return [
            None if total is None else unit.count(total, self.grid.cell(top, column))
            for column, total in zip(range(len(self.grid.matrix.columns)), totals, strict=True)
        ]

    def _bound_parents(self):
        """Bound each parent of bounded children, from the leaves upwards.

        A bound of its own goes first: if its children cannot keep it, their split says so.
        """
        bounded = defaultdict(set)
        for node, column in self.bounds:
            bounded[node].add(column)
        for node in reversed(self.order):
            parent = self.parent_of[node]
            for column in bounded[node]:
                if self.children[node]:
                    self.bounds[node, column] = self._bound(node, column)
                bounded[parent].add(column)

    def _bound(self, node, column):
        own_low, own_high = self.bounds.get((node, column), (0, UNLIMITED))
        low, high = 0, 0
        for child in self.children[node]:
            child_low, child_high = self.bounds.get((child, column), (0, UNLIMITED))
            low += child_low
            high += child_high if self.grid.weights[child][column] else child_low
        low = min(max(low, own_low), own_high)
        return low, max(min(high, own_high), low)

    def _split_among_children(self, parent, column, total):
        children, grid = self.children[parent], self.grid
        weights = [grid.weights[child][column] for child in children]
        bounds = {
            place: self.bounds[child, column]
            for place, child in enumerate(children)
            if (child, column) in self.bounds
        }
        labels = Labels(
            grid.unit,
            lambda place: grid.cell(children[place], column),
            rows=(grid.matrix.rows[parent],),
            columns=(grid.matrix.columns[column],),
        )
        if not bounds and all(grid.matrix.weights[child][column] is None for child in children):
            return [None] * len(children)
        shares = share_out(total or 0, weights, bounds, labels)
        return [
            share
            if grid.has_number(child, column, share)
            and (total is not None or grid.cell(child, column) in grid.matrix.pins)
            else None
            for child, share in zip(children, shares, strict=True)
        ]
