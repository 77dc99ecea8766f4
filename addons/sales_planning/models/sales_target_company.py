from odoo import api, fields, models
from odoo.exceptions import UserError


class SalesTargetCompany(models.Model):
    """Further company of a plan, with the rate that its sales are counted at.

    The rate stands for the whole plan, so that attainment shows sales and not the exchange.
    """

    _name = "sales.target.company"
    _description = "Company of a Target Plan"
    _rec_name = "company_id"

    plan_id = fields.Many2one("sales.target.plan", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    rate = fields.Float(
        "Plan Rate",
        digits=(20, 10),
        compute="_compute_rate",
        store=True,
        readonly=False,
        required=True,
        help="What one unit of the company's currency is worth in the currency of the plan.",
    )

    # === CONSTRAINTS AND INDEXES === #
    _company_unique = models.UniqueIndex(
        "(plan_id, company_id)", "The plan already counts this company."
    )
    _rate_positive = models.Constraint(
        "CHECK (rate > 0)", "The plan rate of a company must be greater than 0."
    )

    # === COMPUTE METHODS === #
    @api.depends("company_id", "plan_id.date_from", "plan_id.company_id")
    def _compute_rate(self):
        for line in self:
            plan = line.plan_id
            line.rate = line.rate or (
                line.company_id
                and plan.company_id
                and self.env["res.currency"]._get_conversion_rate(
                    line.company_id.currency_id,
                    plan.company_id.currency_id,
                    plan.company_id,
                    plan.date_from or fields.Date.context_today(line),
                )
            )

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_plan_open()
        return lines

    def write(self, vals):
        self._check_plan_open()
        result = super().write(vals)
        if "plan_id" in vals:
            # Nor may it have moved into a plan that stands.
            self._check_plan_open()
        self.plan_id.target_ids._check_segment_companies()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_fixed(self):
        self._check_plan_open()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_segments(self):
        for line in self:
            targets = line.plan_id.target_ids.sudo()
            if counted := targets.segment_id.filtered(
                lambda segment, line=line: segment.company_id == line.company_id
            ):
                raise UserError(
                    self.env._(
                        "%(plan)s has targets for segment %(segment)s of %(company)s. Delete them "
                        "before the company.",
                        plan=line.plan_id.name,
                        segment=counted[0].name,
                        company=line.company_id.name,
                    )
                )

    # === BUSINESS METHODS === #
    def _check_plan_open(self):
        """:raises UserError: people are measured by the plan, and so at its rates"""
        for plan in self.plan_id:
            # Whoever approves the plan meanwhile, or has just done so, comes first or second.
            self.env["sales.target.numbers"]._lock(plan)
            if plan.state not in ("draft", "proposing"):
                raise UserError(
                    self.env._(
                        "%(plan)s is approved, so the companies that it counts and their plan "
                        "rates stand. Make a new version to change %(company)s.",
                        plan=plan.display_name,
                        company=self.filtered(lambda line, plan=plan: line.plan_id == plan)[
                            :1
                        ].company_id.name,
                    )
                )
