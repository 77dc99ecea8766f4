from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, format_date

RUN_STATE = [
    ("draft", "Draft"),
    ("calculated", "Calculated"),
    ("review", "In Review"),
    ("approved", "Approved"),
    ("paid", "Paid"),
    ("closed", "Closed"),
]
# States in which the statements stand and payees see them, and those before.
SETTLED = ("approved", "paid", "closed")
OPEN = ("draft", "calculated", "review")
# Who sees the figures of all payees.
READERS = "sales_team.group_sale_salesman_all_leads"

# What a run settles. Runs that agree in it would pay the same sales.
PERIOD_FIELDS = {"company_id", "plan_id", "date_from", "date_to"}


class SalesCommissionRun(models.Model):
    """Commission run: the settlement of one period, with a statement for each payee.

    The days of a plan belong to one run at most. A sale that is posted into the days of an
    approved run afterwards is taken by the next run, so that statements never change.
    """

    _name = "sales.commission.run"
    _description = "Commission Run"
    _inherit = ["sales.state.mixin", "mail.thread"]
    _order = "date_from desc, id desc"
    _check_company_auto = True

    # === DEFAULTS === #
    def _default_date_from(self):
        """The day after the company's latest run, or else the first day of last month."""
        latest = self.search(
            [("company_id", "=", self.env.company.id)], order="date_to desc", limit=1
        )
        if latest:
            return latest.date_to + relativedelta(days=1)
        last_month = fields.Date.context_today(self) - relativedelta(months=1)
        return fields.Date.start_of(last_month, "month")

    def _default_date_to(self):
        return fields.Date.end_of(self._default_date_from(), "month")

    # === FIELDS === #
    name = fields.Char(
        compute="_compute_name", store=True, readonly=False, precompute=True, required=True
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    plan_id = fields.Many2one(
        comodel_name="sales.commission.plan",
        check_company=True,
        ondelete="restrict",
        domain="[('company_id', '=', company_id), ('state', '!=', 'draft')]",
        help="Leave empty to settle all approved plans together.",
    )
    date_from = fields.Date(
        string="From", required=True, default=lambda self: self._default_date_from()
    )
    date_to = fields.Date(string="To", required=True, default=lambda self: self._default_date_to())
    state = fields.Selection(
        RUN_STATE, default="draft", required=True, readonly=True, copy=False, tracking=True
    )
    calculated_at = fields.Datetime(readonly=True, copy=False)
    last_entry_id = fields.Integer(
        readonly=True,
        copy=False,
        aggregator=None,
        export_string_translation=False,
        help="The newest ledger entry that the calculation has seen.",
    )
    entry_count = fields.Integer(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="Ledger entries of the run's days up to the newest one.",
    )
    fingerprint = fields.Char(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="What the calculation depends on beside the ledger.",
    )
    is_locked = fields.Boolean(
        readonly=True,
        copy=False,
        help="The sales period was locked when the run was calculated, so nothing can be "
        "posted into its days any more.",
    )
    total_ids = fields.One2many(
        comodel_name="sales.commission.run.total",
        inverse_name="run_id",
        readonly=True,
        groups=READERS,
    )
    statement_ids = fields.One2many(
        comodel_name="sales.commission.statement", inverse_name="run_id", readonly=True
    )
    measure_ids = fields.One2many(
        comodel_name="sales.commission.measure", inverse_name="run_id", readonly=True
    )
    rate_ids = fields.One2many(
        comodel_name="sales.commission.run.rate",
        inverse_name="run_id",
        string="Exchange Rates",
        groups=READERS,
    )

    # === CONSTRAINTS AND INDEXES === #
    _date_range = models.Constraint(
        "CHECK (date_to >= date_from)",
        "A commission run cannot end before it starts.",
    )
    # A run without a plan settles all plans: its plan range has no bounds and meets every other.
    _no_overlap = models.Constraint(
        """EXCLUDE USING gist (
            int4range(company_id, company_id, '[]') WITH &&,
            int4range(plan_id, plan_id, '[]') WITH &&,
            daterange(date_from, date_to, '[]') WITH &&)""",
        "Another commission run already covers days of this period for the same plan. "
        "Choose other days, or work on with that run.",
    )

    # === COMPUTE METHODS === #
    @api.depends("plan_id", "date_from", "date_to")
    def _compute_name(self):
        for run in self:
            names = [run._get_period_name(), run.plan_id.name]
            run.name = " · ".join(filter(None, names))

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            values = self._add_missing_default_values(vals)
            self._lock_company(values["company_id"])
            self._check_no_overlap(values)
        return super().create(vals_list)

    def write(self, vals):
        self.check_access("write")
        if not PERIOD_FIELDS.isdisjoint(vals):
            for run in self:
                if run.state != "draft":
                    raise UserError(
                        self.env._(
                            "Run %(run)s is calculated, and its result belongs to its plan and "
                            "period. Set it back to draft first; once it is approved, "
                            "create another run.",
                            run=run.name,
                        )
                    )
                run._check_no_overlap({**run._get_period_values(), **vals})
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_calculated(self):
        for run in self:
            if run.state != "draft":
                raise UserError(
                    self.env._(
                        "Run %(run)s has statements. Set it back to draft before you delete it; "
                        "an approved run stays.",
                        run=run.name,
                    )
                )

    # === ACTION METHODS === #
    def action_open_statements(self):
        self.ensure_one()
        return self._get_result_action("sales_commission.sales_commission_statement_action")

    def action_open_earnings(self):
        self.ensure_one()
        return self._get_result_action("sales_commission.sales_commission_earning_action")

    # === BUSINESS METHODS === #
    def _get_plans(self):
        """:return: the plans that the run settles"""
        self.ensure_one()
        plans = self.plan_id or self.env["sales.commission.plan"].search(
            [("company_id", "=", self.company_id.id)]
        )
        return plans.filtered(lambda plan: plan.state != "draft")

    def _get_target_plans(self):
        """:return: the target plans whose attainment decides rates of the run"""
        rules = self._get_plans().rule_ids
        return rules.filtered(lambda rule: rule.tier_basis == "attainment").target_plan_id

    def _get_payee_currencies(self):
        """:return: the currencies that payees of the run are paid in"""
        return self._get_plans().assignment_ids.currency_id

    def _get_period_values(self):
        self.ensure_one()
        return self._convert_to_write({name: self[name] for name in PERIOD_FIELDS})

    @api.model
    def _lock_company(self, company_id):
        """Keep others from creating a run of the company until the transaction ends.

        A browser that leaves a new form saves it twice at once.
        """
        [(locked,)] = self.env.execute_query(
            SQL("SELECT pg_try_advisory_xact_lock(hashtext(%s), %s)", self._table, company_id)
        )
        if not locked:
            raise UserError(
                self.env._(
                    "Another commission run is being created at this moment. Try again shortly."
                )
            )

    @api.model
    def _check_no_overlap(self, vals):
        """Refuse days that another run covers already, before the database does.

        The constraint ``_no_overlap`` remains for runs that are made at the same moment.

        :param dict vals: values of a run, with all of ``PERIOD_FIELDS``
        :raises ValidationError: another run covers some of the days
        """
        plan_id = vals.get("plan_id")
        domain = [
            ("id", "not in", self.ids),
            ("company_id", "=", vals["company_id"]),
            ("date_from", "<=", vals["date_to"]),
            ("date_to", ">=", vals["date_from"]),
        ]
        if plan_id:
            domain.append(("plan_id", "in", (plan_id, False)))
        if other := self.search(domain, order="date_from", limit=1):
            raise ValidationError(
                self.env._(
                    "The run “%(run)s” already covers days from %(date_from)s to %(date_to)s. "
                    "Choose other days, or work on with that run.",
                    run=other.name,
                    date_from=format_date(self.env, other.date_from),
                    date_to=format_date(self.env, other.date_to),
                )
            )

    def _get_period_name(self):
        """:return: "2026-10" for a month, else both days"""
        self.ensure_one()
        first, last = self.date_from, self.date_to
        if not first or not last:
            return ""
        if (first, last) == (
            fields.Date.start_of(first, "month"),
            fields.Date.end_of(first, "month"),
        ):
            return first.strftime("%Y-%m")
        return f"{fields.Date.to_string(first)} – {fields.Date.to_string(last)}"

    def _get_result_action(self, xmlid):
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        return {**action, "domain": [("run_id", "=", self.id)], "context": {}}
