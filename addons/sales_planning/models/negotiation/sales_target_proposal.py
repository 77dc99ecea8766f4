from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...fields import OptionalMonetary
from ..sales_target import TARGET_DIMENSIONS
from ..sales_target_plan import TARGET_PLAN_STATE
from .sales_target_proposal_move import PROPOSAL_STATE

EDITABLE = {"proposed", "reason"}


class SalesTargetProposal(models.Model):
    """Proposal: the owner's number for one period beside the one that the leader assigned.

    A view over the cells, so that owners can write their own numbers here without a right to
    write cells: :meth:`write` takes nothing but the proposal and its reason.
    """

    _name = "sales.target.proposal"
    _description = "Target Proposal"
    _auto = False
    _order = "plan_id desc, target_id, date_from, id"
    _rec_name = "target_id"
    _depends = {
        "sales.target.cell": ["target_id", "date_from", "date_to", "assigned", "proposed"],
        "sales.target": [
            "plan_id",
            "company_id",
            "parent_id",
            "responsible_id",
            "proposal_state",
            "proposal_until",
            *TARGET_DIMENSIONS,
        ],
        "sales.target.plan": ["state", "currency_id", "proposal_deadline", "is_current"],
    }

    # === FIELDS === #
    target_id = fields.Many2one("sales.target", string="Target of", readonly=True)
    plan_id = fields.Many2one("sales.target.plan", readonly=True)
    plan_state = fields.Selection(TARGET_PLAN_STATE, readonly=True)
    is_current = fields.Boolean("Current Version", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    parent_id = fields.Many2one("sales.target", string="Part Of", readonly=True)
    responsible_id = fields.Many2one("res.users", string="Owner", readonly=True)
    leader_id = fields.Many2one("res.users", readonly=True)
    proposal_state = fields.Selection(PROPOSAL_STATE, readonly=True)
    deadline = fields.Date(readonly=True)
    date_from = fields.Date("From", readonly=True)
    date_to = fields.Date("To", readonly=True)
    period_name = fields.Char("Period", compute="_compute_period_name")
    assigned = OptionalMonetary("Assigned", readonly=True)
    proposed = OptionalMonetary("Proposal")
    difference = OptionalMonetary(
        readonly=True,
        help="Proposal less assigned number; empty where one of them is missing.",
    )
    reason = fields.Char(
        compute="_compute_reason", readonly=False, help="Why the owner proposes this number."
    )
    return_reason = fields.Char(
        "Why Returned",
        compute="_compute_return_reason",
        help="What the leader asks the owner to think over.",
    )
    can_propose = fields.Boolean(compute="_compute_can_propose")

    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True)
    territory_id = fields.Many2one("sales.territory", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    channel_partner_id = fields.Many2one("res.partner", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    categ_id = fields.Many2one("product.category", string="Product Category", readonly=True)
    campaign_id = fields.Many2one("utm.campaign", readonly=True)
    contract_id = fields.Many2one("sales.contract", readonly=True)
    segment_id = fields.Many2one("sales.market.segment", string="Market Segment", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT cell.id, cell.target_id, cell.date_from, cell.date_to,
                   cell.assigned, cell.proposed, cell.proposed - cell.assigned AS difference,
                   target.plan_id, target.company_id, target.parent_id, target.responsible_id,
                   target.proposal_state, %(dimensions)s,
                   parent.responsible_id AS leader_id,
                   plan.state AS plan_state, plan.currency_id, plan.is_current,
                   COALESCE(target.proposal_until, plan.proposal_deadline) AS deadline
              FROM sales_target_cell cell
              JOIN sales_target target ON target.id = cell.target_id
              JOIN sales_target_plan plan ON plan.id = target.plan_id
              LEFT JOIN sales_target parent ON parent.id = target.parent_id
            """,
            dimensions=SQL(", ").join(SQL.identifier("target", name) for name in TARGET_DIMENSIONS),
        )

    # === COMPUTE METHODS === #
    @api.depends_context("lang")
    def _compute_period_name(self):
        for proposal in self:
            cell = self.env["sales.target.cell"].sudo().browse(proposal.id)
            proposal.period_name = cell.period_name

    def _compute_reason(self):
        """Of the last move of each proposal."""
        changes = (
            self.env["sales.target.change"]
            .sudo()
            .search([("cell_id", "in", self.ids), ("value", "=", "proposed")])
        )
        reasons = {change.cell_id.id: change.reason for change in reversed(changes)}
        for proposal in self:
            proposal.reason = reasons.get(proposal.id)

    def _compute_return_reason(self):
        """Until the proposal is handed in again."""
        returned = self.filtered(lambda proposal: proposal.proposal_state == "returned")
        moves = (
            self.env["sales.target.proposal.move"]
            .sudo()
            .search([("target_id", "in", returned.target_id.ids), ("state", "=", "returned")])
        )
        reasons = {move.target_id: move.reason for move in reversed(moves)}
        for proposal in self:
            proposal.return_reason = proposal in returned and reasons.get(proposal.target_id)

    @api.depends_context("uid")
    def _compute_can_propose(self):
        today = fields.Date.context_today(self)
        for proposal in self:
            proposal.can_propose = (
                proposal.plan_state == "proposing"
                and proposal.responsible_id == self.env.user
                and proposal.proposal_state in ("open", "returned")
                and bool(proposal.deadline and proposal.deadline >= today)
            )

    # === CRUD METHODS === #
    # The records are cells, which have a gate of their own.
    # pylint: disable=method-required-super
    def write(self, vals):
        """Propose numbers for own targets while their plan asks for them."""
        if refused := set(vals) - EDITABLE:
            raise UserError(
                self.env._(
                    "Only the proposal and its reason can be entered here, not %(fields)s.",
                    fields=", ".join(
                        self._fields[name]._description_string(self.env)
                        if name in self._fields
                        else name
                        for name in sorted(refused)
                    ),
                )
            )
        self.check_access("write")
        self.target_id._check_may_propose()
        for plan, proposals in self.grouped("plan_id").items():
            proposals._propose(plan.sudo(), vals)
        return True

    # === ACTION METHODS === #
    def action_submit(self):
        """Hand in the targets of the chosen lines, or all that the user has still open."""
        targets = self.target_id if self else self._get_own_open().target_id
        if not targets:
            raise UserError(self.env._("You have no open proposal: there is nothing to submit."))
        return targets.action_submit_proposal()

    def action_take_over(self):
        """Propose the assigned number wherever nothing is proposed yet."""
        proposals = self or self._get_own_open()
        proposals.check_access("write")
        proposals.target_id._check_may_propose()
        for plan, of_plan in proposals.grouped("plan_id").items():
            numbers = self.env["sales.target.numbers"].sudo()
            proposed = numbers._read("proposed", of_plan.ids)
            assigned = numbers._read("assigned", of_plan.ids)
            numbers._set(
                plan.sudo(),
                "proposed",
                {
                    cell_id: assigned[cell_id]
                    for cell_id, number in proposed.items()
                    if number is None and assigned[cell_id] is not None
                },
                "proposed",
            )
        return True

    def action_accept(self):
        """Accept the proposals of the targets of the chosen lines."""
        return self.target_id.action_accept_proposal()

    def action_open_changes(self):
        self.ensure_one()
        return {
            **self.target_id.action_open_changes(),
            "domain": [("cell_id", "=", self.id)],
        }

    # === BUSINESS METHODS === #
    @api.model
    def _get_own_open(self):
        return self.search(
            [
                ("responsible_id", "=", self.env.uid),
                ("plan_state", "=", "proposing"),
                ("proposal_state", "in", ("open", "returned")),
                ("deadline", ">=", fields.Date.context_today(self)),
            ]
        )

    def _propose(self, plan, vals):
        numbers = self.env["sales.target.numbers"].sudo()
        reason = vals.get("reason")
        changed = 0
        if "proposed" in vals:
            amount = numbers._to_decimal(vals["proposed"])
            changed = numbers._set(
                plan, "proposed", dict.fromkeys(self.ids, amount), "proposed", reason=reason
            )
        if reason and not changed:
            numbers._remark(self.ids, "proposed", "proposed", reason)
