from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError


class SalesTargetTransfer(models.TransientModel):
    """Moving what is still ahead of a target on to others; what was stays with whom it was."""

    _name = "sales.target.transfer"
    _description = "Transfer of a Target"

    target_id = fields.Many2one(
        "sales.target", string="Given By", required=True, readonly=True, ondelete="cascade"
    )
    plan_id = fields.Many2one(related="target_id.plan_id")
    plan_state = fields.Selection(related="plan_id.state")
    currency_id = fields.Many2one(related="target_id.currency_id")
    date = fields.Date(
        "As Of",
        required=True,
        default=fields.Date.context_today,
        help="The first day that the others answer for. Of the period that it lies in, the days "
        "before stay where they are.",
    )
    line_ids = fields.One2many("sales.target.transfer.line", "transfer_id", string="Given To")
    amount = fields.Monetary("To Be Moved", compute="_compute_amount")
    ends = fields.Boolean(
        "Ends Then",
        default=True,
        help="Sales from that day on no longer count for the target that gives.",
    )
    reason = fields.Text(required=True)

    # === COMPUTE METHODS === #
    @api.depends("target_id", "date")
    def _compute_amount(self):
        branches = self.env["sales.target.branch"]
        for transfer in self:
            target, day = transfer.target_id, transfer.date
            if not target or not day:
                transfer.amount = 0
                continue
            branch = branches._load(target, "assigned")
            ahead = target._get_periods_ahead(day)
            kept = target._get_kept(branch, ahead, day)
            transfer.amount = sum(
                (branch.numbers[target.id, first] or 0) - kept.get(first, 0) for first in ahead
            )

    # === ACTION METHODS === #
    def action_transfer(self):
        self.ensure_one()
        target = self.target_id
        target._check_can_assign()
        if not self.line_ids:
            raise UserError(
                self.env._(
                    "Nobody takes over from %(target)s. Add a target under “Given To”.",
                    target=target.display_name,
                )
            )
        receivers = defaultdict(Decimal)
        for line in self.line_ids:
            # Two lines may come to one target: its own, and the same salesperson's.
            receivers[line._get_target()] += self.env["sales.target.numbers"]._to_decimal(
                line.share
            )
        self.env["sales.target"].union(*receivers)._check_can_assign()
        target._transfer(receivers, self.date, self.reason)
        if self.ends:
            # Whoever answers for the target above may do this without planning the rest.
            target.sudo()._end_on(self._get_last_day(), self.reason)
            target.plan_id._refresh()
        return target.plan_id.action_open_targets()

    def _get_last_day(self):
        """:return: the last day that sales count for the target that gives"""
        day_before = fields.Date.subtract(self.date, days=1)
        return max(day_before, self.target_id.date_start or self.plan_id.date_from)


class SalesTargetTransferLine(models.TransientModel):
    """Who takes over, and how much of it."""

    _name = "sales.target.transfer.line"
    _description = "Receiver of a Target"

    transfer_id = fields.Many2one("sales.target.transfer", required=True, ondelete="cascade")
    plan_id = fields.Many2one(related="transfer_id.plan_id")
    giver_id = fields.Many2one(related="transfer_id.target_id")
    target_id = fields.Many2one(
        "sales.target",
        domain="[('plan_id', '=', plan_id), ('id', '!=', giver_id)]",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Or a New Salesperson",
        help="Gets a target of the same kind beside the one that gives.",
    )
    share = fields.Float(default=1, digits=(16, 4))

    # === CONSTRAINTS AND INDEXES === #
    _share_positive = models.Constraint(
        "CHECK (share > 0)", "The share of a receiver must be greater than 0."
    )

    # === BUSINESS METHODS === #
    def _get_target(self):
        """:return: the receiver, created where the salesperson has no such target yet"""
        self.ensure_one()
        if self.target_id:
            return self.target_id
        giver = self.giver_id
        if not self.user_id or not giver.user_id:
            raise UserError(
                self.env._(
                    "Choose the target that takes over from %(target)s.",
                    target=giver.display_name,
                )
            )
        return giver._get_same_of(self.user_id) or giver.sudo()._create_beside(
            {
                **{name: giver[name].id for name in giver._named_dimensions()},
                "user_id": self.user_id.id,
            }
        )
