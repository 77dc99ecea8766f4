from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .common import ExchangeCommon

TODAY = date(2026, 3, 2)
DEADLINE = date(2026, 3, 10)


@tagged("post_install", "-at_install", "sales_planning")
class TestWorkbookOfProposals(ExchangeCommon):
    """A file of proposals is taken and refused as the screen of proposals takes and refuses."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(TODAY))
        cls.target_li.cell_ids.assigned = 100
        cls.target_wang.cell_ids.assigned = 100
        cls.target_west.cell_ids.assigned = 300
        cls.top.action_roll_up()
        cls.plan.proposal_deadline = DEADLINE
        cls._as(cls.manager, cls.plan).action_start_proposals()
        cls.proposals = cls.env["sales.target.proposal"].search(
            [("target_id", "=", cls.target_li.id)]
        )

    def _edited(self, user, months=(1,)):
        workbook = self._export(value="proposed", user=user)
        for month in months:
            self._set(workbook, self.target_li, month, 120)
        return workbook

    def _get_screen_sentence(self, user):
        """:return: what the screen says to somebody who proposes for Li Na, or None"""
        try:
            with self.env.cr.savepoint():
                self._as(user, self.proposals)[:1].write({"proposed": 120})
        except (AccessError, UserError) as error:
            self.env.invalidate_all()
            return str(error)
        return None

    def _assert_refused_alike(self, user):
        """The check lists what the screen says, and applying says it again; nothing changes."""
        sentence = self._get_screen_sentence(user)
        self.assertTrue(sentence)
        before = self._numbers(self.target_li, "proposed")
        document = self._upload(self._edited(user), user=user)
        self.assertEqual(set(document.problem_ids.mapped("reason")), {sentence})
        with self.assertRaisesRegex(UserError, "nothing is changed"), self.env.cr.savepoint():
            document.action_apply()
        self.assertEqual(self._numbers(self.target_li, "proposed"), before)
        return sentence

    def test_an_owner_proposes(self):
        document = self._upload(self._edited(self.seller), user=self.seller)
        self.assertFalse(document.problem_ids)
        document.action_apply()
        self.assertEqual(self._numbers(self.target_li, "proposed")[0], 120)
        document.action_reverse()
        self.assertIs(self._numbers(self.target_li, "proposed")[0], False)

    def test_nobody_else_proposes_not_even_a_planner(self):
        self.assertIn("not by you", self._assert_refused_alike(self.manager))
        self.assertIn("not by you", self._assert_refused_alike(self.leader))

    def test_what_is_handed_in_stands(self):
        self._as(self.seller, self.proposals).write({"proposed": 90})
        self._as(self.seller, self.target_li).action_submit_proposal()
        self.assertIn("has been handed in", self._assert_refused_alike(self.seller))
        self._as(self.leader, self.target_li).action_return_proposal("Too little")
        self.assertFalse(self._upload(self._edited(self.seller), user=self.seller).problem_ids)

    def test_after_the_deadline(self):
        with freeze_time("2026-03-11"):
            self.assertIn("were due on", self._assert_refused_alike(self.seller))

    def test_a_draft_and_an_approved_plan_ask_for_no_proposals(self):
        self._as(self.manager, self.plan).action_stop_proposals()
        self.assertIn("does not ask for proposals", self._assert_refused_alike(self.seller))
        self._as(self.manager, self.plan).action_approve()
        self.assertIn("does not ask for proposals", self._assert_refused_alike(self.seller))

    def test_what_changed_between_check_and_apply_is_told_in_the_same_words(self):
        document = self._upload(self._edited(self.seller), user=self.seller)
        self._as(self.manager, self.plan).action_stop_proposals()
        sentence = self._get_screen_sentence(self.seller)
        with self.assertRaises(UserError) as refusal:
            document.action_apply()
        self.assertIn(sentence, str(refusal.exception))
        self.assertIs(self._numbers(self.target_li, "proposed")[0], False)

    def test_an_applied_file_is_not_reversed_once_it_is_handed_in(self):
        document = self._upload(self._edited(self.seller, range(1, 13)), user=self.seller)
        document.action_apply()
        self._as(self.seller, self.target_li).action_submit_proposal()
        with self.assertRaisesRegex(UserError, "has been handed in"):
            document.action_reverse()
        self.assertEqual(self._numbers(self.target_li, "proposed"), [120] * 12)

    def test_the_target_of_a_colleague_is_not_even_seen(self):
        workbook = self._export(value="proposed")
        self._set(workbook, self.target_wang, 1, 5)
        document = self._upload(workbook, user=self.seller)
        reasons = set(document.problem_ids.mapped("reason"))
        self.assertTrue(reasons)
        self.assertTrue(all("that you can see" in reason for reason in reasons), reasons)

    def test_no_other_door_writes_somebody_elses_proposal(self):
        planner = self._as(self.manager, self.target_li)
        cell = self._cell(self.target_li, 1)
        matrix = self._as(self.leader, self.target_east)
        shown = matrix.get_matrix("proposed")
        self.assertFalse(shown["can_edit"])
        self.assertIn("not by you", shown["why_not"])
        change = {"id": cell.id, "before": None, "after": "5"}
        for attempt in (
            lambda: planner.cell_ids.write({"proposed": 5}),
            lambda: planner.action_set_total("120", value="proposed"),
            lambda: matrix.save_matrix("proposed", [change]),
        ):
            with self.assertRaisesRegex(AccessError, "not by you"), self.env.cr.savepoint():
                attempt()
        self.assertIs(cell.proposed, False)

    def test_a_leader_proposes_the_sum_of_what_is_proposed_below(self):
        self._as(self.seller, self.proposals).write({"proposed": 90})
        self._as(self.leader, self.target_east).action_roll_up("proposed")
        self.assertEqual(self._numbers(self.target_east, "proposed"), [90] * 12)
