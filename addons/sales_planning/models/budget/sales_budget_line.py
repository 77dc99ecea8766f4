from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_amount

from ...fields import OptionalMonetary
from ..sales_target_plan import TARGET_PLAN_STATE
from .amounts import check_amount, get_unit, round_to

BUDGET_METHOD = [("rate", "Rate of the Target"), ("typed", "Typed")]
# While a plan is in one of these states, its budgets follow its targets and can be changed.
OPEN_STATES = ("draft", "proposing")
# What a budget can belong to.
HOLDER_FIELDS = frozenset({"target_id"})
FIXED_FIELDS = frozenset({"planned", "method", "rate", "category_id"})


class SalesBudgetLine(models.Model):
    """Budget: what one target may cost, of one category.

    The budgets of a category form the same tree as the targets that they are for. What is
    committed or spent below a target is money of its own budget too, so a total is
    taken over budgets of one level, as it is with targets.
    """

    _name = "sales.budget.line"
    _description = "Budget"
    _inherit = ["sales.budget.related.mixin", "mail.thread"]
    _order = "plan_id desc, target_id, category_id, id"
    _rec_names_search = [
        "category_id.name",
        "plan_id.name",
        "target_id.user_id.name",
        "target_id.team_id.name",
        "target_id.territory_id.complete_name",
        "target_id.segment_id.name",
    ]
    _check_company_auto = True

    # === FIELDS === #
    name = fields.Char(compute="_compute_name", compute_sudo=True)
    target_id = fields.Many2one(
        "sales.target",
        string="Target of",
        index="btree_not_null",
        ondelete="cascade",
    )
    parent_target_id = fields.Many2one(
        related="target_id.parent_id", string="Part Of", store=True, index="btree_not_null"
    )
    plan_id = fields.Many2one(related="target_id.plan_id", store=True, index=True)
    plan_state = fields.Selection(
        TARGET_PLAN_STATE,
        compute="_compute_plan_state",
        search="_search_plan_state",
        compute_sudo=True,
    )
    company_id = fields.Many2one(
        "res.company", compute="_compute_company_id", compute_sudo=True, store=True
    )
    plan_company_ids = fields.Many2many(
        "res.company", compute="_compute_plan_company_ids", compute_sudo=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    category_id = fields.Many2one(
        "sales.budget.category", required=True, index=True, ondelete="restrict", check_company=True
    )
    analytic_account_id = fields.Many2one(
        "account.analytic.account",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        domain="['|', ('company_id', '=', False), ('company_id', 'in', plan_company_ids)]",
        help="The costs on this account are the actual spending. Without one, here or at a budget "
        "above, the requests that are marked as spent are.",
    )
    method = fields.Selection(BUDGET_METHOD, required=True, default="rate", tracking=True)
    rate = fields.Float(
        "Rate (%)",
        digits=(16, 4),
        compute="_compute_rate",
        store=True,
        readonly=False,
        aggregator=None,
        tracking=True,
        help="How many percent of the target. The budget follows the target until the plan is "
        "approved.",
    )
    planned = OptionalMonetary(
        "Budget", compute="_compute_planned", store=True, readonly=False, tracking=True
    )
    commitment_ids = fields.One2many("sales.budget.commitment", "line_id", string="Spend Requests")

    # === CONSTRAINTS AND INDEXES === #
    _category_unique = models.UniqueIndex(
        "(target_id, category_id)",
        "This target already has a budget of this category. Change that one instead.",
    )
    _planned_not_negative = models.Constraint(
        "CHECK (planned >= 0)", "A budget cannot be negative. Enter 0 or a positive amount."
    )
    _rate_not_negative = models.Constraint(
        "CHECK (rate >= 0)", "A rate cannot be negative. Enter 0 or more percent."
    )

    # === COMPUTE METHODS === #
    @api.depends("category_id.name", "target_id.name")
    @api.depends_context("lang")
    def _compute_name(self):
        for line in self:
            names = (line.category_id.name, line._get_holder().name)
            line.name = " · ".join(filter(None, names))

    @api.depends("name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.name

    @api.depends("plan_id.state")
    def _compute_plan_state(self):
        for line in self:
            line.plan_state = line._get_plan().state

    @api.model
    def _search_plan_state(self, operator, value):
        return Domain("plan_id.state", operator, value)

    @api.depends("plan_id.company_id")
    def _compute_company_id(self):
        for line in self:
            line.company_id = line._get_plan().company_id

    @api.depends("plan_id.company_id", "plan_id.further_company_ids.company_id")
    def _compute_plan_company_ids(self):
        for line in self:
            line.plan_company_ids = line._get_plan()._get_companies()

    @api.depends("category_id")
    def _compute_rate(self):
        for line in self:
            line.rate = line.rate or line.category_id.default_rate

    @api.depends("method", "rate", "target_id")
    def _compute_planned(self):
        """For lines that are being edited; :meth:`_derive` follows the targets in SQL."""
        for line in self:
            line.planned = line._get_derived() if line.method == "rate" else line.planned

    # === CONSTRAINT METHODS === #
    @api.constrains("method", "target_id")
    def _check_method(self):
        for line in self:
            if line.method == "rate" and not line.plan_id.currency_id:
                raise ValidationError(
                    self.env._(
                        "%(plan)s counts pieces, so the budget %(line)s cannot be a rate of its "
                        "target. Choose “Typed”, and enter the amount.",
                        plan=line.plan_id.name,
                        line=line.name,
                    )
                )

    @api.constrains("target_id", "category_id", "analytic_account_id")
    def _check_analytic_account(self):
        for line in self:
            company = line.analytic_account_id.sudo().company_id
            if company and company not in line.plan_company_ids:
                raise ValidationError(
                    self.env._(
                        "The analytic account %(account)s belongs to %(company)s, which "
                        "%(plan)s does not count. Choose one of %(companies)s for %(line)s.",
                        account=line.analytic_account_id.display_name,
                        company=company.name,
                        plan=line._get_plan().display_name,
                        companies=", ".join(line.plan_company_ids.mapped("name")),
                        line=line.name,
                    )
                )
        self._check_costs_count_once()

    def _check_costs_count_once(self):
        """:raises ValidationError: two budgets of a plan would count the same costs"""
        with_account = self.sudo().filtered("analytic_account_id")
        rivals = with_account.search(
            self._get_plan_domain(with_account)
            & Domain("analytic_account_id", "in", with_account.analytic_account_id.ids)
        ).grouped(lambda line: (line._get_plan(), line.analytic_account_id))
        for line in with_account:
            for other in rivals[line._get_plan(), line.analytic_account_id] - line:
                if line.category_id == other.category_id or line._shares_costs_with(other):
                    raise ValidationError(
                        self.env._(
                            "%(line)s and %(other)s would both count the costs on the analytic "
                            "account %(account)s. Choose another account for one of them, or "
                            "name different cost accounts in their categories.",
                            line=line.name,
                            other=other.name,
                            account=line.analytic_account_id.display_name,
                        )
                    )

    def _shares_costs_with(self, other):
        accounts, others = self.category_id.account_ids, other.category_id.account_ids
        return not accounts or not others or bool(accounts & others)

    # === ONCHANGE METHODS === #
    @api.onchange("rate")
    def _onchange_rate(self):
        return self._warn_of_rate(self.rate)

    @api.model
    def _warn_of_rate(self, rate):
        """:return: dict that warns of a rate that is probably a slip, or None"""
        if rate <= 100:
            return None
        return {
            "warning": {
                "title": self.env._("More than the target"),
                "message": self.env._(
                    "%(rate)s %% is more than the whole target. Is it meant?", rate=f"{rate:g}"
                ),
            }
        }

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            # Who gives an amount, as an import does, has typed it.
            if "planned" in vals:
                vals.setdefault("method", "typed")
        lines = super().create(vals_list)
        for line, vals in zip(lines, vals_list, strict=True):
            line._check_given(vals)
            if line.plan_state == "closed":
                raise UserError(line._get_closed_message())
        lines._check_without_number_if_approved()
        return lines

    def write(self, vals):
        self.check_access("write")
        if not (FIXED_FIELDS | self._get_holder_fields()).isdisjoint(vals):
            self._check_open()
        result = super().write(vals)
        for line in self:
            line._check_given(vals)
        if not self._get_holder_fields().isdisjoint(vals):
            # It must not slip into a plan that is approved, or to somebody else's.
            self._check_open()
            self.check_access("write")
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        self._check_open()
        self._check_not_in_use()

    def _check_not_in_use(self):
        """:raises UserError: somebody has asked for money of a budget"""
        for line in self.sudo():
            if line.commitment_ids:
                raise UserError(
                    self.env._(
                        "%(line)s has %(count)s spend requests, the first is %(request)s. "
                        "Delete those first.",
                        line=line.name,
                        count=len(line.commitment_ids),
                        request=line.commitment_ids[0].name,
                    )
                )

    def _check_given(self, vals):
        """:raises ValidationError: an amount that was given cannot be the budget"""
        self.ensure_one()
        if "planned" not in vals:
            return
        if self.method == "rate":
            raise ValidationError(
                self.env._(
                    "The budget %(line)s is %(rate)s %% of its target. Choose “Typed” to enter "
                    "an amount.",
                    line=self.name,
                    rate=f"{self.rate:g}",
                )
            )
        check_amount(self, vals["planned"], self.currency_id)

    # === ACTION METHODS === #
    def action_open_target(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sales.target",
            "res_id": self.target_id.id,
            "view_mode": "form",
        }

    def action_request(self):
        """Ask for money of this budget."""
        self.ensure_one()
        plan = self.sudo()._get_plan()
        # A plan that is still ahead is spent from its first day on.
        day = min(max(fields.Date.context_today(self), plan.date_from), plan.date_to)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Spend Request"),
            "res_model": "sales.budget.commitment",
            "view_mode": "form",
            "context": {
                "default_line_id": self.id,
                "default_date": fields.Date.to_string(day),
            },
        }

    # === BUSINESS METHODS === #
    def _revise(self, planned, reason):
        """Change the budget of an approved plan, and keep who did it and why.

        :param planned: the new amount, False for none
        """
        self.ensure_one()
        self.check_access("write")
        if self.plan_state == "closed":
            raise UserError(self._get_closed_message())
        check_amount(self, planned, self.currency_id)
        before = self._format(self.planned)
        # Past this class's own write, which keeps approved budgets.
        super().write({"planned": planned, "method": "typed"})  # pylint: disable=super-method-mismatch
        self._check_within_fixed()
        self.message_post(
            body=self.env._(
                "Budget changed from %(before)s to %(after)s: %(reason)s",
                before=before,
                after=self._format(self.planned),
                reason=reason,
            )
        )

    def _format(self, amount):
        self.ensure_one()
        if amount is False:
            return self.env._("no number")
        return format_amount(self.env, amount, self.currency_id)

    def _check_open(self):
        """:raises UserError: a plan is approved or closed, and so its budgets stand"""
        for line in self:
            if line.plan_state == "closed":
                raise UserError(line._get_closed_message())
            if line.plan_state == "approved":
                raise UserError(
                    self.env._(
                        "%(plan)s is approved, so the budget %(line)s stands. Choose Revise, and "
                        "give the reason.",
                        plan=line._get_plan().display_name,
                        line=line.name,
                    )
                )

    def _check_without_number_if_approved(self):
        """:raises UserError: a plan is approved, so that money needs a reason that is kept"""
        for line in self:
            if line.plan_state == "approved" and line.planned is not False:
                raise UserError(
                    self.env._(
                        "%(plan)s is approved, so the new budget %(line)s has no number yet. "
                        "Choose “Typed”, leave the amount empty, and then choose Revise and give "
                        "the reason.",
                        plan=line._get_plan().display_name,
                        line=line.name,
                    )
                )

    def _get_closed_message(self):
        self.ensure_one()
        return self.env._(
            "%(plan)s is closed, so its budgets stay as they are. Make a new plan.",
            plan=self._get_plan().display_name,
        )

    # === HOLDERS === #
    @api.model
    def _get_holder_fields(self):
        """:return: set of the fields that say what a budget belongs to"""
        return HOLDER_FIELDS

    @api.model
    def _get_related(self):
        return super()._get_related() | {"company_id"}

    def _get_holder(self):
        """:return: the record that the budget is for"""
        self.ensure_one()
        return self.target_id

    def _get_plan(self):
        """:return: the plan that the budget is part of: it has a state, a span and companies"""
        self.ensure_one()
        return self.plan_id

    @api.model
    def _get_plan_domain(self, lines):
        """:return: :class:`Domain` of all budgets of the plans of some budgets"""
        return Domain("plan_id", "in", lines.plan_id.ids)

    # === DERIVING === #
    def _get_derived(self):
        """:return: the rate's share of the target; False where the target has no number"""
        self.ensure_one()
        assigned = self.target_id.assigned
        if assigned is False or not self.currency_id:
            return False
        share = Decimal(str(assigned)) * Decimal(str(self.rate)) / 100
        return float(round_to(share, self.currency_id))

    @api.model
    def _derive(self, plan, target_ids=None):
        """Let the budgets of a plan that is not approved yet follow its targets.

        :param target_ids: only these of its targets, else all
        """
        if plan.state not in OPEN_STATES:
            return
        self.flush_model(["method", "rate", "planned", "plan_id"])
        self.env.cr.execute(
            SQL(
                """
                UPDATE sales_budget_line line SET planned = fresh.planned
                  FROM (
                        SELECT budget.id,
                               ROUND(target.assigned * budget.rate / 100 / %(unit)s) * %(unit)s
                                   AS planned
                          FROM sales_budget_line budget
                          JOIN sales_target target ON target.id = budget.target_id
                         WHERE budget.plan_id = %(plan)s AND budget.method = 'rate'
                           AND %(wanted)s
                       ) AS fresh
                 WHERE fresh.id = line.id AND line.planned IS DISTINCT FROM fresh.planned
                """,
                unit=get_unit(plan.company_id.currency_id),
                plan=plan.id,
                wanted=self.env["sales.target.actual"]._wanted_sql(
                    SQL("budget.target_id"), target_ids
                ),
            )
        )
        self.invalidate_model(["planned"])
