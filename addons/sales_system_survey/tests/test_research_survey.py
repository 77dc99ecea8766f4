from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.sales_system.tests.common import RpcCase
from odoo.addons.sales_system.tests.market.test_research import ResearchCommon


class ResearchSurveyCommon(ResearchCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        surveys = cls.env.ref("survey.group_survey_user")
        cls.east_leader.group_ids = [Command.link(surveys.id)]
        cls.seller.group_ids = [Command.link(surveys.id)]
        cls.outsider.group_ids = [Command.link(surveys.id)]

    @classmethod
    def _create_survey(cls, **values):
        return cls.env["survey.survey"].create(
            {"title": "Your next bike", "research_id": cls.research.id, **values}
        )

    @classmethod
    def _answer(cls, survey, state="done", **values):
        return cls.env["survey.user_input"].create(
            {"survey_id": survey.id, "state": state, **values}
        )


@tagged("post_install", "-at_install", "sales_system_survey")
class TestResearchSurvey(ResearchSurveyCommon):
    """Questionnaires of a market research and what came back."""

    # === STORY === #
    def test_from_the_research_to_the_answers(self):
        research = self._as(self.east_leader, self.research)
        action = research.action_create_survey()
        survey = self.env[action["res_model"]].browse(action["res_id"])
        self.assertRecordValues(
            survey,
            [
                {
                    "title": "Price of an e-bike",
                    "survey_type": "survey",
                    "research_id": self.research.id,
                    "user_id": self.east_leader.id,
                }
            ],
        )
        self.assertEqual(research.survey_ids.ids, survey.ids)
        answers = self._answer(survey) | self._answer(survey)
        self.assertRecordValues(research, [{"survey_count": 1, "answer_count": 2}])
        self.assertEqual(self._opened(research.action_open_answers()), answers)
        self.assertEqual(self._opened(research.action_open_surveys()), survey)

    def test_what_counts_as_an_answer(self):
        """Completed, and no test; also of a questionnaire that is closed by now."""
        survey, other = self._create_survey(), self._create_survey()
        self._answer(survey)
        self._answer(survey, "in_progress")
        self._answer(survey, test_entry=True)
        self._answer(other)
        self._answer(self._create_survey(research_id=False))
        self.assertRecordValues(self.research, [{"survey_count": 2, "answer_count": 2}])
        other.action_archive()
        self.assertRecordValues(self.research, [{"survey_count": 2, "answer_count": 2}])
        self.assertEqual(self.research.survey_ids, survey | other)

    def test_statements_do_not_grow_with_the_list(self):
        researches = self.research | self._create_research() | self._create_research()
        for research in researches:
            self._answer(self._create_survey(research_id=research.id))
        counts = []
        for records in (researches[:1], researches):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.mapped("answer_count")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)

    # === EVIDENCE === #
    def test_a_research_that_is_over_keeps_its_questionnaires(self):
        survey, loose = self._create_survey(), self._create_survey(research_id=False)
        self._answer(survey)
        self._finish(self.research)
        for change in (
            self.research.action_create_survey,
            lambda: survey.write({"research_id": False}),
            lambda: loose.write({"research_id": self.research.id}),
            lambda: (survey | loose).write({"research_id": self._create_research().id}),
        ):
            with (
                self.assertRaisesRegex(UserError, "is over. Reopen it before"),
                self.cr.savepoint(),
            ):
                change()
        with self.assertRaisesRegex(UserError, "stays as evidence. Close it instead"):
            survey.unlink()
        survey.write({"title": "Your bike", "research_id": self.research.id})
        survey.action_archive()

    def test_the_way_back(self):
        survey = self._create_survey()
        self._finish(self.research)
        self.research.action_reopen()
        survey.research_id = False
        self.assertFalse(self.research.survey_count)
        survey.research_id = self.research
        survey.unlink()
        self.assertFalse(survey.exists())

    def test_a_copy_is_of_no_research(self):
        self.assertFalse(self._create_survey().copy().research_id)

    # === ACCESS === #
    def test_levels(self):
        survey = self._create_survey()
        self._answer(survey)
        # Without a right of Surveys: the number, not the answers.
        research = self._as(self.city_leader, self.research)
        self.assertEqual(research.answer_count, 1)
        for forbidden in (research.action_create_survey, lambda: research.survey_ids):
            with self.assertRaises(AccessError):
                forbidden()
        # Without a right to the research.
        with self.assertRaises(AccessError):
            self._as(self.seller, self.research).action_create_survey()
        with self.assertRaises(AccessError):
            self._as(self.seller, survey).research_id = False
        # Of Surveys alone: works as ever, and knows of no research.
        own = self._as(self.outsider, survey.browse()).create({"title": "Staff party"})
        own.title = "Summer party"
        with self.assertRaises(AccessError):
            own.research_id = self.research
        with self.assertRaises(AccessError):
            self._as(self.outsider, survey).read(["research_id"])
        own.unlink()

    def test_companies(self):
        """A survey has no company; the research that it is tied to has one."""
        stranger = self._create_stranger()
        stranger.group_ids = [Command.link(self.env.ref("survey.group_survey_user").id)]
        survey = self._create_survey()
        loose = self._create_survey(research_id=False)
        for forbidden in (
            lambda: self._as(stranger, loose).write({"research_id": self.research.id}),
            lambda: self._as(stranger, survey).write({"research_id": False}),
            lambda: self._as(stranger, self.research).read(["answer_count"]),
        ):
            with self.assertRaises(AccessError):
                forbidden()
        self.assertEqual(self.research.survey_ids, survey)

    def _opened(self, action):
        return self.env[action["res_model"]].search(action["domain"], order="id")


@tagged("post_install", "-at_install", "sales_system_survey")
class TestResearchSurveyRpc(ResearchSurveyCommon, RpcCase):
    def test_who_may_not(self):
        survey = self._create_survey()
        loose = self._create_survey(research_id=False)
        tie = {"research_id": self.research.id}
        for user, record, method, args in (
            (self.city_leader, self.research, "action_create_survey", ()),
            (self.city_leader, survey, "read", (["title"],)),
            (self.seller, self.research, "action_create_survey", ()),
            (self.seller, loose, "write", (tie,)),
            (self.seller, survey.browse(), "create", ([{"title": "Mine", **tie}],)),
            (self.outsider, survey, "write", ({"research_id": False},)),
            (self.outsider, self.research, "read", (["answer_count"],)),
        ):
            with self.subTest(user=user.login, method=method):
                _result, error = self._call(user, record, method, *args)
                self.assertTrue(error)
        self.assertEqual(self.research.survey_ids, survey)

    def test_a_default_is_no_way_around(self):
        _result, error = self._call(
            self.seller,
            self.env["survey.survey"],
            "create",
            [{"title": "Mine"}],
            context={
                "allowed_company_ids": self.company.ids,
                "default_research_id": self.research.id,
            },
        )
        self.assertTrue(error)
        self.assertFalse(self.research.survey_ids)
