from decimal import Decimal

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, format_date

from ..engine import periods
from ..fields import OptionalMonetary
from .sales_target_figures import TARGET_VALUES

TARGET_PLAN_STATE = [
    ("draft", "Draft"),
    ("proposing", "Proposing"),
    ("approved", "Approved"),
    ("closed", "Closed"),
]
TARGET_PERIOD = [
    ("week", "Week"),
    ("month", "Month"),
    ("quarter", "Quarter"),
    ("year", "Year"),
]
# Of a mistyped year one would otherwise get a hundred thousand cells per node.
LONGEST_PLAN = relativedelta(years=10)


class SalesTargetPlan(models.Model):
    """Target plan: what a company wants to reach in a span of time, by one metric.

    Its nodes (:class:`SalesTarget`) say who or what is to reach it, and their cells how much
    in which sub-period. A draft can be changed, and so can a plan whose owners propose their
    numbers; an approved one only by a revision. A closed plan is not counted any more.
    """

    _name = "sales.target.plan"
    _description = "Target Plan"
    _inherit = ["sales.state.mixin", "mail.thread"]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    # === DEFAULTS === #
    def _default_date_from(self):
        return fields.Date.context_today(self).replace(month=1, day=1)

    def _default_date_to(self):
        return fields.Date.context_today(self).replace(month=12, day=31)

    # === FIELDS === #
    name = fields.Char(required=True, tracking=True)
    state = fields.Selection(
        TARGET_PLAN_STATE, default="draft", required=True, readonly=True, copy=False, tracking=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    metric = fields.Selection(
        selection="_selection_metric",
        required=True,
        default="booked",
        tracking=True,
        help="What counts as reached: orders taken, invoices sent, money received, "
        "the margin or the quantity of the orders, customers who ordered for the first time.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        store=True,
        help="Empty where the plan counts pieces instead of money.",
    )
    date_from = fields.Date(
        "From", required=True, default=lambda self: self._default_date_from(), tracking=True
    )
    date_to = fields.Date(
        "To", required=True, default=lambda self: self._default_date_to(), tracking=True
    )
    period = fields.Selection(
        TARGET_PERIOD, string="Per", required=True, default="month", tracking=True
    )
    further_company_ids = fields.One2many(
        "sales.target.company",
        "plan_id",
        string="Further Companies",
        copy=True,
        help="Companies whose sales count too, in the currency of the plan.",
    )
    level_ids = fields.One2many(
        "sales.target.level",
        "plan_id",
        string="Levels",
        copy=True,
        help="What the total is split by, one after the other: for example region, product "
        "category, salesperson.",
    )
    revision_ids = fields.One2many("sales.target.revision", "plan_id", string="Revisions")
    target_ids = fields.One2many("sales.target", "plan_id", string="Targets")
    top_target_ids = fields.One2many(
        "sales.target", "plan_id", domain=[("parent_id", "=", False)], string="Top Targets"
    )
    refreshed_at = fields.Datetime(
        "Counted At",
        readonly=True,
        copy=False,
        help="When the actual figures were last counted from the sales ledger.",
    )

    # The sums of the top nodes: what lies below them is the same money again.
    assigned = OptionalMonetary("Target", compute="_compute_totals")
    actual = fields.Monetary(compute="_compute_totals")
    gap = OptionalMonetary(compute="_compute_totals")
    attainment = fields.Float("Attainment (%)", compute="_compute_totals", digits=(16, 2))
    target_count = fields.Integer(compute="_compute_target_count")

    # === CONSTRAINTS AND INDEXES === #
    _date_range = models.Constraint(
        "CHECK (date_to >= date_from)",
        "A target plan cannot end before it starts.",
    )

    # === COMPUTE METHODS === #
    def _selection_metric(self):
        return self.env["sales.target.metric"]._get_selection()

    @api.depends("metric", "company_id.currency_id")
    def _compute_currency_id(self):
        for plan in self:
            in_money = plan.metric and plan._get_metric().in_money
            plan.currency_id = in_money and plan.company_id.currency_id

    @api.depends(*(f"target_ids.{name}" for name in ("parent_id", "assigned", "actual", "gap")))
    def _compute_totals(self):
        totals = {
            plan: figures
            for plan, *figures in self.env["sales.target"]._read_group(
                [("plan_id", "in", self.ids), ("parent_id", "=", False)],
                ["plan_id"],
                ["assigned:sum", "actual:sum", "gap:sum"],
            )
        }
        for plan in self:
            plan.assigned, plan.actual, plan.gap = totals.get(plan._origin, (False, 0.0, False))
            plan.attainment = self.env["sales.target.figures"]._get_attainment(
                plan.assigned, plan.gap
            )

    @api.depends("target_ids")
    def _compute_target_count(self):
        counts = dict(
            self.env["sales.target"]._read_group(
                [("plan_id", "in", self.ids)], ["plan_id"], ["__count"]
            )
        )
        for plan in self:
            plan.target_count = counts.get(plan._origin, 0)

    # === CONSTRAINT METHODS === #
    @api.constrains("date_from", "date_to")
    def _check_length(self):
        for plan in self:
            if plan.date_to >= plan.date_from + LONGEST_PLAN:
                raise ValidationError(
                    self.env._(
                        "A target plan covers at most ten years, and %(plan)s runs from "
                        "%(first)s to %(last)s. Mend the dates.",
                        plan=plan.name,
                        first=format_date(self.env, plan.date_from),
                        last=format_date(self.env, plan.date_to),
                    )
                )

    @api.constrains("company_id")
    def _check_company_of_targets(self):
        self.target_ids._check_company()
        self.target_ids._check_segment_companies()

    # === CRUD METHODS === #
    def write(self, vals):
        if not {"metric", "date_from", "date_to", "period", "company_id"}.isdisjoint(vals):
            self._check_draft()
        result = super().write(vals)
        if not {"date_from", "date_to", "period"}.isdisjoint(vals):
            self._rebuild_cells()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_draft(self):
        self._check_draft()

    # === ACTION METHODS === #
    def action_approve(self):
        """Fix the targets: from now on people are measured by them."""
        for plan in self:
            if error := plan._approval_error_message():
                raise UserError(error)
        self._update_state(("draft", "proposing"), "approved")
        return True

    def action_close(self):
        """Count a last time and keep the figures as they are from then on."""
        self.check_access("write")
        self._refresh()
        self._update_state(("approved",), "closed")
        return True

    def action_reopen(self):
        """Count closed plans again. An approved plan is never a draft again: its numbers change
        by a revision, or in a new version.
        """
        self._update_state(("closed",), "approved")
        return True

    def action_refresh(self):
        """Count the actual figures of the open plans from the ledger, now."""
        self.check_access("read")
        self._refresh()
        return True

    def action_open_targets(self):
        self.ensure_one()
        return self._prepare_action(
            "sales.target",
            self.env._("Targets of %(plan)s", plan=self.name),
            context={"default_plan_id": self.id},
        )

    def action_new_target(self):
        self.ensure_one()
        action = self.action_open_targets()
        return {**action, "name": self.env._("New Target"), "views": [(False, "form")]}

    def action_open_attainment(self):
        self.action_refresh()
        return self._prepare_action(
            "sales.target.cell",
            self.env._("Attainment of %(plan)s", plan=self.name),
            context=self._attainment_context(),
        )

    def action_open_ledger(self):
        """The sales of the plan's span, of whomever: also those that no target counts."""
        self.ensure_one()
        action = self.env["sales.target"]._prepare_ledger_action(
            self.name, self._get_ledger_domain(self.date_from, self.date_to)
        )
        return {**action, "view_mode": "pivot,list,kanban,graph,form"}

    def action_import_targets(self):
        self.ensure_one()
        self._check_draft()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Targets"),
            "res_model": "sales.import",
            "view_mode": "form",
            "context": {"default_kind": "target", "default_target_plan_id": self.id},
        }

    # === BUSINESS METHODS === #
    def _approval_error_message(self):
        """:return: why the plan cannot be approved now, or None"""
        self.ensure_one()
        if not self.target_ids:
            return self.env._(
                "%(plan)s has no target yet: add some, or import them.", plan=self.name
            )
        empty = self.target_ids.filtered(lambda target: target.assigned is False)
        if empty:
            return self.env._(
                "%(count)s targets of %(plan)s have no number in any period, the first is "
                "%(target)s. Fill them in, or delete them.",
                count=len(empty),
                plan=self.name,
                target=empty[0].display_name,
            )
        return None

    def _check_draft(self):
        """:raises UserError: a plan is approved or closed, and so cannot be changed"""
        if fixed := self.filtered(lambda plan: plan.state not in ("draft", "proposing")):
            raise UserError(
                self.env._(
                    "%(plan)s is no longer a draft, so its targets stand. "
                    "Change numbers by a revision, and who has a target in a new version.",
                    plan=fixed[0].name,
                )
            )

    def _check_open(self, reason):
        """:raises UserError: numbers cannot be changed now, or only with a reason"""
        for plan in self:
            if plan.state == "closed":
                raise UserError(
                    self.env._(
                        "%(plan)s is closed, so its numbers stay as they are. Make a new version "
                        "to plan on.",
                        plan=plan.name,
                    )
                )
            if plan.state == "approved" and not (reason or "").strip():
                raise UserError(
                    self.env._(
                        "%(plan)s is approved: its numbers change only by a revision. "
                        "Choose Revise, and give the reason.",
                        plan=plan.name,
                    )
                )

    def _get_metric(self):
        """:return: the :class:`~.sales_target_metric.Metric` that the plan counts"""
        return self.env["sales.target.metric"]._get_metrics()[self.metric]

    def _get_unit(self):
        """:return: Decimal of the smallest step of a number: a cent, or a piece"""
        self.ensure_one()
        return Decimal(str(self.currency_id.rounding)) if self.currency_id else Decimal(1)

    def _get_periods(self):
        """:return: tuple of the sub-periods, each a :class:`~.engine.periods.Period`"""
        self.ensure_one()
        return periods.split(self.date_from, self.date_to, self.period)

    def _get_years_before(self, span, years=1):
        """:param span: :class:`~.engine.periods.Period` of days of the plan
        :return: the same of the days that they are compared with
        """
        self.ensure_one()
        return periods.years_before(span, years, self.period)

    def _rebuild_cells(self):
        """Give every node exactly the plan's sub-periods after these have changed.

        :raises ValidationError: a period that no longer exists has a number; 0 is one too
        """
        for plan in self:
            stale = plan.target_ids.cell_ids.filtered(lambda cell: not cell._is_plan_period())
            if kept := stale.filtered(
                lambda cell: any(cell[value] is not False for value in TARGET_VALUES)
            ):
                raise ValidationError(
                    self.env._(
                        "%(count)s targets of %(plan)s stand in periods that it would no "
                        "longer have, the first is %(cell)s. Clear them first.",
                        count=len(kept),
                        plan=plan.name,
                        cell=kept[0].display_name,
                    )
                )
            stale.unlink()
            plan.target_ids._create_cells()

    def _get_ledger_domain(self, date_from, date_to):
        """:return: list domain of the ledger entries that the plan counts between two days"""
        self.ensure_one()
        if self.metric == "new_customers":
            entries = self.env["sales.target.metric"]._entries_sql(self, date_from, date_to)
            return [
                (
                    "id",
                    "in",
                    [
                        id_
                        for (id_,) in self.env.execute_query(
                            SQL("SELECT id FROM (%s) AS entry", entries)
                        )
                    ],
                )
            ]
        return [
            ("company_id", "in", self._get_companies().ids),
            ("event", "=", self._get_metric().event),
            ("date", ">=", fields.Date.to_string(date_from)),
            ("date", "<=", fields.Date.to_string(date_to)),
        ]

    def _prepare_action(self, model, name, **values):
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                f"sales_planning.{model.replace('.', '_')}_action"
            ),
            "name": name,
            "domain": [("plan_id", "in", self.ids)],
            **values,
        }

    # === COUNTING === #
    def _refresh(self):
        """Count the actual figures of the plans that are not closed.

        A plan that somebody else counts at this moment is left to them.
        """
        self.env["sales.ledger.posting"]._post_pending()
        # Figures belong to everybody who may see them, the numbers of a plan to its planner.
        open_plans = self.sudo().filtered(lambda plan: plan.state != "closed")
        for plan in open_plans.try_lock_for_update(allow_referencing=True):
            self.env["sales.target.actual"]._count(plan)
            plan.refreshed_at = fields.Datetime.now()

    def _roll_up(self):
        """Write what follows from the tree and its numbers, such as what is unassigned."""
        for plan in self.sudo():
            self.env["sales.target.actual"]._roll_up(plan)

    @api.model
    def _cron_refresh(self):
        """Count one plan per transaction, the longest not counted first."""
        plans = self.search([("state", "!=", "closed")], order="refreshed_at NULLS FIRST, id")
        self.env["ir.cron"]._commit_progress(remaining=len(plans))
        for plan in plans:
            plan._refresh()
            if not self.env["ir.cron"]._commit_progress(1):
                break

    @api.model
    def _refresh_open(self):
        """Count the open plans of the user's companies; for screens that show them all."""
        self.search(
            [("state", "!=", "closed"), ("company_id", "in", self.env.companies.ids)]
        )._refresh()

    def _attainment_context(self):
        """:return: dict context of a screen over the plans' cells that counts no sale twice:
        by salesperson where there are targets for some, else the nodes without parts, and
        one plan at a time
        """
        people = self.env["sales.target"].search_count(
            [("plan_id", "in", self.ids), ("user_id", "!=", False)], limit=1
        )
        context = {"search_default_salespeople" if people else "search_default_lowest": 1}
        if not people:
            context["pivot_row_groupby"] = ["target_id", "date_from:month"]
        if len(self) > 1:
            context["pivot_row_groupby"] = [
                "plan_id",
                "user_id" if people else "target_id",
                "date_from:month",
            ]
        return context

    def _get_companies(self):
        """:return: the companies whose sales count"""
        return self.company_id | self.further_company_ids.company_id

    def _table_sql_of_companies(self):
        """:return: ``SQL`` table of the companies with columns id and rate"""
        rates = {self.company_id.id: 1.0}
        rates.update((line.company_id.id, line.rate) for line in self.further_company_ids)
        return SQL(
            "unnest(%s::integer[], %s::numeric[]) AS company(id, rate)",
            list(rates),
            [str(rate) for rate in rates.values()],
        )

    def _table_sql_of_periods(self):
        """:return: ``SQL`` table of the sub-periods with columns date_from and date_to"""
        spans = self._get_periods()
        return SQL(
            "unnest(%s::date[], %s::date[]) AS period(date_from, date_to)",
            [span.first for span in spans],
            [span.last for span in spans],
        )
