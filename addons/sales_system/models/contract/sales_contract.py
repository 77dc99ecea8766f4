from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...engine.contract_dates import end_of_months, end_of_term, notice_day
from ..document.actions import prepare_wizard

CONTRACT_STATE = [
    ("draft", "Draft"),
    ("review", "In Review"),
    ("approved", "Approved"),
    ("sent", "Sent"),
    ("active", "In Force"),
    ("expired", "Expired"),
    ("renewed", "Renewed"),
    ("replaced", "Replaced"),
    ("terminated", "Terminated"),
    ("cancelled", "Cancelled"),
]
CONTRACT_TYPE = [
    ("sale", "Sale"),
    ("framework", "Framework"),
    ("distribution", "Distribution"),
    ("service", "Service"),
]
CONTRACT_RENEWAL = [
    ("none", "Ends by Itself"),
    ("manual", "Renewed by Agreement"),
    ("tacit", "Renewed Tacitly"),
]
TERMINATION_REASON = [
    ("notice", "Notice in Time"),
    ("breach", "Breach of Contract"),
    ("agreement", "Mutual Agreement"),
    ("insolvency", "Insolvency"),
    ("other", "Other"),
]
TERMINATED_BY = [
    ("us", "Us"),
    ("customer", "The Customer"),
    ("both", "Both"),
]
# States whose terms can still be written.
OPEN_STATES = ("draft", "review")
# What the parties agree on: fixed once the contract has been approved.
TERM_FIELDS = {
    "contract_type",
    "company_id",
    "currency_id",
    "partner_id",
    "other_partner_ids",
    "channel_partner_id",
    "parent_id",
    "date_from",
    "date_to",
    "term_months",
    "renewal",
    "renewal_months",
    "notice_months",
    "notice_days",
    "payment_term_id",
    "base_pricelist_id",
    "amount",
    "line_ids",
}
# Set by the actions only, as the state is.
PROTECTED_FIELDS = {
    "name",
    "version",
    "root_id",
    "amended_from_id",
    "renewed_from_id",
    "renewal_count",
    "pricelist_id",
    "activated_on",
    "reminded_for",
    "termination_date",
    "termination_reason",
    "terminated_by",
    "termination_note",
    "ordered_amount",
    "delivered_amount",
    "invoiced_amount",
    "collected_amount",
}


