from odoo import api, fields, models
from odoo.exceptions import UserError

OPEN_STATES = ("draft", "running")


class SalesMarketResearch(models.Model):
    """Market research with questionnaires.

    How many answers came in, everybody sees who sees the research; the answers themselves need
    a right of the Surveys application.
    """

    _inherit = "sales.market.research"

    # === FIELDS === #
    survey_ids = fields.One2many(
        "survey.survey",
        "research_id",
        string="Questionnaires",
        groups="survey.group_survey_user",
        context={"active_test": False},
    )
    survey_count = fields.Integer(
        string="Questionnaire Count", compute="_compute_survey_counts", compute_sudo=True
    )
    answer_count = fields.Integer(
        string="Answers",
        compute="_compute_survey_counts",
        compute_sudo=True,
        help="Completed ones, without those of a test.",
    )

    # === COMPUTE METHODS === #
    @api.depends("survey_ids.user_input_ids.state", "survey_ids.user_input_ids.test_entry")
    def _compute_survey_counts(self):
        surveys = dict(
            self.env["survey.survey"]
            .with_context(active_test=False)
            ._read_group([("research_id", "in", self.ids)], ["research_id"], ["__count"])
        )
        answers = {}
        for survey, count in self.env["survey.user_input"]._read_group(
            [
                ("survey_id.research_id", "in", self.ids),
                ("state", "=", "done"),
                ("test_entry", "=", False),
            ],
            ["survey_id"],
            ["__count"],
        ):
            answers[survey.research_id] = answers.get(survey.research_id, 0) + count
        for research in self:
            research.survey_count = surveys.get(research._origin, 0)
            research.answer_count = answers.get(research._origin, 0)

    # === ACTION METHODS === #
    def action_create_survey(self):
        """Begin a questionnaire for the research.

        :return: action that opens it
        """
        self.ensure_one()
        survey = self.env["survey.survey"].create(self._prepare_survey_values())
        return {
            "type": "ir.actions.act_window",
            "res_model": "survey.survey",
            "res_id": survey.id,
            "views": [(False, "form")],
        }

    def action_open_surveys(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("survey.action_survey_form")
        return {
            **action,
            "name": self.env._("Questionnaires of %(research)s", research=self.title),
            "domain": [("research_id", "in", self.ids)],
            "context": {"default_research_id": self.id, "active_test": False},
        }

    def action_open_answers(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("survey.action_survey_user_input")
        return {
            **action,
            "name": self.env._("Answers to %(research)s", research=self.title),
            "domain": [("survey_id.research_id", "in", self.ids), ("test_entry", "=", False)],
            "context": {"search_default_completed": 1},
        }

    # === BUSINESS METHODS === #
    def _prepare_survey_values(self):
        return {
            "title": self.title,
            "research_id": self.id,
            "survey_type": "survey",
            "user_id": self.env.uid,
        }

    def _check_takes_surveys(self):
        """:raises UserError: the research is over, or not for this user to change"""
        if not self:
            # Whoever makes surveys of no research needs no right to research.
            return
        self.check_access("write")
        for research in self:
            if research.state not in OPEN_STATES:
                raise UserError(
                    self.env._(
                        "%(research)s is over. Reopen it before you change its questionnaires.",
                        research=research.display_name,
                    )
                )
