from odoo import api, fields, models
from odoo.tools import SQL

from .sales_commission_run import READERS, SETTLED


class SalesCommissionRun(models.Model):
    """What a run comes to, next to its previous calculation and to the run before it."""

    _inherit = "sales.commission.run"

    payee_count = fields.Integer(string="Payees", compute="_compute_statement_figures")
    earning_count = fields.Integer(string="Earnings", compute="_compute_statement_figures")
    # Stored, so that months can be compared in charts; and not for payees, who may read the
    # run, but only their own part of it.
    amount = fields.Monetary(
        string="Commission",
        compute="_compute_amount",
        store=True,
        copy=False,
        groups=READERS,
        help="The sum of the statements; those in other currencies at the rates of the run.",
    )
    previous_amount = fields.Monetary(
        string="Previous Calculation",
        compute="_compute_amount",
        store=True,
        copy=False,
        groups=READERS,
    )
    change_amount = fields.Monetary(
        string="Change",
        compute="_compute_change_amount",
        groups=READERS,
        help="Against the calculation before this one.",
    )
    rule_total_ids = fields.One2many(
        comodel_name="sales.commission.run.rule",
        inverse_name="run_id",
        string="By Rule",
        readonly=True,
        groups=READERS,
    )
    earlier_run_id = fields.Many2one(
        comodel_name="sales.commission.run",
        string="Run Before",
        compute="_compute_earlier_run_id",
        groups=READERS,
        help="The latest settled run of the same plan before this one.",
    )
    earlier_amount = fields.Monetary(
        string="Commission of Run Before", compute="_compute_earlier_run_id", groups=READERS
    )
    earlier_change = fields.Float(
        string="Change against Run Before (%)",
        compute="_compute_earlier_run_id",
        digits=(16, 1),
        groups=READERS,
    )

    # === COMPUTE METHODS === #
    @api.depends("calculation_count")
    @api.depends_context("uid")
    def _compute_statement_figures(self):
        figures = {
            run: rest
            for run, *rest in self.env["sales.commission.statement"]._read_group(
                [("run_id", "in", self.ids)],
                ["run_id"],
                ["payee_id:count_distinct", "earning_count:sum"],
            )
        }
        for run in self:
            run.payee_count, run.earning_count = figures.get(run, (0, 0))

    # Statements are written by SQL: the count of calculations says that they are new.
    @api.depends("calculation_count", "statement_ids.amount")
    def _compute_amount(self):
        self.amount = self.previous_amount = 0.0
        groups = (
            self.env["sales.commission.statement"]
            .sudo()
            ._read_group(
                [("run_id", "in", self.ids)],
                ["run_id", "currency_id"],
                ["amount:sum", "previous_amount:sum"],
            )
        )
        for run, currency, amount, previous_amount in groups:
            rate = run._get_payee_rate(currency)
            run.amount += run.currency_id.round(amount / rate)
            run.previous_amount += run.currency_id.round(previous_amount / rate)

    @api.depends("amount", "previous_amount", "calculation_count")
    def _compute_change_amount(self):
        for run in self:
            is_compared = run.calculation_count > 1
            run.change_amount = run.amount - run.previous_amount if is_compared else 0.0

    @api.depends("amount", "date_from", "plan_id", "company_id")
    def _compute_earlier_run_id(self):
        for run in self:
            earlier = run._find_earlier_run()
            run.earlier_run_id = earlier
            run.earlier_amount = earlier.amount
            run.earlier_change = run._get_earlier_change() or 0.0

    # === ACTION METHODS === #
    def action_open_earlier_run(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.earlier_run_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    # === BUSINESS METHODS === #
    def _get_payee_rate(self, currency):
        """:return: units of a payee's currency for one unit of the company's"""
        self.ensure_one()
        kept = self.sudo().rate_ids.filtered(lambda rate: rate.currency_id == currency)
        return kept.rate or self.currency_id._get_conversion_rate(
            self.currency_id, currency, self.company_id, self.date_to
        )

    def _find_earlier_run(self):
        """:return: the latest settled run of the same plan before this one"""
        self.ensure_one()
        if not self.date_from:
            return self.browse()
        return self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("plan_id", "=", self.plan_id.id),
                ("state", "in", SETTLED),
                ("date_to", "<", self.date_from),
            ],
            order="date_to desc, id desc",
            limit=1,
        )

    def _get_earlier_change(self):
        """:return: change against the run before in percent, or None where there is none"""
        self.ensure_one()
        before = self._find_earlier_run().amount
        return 100 * (self.amount - before) / abs(before) if before else None

    def _get_result_digest(self):
        """:return: what tells one result of the run from another: who gets what"""
        self.ensure_one()
        self.env["sales.commission.statement"].flush_model()
        [(digest,)] = self.env.execute_query(
            SQL(
                """
                SELECT md5(string_agg(
                           concat_ws(':', payee_id, currency_id, amount), ','
                           ORDER BY payee_id, currency_id))
                  FROM sales_commission_statement WHERE run_id = %s AND amount <> 0
                """,
                self.id,
            )
        )
        return digest or ""
