from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from odoo.addons.sales_system.models.ledger.sales_ledger_entry import LEDGER_EVENT

# Simulations that are kept of each person and company, and the months that one may have.
KEPT = 10
MOST_MONTHS = 60


class SalesCommissionSimulation(models.Model):
    """Commission simulation: what a plan would have cost in past months, and whom it would have
    paid more or less than what was paid.

    The rules are applied to the ledger as they would be by one run for each month, whatever
    days the plan itself is valid on. Nothing is posted.
    """

    _name = "sales.commission.simulation"
    _description = "Commission Simulation"
    _order = "simulated_at desc, id desc"
    _check_company_auto = True

    # === DEFAULTS === #
    def _default_date_from(self):
        return self._default_date_to() + relativedelta(days=1, years=-1)

    def _default_date_to(self):
        today = fields.Date.context_today(self)
        return fields.Date.start_of(today, "month") - relativedelta(days=1)

    # === FIELDS === #
    plan_id = fields.Many2one(
        comodel_name="sales.commission.plan",
        required=True,
        index=True,
        ondelete="cascade",
        help="A draft, or an approved plan.",
    )
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    compare_id = fields.Many2one(
        comodel_name="sales.commission.plan",
        string="Compare With",
        ondelete="cascade",
        check_company=True,
        domain="[('company_id', '=', company_id), ('id', '!=', plan_id)]",
        help="Another plan, simulated for the same months. Empty: what was really paid in the "
        "months with approved runs, and what the approved plans would have paid in the others.",
    )
    date_from = fields.Date(
        string="From", required=True, default=lambda self: self._default_date_from()
    )
    date_to = fields.Date(string="To", required=True, default=lambda self: self._default_date_to())

    # === RESULT === #
    simulated_at = fields.Datetime(readonly=True, copy=False)
    event = fields.Selection(
        LEDGER_EVENT,
        string="Sales Are",
        readonly=True,
        copy=False,
        help="The step of the sale that the first rule of the plan pays for.",
    )
    sales_amount = fields.Monetary(string="Sales", readonly=True, copy=False)
    simulated_amount = fields.Monetary(string="Simulated Cost", readonly=True, copy=False)
    current_amount = fields.Monetary(string="Current Cost", readonly=True, copy=False)
    difference = fields.Monetary(compute="_compute_differences")
    simulated_percent = fields.Float(
        string="In % of Sales", digits=(16, 2), compute="_compute_differences"
    )
    current_percent = fields.Float(
        string="Current in % of Sales", digits=(16, 2), compute="_compute_differences"
    )
    winner_count = fields.Integer(string="Winners", compute="_compute_outcomes")
    loser_count = fields.Integer(string="Losers", compute="_compute_outcomes")
    without_target_count = fields.Integer(
        string="Without Target",
        readonly=True,
        copy=False,
        help="Months of payees in which a rule looked for a target and found none, so that it "
        "paid nothing.",
    )
    payee_ids = fields.One2many(
        comodel_name="sales.commission.simulation.payee",
        inverse_name="simulation_id",
        string="Payees",
        readonly=True,
    )
    line_ids = fields.One2many(
        comodel_name="sales.commission.simulation.line",
        inverse_name="simulation_id",
        string="By Month",
        readonly=True,
        copy=False,
    )

    # === COMPUTE METHODS === #
    @api.depends("plan_id", "date_from", "date_to")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for simulation in self:
            days = " – ".join(
                format_date(self.env, day, date_format="yyyy-MM")
                for day in (simulation.date_from, simulation.date_to)
                if day
            )
            # As superuser: the name of a deleted or hidden plan is no secret of the simulation.
            simulation.display_name = f"{simulation.plan_id.sudo().display_name} · {days}"

    @api.depends("simulated_amount", "current_amount", "sales_amount")
    def _compute_differences(self):
        for simulation in self:
            simulation.difference = simulation.simulated_amount - simulation.current_amount
            sales = simulation.sales_amount
            simulation.simulated_percent = sales and simulation.simulated_amount * 100 / sales
            simulation.current_percent = sales and simulation.current_amount * 100 / sales

    @api.depends("simulated_at")
    def _compute_outcomes(self):
        counts = {
            (simulation, outcome): count
            for simulation, outcome, count in self.env[
                "sales.commission.simulation.payee"
            ]._read_group(
                [("simulation_id", "in", self.ids)], ["simulation_id", "outcome"], ["__count"]
            )
        }
        for simulation in self:
            simulation.winner_count = counts.get((simulation, "more"), 0)
            simulation.loser_count = counts.get((simulation, "less"), 0)

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._whole_months(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._whole_months(vals))

    # === ACTION METHODS === #
    def action_simulate(self):
        """Work the simulation out, or work it out anew."""
        self.check_access("write")
        for simulation in self:
            if error := simulation._get_error_message():
                raise UserError(error)
            self.env["sales.commission.simulating"]._simulate(simulation)
            simulation._drop_old()
        return True

    def action_open_lines(self):
        """Open the figures by payee and month, as a chart, a pivot or a list."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sales_commission.sales_commission_simulation_line_action"
        )
        return {
            **action,
            "name": self.display_name,
            "domain": [("simulation_id", "=", self.id)],
        }

    # === BUSINESS METHODS === #
    @api.model
    def _whole_months(self, vals):
        """A run settles months, so a simulation does."""
        vals = dict(vals)
        if vals.get("date_from"):
            vals["date_from"] = fields.Date.start_of(
                fields.Date.to_date(vals["date_from"]), "month"
            )
        if vals.get("date_to"):
            vals["date_to"] = fields.Date.end_of(fields.Date.to_date(vals["date_to"]), "month")
        return vals

    def _get_error_message(self):
        """:return: why the simulation cannot be made, or None"""
        self.ensure_one()
        days = {
            "first": format_date(self.env, self.date_from),
            "last": format_date(self.env, self.date_to),
        }
        if self.date_to < self.date_from:
            return self.env._(
                "The simulation would end on %(last)s, before it begins on %(first)s. "
                "Choose a later month to end with.",
                **days,
            )
        if self.date_from + relativedelta(months=MOST_MONTHS) <= self.date_to:
            return self.env._(
                "From %(first)s to %(last)s are more than %(count)s months. Choose fewer.",
                count=MOST_MONTHS,
                **days,
            )
        if self.compare_id == self.plan_id:
            return self.env._(
                "Plan %(plan)s cannot be compared with itself. Choose another plan, or none to "
                "compare it with what was paid.",
                plan=self.plan_id.display_name,
            )
        plans = self.plan_id + self.compare_id
        for plan in plans:
            if not plan.rule_ids:
                return self.env._(
                    "Plan %(plan)s has no rule, so there is nothing to simulate. Add a rule.",
                    plan=plan.display_name,
                )
        return next(
            filter(None, (rule._incomplete_error_message() for rule in plans.rule_ids)), None
        )

    def _drop_old(self):
        """Keep the last simulations of the person only."""
        self.ensure_one()
        old = self.search(
            [("create_uid", "=", self.env.uid), ("company_id", "=", self.company_id.id)],
            order="id desc",
            offset=KEPT,
        )
        (old - self).unlink()
