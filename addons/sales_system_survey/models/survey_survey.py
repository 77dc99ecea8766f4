from odoo import api, fields, models
from odoo.exceptions import UserError


class SurveySurvey(models.Model):
    """Survey that answers a question of market research."""

    _inherit = "survey.survey"

    # === FIELDS === #
    research_id = fields.Many2one(
        "sales.market.research",
        string="Market Research",
        index="btree_not_null",
        copy=False,
        groups="sales_team.group_sale_salesman",
    )

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        surveys = super().create(vals_list)
        # The field may have come by a default that whoever creates surveys may not read.
        surveys.sudo().research_id.sudo(self.env.su)._check_takes_surveys()
        return surveys

    def write(self, vals):
        if "research_id" not in vals:
            return super().write(vals)
        moved = self.filtered(lambda survey: survey.research_id.id != vals["research_id"])
        before = moved.research_id
        result = super().write(vals)
        (before | moved.research_id)._check_takes_surveys()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_evidence(self):
        # Whoever deletes surveys need not see the research.
        for survey in self.sudo().filtered(lambda survey: survey.research_id.state == "done"):
            raise UserError(
                self.env._(
                    "%(survey)s is a questionnaire of a market research that is done, and stays "
                    "as evidence. Close it instead.",
                    survey=survey.title,
                )
            )
