from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

MILESTONE_KIND = [
    ("payment", "Payment"),
    ("delivery", "Delivery"),
    ("purchase", "Minimum Purchase"),
    ("other", "Other"),
]
# States in which the promises of a contract bind, also what is still due after its end.
BINDING_STATES = ("active", "expired", "renewed", "terminated")
PROTECTED_FIELDS = {"done_amount", "done_quantity", "done_date", "open_amount", "reminded_on"}
# What can still be written once the contract has been approved.
FREE_FIELDS = PROTECTED_FIELDS | {"sequence", "date_expected"}


class SalesContractMilestone(models.Model):
    """Milestone: something promised in a contract by a day, such as a payment of its plan."""

    _name = "sales.contract.milestone"
    _description = "Contract Milestone"
    _inherit = ["sales.protected.fields.mixin"]
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
    date_expected = fields.Date(
        string="Expected On",
        compute="_compute_date_expected",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        help="When it is to be expected as things stand; the day on which it is due stays.",
    )
    line_id = fields.Many2one(
        "sales.contract.line",
        string="Contract Line",
        index="btree_not_null",
        ondelete="cascade",
        copy=False,
        domain="[('contract_id', '=', contract_id)]",
        help="Delivery and minimum purchase: of this line only.",
    )
    quantity = fields.Float(
        digits="Product Unit",
        copy=False,
        help="Delivery and minimum purchase of a line: how much is promised, in its unit.",
    )
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
    done_quantity = fields.Float(digits="Product Unit", readonly=True, copy=False)
    done_date = fields.Date(string="Done On", readonly=True, copy=False, index=True)
    open_amount = fields.Monetary(
        string="Still Open", compute="_compute_open_amount", store=True, precompute=True
    )
    done_percent = fields.Float(string="Done (%)", compute="_compute_done_percent")
    is_late = fields.Boolean(string="Late", compute="_compute_is_late", search="_search_is_late")
    reminded_on = fields.Date(readonly=True, copy=False, export_string_translation=False)

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

    @api.depends("date_due")
    def _compute_date_expected(self):
        for milestone in self:
            milestone.date_expected = milestone.date_due

    @api.depends("amount", "done_amount", "done_date")
    def _compute_open_amount(self):
        for milestone in self:
            is_open = not milestone.done_date
            milestone.open_amount = is_open and milestone.amount - milestone.done_amount

    @api.depends("amount", "done_amount", "quantity", "done_quantity", "done_date")
    def _compute_done_percent(self):
        for milestone in self:
            if milestone.done_date:
                milestone.done_percent = 100.0
            elif milestone.quantity:
                milestone.done_percent = 100 * milestone.done_quantity / milestone.quantity
            elif milestone.amount:
                milestone.done_percent = 100 * milestone.done_amount / milestone.amount
            else:
                milestone.done_percent = 0.0

    @api.depends("date_due", "done_date", "contract_state")
    def _compute_is_late(self):
        today = fields.Date.context_today(self)
        for milestone in self:
            milestone.is_late = bool(
                milestone.contract_state in BINDING_STATES
                and not milestone.done_date
                and milestone.date_due
                and milestone.date_due < today
            )

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = (
            Domain("contract_state", "in", BINDING_STATES)
            & Domain("done_date", "=", False)
            & Domain("date_due", "<", fields.Date.context_today(self))
        )
        return Domain.OR([late if wanted else ~late for wanted in value])

    # === CONSTRAINT METHODS === #
    @api.constrains("kind", "amount", "quantity", "line_id")
    def _check_promise(self):
        for milestone in self:
            if milestone.kind == "payment" and milestone.quantity:
                raise ValidationError(
                    self.env._(
                        "%(milestone)s is a payment and has no quantity. Enter its amount.",
                        milestone=milestone.name,
                    )
                )
            if milestone.quantity and not milestone.line_id:
                raise ValidationError(
                    self.env._(
                        "%(milestone)s promises a quantity: say of which line of the contract.",
                        milestone=milestone.name,
                    )
                )
            if milestone.line_id and milestone.line_id.contract_id != milestone.contract_id:
                raise ValidationError(
                    self.env._(
                        "%(milestone)s is about a line of another contract. Choose one of "
                        "%(contract)s.",
                        milestone=milestone.name,
                        contract=milestone.contract_id.display_name,
                    )
                )

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_not_protected(vals)
        milestones = super().create(vals_list)
        milestones.contract_id._check_terms_open()
        return milestones

    def write(self, vals):
        self._check_not_protected(vals)
        if set(vals) - FREE_FIELDS:
            self.contract_id._check_terms_open()
        result = super().write(vals)
        if "contract_id" in vals:
            self.contract_id._check_terms_open()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_agreed(self):
        self.contract_id._check_terms_open()

    # === ACTION METHODS === #
    def action_done(self):
        """Tick what nothing else could tell is done."""
        self.check_access("write")
        for milestone in self:
            if milestone.kind != "other":
                raise UserError(
                    self.env._(
                        "%(milestone)s is done as soon as it is paid, delivered or ordered: it "
                        "is not ticked by hand.",
                        milestone=milestone.name,
                    )
                )
        self.sudo().done_date = fields.Date.context_today(self)
        return True

    def action_reopen(self):
        self.check_access("write")
        self.filtered(lambda milestone: milestone.kind == "other").sudo().done_date = False
        return True

    def action_open_contract(self):
        self.ensure_one()
        return self.contract_id._get_form_action()

    # === BUSINESS METHODS === #
    @api.model
    def _get_protected_fields(self):
        return super()._get_protected_fields() | PROTECTED_FIELDS

    @api.model
    def _protected_message(self, labels):
        return self.env._(
            "%(fields)s of a milestone follow from payments, deliveries and orders and "
            "cannot be set by hand.",
            fields=labels,
        )
