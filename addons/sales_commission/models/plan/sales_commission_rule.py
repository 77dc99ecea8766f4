from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from odoo.addons.sales_system.models.ledger.sales_ledger_entry import LEDGER_EVENT

COMMISSION_BASE = [
    ("amount", "Untaxed Amount"),
    ("margin", "Margin"),
    ("quantity", "Quantity"),
]
# In which part somebody shares a sale.
CREDIT_ROLE = [
    ("salesperson", "Salesperson"),
    ("leader", "Team Leader"),
    ("payee", "Named Payee"),
    ("channel", "Channel Partner"),
]
RATE_TYPE = [
    ("percent", "Percent"),
    ("unit", "Amount per Unit"),
    ("document", "Amount per Document"),
    ("period", "Amount per Period"),
    ("marginal", "Tiers, Each at Its Rate"),
    ("retroactive", "Tiers, All at the Rate Reached"),
]
TIERED = ("marginal", "retroactive")
# Rates that are an amount of money, and no percentage.
IN_MONEY = ("unit", "document", "period")
MEASURE_PERIOD = [
    ("run", "The Run's Period"),
    ("quarter", "The Quarter to Date"),
    ("year", "The Year to Date"),
]
TIER_BASIS = [
    ("total", "Total of the Period"),
    ("attainment", "Attainment of the Target"),
]
CUSTOMER_KIND = [
    ("new", "New Customers"),
    ("existing", "Existing Customers"),
]
# Conditions on dimensions of the ledger, and those that match what lies below as well.
RULE_DIMENSIONS = (
    "user_id",
    "team_id",
    "territory_id",
    "partner_id",
    "channel_partner_id",
    "product_id",
    "categ_id",
    "campaign_id",
    "contract_id",
)
RULE_TREES = ("team_id", "territory_id", "categ_id")


