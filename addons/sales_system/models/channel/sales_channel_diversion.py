from odoo import api, fields, models
from odoo.exceptions import UserError

from .months import format_month

DIVERSION_STATE = [
    ("open", "To Investigate"),
    ("investigating", "Investigating"),
    ("confirmed", "Confirmed"),
    ("dismissed", "Dismissed"),
    ("settled", "Settled"),
]
# States in which evidence is still gathered.
UNDECIDED_STATES = ("open", "investigating")
# What the case is about, and what was decided: fixed with the decision.
CASE_FIELDS = {
    "company_id",
    "partner_id",
    "territory_id",
    "month",
    "decision_reason",
    "penalty_amount",
}

# Given by the sequence, and summed up from the evidence.
PROTECTED_FIELDS = {"name", "line_count", "amount"}


class SalesChannelDiversion(models.Model):
    """Diversion case: what a channel partner sold where it may not, in one territory and month.

    The evidence is found in orders and in reported sell-out, see
    ``sales.channel.diversion.line``. As long as the case is undecided, the evidence follows the
    documents; what turns up after the decision is another case.
    """

    _name = "sales.channel.diversion"
    _description = "Diversion Case"
    _inherit = [
        "sales.state.mixin",
        "sales.protected.fields.mixin",
        "sales.team.mixin",
        "sales.number.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _initial_state = "open"
    _order = "month desc, id desc"
    _check_company_auto = True
    _mail_post_access = "read"

    # === FIELDS === #
    state = fields.Selection(
        DIVERSION_STATE,
        required=True,
        readonly=True,
        default="open",
        copy=False,
        index=True,
        tracking=True,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner",
        string="Channel Partner",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain="[('channel_type', '!=', False)]",
        help="Who sold outside of its territories.",
    )
    territory_id = fields.Many2one(
        "sales.territory",
        string="Sold In",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    month = fields.Date(
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(day=1),
        help="The month of the sales, by its first day.",
    )
    month_name = fields.Char(string="Month of Sales", compute="_compute_month_name")
    line_ids = fields.One2many("sales.channel.diversion.line", "diversion_id", string="Evidence")
    line_count = fields.Integer(string="Sales", compute="_compute_totals", store=True)
    amount = fields.Monetary(
        string="Sold There",
        compute="_compute_totals",
        store=True,
        help="Untaxed, in the currency of the company.",
    )
    holder_ids = fields.Many2many(
        "res.partner",
        string="Harmed",
        compute="_compute_holder_ids",
        help="Who holds the exclusive right to what was sold there.",
    )
    decision_reason = fields.Text(
        string="Reasons for the Decision", tracking=True, help="Why it is confirmed or dismissed."
    )
    penalty_amount = fields.Monetary(
        string="Penalty", tracking=True, help="A record of what was agreed on; it books nothing."
    )
    user_id = fields.Many2one(
        string="Channel Manager",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    note = fields.Html(string="Notes")

    # === CONSTRAINTS AND INDEXES === #
    _case_unique = models.UniqueIndex(
        "(company_id, partner_id, territory_id, month) WHERE state IN ('open', 'investigating')",
        "There is an undecided case of this channel partner, territory and month already. "
        "Go on with that one.",
    )
    _month_first = models.Constraint(
        "CHECK (date_trunc('month', month) = month)",
        "The month of a case is entered by its first day.",
    )
    _penalty_not_negative = models.Constraint(
        "CHECK (COALESCE(penalty_amount, 0) >= 0)", "A penalty cannot be negative."
    )

    # === COMPUTE METHODS === #
    @api.depends("name", "partner_id.name")
    def _compute_display_name(self):
        for case in self:
            case.display_name = " ".join(filter(None, (case.name, case.partner_id.name)))

    @api.depends("month")
    @api.depends_context("lang")
    def _compute_month_name(self):
        for case in self:
            case.month_name = case.month and format_month(self.env, case.month)

    @api.depends("line_ids.amount")
    def _compute_totals(self):
        for case in self:
            case.line_count = len(case.line_ids)
            case.amount = sum(case.line_ids.mapped("amount"))

    @api.depends("line_ids.holder_id")
    def _compute_holder_ids(self):
        for case in self:
            case.holder_ids = case.line_ids.holder_id

    @api.depends("partner_id.channel_manager_id")
    def _compute_user_id(self):
        for case in self:
            case.user_id = case.partner_id.channel_manager_id

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_not_protected(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_not_protected(vals)
        if not CASE_FIELDS.isdisjoint(vals):
            self._check_undecided()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_investigated(self):
        for case in self:
            if case.state != "open":
                raise UserError(
                    self.env._(
                        "%(case)s has been looked into and stays as a record. Dismiss it instead.",
                        case=case.display_name,
                    )
                )

    # === ACTION METHODS === #
    def action_investigate(self):
        self._update_state(("open",), "investigating")
        return True

    def action_confirm(self):
        """Decide that the channel partner sold where it may not."""
        self._check_decider()
        self._check_reasons()
        for case in self:
            if not case.line_ids:
                raise UserError(
                    self.env._(
                        "%(case)s has no evidence, so there is nothing to confirm. Dismiss it.",
                        case=case.display_name,
                    )
                )
        self._update_state(("investigating",), "confirmed")
        return True

    def action_dismiss(self):
        self._check_decider()
        self._check_reasons()
        self._update_state(("investigating",), "dismissed")
        return True

    def action_settle(self):
        """Close a confirmed case: what was decided has been done."""
        self._update_state(("confirmed",), "settled")
        return True

    def action_reopen(self):
        self._check_decider()
        self._update_state(("confirmed", "dismissed", "settled"), "investigating")
        return True

    # === BUSINESS METHODS === #
    @api.model
    def _get_protected_fields(self):
        return super()._get_protected_fields() | PROTECTED_FIELDS

    @api.model
    def _protected_message(self, labels):
        return self.env._(
            "%(fields)s of a diversion case cannot be set by hand: the number comes from its "
            "sequence, and the rest from its evidence.",
            fields=labels,
        )

    def _check_decider(self):
        """:raises UserError: who looks after a channel partner would decide on its sales"""
        user = self.env.user
        if self.env.su or user.has_group("sales_team.group_sale_manager"):
            return
        for case in self:
            if user not in (case.user_id | case.partner_id.sudo().channel_manager_id):
                continue
            others = case.team_id.sudo()._get_leaders_up() - user
            raise UserError(
                self.env._(
                    "You look after %(partner)s and do not decide on %(case)s yourself. Ask "
                    "%(leader)s.",
                    partner=case.partner_id.display_name,
                    case=case.name,
                    leader=self.env._("%(leader)s or a sales manager", leader=others[0].name)
                    if others
                    else self.env._("a sales manager"),
                )
            )

    def _check_reasons(self):
        """:raises UserError: a decision without a word on why"""
        for case in self:
            if not (case.decision_reason or "").strip():
                raise UserError(
                    self.env._(
                        "Enter the reasons for the decision on %(case)s first.",
                        case=case.display_name,
                    )
                )

    def _check_undecided(self):
        """:raises UserError: the case has been decided"""
        for case in self:
            if case.state not in UNDECIDED_STATES:
                raise UserError(
                    self.env._(
                        "%(case)s of %(month)s has been decided. Reopen it before you change what "
                        "it is about or what was decided.",
                        case=case.display_name,
                        month=case.month_name,
                    )
                )
