from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import DecomposingCommon


@tagged("post_install", "-at_install", "sales_planning")
class TestUnassigned(DecomposingCommon):
    """What nobody has to reach yet is always there to see: no number is not 0, and parts without
    a number leave the whole of the target above open.
    """

    def _unassigned(self, target, month=1):
        return self._cell(target, month).unassigned

    def test_a_target_without_parts_has_nothing_to_assign(self):
        self.target_west.cell_ids.assigned = 300
        self.assertIs(self._unassigned(self.target_west), False)
        self.assertIs(self.target_west.unassigned, False)

    def test_parts_without_a_number_leave_all_of_it_open(self):
        self.target_east.cell_ids.assigned = 100
        self.assertEqual(self._unassigned(self.target_east), 100)
        self.assertEqual(self.target_east.unassigned, 1200)
        self.assertIs(self._unassigned(self.top), False)  # it has no number itself

    def test_one_part_with_a_number(self):
        self.target_east.cell_ids.assigned = 100
        january = self._cell(self.target_li, 1)
        january.assigned = 0
        self.assertEqual(self._unassigned(self.target_east), 100)
        january.assigned = 30
        self.assertEqual(self._unassigned(self.target_east), 70)
        january.assigned = False
        self.assertEqual(self._unassigned(self.target_east), 100)

    def test_it_follows_the_tree(self):
        self.target_west.cell_ids.assigned = 300
        part = self._create_target(
            team_id=self.west.id, user_id=self.seller.id, parent_id=self.target_west.id
        )
        self.assertEqual(self.target_west.unassigned, 3600)
        part.cell_ids.assigned = 100
        self.assertEqual(self.target_west.unassigned, 2400)
        part.parent_id = self.top
        self.assertIs(self.target_west.unassigned, False)
        part.parent_id = self.target_west
        self.assertEqual(self.target_west.unassigned, 2400)
        part.unlink()
        self.assertIs(self.target_west.unassigned, False)

    def test_a_part_that_moves_below_too_small_a_target_is_refused(self):
        self._fill()
        self._cell(self.target_west, 1).assigned = 150
        self.target_li.parent_id = self.target_west
        with (
            self.assertRaisesRegex(ValidationError, "West · Jan 2026 is 150.00, .* 50.00 more"),
            self.env.cr.savepoint(),
        ):
            self.target_wang.parent_id = self.target_west
        self.assertEqual(self.target_wang.parent_id, self.target_east)

    def test_a_plan_with_open_numbers_is_not_approved(self):
        self._fill()
        for cell in (self._cell(self.target_li, 3), self._cell(self.target_wang, 3)):
            cell.assigned = False
        with self.assertRaisesRegex(UserError, "East · Mar 2026 has 200.00 that no target below"):
            self.plan.action_approve()
        self.target_east.action_balance("equal")
        self.plan.action_approve()

    def test_stretch_and_challenge_hold_too(self):
        self._fill()
        for value in ("stretch", "challenge"):
            with self.subTest(value=value):
                east, li = self._cell(self.target_east, 1), self._cell(self.target_li, 1)
                self._cell(self.top, 1)[value] = 700
                east[value] = 300
                with (
                    self.assertRaisesRegex(ValidationError, r"East · Jan 2026 \(.*300.00"),
                    self.env.cr.savepoint(),
                ):
                    li[value] = 301
                li[value] = 200
                label = self.env["sales.target.cell"]._fields[value].string
                with self.assertRaisesRegex(UserError, rf"Jan 2026 \({label}\) has 400.00"):
                    self.plan.action_approve()
                self._cell(self.target_west, 1)[value] = 400
                self._cell(self.target_wang, 1)[value] = 100
        self.plan.action_approve()
