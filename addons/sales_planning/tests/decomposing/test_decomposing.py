from decimal import Decimal

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from .common import DecomposingCommon


@tagged("post_install", "-at_install", "sales_planning")
class TestDecomposing(DecomposingCommon):
    def test_a_total_is_shared_by_periods_and_parts(self):
        self._fill()
        self.top.action_set_total("1000000.00", "current")
        self.assertEqual(self.top.assigned, 1_000_000)
        self._assert_balanced()

    def test_an_empty_target_is_filled_in_equal_periods(self):
        self.top.action_set_total("100.00")
        self.assertEqual(sorted(set(self._numbers(self.top))), [8.33, 8.34])
        self.assertEqual(self.top.assigned, 100)
        self.assertIs(self.target_east.assigned, False)

    def test_parts_follow_the_number_typed_above_them(self):
        self._fill()
        self._cell(self.top, 3).assigned = 1000
        self.assertEqual(self._cell(self.target_west, 3).assigned, 600)
        self.assertEqual(self._cell(self.target_li, 3).assigned, 200.5)
        self.assertEqual(self._cell(self.target_wang, 3).assigned, 199.5)
        self._assert_balanced()

    def test_pinned_parts_stay(self):
        self._fill()
        pinned = self._cell(self.target_li, 3)
        pinned.action_toggle_pin()
        self._cell(self.top, 3).assigned = 1000
        self.assertEqual(pinned.assigned, 100.25)
        self._assert_balanced()

    def test_a_pin_that_cannot_be_met_is_named_and_nothing_changes(self):
        self._fill()
        for target in (self.target_west, self.target_li, self.target_wang):
            self._cell(target, 3).action_toggle_pin()
        with self.assertRaisesRegex(UserError, "East.*Mar 2026|Mar 2026.*"):
            self._cell(self.top, 3).assigned = 1000
        self.assertEqual(self._cell(self.top, 3).assigned, 500)
        self._assert_balanced()

    def test_parts_cannot_exceed_the_target_above(self):
        self._fill()
        with self.assertRaisesRegex(ValidationError, r"East · Mar 2026 is 200\.00.*50\.00 more"):
            self._cell(self.target_li, 3).assigned = 150.25
        self.env.invalidate_all()
        self._assert_balanced()

    def test_what_is_taken_from_a_part_is_unassigned(self):
        self._fill()
        self._cell(self.target_li, 3).assigned = 50.25
        self.assertEqual(self._cell(self.target_east, 3).unassigned, 50)
        self.assertEqual(self.target_east.unassigned, 50)
        self.target_east.action_balance()
        self._assert_balanced()
        self.assertEqual(self._cell(self.target_east, 3).assigned, 200)

    def test_balancing_by_equal_shares(self):
        self._fill()
        self.target_east.action_balance("equal")
        self.assertEqual(self._cell(self.target_li, 3).assigned, 100)
        self.assertEqual(self._cell(self.target_wang, 3).assigned, 100)

    def test_balancing_by_last_years_sales(self):
        self._fill()
        for month in range(1, 13):
            for user, amount in ((self.seller, 30), (self.other_seller, 10)):
                self._post(f"2025-{month:02}-15", amount, user_id=user, team_id=self.east)
        self.target_east.action_balance("last_year")
        self.assertEqual(self._cell(self.target_li, 3).assigned, 150)
        self.assertEqual(self._cell(self.target_wang, 3).assigned, 50)
        self._assert_balanced()

    def test_no_shares_at_all_are_refused(self):
        self._fill()
        with self.assertRaisesRegex(UserError, "East · Jan 2026: 200.00 cannot be shared out"):
            self.target_east.action_balance("last_year")
        self._assert_balanced()

    def test_roll_up_adds_from_the_lowest(self):
        self.target_li.cell_ids.write({"assigned": 7})
        self.target_wang.cell_ids.write({"assigned": 0})
        self.top.action_roll_up()
        self.assertEqual(self.target_east.assigned, 84)
        self.assertEqual(self.top.assigned, 84)
        self.assertIs(self.target_west.assigned, False)

    def test_every_move_is_kept_with_how(self):
        self._fill()
        self._cell(self.top, 3).assigned = 1000
        changes = self._cell(self.target_li, 3).change_ids
        self.assertEqual(changes[0].operation, "typed")
        self.assertEqual(changes[0].create_uid, self.env.user)
        self.assertRecordValues(
            changes[0], [{"value": "assigned", "amount_before": 100.25, "amount_after": 200.5}]
        )

    def test_who_answers_for_a_target_splits_it_and_not_what_is_beside(self):
        self._fill()
        self.target_east.responsible_id = self.leader
        self.target_east.with_user(self.leader).action_balance("equal")
        self.assertEqual(self._cell(self.target_li, 3).assigned, 100)
        for target in (self.top, self.target_west):
            with self.assertRaises(AccessError):
                target.with_user(self.leader).action_balance("equal")
        with self.assertRaises(AccessError):
            self.target_li.with_user(self.seller).action_set_total("5")
        self._assert_balanced()

    # === TRANSFER === #
    @freeze_time("2026-06-10")
    def test_moving_on_changes_open_periods_only(self):
        self._fill()
        self.plan.action_approve()
        before = {target: self._numbers(target) for target in self.nodes}
        self.target_li._transfer({self.target_wang: 1}, self._day(7), "Li Na moves to Shenzhen")
        self.assertEqual(self._numbers(self.target_li), [100.25] * 6 + [0] * 6)
        self.assertEqual(self._numbers(self.target_wang), [99.75] * 6 + [200] * 6)
        for target in (self.top, self.target_east, self.target_west):
            self.assertEqual(self._numbers(target), before[target])
        self._assert_balanced()
        self.assertEqual(self.plan.revision_ids.reason, "Li Na moves to Shenzhen")
        self.assertEqual(self.plan.revision_ids.change_count, 12)

    @freeze_time("2026-06-10")
    def test_the_days_before_stay_in_the_running_period(self):
        self._fill()
        self.target_li._transfer({self.target_wang: 1}, self._day(6, 16), "moved")
        june = self._cell(self.target_li, 6).assigned
        self.assertAlmostEqual(june, 50.13, delta=0.011)
        self._assert_balanced()

    @freeze_time("2026-06-10")
    def test_moving_to_another_team_moves_the_teams_too(self):
        self._fill()
        guest = self._create_target(
            team_id=self.west.id, user_id=self.leader.id, parent_id=self.target_west.id
        )
        rest = self._create_target(
            team_id=self.west.id, user_id=self.manager.id, parent_id=self.target_west.id
        )
        rest.cell_ids.write({"assigned": 300})
        guest.cell_ids.write({"assigned": 0})
        self.target_li._transfer({guest: 1}, self._day(7), "moved")
        self.assertEqual(self._numbers(self.target_east)[6:], [99.75] * 6)
        self.assertEqual(self._numbers(self.target_west)[6:], [400.25] * 6)
        self.assertEqual(self._numbers(self.top), [500] * 12)
        self._assert_balanced()

    def test_a_receiver_below_is_refused(self):
        self._fill()
        with self.assertRaisesRegex(UserError, "is part of"):
            self.target_east._transfer({self.target_li: 1}, self._day(7), "x")

    # === WHOLE WAY === #
    def test_a_year_is_split_by_region_product_customer_salesperson_and_month(self):
        """T1: any level, in any order, to the cent; moving one person leaves the past."""
        regions = self.env["sales.territory"].create([{"name": "N"}, {"name": "S"}, {"name": "W"}])
        products = self.env["product.product"].create([{"name": f"Bike {n}"} for n in range(2)])
        customers = self.env["res.partner"].create(
            [{"name": f"Shop {n}", "is_company": True} for n in range(2)]
        )
        people = self.seller | self.other_seller | self.leader
        plan = self._create_plan(name="All levels")
        top = self._create_target(plan=plan)
        levels = (
            ("territory_id", regions),
            ("product_id", products),
            ("partner_id", customers),
            ("user_id", people),
        )
        parents = top
        for name, records in levels:
            parents = parents.create(
                [
                    {
                        **{other: parent[other].id for other in parent._named_dimensions()},
                        "plan_id": plan.id,
                        "parent_id": parent.id,
                        name: record.id,
                        "weight": weight,
                    }
                    for parent in parents
                    for weight, record in enumerate(records, 1)
                ]
            )
        top.action_set_total("12345678.91", "equal")
        for depth in range(len(levels)):
            plan.target_ids.filtered(
                lambda target, depth=depth: len(target._named_dimensions()) == depth
            ).action_balance("hand")
        self._assert_balanced(plan)
        leaves = plan.target_ids.filtered(lambda target: not target.child_ids)
        self.assertEqual(len(leaves), 36)
        self.assertEqual(
            sum(Decimal(str(number)) for number in leaves.cell_ids.mapped("assigned")),
            Decimal("12345678.91"),
        )
        plan.action_approve()
        moved = leaves.filtered(lambda target: target.user_id == self.seller)
        past = {target: self._numbers(target)[:5] for target in plan.target_ids}
        with freeze_time("2026-06-10"):
            for target in moved:
                heir = leaves.filtered(
                    lambda leaf, target=target: (
                        leaf.parent_id == target.parent_id and leaf.user_id == self.other_seller
                    )
                )
                target._transfer({heir: 1}, self._day(6), "Li Na leaves")
        self._assert_balanced(plan)
        self.assertEqual({target: self._numbers(target)[:5] for target in past}, past)
        self.assertEqual({n for target in moved for n in self._numbers(target)[5:]}, {0})
        self.assertEqual(top.assigned, 12345678.91)
