from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

STRATEGY_STATE = [("draft", "Draft"), ("approved", "Approved"), ("closed", "Closed")]
# What is approved: fixed until the strategy is a draft again.
CONTENT_FIELDS = {
    "name",
    "company_id",
    "date_from",
    "date_to",
    "strengths",
    "weaknesses",
    "opportunities",
    "threats",
    "competitive_strategy",
    "positioning",
    "price_choice",
    "channel_choice",
    "research_ids",
    "segment_ids",
    "goal_ids",
}


class SalesStrategy(models.Model):
    """Strategy: where a company stands in its market, how it wants to compete, and what for."""

    _name = "sales.strategy"
    _description = "Marketing Strategy"
    _inherit = ["sales.state.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date_from desc, id desc"
    _mail_post_access = "read"
    _check_company_auto = True

    # === DEFAULTS === #
    def _default_date_from(self):
        return fields.Date.context_today(self).replace(month=1, day=1)

    def _default_date_to(self):
        return fields.Date.context_today(self).replace(month=12, day=31)

    # === FIELDS === #
    name = fields.Char(required=True, index="trigram", tracking=True)
    state = fields.Selection(
        STRATEGY_STATE,
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        required=True,
        index=True,
        tracking=True,
        ondelete="restrict",
        default=lambda self: self.env.user,
        domain="[('share', '=', False), ('company_ids', '=', company_id)]",
    )
    date_from = fields.Date(
        string="From",
        required=True,
        index=True,
        default=lambda self: self._default_date_from(),
        tracking=True,
    )
    date_to = fields.Date(
        string="To", required=True, default=lambda self: self._default_date_to(), tracking=True
    )

    # === WHERE WE STAND === #
    strengths = fields.Html()
    weaknesses = fields.Html()
    opportunities = fields.Html()
    threats = fields.Html()
    research_ids = fields.Many2many(
        "sales.market.research",
        string="Evidence",
        check_company=True,
        domain="[('state', '=', 'done'), ('company_id', '=', company_id)]",
        help="Market research that is done and that the strategy rests on.",
    )

    # === HOW WE COMPETE === #
    competitive_strategy = fields.Selection(
        [
            ("cost", "Cost Leadership"),
            ("differentiation", "Differentiation"),
            ("focus", "Focus"),
        ],
        tracking=True,
    )
    segment_ids = fields.Many2many(
        "sales.market.segment",
        string="Target Segments",
        check_company=True,
        domain="[('company_id', '=', company_id)]",
        help="Whom the strategy is for.",
    )
    positioning = fields.Text(help="For whom we are the best choice, and why.")
    price_choice = fields.Text(string="Prices")
    channel_choice = fields.Text(string="Channels")
    goal_ids = fields.One2many("sales.strategy.goal", "strategy_id", string="Goals", copy=True)

    # === WHAT COMES OF IT === #
    marketing_plan_ids = fields.One2many("sales.marketing.plan", "strategy_id")
    marketing_plan_count = fields.Integer(
        "Number of Plans", compute="_compute_marketing_plan_count"
    )

    # === CONSTRAINTS AND INDEXES === #
    _date_range = models.Constraint(
        "CHECK (date_to >= date_from)",
        "A strategy cannot end before it starts. Correct “From” or “To”.",
    )

    # === COMPUTE METHODS === #
    @api.depends("marketing_plan_ids")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_marketing_plan_count(self):
        counts = dict(
            self.env["sales.marketing.plan"]._read_group(
                [("strategy_id", "in", self.ids)], ["strategy_id"], ["__count"]
            )
        )
        for strategy in self:
            strategy.marketing_plan_count = counts.get(strategy._origin, 0)

    # === CONSTRAINT METHODS === #
    @api.constrains("user_id", "company_id")
    def _check_user_id(self):
        for strategy in self:
            if strategy.company_id not in strategy.user_id.company_ids:
                raise ValidationError(
                    self.env._(
                        "%(user)s does not work for %(company)s. "
                        "Choose another “Responsible” for %(strategy)s.",
                        user=strategy.user_id.name,
                        company=strategy.company_id.name,
                        strategy=strategy.display_name,
                    )
                )

    # === CRUD METHODS === #
    def copy_data(self, default=None):
        values_list = super().copy_data(default)
        if default and "name" in default:
            return values_list
        return [
            {**values, "name": self.env._("%(name)s (copy)", name=strategy.name)}
            for strategy, values in zip(self, values_list, strict=True)
        ]

    def write(self, vals):
        if not CONTENT_FIELDS.isdisjoint(vals):
            self._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        self._check_draft()

    # === ACTION METHODS === #
    def action_confirm(self):
        """Put the strategies into force, once nothing stands against it."""
        self._check_state("draft")
        for strategy in self:
            if error := strategy._confirmation_error_message():
                raise UserError(error)
        self._update_state(("draft",), "approved")
        return True

    def action_close(self):
        self._update_state(("approved",), "closed")
        return True

    def action_reopen(self):
        self._update_state(("closed",), "approved")
        return True

    def action_draft(self):
        """Take an approved strategy back to change it; it is approved anew afterwards."""
        self._update_state(("approved",), "draft")
        return True

    def action_open_plans(self):
        """Open the marketing plans that put the strategy into practice."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "sales_planning.sales_marketing_plan_action"
            ),
            "name": self.env._("Plans of %(strategy)s", strategy=self.display_name),
            "domain": [("strategy_id", "=", self.id)],
            "context": self._get_plan_defaults(),
        }

    def action_new_plan(self):
        """Begin a marketing plan that puts the strategy into practice."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Marketing Plan"),
            "res_model": "sales.marketing.plan",
            "view_mode": "form",
            "context": self._get_plan_defaults(),
        }

    # === BUSINESS METHODS === #
    def _get_plan_defaults(self):
        """:return: context of a new plan: three months, as far as the strategy holds then"""
        self.ensure_one()
        plans = self.env["sales.marketing.plan"]
        first = min(max(plans._default_date_from(), self.date_from), self.date_to)
        last = min(first + relativedelta(months=3, days=-1), self.date_to)
        return {
            "default_strategy_id": self.id if self.state == "approved" else False,
            "default_company_id": self.company_id.id,
            "default_date_from": fields.Date.to_string(first),
            "default_date_to": fields.Date.to_string(last),
        }

    def _confirmation_error_message(self):
        """Hook: what stands against the approval.

        :return: a sentence, or False
        """
        self.ensure_one()
        values = {"strategy": self.display_name}
        if not self.competitive_strategy:
            return self.env._(
                "%(strategy)s does not say how to compete. Choose a “Competitive Strategy”.",
                **values,
            )
        if not self.goal_ids:
            return self.env._(
                "%(strategy)s has no goal. Add under “Goals” what it is to reach.", **values
            )
        if open_research := self.research_ids.filtered(lambda research: research.state != "done"):
            return self.env._(
                "%(strategy)s rests on %(research)s, which is not done. Finish it, or take it "
                "off “Evidence”.",
                research=", ".join(open_research.mapped("display_name")),
                **values,
            )
        return False

    def _check_draft(self):
        """:raises UserError: a strategy is in force or over"""
        for strategy in self:
            if strategy.state != "draft":
                raise UserError(
                    self.env._(
                        "%(strategy)s is approved and stays as it was agreed. "
                        "Take it back to draft first, to have it approved anew.",
                        strategy=strategy.display_name,
                    )
                )
