from odoo import api, fields, models
from odoo.tools.misc import format_amount


class SalesMarketingPlan(models.Model):
    """What the targets allow the plan to cost. More is a warning: who approves decides."""

    _inherit = "sales.marketing.plan"

    rollup_ids = fields.One2many("sales.marketing.rollup", "plan_id", string="Targets and Plans")
    target_warning = fields.Text(
        "Beyond the Targets",
        compute="_compute_target_warning",
        help="Told to whoever may change the plan, of all budgets, also of those that they do not "
        "see.",
    )

    # === COMPUTE METHODS === #
    @api.depends(
        "state",
        "company_id",
        "date_from",
        "date_to",
        "activity_line_ids.state",
        "activity_line_ids.territory_id",
        "budget_line_ids.planned",
        "budget_line_ids.category_id",
        "budget_line_ids.activity_id",
    )
    @api.depends_context("lang", "uid", "allowed_company_ids")
    def _compute_target_warning(self):
        """The excess says what others plan, so it is for those who can do something about it."""
        concerned = self._origin._filtered_access("write")
        running = concerned.sudo().filtered(lambda plan: plan.state != "closed")
        excesses = self.env["sales.marketing.rollup"].sudo()._get_excesses(running)
        categories = self.env["sales.budget.category"].sudo()
        for plan in self:
            plan.target_warning = "\n".join(
                self.env._(
                    "%(category)s: the marketing plans of this time spend %(excess)s more than "
                    "the targets allow.",
                    category=categories.browse(category_id).name,
                    excess=format_amount(self.env, excess, plan.currency_id),
                )
                for category_id, excess in excesses.get(plan._origin.id, ())
            )

    # === ACTION METHODS === #
    def action_open_rollup(self):
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "sales_planning.sales_marketing_rollup_action"
            ),
            "name": self.env._("%(plan)s beside the Targets", plan=self.display_name),
            "domain": [("plan_id", "=", self.id)],
            "context": {},
        }

    # === APPROVAL HOOKS === #
    def _request_approval(self, reason=False):
        """Whoever decides on a draft is told that it goes beyond the targets."""
        warning = self.state == "draft" and self.target_warning
        return super()._request_approval("\n".join(filter(None, (reason, warning))) or False)
