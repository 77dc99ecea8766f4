from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from odoo.addons.sales_system.tests.organisation.handover_common import HandoverCommon

from ..common import SalesPlanningCommon

MONTHS = range(1, 13)


@tagged("post_install", "-at_install", "sales_planning")
class TestTargetHandover(HandoverCommon, SalesPlanningCommon):
    """Li Na leaves in the middle of June 2026; Wang Wei takes over."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-06-16"))
        cls.top = cls._create_target(
            dict.fromkeys(MONTHS, 400), team_id=cls.shanghai.id, responsible_id=cls.seller.id
        )
        cls.of_li = cls._create_target(
            dict.fromkeys(MONTHS, 300), user_id=cls.seller.id, parent_id=cls.top.id
        )
        cls.of_wang = cls._create_target(
            dict.fromkeys(MONTHS, 100), user_id=cls.other_seller.id, parent_id=cls.top.id
        )
        cls.li_customer, cls.li_other = (
            cls._create_target(
                dict.fromkeys(MONTHS, number),
                user_id=cls.seller.id,
                partner_id=customer.id,
                parent_id=cls.of_li.id,
            )
            for customer, number in ((cls.customer, 200.01), (cls.other_customer, 99.99))
        )
        cls.plan.action_approve()

    def _hand_over(self, **values):
        handover = self._create_handover(
            **{"move_customers": False, "move_leads": False, "move_quotations": False, **values}
        )
        handover.action_hand_over()
        return handover

    def _numbers(self, target, value="assigned"):
        self.env.invalidate_all()
        return target.cell_ids.sorted("date_from").mapped(value)

    def _same_of(self, user, customer):
        return self.plan.target_ids.filtered(
            lambda target: target.user_id == user and target.partner_id == customer
        )

    def _assert_sums(self, plan=None):
        """Each target is what is below it and what is unassigned, in each month."""
        self.env.invalidate_all()
        for target in (plan or self.plan).target_ids.filtered("child_ids"):
            for cell in target.cell_ids:
                below = target.child_ids.cell_ids.filtered(
                    lambda part, first=cell.date_from: part.date_from == first
                )
                self.assertAlmostEqual(
                    sum(below.mapped("assigned")) + (cell.unassigned or 0), cell.assigned, 9
                )

    def test_the_preview_says_how_much_is_ahead(self):
        handover = self._create_handover()
        line = self._line(handover, self.of_li).filtered(lambda line: line.kind == "target")
        self.assertRecordValues(
            line, [{"amount": 150 + 6 * 300, "company_amount": 1950, "partner_id": False}]
        )
        self.assertIn("Orders 2026 · ", line.name)
        owned = handover.line_ids.filtered(lambda line: line.kind == "target_owner")
        self.assertEqual(owned.res_id, self.top.id)
        targets = handover.line_ids.filtered(lambda line: line.kind == "target")
        self.assertNotIn(self.li_customer.id, targets.mapped("res_id"))
        self.assertFalse(self._create_handover(move_targets=False).line_ids & line)

    def test_the_open_remainder_moves_and_history_stays(self):
        self._post("2026-03-01", 250, user_id=self.seller, partner_id=self.customer)
        self.plan.action_refresh()
        before = self._numbers(self.of_li)[:5]
        entries = self._entries()
        handover = self._hand_over()
        self.assertEqual(self._numbers(self.of_li)[:5], before)
        # Half of June, of each part to the cent: 100.01 and 50.00.
        self.assertEqual(self._numbers(self.of_li)[5:], [150.01] + [0] * 6)
        self.assertEqual(self._numbers(self.of_wang), [100] * 5 + [249.99] + [400] * 6)
        self.assertEqual(self._numbers(self.top), [400] * 12)
        heir = self._same_of(self.other_seller, self.customer)
        self.assertEqual(heir.parent_id, self.of_wang)
        self.assertEqual(self._numbers(heir), [False] * 5 + [100] + [200.01] * 6)
        self.assertEqual(self._numbers(self.li_customer)[5:], [100.01] + [0] * 6)
        self._assert_sums()
        self.assertEqual(self.of_li.date_end.isoformat(), "2026-06-15")
        self.assertFalse(self.of_wang.date_end)
        self.assertEqual(self._cell(self.of_li, 3).actual, 250)
        self.assertEqual(self._entries(), entries)
        self.assertEqual(self.top.responsible_id, self.other_seller)
        reasons = set(self.plan.revision_ids.mapped("reason"))
        self.assertEqual(len(reasons), 1)
        self.assertIn(handover.name, reasons.pop())
        self.assertEqual(set(self.of_li.cell_ids.change_ids.mapped("handover_id")), {handover})
        self.assertEqual(
            self._line(handover, self.of_li).filtered(lambda one: one.kind == "target").state,
            "moved",
        )

    def test_sales_count_for_whom_they_belong_to(self):
        self._hand_over()
        for day, user in (
            ("2026-06-15", self.seller),
            ("2026-06-20", self.seller),
            ("2026-07-01", self.other_seller),
        ):
            self._post(day, 10, user_id=user)
        self.assertEqual(self._actuals(self.of_li), {6: 10})
        self.assertEqual(self._actuals(self.of_wang), {7: 10})

    def test_stretch_and_challenge_go_with_it(self):
        version = self.plan.browse(self.plan.action_new_version()["res_id"])
        of_li, of_wang = (
            version.target_ids.filtered(lambda target, one=one: target.previous_id == one)
            for one in (self.of_li, self.of_wang)
        )
        of_li.cell_ids.write({"stretch": 330})
        of_wang.cell_ids.write({"stretch": 110})
        self._hand_over()
        self.assertEqual(self._numbers(of_li, "stretch"), [330] * 5 + [165] + [0] * 6)
        self.assertEqual(self._numbers(of_wang, "stretch"), [110] * 5 + [275] + [440] * 6)
        self._assert_sums(version)

    def test_undoing_brings_back_what_is_still_ahead(self):
        before = {target: self._numbers(target) for target in self.plan.target_ids}
        handover = self._hand_over()
        handover.action_undo()
        self.assertEqual({target: self._numbers(target) for target in before}, before)
        heir = self._same_of(self.other_seller, self.customer)
        self.assertEqual(self._numbers(heir)[5:], [0] * 7)
        self.assertFalse(self.of_li.date_end)
        self.assertTrue(all(handover.takeover_ids.mapped("is_returned")))
        self.assertEqual(self.top.responsible_id, self.seller)
        lines = handover.line_ids.filtered(lambda line: line.kind.startswith("target"))
        self.assertEqual(set(lines.mapped("state")), {"returned"})
        self._assert_sums()

    def test_undoing_later_leaves_the_days_in_between(self):
        handover = self._hand_over()
        with freeze_time("2026-08-11"):
            handover.action_undo()
        # Ten of the 31 days of August were Wang Wei's.
        self.assertEqual(self._numbers(self.of_li), [300] * 5 + [150.01, 0, 203.23] + [300] * 4)
        self.assertEqual(self._numbers(self.of_wang), [100] * 5 + [249.99, 400, 196.77] + [100] * 4)
        self._assert_sums()

    def test_what_was_lowered_since_cannot_come_back(self):
        handover = self._hand_over()
        cell = self._cell(self.of_wang, 9)
        parts = self.of_wang.child_ids.cell_ids.filtered(
            lambda part: part.date_from == cell.date_from
        )
        numbers = self.env["sales.target.numbers"]
        lowered = {part.id: numbers._to_decimal(10) for part in parts}
        for target in (self.of_wang, self.top):
            lowered[self._cell(target, 9).id] = numbers._to_decimal(120)
        numbers._set(self.plan, "assigned", lowered, "revised", reason="Less")
        handover.action_undo()
        self.assertEqual(self._cell(self.li_customer, 9).assigned, 10)
        self._assert_sums()

    def test_a_closed_plan_stays(self):
        handover = self._create_handover()
        self.plan.action_close()
        handover.action_hand_over()
        line = self._line(handover, self.of_li).filtered(lambda one: one.kind == "target")
        self.assertEqual((line.state, line.problem), ("skipped", "closed"))
        self.assertEqual(self._numbers(self.of_li), [300] * 12)

    def test_undoing_after_the_successor_left_too(self):
        handover = self._hand_over()
        self._hand_over(from_user_id=self.other_seller.id, to_user_id=self.city_leader.id)
        of_leader = self.plan.target_ids.filtered(
            lambda target: target.user_id == self.city_leader and not target.partner_id
        )
        numbers = self._numbers(of_leader)
        handover.action_undo()
        line = self._line(handover, self.of_li).filtered(lambda one: one.kind == "target")
        self.assertEqual(line.problem, "other")
        self.assertEqual(self._numbers(of_leader), numbers)
        self._assert_sums()

    def test_other_companies_stay(self):
        sister = self.env["res.company"].create({"name": "Sister"})
        self.seller.company_ids |= sister
        plan = self._create_plan(company_id=sister.id)
        other = self._create_target({8: 50}, plan=plan, user_id=self.seller.id)
        handover = self._hand_over()
        self.assertNotIn(other.id, handover.line_ids.mapped("res_id"))
        self.assertEqual(self._cell(other, 8).assigned, 50)

    def test_a_currency_without_decimals_and_pieces(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        japan = self.env["res.company"].create({"name": "Japan", "currency_id": yen.id})
        for user in (self.seller, self.other_seller):
            user.company_ids |= japan
        plans = self._create_plan(company_id=japan.id) | self._create_plan(metric="quantity")
        for plan in plans:
            target = self._create_target({6: 101, 7: 33}, plan=plan, user_id=self.seller.id)
            handover = self._hand_over(company_id=plan.company_id.id)
            line = self._line(handover, target).filtered(lambda one: one.kind == "target")
            self.assertEqual(line.amount, 50 + 33 if plan.currency_id else 0)
            heir = plan.target_ids - target
            self.assertEqual(self._numbers(target)[5:7], [51, 0])
            self.assertEqual(self._numbers(heir)[5:7], [50, 33])

    def test_nobody_writes_takeovers_and_only_those_concerned_see_them(self):
        takeovers = self._hand_over().takeover_ids
        self.assertEqual(len(takeovers), 3)
        for user, sees in (
            (self.seller, True),
            (self.other_seller, True),
            (self.city_leader, True),
            (self.west_leader, False),
            (self._create_stranger(), False),
        ):
            with self.subTest(user=user.login):
                found = self._as(user, self.env["sales.target.takeover"]).search([])
                self.assertEqual(bool(found), sees)
        for user in (self.seller, self.manager):
            for change in (
                lambda user=user: self._as(user, takeovers).write({"is_returned": True}),
                lambda user=user: self._as(user, takeovers).unlink(),
                lambda user=user: self._as(user, takeovers).copy(),
            ):
                with self.assertRaises(AccessError):
                    change()

    def test_all_targets_of_a_plan_move_in_one_step(self):
        counts = []
        for number in (2, 40):
            plan = self._create_plan(name=f"Plan of {number}")
            customers = self.env["res.partner"].create(
                [{"name": f"C{i}", "is_company": True} for i in range(number)]
            )
            targets = self.env["sales.target"].create(
                [
                    {"plan_id": plan.id, "user_id": self.seller.id, "partner_id": customer.id}
                    for customer in customers
                ]
            )
            targets.cell_ids.write({"assigned": 10})
            handover = self._create_handover()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            targets._hand_over(self.other_seller, handover)
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(len(plan.target_ids), 2 * number)
        # Odoo creates records in batches of its own, and checks them one by one.
        self.assertLess(counts[1], 2 * counts[0])
