from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date

from .amounts import check_amount

COMMITMENT_STATE = [
    ("draft", "Draft"),
    ("approved", "Approved"),
    ("spent", "Spent"),
    ("cancelled", "Cancelled"),
]
# What an approved request stands for.
AGREED_FIELDS = frozenset({"amount", "date", "line_id", "user_id", "name"})


class SalesBudgetCommitment(models.Model):
    """Spend request: money of a budget that somebody asks for, and then counts on.

    From its approval on, the amount is no longer available to others. When it has been
    spent, the cost itself takes its place; when it is cancelled, it is available again.
    """

    _name = "sales.budget.commitment"
    _description = "Spend Request"
    _inherit = [
        "sales.budget.related.mixin",
        "sales.state.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date desc, id desc"
    _rec_names_search = ["name", "purpose"]

    # === FIELDS === #
    name = fields.Char(
        "Request No.", readonly=True, copy=False, default=lambda self: self.env._("New")
    )
    state = fields.Selection(
        COMMITMENT_STATE, default="draft", required=True, readonly=True, copy=False, tracking=True
    )
    line_id = fields.Many2one(
        "sales.budget.line", string="Budget", required=True, index=True, ondelete="restrict"
    )
    target_id = fields.Many2one(related="line_id.target_id", string="Target of", store=True)
    category_id = fields.Many2one(related="line_id.category_id", store=True)
    plan_id = fields.Many2one(related="line_id.plan_id", store=True, index=True)
    company_id = fields.Many2one(related="line_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="line_id.currency_id")
    amount = fields.Monetary(required=True, tracking=True)
    date = fields.Date(
        required=True,
        default=fields.Date.context_today,
        tracking=True,
        help="When the money is to be spent.",
    )
    purpose = fields.Char(required=True, help="What the money is for.")
    note = fields.Html("Details", help="More about it, for those who decide.")
    user_id = fields.Many2one(
        "res.users",
        string="Requested By",
        required=True,
        index=True,
        default=lambda self: self.env.user,
        tracking=True,
    )
    available = fields.Monetary(
        "Left in the Budget",
        compute="_compute_available",
        compute_sudo=True,
        help="What can still be spent now: here, and in the budgets above that this one is "
        "a part of.",
    )
    excess = fields.Monetary(
        "Over Budget",
        compute="_compute_available",
        compute_sudo=True,
        help="Part of the amount that the budget does not cover.",
    )

    # === CONSTRAINTS AND INDEXES === #
    _amount_positive = models.Constraint(
        "CHECK (amount > 0)", "The amount of a spend request must be above 0."
    )

    # === COMPUTE METHODS === #
    @api.depends("amount", "line_id", "state")
    def _compute_available(self):
        available = self._read_available()
        for request in self:
            request.available = available.get(request, 0.0)
            request.excess = max(0.0, request.amount - request.available)

    @api.depends("name", "purpose")
    def _compute_display_name(self):
        for request in self:
            request.display_name = " · ".join(filter(None, (request.name, request.purpose)))

    # === CONSTRAINT METHODS === #
    @api.constrains("line_id", "date")
    def _check_date(self):
        for request in self:
            plan = request.sudo().line_id._get_plan()
            if not plan.date_from <= request.date <= plan.date_to:
                raise ValidationError(
                    self.env._(
                        "%(request)s is for %(date)s, and %(plan)s runs from %(first)s to "
                        "%(last)s. Choose a day of it, or a budget of another plan.",
                        request=request.display_name,
                        date=format_date(self.env, request.date),
                        plan=plan.display_name,
                        first=format_date(self.env, plan.date_from),
                        last=format_date(self.env, plan.date_to),
                    )
                )

    @api.constrains("line_id")
    def _check_line_id(self):
        for request in self.sudo():
            if error := request._line_error_message():
                raise ValidationError(error)

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            vals["name"] = self.env["ir.sequence"].next_by_code(self._name)
        requests = super().create(vals_list)
        requests.line_id.check_access("read")
        for request, vals in zip(requests, vals_list, strict=True):
            check_amount(request, vals.get("amount"), request.currency_id)
        return requests

    def write(self, vals):
        if not AGREED_FIELDS.isdisjoint(vals):
            self._check_draft()
        result = super().write(vals)
        if "line_id" in vals:
            self.line_id.check_access("read")
        if "amount" in vals:
            for request in self:
                check_amount(request, vals["amount"], request.currency_id)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_agreed(self):
        for request in self:
            if request.state in ("approved", "spent"):
                raise UserError(
                    self.env._(
                        "%(request)s is approved, so it stays with the history of its budget. "
                        "Cancel it instead.",
                        request=request.display_name,
                    )
                )

    # === ACTION METHODS === #
    def action_confirm(self):
        """Take the money: within the budget at once, over it once that has been approved."""
        self._check_state("draft")
        for request in self.sorted("id"):
            request.sudo().line_id._lock_chain()
            if error := request._confirmation_error_message():
                raise UserError(error)
            request._update_state(("draft",), "approved")
        return True

    def action_spend(self):
        """The money has been spent: from now on the cost itself counts."""
        self._update_state(("approved",), "spent")
        return True

    def action_cancel(self):
        """Give the money back to the budget."""
        self._check_state("draft", "approved")
        self._cancel_approval(self.env._("The spend request has been cancelled."))
        self._update_state(("draft", "approved"), "cancelled")
        return True

    def action_reset(self):
        """One step back: spent money is only committed again, a cancelled request a draft."""
        spent = self.filtered(lambda request: request.state == "spent")
        cancelled = self - spent
        cancelled._update_state(("cancelled",), "draft")
        spent._update_state(("spent",), "approved")
        return True

    def action_open_line(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sales.budget.line",
            "res_id": self.line_id.id,
            "view_mode": "form",
        }

    # === BUSINESS METHODS === #
    def _check_state(self, *allowed):
        """:raises UserError: also where the plan is closed"""
        super()._check_state(*allowed)
        for request in self.sudo():
            if request.line_id.plan_state == "closed":
                raise UserError(request.line_id._get_closed_message())

    def _update_state(self, allowed, target, **values):
        super()._update_state(allowed, target, **values)
        self.line_id.invalidate_model(["committed", "actual", "available", "used"])
        self.invalidate_model(["available", "excess"])

    def _check_draft(self):
        for request in self:
            if request.state != "draft":
                raise UserError(
                    self.env._(
                        "%(request)s is no longer a draft, so what was agreed stands. Cancel it, "
                        "and make a new request.",
                        request=request.display_name,
                    )
                )

    def _line_error_message(self):
        """:return: why no money of the budget can be asked for, or None"""
        self.ensure_one()
        line = self.line_id
        if line.plan_state == "closed":
            return line._get_closed_message()
        if parts := line._get_parts().filtered(lambda part: part.planned is not False):
            return self.env._(
                "%(line)s is distributed, so money is asked for at its parts. Choose one of "
                "them: %(parts)s.",
                line=line.name,
                parts=", ".join(parts[:5].mapped("name")),
            )
        return None

    def _confirmation_error_message(self):
        """:return: why the money cannot be taken now, or False"""
        self.ensure_one()
        request = self.sudo()
        if request.line_id.plan_state != "approved":
            return self.env._(
                "%(plan)s is not approved yet, and so are not its budgets. Confirm %(request)s "
                "once the plan is approved.",
                plan=request.line_id._get_plan().display_name,
                request=self.display_name,
            )
        return request._line_error_message() or self._get_approval_error()

    def _read_available(self):
        """:return: dict of request → what it may take at most, whatever it asks for: the least
        that is left in its budget and in those above; a budget without a number gives nothing
        """
        chains = self.line_id._origin._get_chains()
        lines = self.env["sales.budget.line"].union(*chains.values())
        figures = lines._read_figures()
        result = {}
        for request in self:
            line = request.line_id._origin
            own = request.amount if request.state == "approved" else 0.0
            left = [
                (upper.planned or 0.0) - sum(figures[upper.id]) + own
                for upper in chains.get(line, ())
                if upper.planned is not False or upper == line
            ]
            result[request] = request.currency_id.round(min(left)) if left else 0.0
        return result
