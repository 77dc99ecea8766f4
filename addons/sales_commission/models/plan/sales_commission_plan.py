from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL, format_date

PLAN_STATE = [
    ("draft", "Draft"),
    ("approved", "Approved"),
    ("closed", "Closed"),
]

# What decides an amount that may have been paid already.
TERMS = {"company_id", "date_from", "rule_mode", "payee_scope"}


class SalesCommissionPlan(models.Model):
    """Commission plan: what is paid, for which sales, to whom, on which days.

    An approved plan is a version: its terms never change again, so that a correction of an
    old sale is always counted at the rate that paid it. New terms are a new plan that starts
    on the day after the old one ends.
    """

    _name = "sales.commission.plan"
    _description = "Commission Plan"
    _inherit = ["sales.state.mixin", "mail.thread"]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    # === DEFAULTS === #
    def _default_name(self):
        return self.env._("Commission %(year)s", year=fields.Date.context_today(self).year)

    # === FIELDS === #
    name = fields.Char(required=True, tracking=True, default=lambda self: self._default_name())
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(
        string="Valid From",
        required=True,
        default=lambda self: fields.Date.start_of(fields.Date.context_today(self), "year"),
        tracking=True,
        help="The first day whose sales earn by this plan.",
    )
    date_to = fields.Date(
        string="Valid To",
        copy=False,
        tracking=True,
        help="The last day whose sales earn by this plan. Empty: until further notice.",
    )
    state = fields.Selection(
        PLAN_STATE, default="draft", required=True, readonly=True, copy=False, tracking=True
    )
    rule_mode = fields.Selection(
        selection=[
            ("first", "The first rule that matches"),
            ("best", "The rule that pays most"),
            ("all", "Every rule that matches, added up"),
        ],
        string="A Sale Earns By",
        required=True,
        default="first",
        help="Where several rules of one kind of payee match a sale.",
    )
    payee_scope = fields.Selection(
        selection=[
            ("everyone", "Everyone who sold"),
            ("assigned", "Assigned payees only"),
        ],
        string="Paid To",
        required=True,
        default="everyone",
    )
    rule_ids = fields.One2many(
        comodel_name="sales.commission.rule",
        inverse_name="plan_id",
        string="Rules",
        copy=True,
    )
    assignment_ids = fields.One2many(
        comodel_name="sales.commission.assignment",
        inverse_name="plan_id",
        string="Payees",
        copy=True,
    )
    payee_ids = fields.Many2many(
        comodel_name="res.partner",
        string="Assigned Payees",
        compute="_compute_payee_ids",
        search="_search_payee_ids",
        compute_sudo=True,
        help="For the access rules: to look at the assignments themselves would put those of "
        "other payees into the hands of whoever reads the plan.",
    )
    earning_count = fields.Integer(compute="_compute_earning_count")
    previous_id = fields.Many2one(
        comodel_name="sales.commission.plan",
        string="New Version Of",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="Ends on the day before this one starts, once this one is approved.",
    )
    next_ids = fields.One2many(
        comodel_name="sales.commission.plan",
        inverse_name="previous_id",
        string="Next Version",
        readonly=True,
    )
    version = fields.Integer(default=1, readonly=True, copy=False)

    # === CONSTRAINTS AND INDEXES === #
    _date_range = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "A commission plan cannot end before it starts.",
    )

    # === COMPUTE METHODS === #
    @api.depends("name", "version")
    def _compute_display_name(self):
        for plan in self:
            plan.display_name = (
                self.env._("%(plan)s (version %(version)s)", plan=plan.name, version=plan.version)
                if plan.version > 1
                else plan.name
            )

    @api.depends("assignment_ids.payee_id")
    def _compute_payee_ids(self):
        payees = dict(
            self.env["sales.commission.assignment"]._read_group(
                [("plan_id", "in", self.ids)], ["plan_id"], ["payee_id:recordset"]
            )
        )
        for plan in self:
            plan.payee_ids = payees.get(plan, False)

    def _search_payee_ids(self, operator, value):
        return [("assignment_ids", "any", [("payee_id", operator, value)])]

    def _compute_earning_count(self):
        counts = dict(
            self.env["sales.commission.earning"]._read_group(
                [("plan_id", "in", self.ids)], ["plan_id"], ["__count"]
            )
        )
        for plan in self:
            plan.earning_count = counts.get(plan, 0)

    # === CRUD METHODS === #
    def write(self, vals):
        self.check_access("write")
        for plan in self:
            if not plan._get_locked_fields().isdisjoint(vals):
                raise plan._locked_error()
        result = super().write(vals)
        if "date_to" in vals:
            self._check_earned_days()
        return result

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        if "name" not in (default or {}):
            for plan, vals in zip(self, vals_list, strict=True):
                vals["name"] = self.env._("%(plan)s (copy)", plan=plan.name)
        return vals_list

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        for plan in self:
            if plan.state != "draft":
                raise plan._locked_error()

    # === ACTION METHODS === #
    def action_approve(self):
        self.check_access("write")
        for plan in self:
            if not plan.rule_ids:
                raise UserError(
                    self.env._(
                        "Plan %(plan)s has no rule, so nobody could earn by it. "
                        "Add a rule, then approve the plan.",
                        plan=plan.name,
                    )
                )
            if plan.payee_scope == "assigned" and not plan.assignment_ids:
                raise UserError(
                    self.env._(
                        "Plan %(plan)s pays assigned payees only and has none. "
                        "Add the payees, or let the plan pay everyone who sold.",
                        plan=plan.name,
                    )
                )
            plan.rule_ids._check_complete()
            plan._end_previous()
        self._update_state(("draft",), "approved")
        return True

    def action_new_version(self):
        """Draft new terms: a copy that takes over on its first day, once it is approved."""
        self.ensure_one()
        self.check_access("write")
        self._check_state("approved", "closed")
        if later := self.search([("previous_id", "=", self.id)], limit=1):
            raise UserError(
                self.env._(
                    "Plan %(plan)s already has a new version, %(later)s. Change that one.",
                    plan=self.name,
                    later=later.display_name,
                )
            )
        today = fields.Date.context_today(self)
        first = fields.Date.start_of(today + relativedelta(months=1), "month")
        version = self.copy(
            {
                "name": self.name,
                "date_from": max(first, self.date_from + relativedelta(days=1)),
                "previous_id": self.id,
                "version": self.version + 1,
            }
        )
        return self._get_version_action(version)

    def action_reset(self):
        """Open an approved plan again that nothing was earned by yet."""
        self.check_access("write")
        for plan in self:
            if plan.state == "approved" and plan.earning_count:
                raise plan._locked_error()
        self._update_state(("approved",), "draft")
        return True

    def action_close(self):
        """Close plans that have ended; corrections of their sales still reach the runs."""
        self.check_access("write")
        for plan in self:
            if not plan.date_to or plan.date_to >= fields.Date.context_today(plan):
                raise UserError(
                    self.env._(
                        "Plan %(plan)s is still valid. "
                        "Set the day it ends on, and close it when that day is over.",
                        plan=plan.name,
                    )
                )
        self._update_state(("approved",), "closed")
        return True

    def action_add_rule(self):
        """Add a rule to start from: a kind of rate with figures to type over.

        The kind comes from the button's context; see :meth:`_get_rule_templates`.
        """
        self.check_access("write")
        templates = self._get_rule_templates()
        values = templates.get(self.env.context.get("rule_template"))
        if values is None:
            raise UserError(
                self.env._(
                    "There is no such kind of rule to start from. Choose one of %(kinds)s.",
                    kinds=", ".join(templates),
                )
            )
        self.env["sales.commission.rule"].create([{"plan_id": plan.id, **values} for plan in self])
        return True

    def action_open_previous(self):
        self.ensure_one()
        return self._get_version_action(self.previous_id)

    def action_open_next(self):
        self.ensure_one()
        return self._get_version_action(self.next_ids[:1])

    def action_open_earnings(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sales_commission.sales_commission_earning_action"
        )
        return {**action, "domain": [("plan_id", "=", self.id)], "context": {}}

    # === BUSINESS METHODS === #
    @api.model
    def _get_version_action(self, plan):
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": plan.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    @api.model
    def _get_rule_templates(self):
        """:return: dict of kind → values of a rule that is complete but for its figures"""
        tiers = [
            Command.create({"amount_from": amount, "rate": rate})
            for amount, rate in ((0, 1), (100000, 2), (300000, 3))
        ]
        accelerator = [
            Command.create({"amount_from": percent, "rate": rate})
            for percent, rate in ((0, 1), (80, 2), (100, 4))
        ]
        return {
            "flat": {"name": self.env._("All sales"), "rate": 2},
            "tiers": {
                "name": self.env._("All sales, by tiers"),
                "rate_type": "marginal",
                "tier_ids": tiers,
            },
            "attainment": {
                "name": self.env._("All sales, by target"),
                "rate_type": "retroactive",
                "tier_basis": "attainment",
                "target_plan_id": self._get_latest_target_plan().id,
                "tier_ids": accelerator,
            },
            "leader": {"name": self.env._("Leader's share"), "role": "leader", "rate": 0.5},
        }

    def _get_latest_target_plan(self):
        return self.env["sales.target.plan"].search(
            [
                ("company_id", "=", (self.company_id[:1] or self.env.company).id),
                ("state", "=", "approved"),
            ],
            order="date_from desc, id desc",
            limit=1,
        )

    def _end_previous(self):
        """End the earlier version on the day before this one starts."""
        self.ensure_one()
        last = self.date_from - relativedelta(days=1)
        previous = self.previous_id
        if not previous or (previous.date_to and previous.date_to <= last):
            return
        if last < previous.date_from:
            raise UserError(
                self.env._(
                    "Version %(version)s of plan %(plan)s starts on %(date)s, which is not after "
                    "the start of the version before it. Choose a later day.",
                    version=self.version,
                    plan=self.name,
                    date=format_date(self.env, self.date_from),
                )
            )
        previous.date_to = last

    def _locked_error(self):
        """:return: the refusal to change what has been agreed"""
        self.ensure_one()
        return UserError(
            self.env._(
                "Plan %(plan)s is approved, and what people earned by it must not change. "
                "Create a new version that starts on the day of the change.",
                plan=self.name,
            )
        )

    def _get_locked_fields(self):
        """:return: set of names of fields that the plan's state does not let change"""
        self.ensure_one()
        return {
            "draft": set(),
            "approved": TERMS,
            "closed": TERMS | {"date_to"},
        }[self.state]

    def _check_earned_days(self, without=()):
        """Refuse to end a plan, or a payee's part in it, before a sale that was paid: a
        correction of that sale would find nobody to take the commission back from.

        :param without: ids of assignments that are about to be deleted
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT x.plan_id, x.payee_id, COALESCE(e.late_for, e.date)
                  FROM sales_commission_earning x
                  JOIN sales_commission_run r ON r.id = x.run_id
                  JOIN sales_ledger_entry e ON e.id = x.entry_id
                  JOIN sales_commission_plan p ON p.id = x.plan_id
                 WHERE x.plan_id = ANY(%s)
                   AND r.state IN ('approved', 'paid', 'closed')
                   AND x.kind = 'earning'
                   AND (COALESCE(e.late_for, e.date) > p.date_to
                        OR (p.payee_scope = 'assigned' AND x.role <> 'payee' AND NOT EXISTS (
                            SELECT FROM sales_commission_assignment a
                             WHERE a.plan_id = x.plan_id AND a.payee_id = x.payee_id
                               AND a.id <> ALL(%s)
                               AND COALESCE(e.late_for, e.date)
                                   BETWEEN COALESCE(a.date_from, '-infinity')
                                       AND COALESCE(a.date_to, 'infinity'))))
                 ORDER BY 3 DESC
                 LIMIT 1
                """,
                self.ids,
                list(without),
            )
        )
        for plan_id, payee_id, earned_on in rows:
            raise UserError(
                self.env._(
                    "Plan %(plan)s paid %(payee)s for a sale of %(date)s. Its days and payees "
                    "must still cover that sale, or a correction of it would be lost. "
                    "End them on that day or later.",
                    plan=self.browse(plan_id).name,
                    payee=self.env["res.partner"].browse(payee_id).sudo().name,
                    date=fields.Date.to_string(earned_on),
                )
            )
