"""Balance a matrix as somebody edits it: what was typed holds, and the rest makes room.

How to use::

    sheet = Sheet(
        rows=[7, 9],
        columns=["jan", "feb"],
        amounts=[[150, 100], [200, 200]],
        shares=[[100, 100], [200, 200]],
        pins={(7, "jan"): 150},
    )
    sheet.balance(1, column_totals=[300, 300])  # [[150, 100], [150, 200]]

Unlike :func:`~.allocation.split_matrix`, totals may hold for some rows or columns only.
"""

from collections.abc import Hashable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from .allocation import AllocationError, Matrix, split_matrix
from .allocation.errors import Reason

# Stands for all rows without a fixed total, while the others are split. No row has this key.
OTHERS = 0


@dataclass(frozen=True)
class Sheet:
    """Numbers that are being edited. Rows are whole numbers above 0, such as ids.

    :param amounts: the numbers that stand, with what was typed; None for no number
    :param shares: in which proportion a cell takes part; a cell with None gets no number
    :param pins: by (row, column), the numbers that hold
    :param emptied: (row, column) of the cells that are to have no number
    """

    rows: Sequence[int]
    columns: Sequence[Hashable]
    amounts: Sequence[Sequence]
    shares: Sequence[Sequence]
    pins: Mapping
    emptied: Set = field(default_factory=frozenset)

    def balance(self, unit, row_totals=None, column_totals=None, total=None, only=None):
        """Split anew what does not hold. A total that is None is free.

        :param row_totals: a number or None per row; None for none at all
        :param column_totals: a number or None per column; None for none at all
        :param total: of all cells; where no row or column has one
        :param only: positions of the columns to split, where columns are split by themselves
        :return: list of a list of amounts, or None for no number, per row
        :raise AllocationError: the numbers contradict each other
        """
        rows = row_totals or [None] * len(self.rows)
        columns = column_totals or [None] * len(self.columns)
        sheet = self._with_shares(rows, columns, total)
        if None not in rows:
            columns = None if column_totals is None else [n or 0 for n in columns]
            return split_matrix(sheet.matrix, unit, row_totals=rows, column_totals=columns)
        if any(number is not None for number in rows):
            sheet, only = sheet._with_locked(unit, rows, columns), None
        if column_totals is not None:
            return sheet._split_columns(unit, columns, only)
        if total is not None:
            return split_matrix(sheet.matrix, unit, total=total)
        return sheet._standing()

    @property
    def matrix(self):
        return Matrix(self.rows, self.columns, self.shares, self.pins)

    def _key(self, position):
        return self.rows[position[0]], self.columns[position[1]]

    # --- Shares ---

    def _with_shares(self, row_totals, column_totals, total):
        """Let a line that has something to split and nobody to take it be shared as all are.

        So a period without any number can be filled by typing into one of its cells.
        """
        shares = [
            [
                None if (row, column) in self.emptied else n
                for column, n in zip(self.columns, line, strict=True)
            ]
            for row, line in zip(self.rows, self.shares, strict=True)
        ]
        of_row = [sum(n or 0 for n in line) for line in shares]
        of_column = [sum(n or 0 for n in line) for line in zip(*shares, strict=True)]
        for i, of_line in enumerate(row_totals):
            cells = [(i, j) for j in range(len(self.columns))]
            self._fill(shares, cells, of_line, lambda cell: of_column[cell[1]])
        for j, of_line in enumerate(column_totals):
            cells = [(i, j) for i in range(len(self.rows))]
            self._fill(shares, cells, of_line, lambda cell: of_row[cell[0]])
        everywhere = [(i, j) for i in range(len(self.rows)) for j in range(len(self.columns))]
        self._fill(shares, everywhere, total, lambda _cell: 0)
        return replace(self, shares=shares)

    def _fill(self, shares, cells, total, share_of):
        """
        :param cells: positions of the cells of a line
        :param share_of: position → what its row or column takes as a whole
        """
        if not total or any(shares[i][j] for i, j in self._free(cells)):
            return
        free = [cell for cell in self._free(cells) if self._key(cell) not in self.emptied]
        if total <= sum(self.pins.get(self._key(cell), 0) for cell in cells):
            return
        some = any(share_of(cell) for cell in free)
        for i, j in free:
            shares[i][j] = (share_of((i, j)) or None) if some else 1

    def _free(self, cells):
        return [cell for cell in cells if self._key(cell) not in self.pins]

    # --- Splitting ---

    def _with_locked(self, unit, row_totals, column_totals):
        """Split the rows whose total is fixed, and pin them: the others make room for them.

        Where all columns have totals, the others take part as one row, so that they are
        left what they need.
        """
        locked = [i for i, total in enumerate(row_totals) if total is not None]
        part = self._only_rows(locked).matrix
        totals = [row_totals[i] for i in locked]
        if None not in column_totals:
            self._check_room(part.rows, sum(totals), sum(column_totals))
        if None in column_totals:
            amounts = split_matrix(part, unit, row_totals=totals)
        else:
            part = self._with_others(part)
            totals.append(sum(column_totals) - sum(totals))
            amounts = split_matrix(part, unit, row_totals=totals, column_totals=column_totals)
        held = {
            (row, column): number
            for row, line in zip(part.rows, amounts, strict=True)
            for column, number in zip(part.columns, line, strict=True)
            if row != OTHERS and number is not None
        }
        return replace(self, pins={**self.pins, **held})

    def _check_room(self, rows, amount, total):
        """:raise AllocationError: rows take more than the pins of the others leave of the total"""
        limit = total - sum(n for (row, _column), n in self.pins.items() if row not in rows)
        if amount > limit:
            raise AllocationError(Reason.PINS_EXCEED_TOTAL, tuple(rows), amount=amount, limit=limit)

    def _with_others(self, part):
        inside = set(part.rows)
        others = self._only_rows([i for i, row in enumerate(self.rows) if row not in inside])
        minima = {}
        for (_row, column), number in others.pins.items():
            minima[OTHERS, column] = minima.get((OTHERS, column), 0) + number
        shares = [sum(n or 0 for n in line) or None for line in zip(*others.shares, strict=True)]
        return replace(
            part, rows=[*part.rows, OTHERS], weights=[*part.weights, shares], minima=minima
        )

    def _only_rows(self, positions):
        rows = [self.rows[i] for i in positions]
        return replace(
            self,
            rows=rows,
            amounts=[self.amounts[i] for i in positions],
            shares=[self.shares[i] for i in positions],
            pins={key: number for key, number in self.pins.items() if key[0] in set(rows)},
        )

    def _split_columns(self, unit, totals, only):
        """Split columns one by one; those without a total stay as they are."""
        places = [
            j
            for j, total in enumerate(totals)
            if total is not None and (only is None or j in only) and not self._is_cleared(j)
        ]
        result = self._standing()
        if not places:
            return result
        columns = [self.columns[j] for j in places]
        part = Matrix(
            self.rows,
            columns,
            [[line[j] for j in places] for line in self.shares],
            {key: number for key, number in self.pins.items() if key[1] in set(columns)},
        )
        amounts = split_matrix(part, unit, column_totals=[totals[j] for j in places])
        for line, numbers in zip(result, amounts, strict=True):
            for j, number in zip(places, numbers, strict=True):
                line[j] = number
        return result

    def _is_cleared(self, column):
        """Tell whether numbers were taken away, and nobody is left to take them over."""
        cells = [(i, column) for i in range(len(self.rows))]
        return any(self._key(cell) in self.emptied for cell in cells) and not any(
            self.shares[i][j] for i, j in self._free(cells)
        )

    def _standing(self):
        return [
            [self.pins.get((row, column), n) for column, n in zip(self.columns, line, strict=True)]
            for row, line in zip(self.rows, self.amounts, strict=True)
        ]