class SalesCommissionRule(models.Model):
    """Commission rule: who earns how much of the sales that match all of its conditions."""

    _name = "sales.commission.rule"
    _description = "Commission Rule"
    _order = "plan_id, sequence, id"
    _check_company_auto = True

    plan_id = fields.Many2one(
        comodel_name="sales.commission.plan", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="plan_id.company_id")
    currency_id = fields.Many2one(related="company_id.currency_id")
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True, default=lambda self: self.env._("All sales"))
    date_from = fields.Date(
        string="Valid From", help="Sales before this day do not count. Empty: as the plan."
    )
    date_to = fields.Date(
        string="Valid To", help="Sales after this day do not count. Empty: as the plan."
    )

    # === WHO === #
    role = fields.Selection(
        CREDIT_ROLE,
        string="Paid To",
        required=True,
        default="salesperson",
        help="The salesperson shares with others where the order says so.",
    )
    leader_level = fields.Integer(
        string="Levels Up",
        default=1,
        help="1 is the leader of the sale's team, 2 the leader of the team above, and so on.",
    )
    own_sales = fields.Boolean(
        string="Also Own Sales", help="Leaders also earn by this rule on what they sold themselves."
    )
    payee_id = fields.Many2one(
        comodel_name="res.partner", ondelete="restrict", check_company=True, index="btree_not_null"
    )

    # === WHAT === #
    event = fields.Selection(
        LEDGER_EVENT,
        string="Earned When",
        required=True,
        default="invoiced",
        help="Which step of the sale earns: the order, the invoice or the payment.",
    )
    base = fields.Selection(COMMISSION_BASE, required=True, default="amount")

    # === HOW MUCH === #
    rate_type = fields.Selection(RATE_TYPE, string="Kind of Rate", required=True, default="percent")
    rate = fields.Float(
        string="Rate (%)",
        # Stored as numeric: the calculation multiplies exact decimals, never floats.
        digits=(16, 6),
        help="Percent of the base.",
    )
    unit_amount = fields.Monetary(
        string="Amount", help="Per unit, per document or per period, in the company's currency."
    )
    tier_ids = fields.One2many(
        comodel_name="sales.commission.tier", inverse_name="rule_id", string="Tiers", copy=True
    )
    tier_basis = fields.Selection(
        TIER_BASIS,
        string="Measured By",
        required=True,
        default="total",
        help="What the tiers and the threshold are compared with.",
    )
    target_plan_id = fields.Many2one(
        comodel_name="sales.target.plan",
        ondelete="restrict",
        check_company=True,
        domain="[('company_id', '=', company_id), ('state', '=', 'approved')]",
        help="Its target for the payee, and how far it is reached, decide the tier.",
    )
    measure_period = fields.Selection(
        MEASURE_PERIOD,
        string="Counted Over",
        required=True,
        default="run",
        help="Tiers, threshold and amounts per period look at the sales of this time. To date "
        "means that what earlier runs of the quarter or year paid is taken into account.",
    )
    threshold = fields.Float(
        digits=(16, 2),
        help="Below it nothing is paid, from it on everything. In the unit of the tiers; "
        "0 means none.",
    )
    cap_line = fields.Monetary(
        string="Cap per Sale", help="The most that one line of a sale earns. 0 means none."
    )
    cap_period = fields.Monetary(
        string="Cap per Period", help="The most that a payee earns in a run. 0 means none."
    )
    cap_year = fields.Monetary(
        string="Cap per Year",
        help="The most that a payee earns in a calendar year. 0 means none.",
    )

    # === CONDITIONS: an empty one matches every sale === #
    user_id = fields.Many2one(
        comodel_name="res.users", string="Salesperson", ondelete="restrict", check_company=True
    )
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Sales Team",
        ondelete="restrict",
        check_company=True,
        help="Matches the team and all teams below it.",
    )
    territory_id = fields.Many2one(
        comodel_name="sales.territory",
        ondelete="restrict",
        check_company=True,
        help="Matches the territory and everything below it.",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Customer", ondelete="restrict", check_company=True
    )
    channel_partner_id = fields.Many2one(
        comodel_name="res.partner",
        ondelete="restrict",
        check_company=True,
    )
    product_id = fields.Many2one(
        comodel_name="product.product", ondelete="restrict", check_company=True
    )
    categ_id = fields.Many2one(
        comodel_name="product.category",
        string="Product Category",
        ondelete="restrict",
        help="Matches the category and everything below it.",
    )
    campaign_id = fields.Many2one(comodel_name="utm.campaign", ondelete="restrict")
    contract_id = fields.Many2one(
        comodel_name="sales.contract",
        ondelete="restrict",
        check_company=True,
        domain="[('root_id', '=', id), ('company_id', '=', company_id)]",
        help="Matches the orders under this contract, over all its versions.",
    )
    partner_tag_ids = fields.Many2many(
        comodel_name="res.partner.category",
        string="Customer Tags",
        help="Matches customers with any of these tags, as they are when the run is calculated.",
    )
    discount_from = fields.Float(
        string="Discount From (%)", digits="Discount", help="Matches this discount and above."
    )
    discount_to = fields.Float(
        string="Discount Below (%)",
        digits="Discount",
        help="Matches less than this discount. 0 means no limit.",
    )
    customer_kind = fields.Selection(
        CUSTOMER_KIND,
        string="Customers",
        help="New is a customer in the days after the first sale to it. Empty: all customers.",
    )
    new_days = fields.Integer(
        string="New For (Days)",
        default=365,
        help="How many days after the first sale a customer is new.",
    )

    # === CONSTRAINTS AND INDEXES === #
    _date_range = models.Constraint(
        "CHECK (date_to >= date_from)", "A commission rule cannot end before it starts."
    )
    _rate_range = models.Constraint(
        "CHECK (rate IS NULL OR rate BETWEEN 0 AND 100)",
        "The rate of a commission rule is a percentage: it lies between 0 and 100.",
    )
    _amounts_range = models.Constraint(
        "CHECK (COALESCE(unit_amount, 0) >= 0 AND COALESCE(threshold, 0) >= 0"
        " AND COALESCE(cap_line, 0) >= 0 AND COALESCE(cap_period, 0) >= 0"
        " AND COALESCE(cap_year, 0) >= 0)",
        "Amounts, threshold and caps of a commission rule are 0 or positive.",
    )
    _leader_level_range = models.Constraint(
        "CHECK (role <> 'leader' OR leader_level BETWEEN 1 AND 20)",
        "Levels up is a number from 1, the leader of the sale's own team, to 20.",
    )
    _discount_range = models.Constraint(
        "CHECK (COALESCE(discount_to, 0) = 0 OR COALESCE(discount_from, 0) < discount_to)",
        "The lower discount of a commission rule must be less than the upper one.",
    )

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules._check_plan_is_draft()
        return rules

    def write(self, vals):
        self.check_access("write")
        self._check_plan_is_draft()
        result = super().write(vals)
        self._check_plan_is_draft()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_approved(self):
        self._check_plan_is_draft()

    # === BUSINESS METHODS === #
    def _check_plan_is_draft(self):
        for plan in self.plan_id:
            if plan.state != "draft":
                raise plan._locked_error()

    def _check_complete(self):
        """:raises UserError: a rule could not be calculated, and what it lacks"""
        for rule in self:
            if error := rule._incomplete_error_message():
                raise UserError(error)

    def _incomplete_error_message(self):
        """:return: what the rule lacks, as a sentence, or None"""
        self.ensure_one()
        names = {"plan": self.plan_id.name, "rule": self.name}
        if error := self._dates_error_message(names):
            return error
        if self.role == "payee" and not self.payee_id:
            return self.env._(
                "Rule “%(rule)s” of plan %(plan)s pays a named payee and names none. "
                "Choose the payee.",
                **names,
            )
        if self.rate_type == "percent" and not self.rate and not self._is_exclusion():
            return self.env._(
                "Rule “%(rule)s” of plan %(plan)s has no rate. Enter the percentage that it pays, "
                "or put it before the rule whose sales it is to leave out.",
                **names,
            )
        if self.rate_type in IN_MONEY and not self.unit_amount:
            return self.env._(
                "Rule “%(rule)s” of plan %(plan)s has no amount. Enter what it pays per unit, "
                "document or period.",
                **names,
            )
        if self.rate_type == "unit" and self.base != "quantity":
            return self.env._(
                "Rule “%(rule)s” of plan %(plan)s pays an amount per unit and has the base "
                "“%(base)s”. Choose the base Quantity, or another kind of rate.",
                base=dict(self._fields["base"]._description_selection(self.env))[self.base],
                **names,
            )
        if self.base == "quantity" and self.rate_type not in IN_MONEY:
            return self.env._(
                "Rule “%(rule)s” of plan %(plan)s takes a percentage of a quantity, which is no "
                "money. Choose an amount per unit, or another base.",
                **names,
            )
        if self.rate_type in TIERED and (error := self._tiers_error_message(names)):
            return error
        return self._measuring_error_message(names)

    def _dates_error_message(self, names):
        """A rule outside the days of its plan would never be looked at."""
        plan = self.plan_id
        if self.date_from and self.date_from < plan.date_from:
            return self.env._(
                "Rule “%(rule)s” is valid from %(date)s, before plan %(plan)s begins on "
                "%(plan_date)s. Choose a later day, or leave it empty.",
                date=format_date(self.env, self.date_from),
                plan_date=format_date(self.env, plan.date_from),
                **names,
            )
        last = max(filter(None, (self.date_from, self.date_to)), default=None)
        if plan.date_to and last and last > plan.date_to:
            return self.env._(
                "Rule “%(rule)s” is valid on %(date)s, after plan %(plan)s ends on "
                "%(plan_date)s. Choose an earlier day, or leave it empty.",
                date=format_date(self.env, last),
                plan_date=format_date(self.env, plan.date_to),
                **names,
            )
        return None

    def _is_exclusion(self):
        """:return: whether the rule keeps sales from a later rule for the same payees"""
        self.ensure_one()
        rules = self.plan_id.rule_ids.sorted()
        later = rules[rules.ids.index(self.id) + 1 :]
        return self.plan_id.rule_mode == "first" and any(
            rule.role == self.role and rule.event == self.event for rule in later
        )

    def _tiers_error_message(self, names):
        if not self.tier_ids:
            return self.env._(
                "Rule “%(rule)s” of plan %(plan)s has no tier. Add one that starts at 0.", **names
            )
        if min(self.tier_ids.mapped("amount_from")) > 0:
            return self.env._(
                "The lowest tier of rule “%(rule)s” in plan %(plan)s starts at %(amount)s, so "
                "what lies below has no rate. Add a tier that starts at 0.",
                amount=min(self.tier_ids.mapped("amount_from")),
                **names,
            )
        return None

    def _measuring_error_message(self, names):
        if self.tier_basis == "attainment" and not self.target_plan_id:
            return self.env._(
                "Rule “%(rule)s” of plan %(plan)s goes by attainment and names no target plan. "
                "Choose an approved target plan.",
                **names,
            )
        if not self._is_trued_up():
            return None
        if self.plan_id.rule_mode == "best":
            return self.env._(
                "Rule “%(rule)s” of plan %(plan)s may pay earlier sales of the quarter or year "
                "anew, but the plan pays by the best rule, which was perhaps another one then. "
                "Count over the run's period, or let the plan pay by the first rule or by every "
                "rule.",
                **names,
            )
        if self.cap_line or self.cap_period:
            return self.env._(
                "Rule “%(rule)s” of plan %(plan)s may pay earlier sales of the quarter or year "
                "anew, which would undo a cap per sale or per period. Use a cap per year, or "
                "count over the run's period.",
                **names,
            )
        return None

    def _is_trued_up(self):
        """:return: whether a later sale may change what the rule pays for earlier runs"""
        self.ensure_one()
        return self.measure_period != "run" and bool(
            self.rate_type in ("retroactive", "period")
            or self.threshold
            or self.tier_basis == "attainment"
        )
