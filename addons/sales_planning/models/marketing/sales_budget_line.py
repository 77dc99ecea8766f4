from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

HOLDER_NAMES = {
    "sales.marketing.plan": "marketing_plan_id",
    "sales.marketing.activity": "activity_id",
}


class SalesBudgetLine(models.Model):
    """What a marketing plan may cost, as a whole or for one of its activities.

    A budget of the plan includes those of its activities of the same category.
    """

    _inherit = "sales.budget.line"

    marketing_plan_id = fields.Many2one(
        "sales.marketing.plan", index="btree_not_null", ondelete="cascade"
    )
    activity_id = fields.Many2one(
        "sales.marketing.activity",
        string="Marketing Activity",
        index="btree_not_null",
        ondelete="cascade",
        domain="[('plan_id', '=', marketing_plan_id)]",
    )

    # === CONSTRAINTS AND INDEXES === #
    _one_holder = models.Constraint(
        "CHECK (num_nonnulls(target_id, marketing_plan_id) = 1"
        " AND (activity_id IS NULL OR marketing_plan_id IS NOT NULL))",
        "A budget belongs either to a target or to a marketing plan. Choose one of them.",
    )
    _marketing_typed = models.Constraint(
        "CHECK (marketing_plan_id IS NULL OR method = 'typed')",
        "The budget of a marketing plan is an amount. Choose “Typed”.",
    )
    _activity_category_unique = models.UniqueIndex(
        "(activity_id, category_id) WHERE activity_id IS NOT NULL",
        "This activity already has a budget of this category. Change that one instead.",
    )
    _marketing_category_unique = models.UniqueIndex(
        "(marketing_plan_id, category_id) WHERE activity_id IS NULL AND marketing_plan_id IS"
        " NOT NULL",
        "This plan already has a budget of this category. Change that one instead.",
    )

    # === COMPUTE METHODS === #
    @api.depends("activity_id.name", "marketing_plan_id.name")
    def _compute_name(self):
        return super()._compute_name()

    @api.depends("marketing_plan_id.state")
    def _compute_plan_state(self):
        return super()._compute_plan_state()

    @api.model
    def _search_plan_state(self, operator, value):
        # A budget without such a plan has no such state, so the negative form is the opposite.
        if operator == "not in":
            return ~self._search_plan_state("in", value)
        return Domain("marketing_plan_id.state", operator, value) | super()._search_plan_state(
            operator, value
        )

    @api.depends("marketing_plan_id.company_id")
    def _compute_company_id(self):
        return super()._compute_company_id()

    @api.depends("marketing_plan_id.company_id")
    def _compute_plan_company_ids(self):
        return super()._compute_plan_company_ids()

    # === CONSTRAINT METHODS === #
    @api.constrains("activity_id", "marketing_plan_id")
    def _check_activity_id(self):
        for line in self.sudo():
            if line.activity_id and line.activity_id.plan_id != line.marketing_plan_id:
                raise ValidationError(
                    self.env._(
                        "%(activity)s is not part of %(plan)s. Choose an activity of that plan.",
                        activity=line.activity_id.display_name,
                        plan=line.marketing_plan_id.display_name,
                    )
                )

    @api.constrains("activity_id", "marketing_plan_id")
    def _check_marketing_analytic_account(self):
        self._check_analytic_account()

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        activities = self.env["sales.marketing.activity"].sudo()
        for vals in vals_list:
            if activity_id := vals.get("activity_id"):
                vals.setdefault("marketing_plan_id", activities.browse(activity_id).plan_id.id)
            if vals.get("marketing_plan_id"):
                vals.setdefault("method", "typed")
        lines = super().create(vals_list)
        lines._touch_plans()
        return lines

    def write(self, vals):
        self._touch_plans()
        if "analytic_account_id" in vals:
            self._check_account_can_change()
        result = super().write(vals)
        if not self._get_holder_fields().isdisjoint(vals):
            self._touch_plans()
        return result

    def _touch_plans(self):
        """Nobody approves a plan while its budgets change, and sees neither."""
        if plans := self.sudo().marketing_plan_id:
            plans._touch()

    def _check_account_can_change(self):
        """:raises UserError: costs would leave, or come to, a budget that is approved"""
        if self.env.su or self.env.user.has_group("sales_team.group_sale_manager"):
            return
        for line in self:
            if line.marketing_plan_id and line.plan_state != "draft":
                raise UserError(
                    self.env._(
                        "%(plan)s is approved, so the analytic account of %(line)s is changed by "
                        "a sales manager only. Ask one.",
                        plan=line.marketing_plan_id.display_name,
                        line=line.name,
                    )
                )

    # === HOLDERS === #
    @api.model
    def _get_holder_name(self, model):
        """:return: name of the field that leads to a holder of that model"""
        return HOLDER_NAMES[model]

    @api.model
    def _get_holder_fields(self):
        return super()._get_holder_fields() | set(HOLDER_NAMES.values())

    def _get_holder(self):
        return self.activity_id or self.marketing_plan_id or super()._get_holder()

    def _get_plan(self):
        return self.marketing_plan_id or super()._get_plan()

    @api.model
    def _get_plan_domain(self, lines):
        return super()._get_plan_domain(lines) | Domain(
            "marketing_plan_id", "in", lines.marketing_plan_id.ids
        )

    # === ACTION METHODS === #
    def action_open_target(self):
        if not self.marketing_plan_id:
            return super().action_open_target()
        holder = self._get_holder()
        return {
            "type": "ir.actions.act_window",
            "res_model": holder._name,
            "res_id": holder.id,
            "view_mode": "form",
        }

    # === DISTRIBUTION === #
    def _is_of_whole_plan(self):
        return bool(self.marketing_plan_id) and not self.activity_id

    def _get_shares(self):
        if self.marketing_plan_id:
            raise UserError(
                self.env._(
                    "%(line)s belongs to a marketing plan, where nothing says how to distribute "
                    "it. Enter the budgets of the activities yourself.",
                    line=self.name,
                )
            )
        return super()._get_shares()

    def _get_parts_domain(self):
        if not self.marketing_plan_id:
            return super()._get_parts_domain()
        if self.activity_id:
            return Domain.FALSE
        return (
            Domain("marketing_plan_id", "=", self.marketing_plan_id.id)
            & Domain("activity_id", "!=", False)
            & Domain("category_id", "=", self.category_id.id)
        )

    @api.model
    def _get_upper_domain(self, lines):
        of_targets = lines.filtered("target_id")
        parts = lines.filtered("activity_id")
        return super()._get_upper_domain(of_targets) | (
            Domain("marketing_plan_id", "in", parts.marketing_plan_id.ids)
            & Domain("activity_id", "=", False)
            & Domain("category_id", "in", parts.category_id.ids)
        )

    def _get_excess_of(self, figures):
        """:param dict figures: id of a budget → (committed, actual)
        :return: what is committed and spent beyond this budget; without a number, all of it
        """
        self.ensure_one()
        spoken_for = sum(figures.get(self._origin.id, (0.0, 0.0)))
        return max(0.0, self.currency_id.round(spoken_for - (self.planned or 0.0)))
