from decimal import Decimal

from odoo.tests import BaseCase, tagged

from odoo.addons.sales_planning.engine.allocation import AllocationError
from odoo.addons.sales_planning.engine.sheet import Sheet

LI, WANG, CHEN = 1, 2, 3
CENT = Decimal("0.01")


def _sheet(amounts, pins=None, emptied=(), shares=None):
    """A sheet of two periods, in which the pins have just been typed."""
    columns = ["jan", "feb"]
    rows = [LI, WANG, CHEN][: len(amounts)]
    pins = pins or {}
    standing = [
        [
            None if (row, column) in emptied else pins.get((row, column), amount)
            for column, amount in zip(columns, line, strict=True)
        ]
        for row, line in zip(rows, amounts, strict=True)
    ]
    return Sheet(rows, columns, standing, shares or amounts, pins, set(emptied))


@tagged("post_install", "-at_install", "sales_planning")
class TestSheet(BaseCase):
    def test_other_columns_stay_while_one_is_split(self):
        sheet = _sheet([[100, 10], [200, 20]], {(LI, "jan"): 150})
        result = sheet.balance(CENT, column_totals=[300, 500], only={0})
        self.assertEqual(result, [[150, 10], [150, 20]])
        result = sheet.balance(CENT, column_totals=[300, 500])
        self.assertEqual([line[1] for line in result], [Decimal("166.67"), Decimal("333.33")])

    def test_a_column_without_total_stays(self):
        sheet = _sheet([[100, None], [200, 20]], {(LI, "jan"): 150, (LI, "feb"): 5})
        result = sheet.balance(CENT, column_totals=[300, None])
        self.assertEqual(result, [[150, 5], [150, 20]])

    def test_an_empty_column_is_shared_as_the_others_are(self):
        sheet = _sheet([[100, None], [200, None], [None, None]])
        result = sheet.balance(CENT, column_totals=[300, 30])
        self.assertEqual(result, [[100, 10], [200, 20], [None, None]])

    def test_an_empty_sheet_is_shared_equally(self):
        sheet = _sheet([[None, None], [None, None], [None, None]], {(LI, "jan"): 40})
        result = sheet.balance(CENT, column_totals=[100, 30], only={0})
        self.assertEqual(result, [[40, None], [30, None], [30, None]])

    def test_what_is_complete_gives_no_zeros_to_the_rest(self):
        sheet = _sheet([[None, None], [None, None]], {(LI, "jan"): 100})
        result = sheet.balance(CENT, column_totals=[100, 0], only={0})
        self.assertEqual(result, [[100, None], [None, None]])

    def test_emptied_cells_give_their_number_to_the_others(self):
        sheet = _sheet([[100, 10], [200, 20]], emptied=[(LI, "jan")])
        result = sheet.balance(CENT, column_totals=[300, 30])
        self.assertEqual(result, [[None, 10], [300, 20]])

    def test_an_emptied_column_is_left_unassigned(self):
        sheet = _sheet([[100, 10], [200, 20]], emptied=[(LI, "jan"), (WANG, "jan")])
        result = sheet.balance(CENT, column_totals=[300, 30])
        self.assertEqual(result, [[None, 10], [None, 20]])

    def test_the_others_make_room_for_a_row_that_is_fixed(self):
        sheet = _sheet([[100, 100], [100, 100], [100, 300]])
        result = sheet.balance(CENT, row_totals=[400, None, None], column_totals=[300, 500])
        self.assertEqual(sum(result[0]), 400)
        self.assertEqual([sum(line) for line in zip(*result, strict=True)], [300, 500])

    def test_a_fixed_row_leaves_room_for_pins_of_the_others(self):
        sheet = _sheet([[100, 100], [100, 100]], {(WANG, "jan"): 190})
        result = sheet.balance(CENT, row_totals=[200, None], column_totals=[200, 200])
        self.assertEqual(result, [[10, 190], [190, 10]])

    def test_a_fixed_row_while_nothing_else_holds(self):
        sheet = _sheet([[100, 300], [50, 50]])
        self.assertEqual(sheet.balance(CENT, row_totals=[800, None]), [[200, 600], [50, 50]])

    def test_a_fixed_row_without_numbers_is_shared_as_the_columns_are(self):
        sheet = _sheet([[None, None], [100, 300]])
        self.assertEqual(sheet.balance(CENT, row_totals=[40, None])[0], [10, 30])

    def test_a_fixed_row_above_the_total_is_refused(self):
        sheet = _sheet([[100, 100], [100, 100]])
        with self.assertRaises(AllocationError) as caught:
            sheet.balance(CENT, row_totals=[500, None], column_totals=[200, 200])
        self.assertEqual(caught.exception.keys, (LI,))
        self.assertEqual(caught.exception.limit, 400)

    def test_rows_and_columns_fixed(self):
        sheet = _sheet([[100, 100], [100, 300]], {(LI, "jan"): 120})
        result = sheet.balance(CENT, row_totals=[200, 400], column_totals=[200, 400])
        self.assertEqual(result, [[120, 80], [80, 320]])

    def test_the_total_alone(self):
        sheet = _sheet([[100, 100], [100, 100]], {(LI, "jan"): 250})
        self.assertEqual(sheet.balance(CENT, total=400), [[250, 50], [50, 50]])

    def test_the_total_of_an_empty_sheet_is_shared_equally(self):
        sheet = _sheet([[None, None], [None, None]])
        self.assertEqual(sheet.balance(CENT, total=100), [[25, 25], [25, 25]])

    def test_nothing_holds(self):
        sheet = _sheet([[100, 100], [100, 100]], {(LI, "jan"): 250}, emptied=[(WANG, "feb")])
        self.assertEqual(sheet.balance(CENT), [[250, 100], [100, None]])
