from odoo import api, fields, models

MILESTONE_KIND = [
    ("payment", "Payment"),
    ("delivery", "Delivery"),
    ("purchase", "Minimum Purchase"),
    ("other", "Other"),
]


class SalesContractMilestone(models.Model):
    """Milestone: something promised in a contract by a day, such as a payment of its plan."""

    _name = "sales.contract.milestone"
    _description = "Contract Milestone"
    _order = "date_due, sequence, id"
    _check_company_auto = True

    # === FIELDS === #
    contract_id = fields.Many2one("sales.contract", required=True, index=True, ondelete="cascade")
    sequence = fields.Integer(default=10)
    name = fields.Char(string="Promise", required=True)
    kind = fields.Selection(MILESTONE_KIND, required=True, default="payment", index=True)
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="contract_id.currency_id", store=True)
    partner_id = fields.Many2one(
        related="contract_id.partner_id", string="Customer", store=True, index=True
    )
    user_id = fields.Many2one(
        related="contract_id.user_id", string="Salesperson", store=True, index=True
    )
    team_id = fields.Many2one(related="contract_id.team_id", string="Sales Team", store=True)
    contract_state = fields.Selection(
        related="contract_id.state", string="State of Contract", store=True
    )
    date_from = fields.Date(
        string="Counted From",
        help="Minimum purchase: the first day that counts. Empty: the start of the contract.",
    )
    date_due = fields.Date(string="Due", required=True, index=True)
    percent = fields.Float(string="Share (%)", digits=(16, 2), help="Of the contract amount.")
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        readonly=False,
        precompute=True,
        help="Untaxed, as the amount of the contract is.",
    )
    done_amount = fields.Monetary(
        string="Done",
        readonly=True,
        copy=False,
        help="Payment: collected according to the sales ledger. Delivery and minimum purchase: "
        "delivered and ordered under the contract.",
    )
    done_date = fields.Date(string="Done On", readonly=True, copy=False)

    # === CONSTRAINTS AND INDEXES === #
    _amount_not_negative = models.Constraint(
        "CHECK (COALESCE(amount, 0) >= 0)", "The amount of a milestone cannot be negative."
    )
    _percent_range = models.Constraint(
        "CHECK (COALESCE(percent, 0) BETWEEN 0 AND 100)",
        "The share of a milestone lies between 0 and 100 %.",
    )
    _date_range = models.Constraint(
        "CHECK (date_from IS NULL OR date_due >= date_from)",
        "A milestone cannot be due before it is counted from: correct its dates.",
    )

    # === COMPUTE METHODS === #
    @api.depends("percent", "contract_id.amount")
    def _compute_amount(self):
        for milestone in self:
            if milestone.percent:
                milestone.amount = milestone.currency_id.round(
                    milestone.contract_id.amount * milestone.percent / 100
                )

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        milestones = super().create(vals_list)
        milestones.contract_id._check_terms_open()
        return milestones
