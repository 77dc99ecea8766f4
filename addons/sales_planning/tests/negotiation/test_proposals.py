from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from .common import DEADLINE, TODAY, NegotiationCommon


@tagged("post_install", "-at_install", "sales_planning")
class TestProposals(NegotiationCommon):
    def test_a_round(self):
        """Owners propose, their leader accepts one and returns the other, who thinks again."""
        self._start()
        self.assertEqual(self.plan.state, "proposing")
        for owner in (self.seller, self.other_seller, self.region_leader):
            self.assertEqual(len(self._activities(owner)), 1)
            self.assertEqual(self._activities(owner).date_deadline, DEADLINE)

        self._proposals(self.target)[0].write({"proposed": 80, "reason": "Spring Festival"})
        self._proposals(self.target)[1:].write({"proposed": 95})
        self.assertEqual(self._cell(self.target, 1).assigned, 100, "the leader's number stays")
        self._as(self.seller, self.target).action_submit_proposal()
        self._submit(self.other_target, 110)
        self.assertFalse(self._activities(self.seller))
        self.assertEqual(len(self._activities(self.region_leader)), 2, "propose, and decide")

        led = self._as(self.region_leader, self.target)
        led.action_accept_proposal("Agreed")
        self._as(self.region_leader, self.other_target).action_return_proposal("More in May")
        self.assertEqual(self.target.proposal_state, "accepted")
        self.assertEqual(self.target.assigned, 80 + 11 * 95)
        self.assertEqual(self.top.unassigned, 12 * 220 - self.target.assigned - 12 * 120)
        self.assertEqual(len(self._activities(self.other_seller)), 1)

        self._submit(self.other_target, 115)
        self._as(self.region_leader, self.other_target).action_accept_proposal()
        self.assertEqual(self.other_target.assigned, 12 * 115)
        self.assertEqual(len(self._activities(self.region_leader)), 1, "own proposal left")
        self.assertEqual((self.plan.proposal_done_count, self.plan.proposal_count), (2, 3))

        self._as(self.manager, self.top).action_roll_up()
        self._approve_plan()
        self.assertEqual(self.plan.state, "approved")
        self.assertFalse(self._activities(self.region_leader))

    def test_each_move_is_kept_with_who_and_why(self):
        self._start()
        january = self._proposals(self.target)[0]
        january.write({"proposed": 80, "reason": "Spring Festival"})
        january.write({"reason": "Spring Festival, and a trade fair"})
        self.assertEqual(january.reason, "Spring Festival, and a trade fair")
        self._submit(self.target, 80)
        self._as(self.region_leader, self.target).action_accept_proposal("Agreed")
        self.assertRecordValues(
            self._cell(self.target, 1).change_ids.sorted("id")[-3:],
            [
                {
                    "create_uid": self.seller.id,
                    "operation": "proposed",
                    "amount_after": 80,
                    "reason": "Spring Festival",
                },
                {
                    "create_uid": self.seller.id,
                    "operation": "proposed",
                    "amount_after": 80,
                    "reason": "Spring Festival, and a trade fair",
                },
                {
                    "create_uid": self.region_leader.id,
                    "operation": "accepted",
                    "amount_after": 80,
                    "reason": "Agreed",
                },
            ],
        )
        self.assertRecordValues(
            self.target.proposal_move_ids.sorted("id"),
            [
                {"create_uid": self.seller.id, "state": "submitted"},
                {"create_uid": self.region_leader.id, "state": "accepted"},
            ],
        )

    def test_starting_needs_a_day_and_an_owner(self):
        plan = self._as(self.manager, self.plan)
        for day in (False, TODAY, TODAY - timedelta(days=1)):
            self.plan.proposal_deadline = day
            with self.subTest(day=day), self.assertRaisesRegex(UserError, "a day after today"):
                plan.action_start_proposals()
        self.plan.proposal_deadline = DEADLINE
        self.plan.target_ids.responsible_id = False
        with self.assertRaisesRegex(UserError, "No target of Orders 2026 has an owner"):
            plan.action_start_proposals()
        self.assertEqual(self.plan.state, "draft")

    def test_every_period_needs_a_proposal(self):
        self._start()
        proposals = self._proposals(self.target)
        (proposals - proposals[2]).write({"proposed": 90})
        with self.assertRaisesRegex(UserError, r"1 periods .* the first is li.na.* · Mar 2026"):
            self._as(self.seller, self.target).action_submit_proposal()
        self.assertEqual(self.target.proposal_state, "open")
        proposals[2].proposed = 0
        self._as(self.seller, self.target).action_submit_proposal()
        self.assertEqual(self.target.proposal_state, "submitted", "0 is a number")

    def test_periods_after_the_last_day_need_none(self):
        self.target.date_end = date(2026, 2, 15)
        self._start()
        self._proposals(self.target)[:2].write({"proposed": 90})
        self._as(self.seller, self.target).action_submit_proposal()
        self.assertEqual(self.target.proposal_state, "submitted")

    def test_bad_numbers(self):
        self._start()
        january = self._proposals(self.target)[0]
        for number, message in (
            (-1, "is negative"),
            (1.001, "more decimals than USD"),
            ("many", "“many” is not a number"),
            ("NaN", "is not a number"),
        ):
            with self.subTest(number=number), self.assertRaisesRegex(ValidationError, message):
                january.write({"proposed": number})
        self.assertIs(self._cell(self.target, 1).proposed, False)

    def test_what_is_handed_in_stands(self):
        self._start()
        self._submit(self.target)
        with self.assertRaisesRegex(UserError, "has been handed in. Ask .*sun.yu.* to return it"):
            self._proposals(self.target)[0].proposed = 1
        with self.assertRaisesRegex(UserError, "has been handed in"):
            self._as(self.seller, self.target).action_submit_proposal()

    def test_after_the_deadline(self):
        self._start()
        self._submit(self.other_target)
        with freeze_time(DEADLINE):
            self._proposals(self.target)[0].proposed = 70
        with freeze_time(DEADLINE + timedelta(days=1)):
            self.assertFalse(self._proposals(self.target)[0].can_propose)
            with self.assertRaisesRegex(UserError, "were due on 03/10/2026"):
                self._proposals(self.target)[0].proposed = 60
            self.plan.proposal_deadline = DEADLINE + timedelta(days=9)
            self._proposals(self.target)[0].proposed = 60
            self.assertEqual(
                self._activities(self.seller).date_deadline, DEADLINE + timedelta(days=9)
            )
        with freeze_time(DEADLINE + timedelta(days=20)):
            led = self._as(self.region_leader, self.other_target)
            with self.assertRaisesRegex(UserError, "a day after today"):
                led.action_return_proposal("Think again")
            led.action_return_proposal("Think again", DEADLINE + timedelta(days=25))
            self._submit(self.other_target, 130)
            with self.assertRaisesRegex(UserError, "were due on"):
                self._proposals(self.target)[0].proposed = 60
        self.assertEqual(self.other_target.proposed, 12 * 130)

    def test_returning_needs_a_reason(self):
        self._start()
        self._submit(self.target)
        with self.assertRaisesRegex(UserError, "Say why"):
            self._as(self.region_leader, self.target).action_return_proposal(" ")
        wizard = self._as(self.region_leader, self.env["sales.target.return"]).create(
            {"target_ids": self.target.ids, "reason": "Too low"}
        )
        wizard.action_return()
        self.assertRecordValues(
            self.target.proposal_move_ids[0], [{"state": "returned", "reason": "Too low"}]
        )
        proposals = self._as(self.seller, self.env["sales.target.proposal"]).search([])
        self.assertEqual(
            set(proposals.mapped("return_reason")), {"Too low"}, "the owner has to know why"
        )
        self._submit(self.target)
        proposals.invalidate_recordset()
        self.assertFalse(any(proposals.mapped("return_reason")))

    def test_only_the_leader_decides(self):
        self._start()
        self._submit(self.target)
        for user in (self.seller, self.other_seller, self.leader):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._as(user, self.target).action_accept_proposal()
        self._submit(self.top, 240)
        with self.assertRaisesRegex(AccessError, "is decided by a sales manager"):
            self._as(self.region_leader, self.top).action_accept_proposal()
        self._as(self.manager, self.top).action_accept_proposal()
        self.assertEqual(self.top.assigned, 12 * 240)

    def test_there_is_nothing_to_decide(self):
        self._start()
        with self.assertRaisesRegex(UserError, "is in state “Open”: there is nothing"):
            self._as(self.region_leader, self.target).action_accept_proposal()
        self._submit(self.target)
        self._approve_plan()
        with self.assertRaisesRegex(UserError, "does not ask for proposals now"):
            self._as(self.region_leader, self.target).action_accept_proposal()

    def test_accepting_undoes_nobody(self):
        """Somebody assigned another number after the proposal came in: told who and what."""
        self._start()
        self._submit(self.target)
        self._as(self.manager, self._cell(self.target, 5)).assigned = 77
        with self.assertRaisesRegex(UserError, r"chen.jie.* set .*May 2026 to 77.00 after"):
            self._as(self.region_leader, self.target).action_accept_proposal()
        self.assertEqual(self._cell(self.target, 5).assigned, 77)
        self._as(self.manager, self.target).action_accept_proposal()
        self.assertEqual(self._cell(self.target, 5).assigned, 90, "their own change they may")

    def test_a_leader_assigns(self):
        self._start()
        self._submit(self.target)
        wizard = self._as(self.region_leader, self.env["sales.target.revise"]).create(
            {"plan_id": self.plan.id, "target_id": self.target.id, "reason": "In the middle"}
        )
        self.assertEqual(len(wizard.line_ids), 12)
        self.assertEqual(wizard.line_ids[0].proposed, 90)
        wizard.line_ids[0].after = 95
        wizard.action_confirm()
        january = self._cell(self.target, 1)
        self.assertEqual((january.assigned, january.proposed), (95, 90))
        self.assertEqual(january.change_ids[0].reason, "In the middle")
        foreign = self._as(self.seller, self.env["sales.target.revise"]).create(
            {"plan_id": self.plan.id, "target_id": self.target.id}
        )
        foreign.line_ids[0].after = 1
        with self.assertRaisesRegex(AccessError, "is set by those above it"):
            foreign.action_confirm()

    def test_taking_over_and_submitting_all(self):
        self._start()
        self._proposals(self.target)[0].proposed = 1
        mine = self._as(self.seller, self.env["sales.target.proposal"])
        mine.action_take_over()
        self.assertEqual(self.target.proposed, 1 + 11 * 100)
        self.assertIs(self.other_target.proposed, False)
        mine.action_submit()
        self.assertEqual(self.target.proposal_state, "submitted")
        self.assertEqual(self.other_target.proposal_state, "open")
        with self.assertRaisesRegex(UserError, "nothing to submit"):
            mine.action_submit()

    def test_back_to_draft(self):
        self._start()
        self._proposals(self.target)[0].proposed = 70
        self._as(self.manager, self.plan).action_stop_proposals()
        self.assertFalse(self._activities(self.seller))
        with self.assertRaisesRegex(UserError, "does not ask for proposals now"):
            self._proposals(self.target)[0].proposed = 60
        self.assertEqual(self.target.proposed, 70)

    def test_the_gap_by_unit(self):
        self._start()
        self._submit(self.target)
        rows = self.env["sales.target.proposal"]._read_group(
            [("plan_id", "=", self.plan.id), ("target_id.child_ids", "=", False)],
            ["target_id"],
            ["assigned:sum", "proposed:sum", "difference:sum"],
        )
        self.assertEqual(
            rows, [(self.target, 1200, 1080, -120), (self.other_target, 1440, False, False)]
        )

    def test_writing_many_numbers_is_one_statement(self):
        self._start()
        proposals = self._proposals(self.target)
        proposals[0].proposed = 1
        proposals[0].invalidate_recordset()
        with self.assertQueryCount(20):
            proposals.write({"proposed": 5})
