from contextlib import closing

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import BudgetCommon

CENTS = st.integers(0, 10**9)


@tagged("post_install", "-at_install", "sales_planning")
class TestBudgetDistribution(BudgetCommon):
    def test_a_budget_goes_down_by_the_targets_to_the_cent(self):
        self._fill({self.target_west: 100, self.target_li: 100, self.target_wang: 100})
        top = self._create_budget(self.top, 100)
        top.action_distribute()
        east, west = self._budget(self.target_east), self._budget(self.target_west)
        self.assertEqual((east.planned, west.planned), (66.67, 33.33))
        east.action_distribute()
        self.assertEqual(self._planned(self.target_li, self.target_wang), [33.34, 33.33])
        # Again from the top: what is distributed further follows.
        top.planned = 10.01
        self.assertEqual(self._undistributed(top), -89.99)
        top.action_distribute()
        self.assertEqual(self._planned(self.target_east, self.target_west), [6.67, 3.34])
        self.assertEqual(self._planned(self.target_li, self.target_wang), [3.34, 3.33])
        self.assertEqual(self._undistributed(top), 0)
        self.assertIs(self._undistributed(west), False)

    def test_no_target_is_not_a_target_of_zero(self):
        self.target_west.cell_ids.write({"assigned": 5})
        self.target_li.cell_ids[0].assigned = 0
        self.target_east.cell_ids[0].assigned = 0
        before = self._create_budget(self.target_wang, 3)
        self._create_budget(self.top, 50).action_distribute()
        self.assertEqual(self._planned(self.target_east, self.target_west), [0, 50])
        with self._refused(UserError, "No target right below East has a number above 0"):
            self._budget(self.target_east).action_distribute()
        self.target_east.cell_ids[0].assigned = 1
        self.target_li.cell_ids[0].assigned = 1
        self.target_wang.cell_ids.write({"assigned": False})
        self._budget(self.target_east).action_distribute()
        self.assertEqual(self._budget(self.target_li).planned, 0)
        self.assertIs(before.planned, False)
        self.target_east.cell_ids.write({"assigned": False})
        self._budget(self.top).action_distribute()
        for target in (self.target_east, self.target_li):
            self.assertIs(self._budget(target).planned, False)

    def test_what_cannot_be_distributed_is_refused(self):
        self._fill()
        budget = self._create_budget(self.top, 50)
        budget.planned = False
        with self._refused(UserError, "has no number to distribute"):
            budget.action_distribute()
        leaf = self._create_budget(self.target_west, 50)
        self.assertFalse(leaf.can_distribute)
        with self._refused(UserError, "No target right below"):
            leaf.action_distribute()

    def test_who_answers_for_a_target_distributes_its_budget(self):
        self._fill()
        self._create_budget(self.top, 500).action_distribute()
        east = self._budget(self.target_east)
        self.target_east.responsible_id = self.other_seller
        with self._refused(AccessError):
            self._as(self.seller, east).action_distribute()
        with self._refused(AccessError, "who answers for the target"):
            self._as(self.leader, east).action_distribute()
        own = self._as(self.other_seller, east)
        self.assertTrue(own.can_distribute)
        own.action_distribute()
        self.assertEqual(
            sum(self._planned(self.target_li, self.target_wang)), round(east.planned, 2)
        )

    def test_a_plan_is_not_approved_while_parts_exceed_the_whole(self):
        self._fill()
        top = self._create_budget(self.top, 100)
        east = self._create_budget(self.target_east, 60)
        west = self._create_budget(self.target_west, 50)
        with self._refused(UserError, "add up to .*10.00 more than"):
            self.plan.action_approve()
        west.planned = 40
        self.plan.action_approve()
        with self._refused(ValidationError, "more than"):
            east._revise(61, "More")
        with self._refused(ValidationError, "more than"):
            top._revise(99, "Less")
        top._revise(101, "More")
        east._revise(61, "More")

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        total=CENTS,
        numbers=st.lists(st.one_of(st.none(), CENTS), min_size=4, max_size=4),
    )
    def test_nothing_is_lost_on_the_way_down(self, total, numbers):
        targets = self.target_east | self.target_west | self.target_li | self.target_wang
        with closing(self.env.cr.savepoint()):
            for target, number in zip(targets, numbers, strict=True):
                self.env.cr.execute(
                    "UPDATE sales_target SET assigned = %s::numeric / 100 WHERE id = %s",
                    [number, target.id],
                )
            self.env.invalidate_all()
            top = self._create_budget(self.top, total / 100)
            if any(numbers[:2]):
                top.action_distribute()
                self._assert_conserved(top)
            east = self._budget(self.target_east)
            if any(numbers[2:]) and east:
                east.action_distribute()
                top.action_distribute()
                self._assert_conserved(top)
                self._assert_conserved(east)
        self.env.invalidate_all(flush=False)

    def _assert_conserved(self, budget):
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT (SELECT SUM(planned) FROM sales_budget_line WHERE parent_target_id = %s)
                   = (SELECT planned FROM sales_budget_line WHERE id = %s)
            """,
            [budget.target_id.id, budget.id],
        )
        self.assertEqual(self.env.cr.fetchone(), (True,))

    def _budget(self, target):
        return self.plan.budget_line_ids.search([("target_id", "=", target.id)])

    def _planned(self, *targets):
        return [self._budget(target).planned for target in targets]

    def _undistributed(self, budget):
        budget.invalidate_recordset(["undistributed"])
        return budget.undistributed
