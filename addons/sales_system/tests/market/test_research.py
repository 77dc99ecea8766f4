from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ..common import RpcCase
from ..organisation.common import OrganisationCommon

TODAY = "2026-03-10"
REMARK = "Ask at the station, too."


class ResearchCommon(OrganisationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rival = cls.env["sales.competitor"].create(
            {"name": "Volt Mobility", "company_id": cls.company.id}
        )
        cls.research = cls._create_research()

    @classmethod
    def _create_research(cls, **values):
        return cls.env["sales.market.research"].create(
            {
                "title": "Price of an e-bike",
                "company_id": cls.company.id,
                "user_id": cls.city_leader.id,
                "method": "survey",
                "competitor_ids": [Command.set(cls.rival.ids)],
                "budget": 6000,
                **values,
            }
        )

    @classmethod
    def _finish(cls, research):
        research.action_start()
        research.conclusion = "<p>Stay below 1,700.</p>"
        research.action_done()


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestResearch(ResearchCommon):
    """A question about the market, from the plan to the conclusion."""

    # === STORY === #
    def test_plan_run_conclude(self):
        research = self._as(self.city_leader, self.research)
        self.assertRegex(research.name, r"^MR/2026/\d{4}$")
        self.assertEqual(research.display_name, f"{research.name} Price of an e-bike")
        research.action_start()
        self.assertRecordValues(
            research,
            [{"state": "running", "date_from": fields.Date.to_date(TODAY), "date_to": False}],
        )
        research.write({"findings": "<p>420 answers</p>", "conclusion": "<p>Below 1,700</p>"})
        research.action_done()
        self.assertEqual(research.state, "done")

    def test_a_planned_start_stays(self):
        self.research.date_from = "2026-02-01"
        self.research.action_start()
        self.assertEqual(self.research.date_from, fields.Date.to_date("2026-02-01"))

    def test_overdue(self):
        self.research.write({"date_from": "2026-02-01", "date_to": "2026-03-09"})
        self.assertFalse(self.research.is_overdue)
        self.research.action_start()
        self.assertTrue(self.research.is_overdue)
        self.research.date_to = TODAY
        self.assertFalse(self.research.is_overdue)

    # === REFUSALS === #
    def test_without_a_conclusion_it_is_not_done(self):
        self.research.action_start()
        self.research.findings = "<p>420 answers</p>"
        for empty in (False, "<p><br></p>"):
            self.research.conclusion = empty
            with (
                self.subTest(conclusion=empty),
                self.assertRaisesRegex(UserError, "has no conclusion. Write into “Conclusion”"),
            ):
                self.research.action_done()
        self.assertEqual(self.research.state, "running")

    def test_one_without_a_conclusion_keeps_all_from_being_done(self):
        other = self._create_research(conclusion="<p>Yes</p>")
        (self.research | other).action_start()
        with self.assertRaises(UserError):
            (other | self.research).action_done()
        self.assertEqual(other.state, "running")

    def test_steps_out_of_turn(self):
        with self.assertRaisesRegex(UserError, "is in state “Planned”; this step needs “Running”"):
            self.research.action_done()
        self.research.action_cancel()
        with self.assertRaisesRegex(UserError, "is in state “Cancelled”"):
            self.research.action_start()
        with self.assertRaisesRegex(UserError, "cannot be set by hand"):
            self.research.state = "done"
        with self.assertRaisesRegex(UserError, "starts as a draft"):
            self._create_research(state="done")

    def test_an_end_in_the_past_is_no_plan(self):
        self.research.date_to = "2026-03-09"
        with self.assertRaisesRegex(UserError, "“End” of .* has passed already"):
            self.research.action_start()
        self.assertRecordValues(self.research, [{"state": "draft", "date_from": False}])

    def test_figures_that_cannot_be(self):
        for values in (
            {"budget": -1},
            {"date_from": "2026-03-02", "date_to": "2026-03-01"},
        ):
            with (
                self.subTest(values=values),
                mute_logger("odoo.sql_db"),
                self.assertRaises(CheckViolation),
                self.cr.savepoint(),
            ):
                self._create_research(**values)

    def test_the_responsible_works_for_the_company(self):
        with self.assertRaisesRegex(ValidationError, "does not work for Bike Works"):
            self.research.user_id = self._create_stranger()

    # === EVIDENCE === #
    def test_what_is_done_does_not_change(self):
        self._finish(self.research)
        for name, value in (
            ("conclusion", "<p>Stay below 900.</p>"),
            ("budget", 1),
            ("competitor_ids", [Command.clear()]),
        ):
            with (
                self.subTest(field=name),
                self.assertRaisesRegex(UserError, "is over and .* cannot be changed. Reopen it"),
            ):
                self.research.write({name: value})
        with self.assertRaisesRegex(UserError, "stays as evidence"):
            self.research.unlink()
        self.research.user_id = self.east_leader

    def test_the_way_back(self):
        self._finish(self.research)
        self.research.action_reopen()
        self.research.conclusion = "<p>Stay below 1,600.</p>"
        self.research.action_draft()
        self.research.action_cancel()
        self.research.action_draft()
        self.assertEqual(self.research.state, "draft")
        self.research.unlink()
        self.assertFalse(self.research.exists())

    def test_a_copy_asks_the_same_question_anew(self):
        self._finish(self.research)
        copy = self.research.copy()
        self.assertNotEqual(copy.name, self.research.name)
        self.assertRecordValues(
            copy,
            [
                {
                    "title": "Price of an e-bike (copy)",
                    "state": "draft",
                    "budget": 6000,
                    "date_from": False,
                    "conclusion": False,
                    "competitor_ids": self.rival.ids,
                }
            ],
        )

    # === ACCESS === #
    def test_levels(self):
        """Everybody in sales reads and discusses; leaders write."""
        research = self._as(self.seller, self.research)
        self.assertEqual(research.title, "Price of an e-bike")
        research.message_post(body=REMARK)
        for change in (lambda: research.write({"title": "Mine"}), research.action_start):
            with self.assertRaises(AccessError):
                change()
        with self.assertRaises(AccessError):
            self._as(self.outsider, self.research).read(["title"])
        self._as(self.west_leader, self.research).objective = "Price"
        self._as(self.manager, self.research).action_start()

    def test_companies(self):
        """Each company numbers and sees its own, in its own currency."""
        euro = self._rate_of_euro()
        stranger = self._create_stranger()
        stranger.company_id.currency_id = euro
        foreign = self._as(stranger, self.env["sales.market.research"]).create(
            {"title": "Abroad", "budget": 100}
        )
        self.assertEqual(foreign.currency_id, euro)
        both = self.research | foreign
        self.assertEqual(self._as(stranger, both).search([("id", "in", both.ids)]), foreign)
        self.assertEqual(
            self._as(self.manager, both).search([("id", "in", both.ids)]).ids, [self.research.id]
        )
        with self.assertRaises(AccessError):
            self._as(stranger, self.research).title = "Mine"
        with self.assertRaisesRegex(UserError, "belongs to another company|ncompatible companies"):
            foreign.sudo().competitor_ids = self.rival

    def test_a_total_over_currencies_is_converted(self):
        self._rate_of_euro()
        company = self.env["res.company"].create(
            {"name": "Euro Works", "currency_id": self.env.ref("base.EUR").id}
        )
        self.env.user.company_ids |= company
        foreign = self._create_research(
            company_id=company.id,
            user_id=self.env.uid,
            budget=100,
            competitor_ids=[Command.clear()],
        )
        both = (self.research | foreign).with_context(
            allowed_company_ids=(self.company | company).ids
        )
        self.assertEqual(self._group_totals(both, "budget", "method"), [6200])


@tagged("post_install", "-at_install", "sales_system")
class TestResearchRpc(ResearchCommon, RpcCase):
    def test_who_may_not_write(self):
        for user, record, method, args in (
            (self.seller, self.research, "write", ({"title": "Mine"},)),
            (self.seller, self.research, "unlink", ()),
            (self.seller, self.research, "action_start", ()),
            (self.seller, self.research.browse(), "create", ([{"title": "Mine"}],)),
            (self.city_leader, self.research, "write", ({"state": "done"},)),
            (self.city_leader, self.research, "_update_state", (["draft"], "done")),
            (self.outsider, self.research, "read", (["title"],)),
            (self._create_stranger(), self.research, "read", (["title"],)),
        ):
            with self.subTest(user=user.login, method=method):
                _result, error = self._call(user, record, method, *args)
                self.assertTrue(error)
        self.assertRecordValues(self.research, [{"title": "Price of an e-bike", "state": "draft"}])
