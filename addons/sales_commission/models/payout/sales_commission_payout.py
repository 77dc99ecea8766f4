from odoo import api, fields, models
from odoo.exceptions import UserError

PAYOUT_KIND = [
    ("bill", "Vendor Bill"),
    ("manual", "Paid by Hand"),
]
PAYOUT_STATE = [
    ("billed", "Billed"),
    ("paid", "Paid"),
    ("cancelled", "Cancelled"),
]
# The runs whose payouts the transaction has changed; see SalesCommissionPayout._touch_runs.
PENDING = "sales_commission.payout_runs"


class SalesCommissionPayout(models.Model):
    """Commission payout: how one statement was paid, by a vendor bill or by hand.

    It lives as its accounting document does: a bill that is paid makes it paid, and one that
    is cancelled, deleted or reversed takes it back, so that the statement can be paid anew. The
    database lets a statement have one payout at most that was not taken back.
    """

    _name = "sales.commission.payout"
    _description = "Commission Payout"
    _order = "date desc, id desc"
    _rec_name = "statement_id"

    # === FIELDS === #
    statement_id = fields.Many2one(
        "sales.commission.statement",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    run_id = fields.Many2one(related="statement_id.run_id", store=True, index=True)
    payee_id = fields.Many2one(related="statement_id.payee_id", store=True, index=True)
    company_id = fields.Many2one(related="statement_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="statement_id.currency_id", store=True)
    amount = fields.Monetary(readonly=True, help="Below 0 the payee owes it.")
    kind = fields.Selection(PAYOUT_KIND, required=True, readonly=True)
    date = fields.Date(required=True, readonly=True)
    reference = fields.Char(readonly=True, help="Such as the number of the bank transfer.")
    has_move = fields.Boolean(readonly=True, export_string_translation=False)
    move_id = fields.Many2one(
        "account.move",
        string="Bill or Entry",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    is_undone = fields.Boolean(readonly=True, export_string_translation=False)
    state = fields.Selection(PAYOUT_STATE, compute="_compute_state", store=True)

    # === CONSTRAINTS AND INDEXES === #
    _statement_unique = models.UniqueIndex(
        "(statement_id) WHERE state <> 'cancelled'",
        "A statement is billed or paid already, so it is not paid again. Reload the list.",
    )

    # === COMPUTE METHODS === #
    @api.depends("kind", "is_undone", "has_move", "move_id.state", "move_id.payment_state")
    def _compute_state(self):
        for payout in self:
            payout.state = payout._get_state()
        self._touch_runs()

    # === ACTION METHODS === #
    def action_undo(self):
        """Take payouts back: their statements can then be paid anew."""
        self.env["sales.commission.run"].check_access("write")
        self.check_access("read")
        for payout in self:
            if error := payout.sudo()._undo_error_message():
                raise UserError(error)
            payout._undo()
        return True

    def action_open_move(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "views": [(False, "form")],
        }

    # === BUSINESS METHODS === #
    def _get_state(self):
        self.ensure_one()
        move = self.move_id
        if self.is_undone:
            return "cancelled"
        if self.has_move and (not move or move.state == "cancel"):
            return "cancelled"
        if self.kind == "manual":
            return "paid"
        if move.payment_state == "reversed":
            return "cancelled"
        return "paid" if move.payment_state in ("paid", "in_payment") else "billed"

    def _undo_error_message(self):
        """:return: why the payout cannot be taken back, or False"""
        self.ensure_one()
        values = {
            "payout": self.display_name,
            "run": self.run_id.name,
            "move": self.move_id.name or self.move_id.ref,
        }
        if self.state == "cancelled":
            return self.env._("The payout of %(payout)s has been taken back already.", **values)
        if self.run_id.state == "closed":
            return self.env._("Run %(run)s is closed, so its payouts stand.", **values)
        if self.kind == "bill" and self.move_id.state == "posted":
            return self.env._(
                "Bill %(move)s of %(payout)s is posted. Have accounting reset it to draft and "
                "cancel it, or reverse it: the statement is then open again.",
                **values,
            )
        return False

    def _undo(self):
        self.ensure_one()
        move = self.move_id
        if self.sudo().kind == "bill":
            move.sudo().button_cancel()
            return
        if move and move.state == "posted":
            # With the rights of whoever undoes it, as it was posted.
            move._reverse_moves(
                [{"date": fields.Date.context_today(self), "ref": self.display_name}], cancel=True
            )
        self.sudo().is_undone = True

    # === RUNS === #
    def _touch_runs(self):
        """Look at the runs once before the transaction commits: the last payout of a run makes
        the run paid, and taking one back opens it again."""
        precommit = self.env.cr.precommit
        pending = precommit.data.get(PENDING)
        if pending is None:
            pending = precommit.data[PENDING] = set()
            precommit.add(self.env["sales.commission.run"].sudo()._follow_payouts)
        pending.update(self.statement_id.run_id.ids)
