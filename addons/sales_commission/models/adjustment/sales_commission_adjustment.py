from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...fields import UnguardedMany2one
from ..run.sales_commission_run import SETTLED

ADJUSTMENT_STATE = [
    ("draft", "Draft"),
    ("approved", "Approved"),
    ("settled", "Settled"),
    ("cancelled", "Cancelled"),
]
# What is approved, and what is paid.
AGREED_FIELDS = frozenset(
    {"payee_id", "company_id", "currency_id", "amount", "date", "reason", "plan_id", "earning_id"}
)


class SalesCommissionAdjustment(models.Model):
    """Commission adjustment: an amount that a person adds to what the sales brought, or takes
    off, with a reason.

    Once approved it is an earning of the next open run of its date, and settled with that run.
    A settled one never changes: it is put right by a further one.
    """

    _name = "sales.commission.adjustment"
    _description = "Commission Adjustment"
    _inherit = ["sales.state.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "date desc, id desc"
    _rec_names_search = ["name", "reason", "payee_id.name"]
    _check_company_auto = True

    # === FIELDS === #
    name = fields.Char("Number", readonly=True, copy=False, default=lambda self: self.env._("New"))
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    payee_id = fields.Many2one(
        "res.partner",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        help="The currency of the statement that it becomes part of.",
    )
    amount = fields.Monetary(
        required=True, tracking=True, help="Above 0 the payee gets more, below 0 less."
    )
    date = fields.Date(
        required=True,
        default=fields.Date.context_today,
        tracking=True,
        help="The next open run that ends on or after this day takes it.",
    )
    reason = fields.Text(
        required=True, help="Why the payee gets more or less. It is printed on the statement."
    )
    plan_id = fields.Many2one(
        "sales.commission.plan",
        check_company=True,
        ondelete="restrict",
        domain="[('company_id', '=', company_id), ('state', '!=', 'draft')]",
        help="Only a run of this plan takes it. Empty: any run.",
    )
    # What is approved can never be deleted, and a key would be checked for every earning that
    # a calculation deletes.
    earning_id = UnguardedMany2one(
        "sales.commission.earning",
        string="Refers To",
        domain="[('payee_id', '=', payee_id), ('company_id', '=', company_id)]",
        help="The earlier earning that it puts right, if it is about one.",
    )
    state = fields.Selection(
        ADJUSTMENT_STATE, default="draft", required=True, readonly=True, copy=False, tracking=True
    )
    taken_ids = fields.One2many(
        "sales.commission.earning", "adjustment_id", string="Earning", readonly=True
    )
    statement_id = fields.Many2one(
        "sales.commission.statement", compute="_compute_statement_id", compute_sudo=True
    )

    # === CONSTRAINTS AND INDEXES === #
    _amount_not_zero = models.Constraint(
        "CHECK (amount <> 0)", "The amount of an adjustment is above or below 0, not 0 itself."
    )
    _reason_given = models.Constraint(
        "CHECK (btrim(reason) <> '')", "An adjustment needs a reason. Write why it is made."
    )

    def init(self):
        """Let the database guard what is settled, whoever asks. Merging two contacts moves
        ``payee_id``, which rewrites no figure and stays possible."""
        super().init()
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION sales_commission_adjustment_refuse()
            RETURNS trigger AS $$
            BEGIN
                RAISE EXCEPTION 'A settled commission adjustment never changes: make another one.'
                    USING ERRCODE = 'restrict_violation';
            END $$ LANGUAGE plpgsql;
            CREATE OR REPLACE TRIGGER sales_commission_adjustment_no_update
                BEFORE UPDATE OF state, name, company_id, currency_id, amount, date, reason,
                    plan_id, earning_id ON sales_commission_adjustment
                FOR EACH ROW WHEN (OLD.state = 'settled')
                EXECUTE FUNCTION sales_commission_adjustment_refuse();
            CREATE OR REPLACE TRIGGER sales_commission_adjustment_no_delete
                BEFORE DELETE ON sales_commission_adjustment
                FOR EACH ROW WHEN (OLD.state = 'settled')
                EXECUTE FUNCTION sales_commission_adjustment_refuse();
            """
        )

    # === COMPUTE METHODS === #
    @api.depends("name", "payee_id.name")
    def _compute_display_name(self):
        for adjustment in self:
            adjustment.display_name = " · ".join(
                filter(None, (adjustment.name, adjustment.sudo().payee_id.name))
            )

    @api.depends("taken_ids.statement_id")
    def _compute_statement_id(self):
        for adjustment in self:
            adjustment.statement_id = adjustment.taken_ids.statement_id

    # === CONSTRAINT METHODS === #
    @api.constrains("earning_id", "payee_id", "company_id")
    def _check_earning_id(self):
        for adjustment in self.filtered("earning_id"):
            earning = adjustment.sudo().earning_id
            if (
                not earning.exists()
                or earning.payee_id != adjustment.payee_id
                or earning.company_id != adjustment.company_id
                or earning.run_id.state not in SETTLED
            ):
                raise ValidationError(
                    self.env._(
                        "%(adjustment)s refers to an earning that is not an approved one of "
                        "%(payee)s. Choose another, or leave it empty.",
                        adjustment=adjustment.display_name,
                        payee=adjustment.payee_id.name,
                    )
                )

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            vals["name"] = self.env["ir.sequence"].next_by_code(self._name)
        return super().create(vals_list)

    def write(self, vals):
        if not AGREED_FIELDS.isdisjoint(vals):
            for adjustment in self:
                if adjustment.state != "draft":
                    raise UserError(
                        self.env._(
                            "%(adjustment)s is no longer a draft, so what was agreed stands. "
                            "Make a further adjustment.",
                            adjustment=adjustment.display_name,
                        )
                    )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_agreed(self):
        for adjustment in self:
            if adjustment.state not in ("draft", "cancelled"):
                raise UserError(
                    self.env._(
                        "%(adjustment)s is approved and stays with its history. Cancel it, or "
                        "make a further adjustment.",
                        adjustment=adjustment.display_name,
                    )
                )

    # === ACTION METHODS === #
    def action_confirm(self):
        """Approve the adjustment: the next open run of its date takes it."""
        self._check_state("draft")
        for adjustment in self:
            if error := adjustment._confirmation_error_message():
                raise UserError(error)
        self._update_state(("draft",), "approved")
        return True

    def action_cancel(self):
        self._check_state("draft", "approved")
        for adjustment in self.sudo():
            if run := adjustment.taken_ids.run_id:
                raise UserError(
                    self.env._(
                        "%(adjustment)s is part of run %(run)s. Set the run back to draft first, "
                        "cancel the adjustment, and calculate the run again.",
                        adjustment=adjustment.display_name,
                        run=run.name,
                    )
                )
        self._update_state(("draft", "approved"), "cancelled")
        return True

    def action_reset(self):
        self._update_state(("cancelled",), "draft")
        return True

    def action_open_statement(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "sales.commission.statement",
            "res_id": self.statement_id.id,
            "views": [(False, "form")],
        }

    # === BUSINESS METHODS === #
    def _confirmation_error_message(self):
        """:return: why it cannot be approved now, or False"""
        self.ensure_one()
        if not self.env.user.has_group("sales_team.group_sale_manager"):
            return self.env._(
                "%(adjustment)s is approved by a sales manager. Ask one to confirm it.",
                adjustment=self.display_name,
            )
        if self._is_own() and not self._is_approved_by_others():
            return self.env._(
                "%(adjustment)s is paid to you, so somebody else has to approve it. "
                "Ask another sales manager.",
                adjustment=self.display_name,
            )
        return False

    def _is_own(self):
        self.ensure_one()
        return self.env.user in self.sudo().payee_id.user_ids

    def _is_approved_by_others(self):
        """:return: whether somebody else has let it pass"""
        self.ensure_one()
        return False

    @api.model
    def _settle(self, runs):
        """Lock the adjustments that are part of runs which have just been approved.

        :raises UserError: one of them was cancelled since the run was calculated
        """
        self.env["sales.commission.earning"].flush_model()
        earnings = (
            self.env["sales.commission.earning"]
            .sudo()
            .search([("run_id", "in", runs.ids), ("adjustment_id", "!=", False)])
        )
        adjustments = earnings.adjustment_id
        for adjustment in adjustments:
            if adjustment.state not in ("approved", "settled"):
                raise UserError(
                    self.env._(
                        "%(adjustment)s is no longer approved, and run %(run)s counts it. "
                        "Calculate the run again.",
                        adjustment=adjustment.display_name,
                        run=adjustment.taken_ids.run_id.name,
                    )
                )
        waiting = adjustments.filtered(lambda adjustment: adjustment.state == "approved")
        waiting._update_state(("approved",), "settled")
