from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from .common import DecomposingCommon


@tagged("post_install", "-at_install", "sales_planning")
class TestDecomposingWizards(DecomposingCommon):
    def _split(self, target, user=None, **values):
        wizards = self.env["sales.target.split"].with_context(default_target_id=target.id)
        return self._as(user or self.manager, wizards).create(values)

    def _transfer_wizard(self, lines, user=None, **values):
        return self._as(user or self.manager, self.env["sales.target.transfer"]).create(
            {
                "target_id": self.target_li.id,
                "date": self._day(7),
                "reason": "Li Na moves",
                "line_ids": [Command.create(line) for line in lines],
                **values,
            }
        )

    # === SPLIT === #
    def test_parts_are_proposed_from_what_was_sold(self):
        category = self.env["product.category"].create({"name": "Road"})
        self._post("2025-03-01", 300, team_id=self.west, categ_id=category)
        self.target_west.cell_ids.write({"assigned": 10})
        with Form(
            self.env["sales.target.split"].with_context(default_target_id=self.target_west.id)
        ) as form:
            form.dimension = "categ_id"
        wizard = form.record
        self.assertEqual(wizard.line_ids.record_ref, category)
        self.assertEqual(wizard.line_ids.last_year, 300)
        wizard.action_split()
        part = self.target_west.child_ids
        self.assertEqual((part.categ_id, part.team_id), (category, self.west))
        self.assertEqual(self._numbers(part), [10] * 12)

    def test_splitting_by_hand_set_weights(self):
        self.target_west.cell_ids.write({"assigned": 100.01})
        partners = self.env["res.partner"].create(
            [{"name": name, "is_company": True} for name in "AB"]
        )
        wizard = self._split(
            self.target_west,
            dimension="partner_id",
            method="hand",
            line_ids=[
                Command.create({"record_ref": f"res.partner,{partner.id}", "weight": weight})
                for partner, weight in zip(partners, (3, 1), strict=True)
            ],
        )
        wizard.action_split()
        first, second = self.target_west.child_ids.sorted("id")
        self.assertEqual((self._numbers(first)[0], self._numbers(second)[0]), (75.01, 25))
        self._assert_parts_fit(self.target_west)

    def test_a_year_from_one_number(self):
        """The months share the total as the parts do, here by last year."""
        for month, user, amount in ((1, self.seller, 100), (1, self.other_seller, 50)):
            self._post(f"2025-{month:02}-10", amount, user_id=user)
        self._post("2025-06-10", 150, user_id=self.seller)
        whole = self._create_target(plan=self._create_plan(name="From nothing"))
        wizard = self._split(whole, dimension="user_id", method="last_year", total=1000.01)
        self.assertTrue(wizard.asks_total)
        wizard.action_split()
        self.assertEqual(whole.assigned, 1000.01)
        self.assertEqual(self._numbers(whole)[:6], [500.01, 0, 0, 0, 0, 500])
        numbers = {part.user_id: self._numbers(part)[0] for part in whole.child_ids}
        self.assertEqual(numbers, {self.seller: 333.34, self.other_seller: 166.67})
        self._assert_balanced(whole.plan_id)

    def test_a_total_that_cannot_be(self):
        plan = self._create_plan(name="Pieces", metric="quantity")
        self._post("2025-01-10", 100, user_id=self.seller, quantity=3)
        whole = self._create_target(plan=plan)
        for total, sentence in ((10.5, "decimals|smallest"), (-5, "negative")):
            wizard = self._split(whole, dimension="user_id", method="equal", total=total)
            with self.assertRaisesRegex(UserError, sentence), self.env.cr.savepoint():
                wizard.action_split()
        self.assertFalse(whole.child_ids)

    def test_a_total_is_set_by_whoever_may_assign(self):
        self.target_east.responsible_id = self.leader
        values = {"dimension": "user_id", "method": "equal"}
        wizard = self._split(self.target_east, user=self.leader, **values)
        self.assertFalse(wizard.asks_total)
        wizard = self._split(self.target_east, user=self.leader, **values, total=500)
        self.assertEqual(len(wizard.line_ids), 2)
        with self.assertRaises(AccessError):
            wizard.action_split()
        self.assertIs(self.target_east.assigned, False)

    def test_a_split_into_nothing_is_refused(self):
        wizard = self._split(self.target_west, dimension="campaign_id", line_ids=[])
        with self.assertRaisesRegex(UserError, "West would have no part"):
            wizard.action_split()

    def test_only_who_answers_for_a_target_splits_it(self):
        wizard = self._split(
            self.target_west, user=self.seller, dimension="user_id", method="equal"
        )
        with self.assertRaises(AccessError):
            wizard.action_split()
        self.assertFalse(self.target_west.child_ids)

    # === TRANSFER === #
    @freeze_time("2026-06-10")
    def test_a_leaver_ends_and_a_newcomer_takes_over(self):
        self._fill()
        self.plan.action_approve()
        wizard = self._transfer_wizard([{"user_id": self.leader.id}])
        self.assertEqual(wizard.amount, 6 * 100.25)
        wizard.action_transfer()
        heir = self.plan.target_ids.filtered(lambda target: target.user_id == self.leader)
        self.assertEqual(heir.parent_id, self.target_east)
        self.assertEqual(self._numbers(heir)[6:], [100.25] * 6)
        self.assertEqual(self._numbers(self.target_li)[6:], [0] * 6)
        self.assertEqual(self.target_li.date_end, self._day(6, 30))
        self.assertEqual(set(self.plan.revision_ids.mapped("reason")), {"Li Na moves"})

    @freeze_time("2026-06-10")
    def test_shares_of_several_receivers(self):
        self._fill()
        self._transfer_wizard(
            [
                {"target_id": self.target_wang.id, "share": 2},
                {"user_id": self.leader.id, "share": 1},
            ],
            ends=False,
        ).action_transfer()
        self.assertEqual(self._cell(self.target_wang, 8).assigned, 166.58)
        self.assertFalse(self.target_li.date_end)
        self._assert_balanced()

    def test_nobody_to_take_over(self):
        self._fill()
        with self.assertRaisesRegex(UserError, "Nobody takes over"):
            self._transfer_wizard([]).action_transfer()

    def test_who_may_not_assign_moves_nothing(self):
        self._fill()
        wizard = self._transfer_wizard([{"target_id": self.target_wang.id}], user=self.seller)
        with self.assertRaises(AccessError):
            wizard.action_transfer()
        self._assert_balanced()

    def test_two_lines_of_one_receiver_add_up(self):
        self._fill()
        self._transfer_wizard(
            [
                {"target_id": self.target_wang.id, "share": 1},
                {"user_id": self.other_seller.id, "share": 1},
                {"user_id": self.leader.id, "share": 1},
            ],
            ends=False,
        ).action_transfer()
        self.assertEqual(self._cell(self.target_wang, 8).assigned, 166.58)
        self._assert_balanced()

    @freeze_time("2026-06-10")
    def test_an_owner_transfers_inside_the_own_branch_only(self):
        self._fill()
        self.target_east.responsible_id = self.leader
        self.plan.action_approve()
        west_part = {"target_id": self.target_west.id}
        wizard = self._transfer_wizard([west_part], user=self.leader, ends=False)
        with self.assertRaisesRegex(AccessError, "West is set by those above it"):
            wizard.action_transfer()
        with self.assertRaisesRegex(AccessError, "is set by those above it"):
            self._as(self.leader, self.target_li)._transfer(
                {self.target_west: 1}, self._day(7), "Away"
            )
        self._assert_balanced()
        self.assertEqual(set(self._numbers(self.target_west)), {300})
        self._transfer_wizard(
            [{"target_id": self.target_wang.id}], user=self.leader, ends=False
        ).action_transfer()
        self.assertEqual(self._cell(self.target_wang, 12).assigned, 200)
        self.assertEqual(self._cell(self.target_east, 12).assigned, 200)
        self._assert_balanced()

    def _assert_parts_fit(self, target):
        for first in target.cell_ids.mapped("date_from"):
            cells = (target | target.child_ids).cell_ids.filtered(
                lambda cell, first=first: cell.date_from == first
            )
            whole = cells.filtered(lambda cell: cell.target_id == target)
            self.assertAlmostEqual(sum((cells - whole).mapped("assigned")), whole.assigned, 9)