class SalesContract(models.Model):
    """Contract: what a customer and the company agree on for a period, and call off by orders.

    A contract never replaces an order: orders are made under it, with its prices, and its
    lines and milestones tell how far it is fulfilled. An amended contract is another record,
    a further *version* of the same number; what counts a contract counts all its versions,
    by ``root_id``, the first of them.

    Dates: ``date_from`` and ``date_to`` are the first term as it was agreed on. Each renewal
    adds ``renewal_months`` to it, and ``date_end`` is the last day of the term it is in now.
    """

    _name = "sales.contract"
    _description = "Sales Contract"
    _inherit = [
        "sales.state.mixin",
        "sales.protected.fields.mixin",
        "sales.team.mixin",
        "sales.number.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_from desc, id desc"
    _check_company_auto = True
    _mail_post_access = "read"

    # === DEFAULTS === #
    @api.model
    def _default_team_id(self):
        return self.env.user._get_sales_teams(self.env.company)[:1]

    # === IDENTITY === #
    name = fields.Char(string="Contract Number")
    title = fields.Char(string="Subject", tracking=True)
    state = fields.Selection(
        CONTRACT_STATE,
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
        tracking=True,
    )
    contract_type = fields.Selection(
        CONTRACT_TYPE, string="Type", required=True, default="framework"
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
    )
    version = fields.Integer(required=True, readonly=True, default=1, copy=False, aggregator=None)
    root_id = fields.Many2one(
        "sales.contract",
        string="First Version",
        readonly=True,
        copy=False,
        index=True,
        ondelete="restrict",
        help="What counts a contract counts all its versions by the first of them.",
    )
    amended_from_id = fields.Many2one(
        "sales.contract",
        string="Amends",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The version before. It stays in force until this one is.",
    )
    amendment_ids = fields.One2many("sales.contract", "amended_from_id", string="Amendments")
    renewed_from_id = fields.Many2one(
        "sales.contract",
        string="Renews",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The contract that this one follows. It ends as renewed when this one starts.",
    )
    renewal_ids = fields.One2many("sales.contract", "renewed_from_id", string="Renewals")
    parent_id = fields.Many2one(
        "sales.contract",
        string="Parent Contract",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The agreement that this one belongs to, such as a framework of several years.",
    )
    child_ids = fields.One2many("sales.contract", "parent_id", string="Contracts Below")

    # === PARTIES === #
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        index=True,
        tracking=True,
        ondelete="restrict",
        check_company=True,
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id", store=True, index=True
    )
    other_partner_ids = fields.Many2many(
        "res.partner",
        "sales_contract_other_partner_rel",
        string="Further Parties",
        check_company=True,
        help="Who may order under the contract beside the customer, such as its subsidiaries.",
    )
    channel_partner_id = fields.Many2one(
        "res.partner",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The distributor or agent that the contract came through.",
    )
    user_id = fields.Many2one(
        string="Salesperson",
        tracking=True,
        default=lambda self: self.env.user,
    )
    team_id = fields.Many2one(tracking=True)
    territory_id = fields.Many2one(
        "sales.territory",
        compute="_compute_territory_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
    )

    # === DATES === #
    date_from = fields.Date(
        string="Start",
        required=True,
        default=fields.Date.context_today,
        tracking=True,
    )
    term_months = fields.Integer(
        string="Term (Months)",
        aggregator=None,
        help="Length of the first term; without it, enter the day on which it ends.",
    )
    date_to = fields.Date(
        string="End of First Term",
        compute="_compute_date_to",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="The last day of the first term. Empty for a contract without an end.",
    )
    renewal = fields.Selection(CONTRACT_RENEWAL, required=True, default="none", tracking=True)
    renewal_months = fields.Integer(string="Renewed by (Months)", aggregator=None)
    renewal_count = fields.Integer(
        string="Renewals So Far", readonly=True, copy=False, aggregator=None
    )
    date_end = fields.Date(
        string="End",
        compute="_compute_date_end",
        store=True,
        precompute=True,
        index=True,
        help="The last day of the term that the contract is in now.",
    )
    notice_months = fields.Integer(string="Notice (Months)", aggregator=None)
    notice_days = fields.Integer(string="Notice (Days)", aggregator=None)
    notice_date = fields.Date(
        string="Notice By",
        compute="_compute_notice_date",
        store=True,
        precompute=True,
        index="btree_not_null",
        help="The last day on which notice ends the contract with its present term.",
    )
    reminder_days = fields.Integer(
        string="Remind Before (Days)",
        default=30,
        aggregator=None,
        help="How long before the last day for notice the salesperson is reminded of it.",
    )
    reminded_for = fields.Date(
        readonly=True,
        copy=False,
        export_string_translation=False,
        help="The last day for notice that the salesperson has been reminded of.",
    )
    activated_on = fields.Date(string="In Force Since", readonly=True, copy=False)
    termination_date = fields.Date(
        string="Terminated As Of",
        readonly=True,
        copy=False,
        tracking=True,
        help="The last day of a contract that one of the parties has ended.",
    )
    termination_reason = fields.Selection(
        TERMINATION_REASON, readonly=True, copy=False, tracking=True
    )
    terminated_by = fields.Selection(TERMINATED_BY, readonly=True, copy=False)
    termination_note = fields.Text(readonly=True, copy=False)

    # === TERMS === #
    amount = fields.Monetary(
        string="Contract Amount",
        compute="_compute_amount",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="Untaxed. The sum of the lines, unless another amount was agreed on.",
    )
    payment_term_id = fields.Many2one(
        "account.payment.term",
        compute="_compute_payment_term_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
        check_company=True,
    )
    base_pricelist_id = fields.Many2one(
        "product.pricelist",
        string="Prices Otherwise",
        ondelete="restrict",
        check_company=True,
        help="What the lines of the contract say no price for is sold by this price list.",
    )
    pricelist_id = fields.Many2one(
        "product.pricelist",
        string="Contract Prices",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="Made from the lines when the contract comes into force.",
    )
    line_ids = fields.One2many("sales.contract.line", "contract_id", string="Lines", copy=True)
    milestone_ids = fields.One2many(
        "sales.contract.milestone", "contract_id", string="Milestones", copy=True
    )
    note = fields.Html(string="Notes")

    # === CONSTRAINTS AND INDEXES === #
    _name_unique = models.UniqueIndex(
        "(company_id, name, version)",
        "A contract with this number and version exists already. Leave the number out.",
    )
    _date_range = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "A contract cannot end before it starts: correct the start or the end.",
    )
    _periods_not_negative = models.Constraint(
        "CHECK (COALESCE(term_months, 0) >= 0 AND COALESCE(renewal_months, 0) >= 0"
        " AND COALESCE(notice_months, 0) >= 0 AND COALESCE(notice_days, 0) >= 0"
        " AND COALESCE(reminder_days, 0) >= 0)",
        "Months and days of a contract cannot be negative.",
    )
    _amount_not_negative = models.Constraint(
        "CHECK (amount IS NULL OR amount >= 0)", "The amount of a contract cannot be negative."
    )

    # === COMPUTE METHODS === #
    @api.depends("name", "version", "title")
    def _compute_display_name(self):
        for contract in self:
            number = contract.name or ""
            if contract.version > 1:
                number = self.env._(
                    "%(number)s v%(version)s", number=number, version=contract.version
                )
            contract.display_name = f"{number} {contract.title}" if contract.title else number

    @api.depends("company_id")
    def _compute_currency_id(self):
        for contract in self:
            contract.currency_id = contract.currency_id or contract.company_id.currency_id

    @api.depends("partner_id")
    def _compute_territory_id(self):
        for contract in self:
            contract.territory_id = contract.partner_id.commercial_partner_id.territory_id

    @api.depends("partner_id", "company_id")
    def _compute_payment_term_id(self):
        for contract in self:
            partner = contract.partner_id.with_company(contract.company_id)
            contract.payment_term_id = partner.property_payment_term_id

    @api.depends("date_from", "term_months")
    def _compute_date_to(self):
        for contract in self:
            if contract.date_from and contract.term_months > 0:
                contract.date_to = end_of_months(contract.date_from, contract.term_months)

    @api.depends("date_to", "renewal_months", "renewal_count")
    def _compute_date_end(self):
        for contract in self:
            contract.date_end = contract._get_end_of_term()

    @api.depends("date_end", "renewal", "notice_months", "notice_days")
    def _compute_notice_date(self):
        for contract in self:
            has_notice = contract.notice_months or contract.notice_days
            if has_notice or contract.renewal == "tacit":
                contract.notice_date = notice_day(
                    contract.date_end, contract.notice_months, contract.notice_days
                )
            else:
                contract.notice_date = False

    @api.depends("line_ids.amount")
    def _compute_amount(self):
        for contract in self:
            if contract.line_ids:
                contract.amount = sum(contract.line_ids.mapped("amount"))

    # === CONSTRAINT METHODS === #
    @api.constrains("renewal", "renewal_months", "date_to")
    def _check_renewal(self):
        for contract in self:
            if contract.renewal == "tacit" and not (contract.date_to and contract.renewal_months):
                raise ValidationError(
                    self.env._(
                        "%(contract)s is renewed tacitly: say when its first term ends, and by "
                        "how many months it is renewed.",
                        contract=contract.display_name,
                    )
                )

    @api.constrains("parent_id")
    def _check_parent(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A contract cannot lie below itself."))

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_not_protected(vals)
        contracts = super().create(vals_list)
        for contract in contracts.filtered(lambda contract: not contract.root_id):
            contract.sudo().root_id = contract
        return contracts

    def copy(self, default=None):
        copies = super().copy(default)
        for contract, copied in zip(self, copies, strict=True):
            contract._copy_promised_lines(copied)
        return copies

    def write(self, vals):
        self._check_not_protected(vals)
        if not TERM_FIELDS.isdisjoint(vals):
            self._check_terms_open()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_force(self):
        for contract in self:
            if contract.state not in ("draft", "cancelled"):
                raise UserError(
                    self.env._(
                        "%(contract)s has left its draft and stays as a record of what was "
                        "agreed on. Only drafts and cancelled contracts can be deleted.",
                        contract=contract.display_name,
                    )
                )

    # === BUSINESS METHODS === #
    def _copy_promised_lines(self, copied):
        """Have the milestones of a copy name the lines of the copy."""
        lines = dict(zip(self.line_ids, copied.line_ids.sorted("id"), strict=False))
        for milestone, twin in zip(
            self.milestone_ids, copied.milestone_ids.sorted("id"), strict=False
        ):
            if milestone.line_id:
                twin.write({"line_id": lines[milestone.line_id].id, "quantity": milestone.quantity})

    def _get_form_action(self):
        """:return: action that opens the contract"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _open_wizard(self, model, name):
        self.ensure_one()
        self.check_access("write")
        return prepare_wizard(model, name, contract_id=self.id)

    def _get_end_of_term(self, renewal_count=None):
        """:return: last day of the term after so many renewals, by default those so far"""
        self.ensure_one()
        count = self.renewal_count if renewal_count is None else renewal_count
        return end_of_term(self.date_to, self.renewal_months, count)

    @api.model
    def _get_number_date(self, vals):
        return vals.get("date_from")

    @api.model
    def _get_protected_fields(self):
        return super()._get_protected_fields() | PROTECTED_FIELDS

    @api.model
    def _protected_message(self, labels):
        return self.env._(
            "%(fields)s of a contract cannot be set by hand. Use the buttons of the "
            "contract instead.",
            fields=labels,
        )

    def _check_terms_open(self):
        """:raises UserError: the terms have been agreed on"""
        for contract in self:
            if contract.state not in OPEN_STATES:
                raise UserError(
                    self.env._(
                        "The terms of %(contract)s have been approved and are not changed any "
                        "more. Take it back to draft, or amend it once it is in force.",
                        contract=contract.display_name,
                    )
                )
