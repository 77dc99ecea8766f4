"""Whole numbers with given row and column totals, by maximum flow."""

from itertools import islice, pairwise

# Of the places where a flow is stuck, so many are looked at for the one that is told most briefly.
CANDIDATES = 20


class Conflict(Exception):
    """Some rows have more to place than the columns take, or the other way round.

    :param rows_ask: whether it is the rows that have too much, or the columns
    :param rows: positions of the rows concerned, as those of the columns
    :param amount: what the rows, or else the columns, have to place, in units
    :param limit: what the others and the bounds of the cells leave for it
    """

    def __init__(self, rows_ask, rows, columns, amount, limit):
        super().__init__(rows, columns)
        self.rows_ask = rows_ask
        self.rows = rows
        self.columns = columns
        self.amount = amount
        self.limit = limit


class Network:
    """A node for each row and column, and an arc for each cell between them.

    A row that has too little hands a unit to a column by raising a cell; a column that has too
    much hands it to another row by lowering a cell. So units travel on until they
    reach a column that has too little or a row that has too much. All shortest ways
    are used up at once, then the next longer ones (Dinitz 1970).

    :param counts: whole numbers from lower to upper, one list per row
    """

    def __init__(self, counts, lower, upper, row_totals, column_totals):
        self.lower = lower
        self.totals = [*row_totals, *column_totals]
        self.height = len(row_totals)
        # How many units a node can hand to each of the other kind.
        self.room = [
            [most - count for most, count in zip(*rows, strict=True)]
            for rows in zip(upper, counts, strict=True)
        ]
        self.room += [
            [count - least for count, least in zip(*columns, strict=True)]
            for columns in zip(zip(*counts, strict=True), zip(*lower, strict=True), strict=True)
        ]
        # What a node has to hand on (> 0) or still takes (< 0).
        self.surplus = [total - sum(row) for total, row in zip(row_totals, counts, strict=True)]
        self.surplus += [
            sum(column) - total
            for total, column in zip(column_totals, zip(*counts, strict=True), strict=True)
        ]

    def counts(self) -> list[list[int]]:
        """Return the whole numbers as they are now, one list per row."""
        return [
            [least + self.room[self.height + column][row] for column, least in enumerate(line)]
            for row, line in enumerate(self.lower)
        ]

    def settle(self) -> bool:
        """Hand units on until all totals are met, or none can be placed any more.

        :return: whether all are met
        """
        while sources := self._nodes(lambda units: units > 0):
            levels = self._levels(sources)
            if levels is None:
                return False
            # The arc of each node that is tried next; those before it lead nowhere.
            current = [0] * len(self.room)
            for source in sources:
                while self.surplus[source] > 0 and self._send(source, levels, current):
                    pass
        return True

    def conflict(self) -> Conflict:
        """Tell in few rows and columns why the flow is stuck.

        What can be reached from a stuck node is closed: all ways out of it are full.
        """
        stuck = [
            *islice(self._nodes(lambda units: units > 0), CANDIDATES),
            *islice(self._nodes(lambda units: units < 0), CANDIDATES),
        ]
        return min(map(self._conflict_around, stuck), key=lambda c: len(c.rows) + len(c.columns))

    def _nodes(self, accepts):
        return [node for node, units in enumerate(self.surplus) if accepts(units)]

    def _first_opposite(self, node):
        return self.height if node < self.height else 0

    def _place(self, node):
        """Return the position of a node among its kind."""
        return node if node < self.height else node - self.height

    # === WAYS === #
    def _levels(self, sources):
        """Return the distance of each node from the sources; None where no way leads to an end."""
        levels = [None] * len(self.room)
        frontier, level, arrived = sources, 0, False
        while frontier and not arrived:
            for node in frontier:
                levels[node] = level
            arrived = any(self.surplus[node] < 0 for node in frontier)
            frontier = self._following(frontier, levels)
            level += 1
        return levels if arrived else None

    def _following(self, frontier, levels):
        following = {}
        for node in frontier:
            first = self._first_opposite(node)
            for place, units in enumerate(self.room[node]):
                if units and levels[first + place] is None:
                    following[first + place] = True
        return list(following)

    def _send(self, source, levels, current):
        """Send what fits along one of the shortest ways; False where none is left."""
        way = [source]
        while way:
            if self.surplus[way[-1]] < 0:
                self._move(way)
                return True
            node = self._step(way[-1], levels, current)
            if node is not None:
                way.append(node)
                continue
            way.pop()
            if way:
                current[way[-1]] += 1
        return False

    def _step(self, node, levels, current):
        room, first, level = self.room[node], self._first_opposite(node), levels[node] + 1
        for place in range(current[node], len(room)):
            if room[place] and levels[first + place] == level:
                current[node] = place
                return first + place
        current[node] = len(room)
        return None

    def _move(self, way):
        steps = [
            (self.room[node], self._place(following), self.room[following], self._place(node))
            for node, following in pairwise(way)
        ]
        units = min(
            self.surplus[way[0]],
            -self.surplus[way[-1]],
            *(room[place] for room, place, _, _ in steps),
        )
        self.surplus[way[0]] -= units
        self.surplus[way[-1]] += units
        for room, place, room_back, place_back in steps:
            room[place] -= units
            room_back[place_back] += units

    # === CONFLICTS === #
    def _conflict_around(self, node):
        rows_ask = self.surplus[node] > 0
        closed = {node}
        frontier = [node]
        while frontier:
            frontier = [
                found
                for found in range(len(self.room))
                if found not in closed
                and any(self._leads(near, found, rows_ask) for near in frontier)
            ]
            closed.update(frontier)
        rows = sorted(node for node in closed if node < self.height)
        columns = sorted(node - self.height for node in closed if node >= self.height)
        asking = rows if rows_ask else [self.height + column for column in columns]
        amount = sum(self.totals[node] for node in asking)
        excess = abs(sum(self.surplus[node] for node in closed))
        return Conflict(rows_ask, rows, columns, amount, amount - excess)

    def _leads(self, node, other, forward):
        """Tell whether a unit can go from a node to the other, or else come from it."""
        if (node < self.height) == (other < self.height):
            return False
        if not forward:
            node, other = other, node
        return self.room[node][self._place(other)] > 0
