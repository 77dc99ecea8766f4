from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_date

from .sales_target_proposal_move import PROPOSAL_STATE

OPEN_PROPOSAL = ("open", "returned")
# A list does not load the records behind its group headers again, so their buttons would stay.
SHOW_ANEW = {"type": "ir.actions.client", "tag": "soft_reload"}
# Moved by the buttons only, so that each move is checked and kept.
PROPOSAL_FIELDS = {"proposal_state", "proposal_until", "previous_id"}


class SalesTarget(models.Model):
    """How a node's number comes about: its owner proposes, the owner of the node above decides."""

    _inherit = "sales.target"

    # === FIELDS === #
    leader_id = fields.Many2one(
        related="parent_id.responsible_id",
        string="Leader",  # pylint: disable=attribute-string-redundant
        help="The owner of the target above, who accepts or returns the proposal.",
    )
    proposal_state = fields.Selection(
        PROPOSAL_STATE,
        default="open",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    proposal_until = fields.Date(
        readonly=True,
        copy=False,
        help="Set where a returned proposal has more time than the plan's deadline gives.",
    )
    proposal_move_ids = fields.One2many(
        "sales.target.proposal.move", "target_id", string="Proposal Moves"
    )
    previous_id = fields.Many2one(
        "sales.target",
        string="In the Earlier Version",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )

    def init(self):
        """Let the database refuse to remove an approved target, whoever asks."""
        super().init()
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION sales_target_guard() RETURNS trigger AS $$
            BEGIN
                IF EXISTS (
                    SELECT FROM sales_target_plan plan
                     WHERE plan.id = OLD.plan_id AND plan.state IN ('approved', 'closed')
                ) THEN
                    RAISE EXCEPTION 'Targets of an approved plan are not removed.'
                        USING ERRCODE = 'restrict_violation';
                END IF;
                RETURN OLD;
            END $$ LANGUAGE plpgsql;
            CREATE OR REPLACE TRIGGER sales_target_guard_delete
                BEFORE DELETE ON sales_target
                FOR EACH ROW EXECUTE FUNCTION sales_target_guard();
            """
        )

    # === CRUD METHODS === #
    def write(self, vals):
        if not self.env.su and (moved := PROPOSAL_FIELDS.intersection(vals)):
            raise UserError(
                self.env._(
                    "%(fields)s cannot be set by hand: submit, accept or return the proposal.",
                    fields=", ".join(
                        self._fields[name]._description_string(self.env) for name in sorted(moved)
                    ),
                )
            )
        if not {"date_start", "date_end"}.isdisjoint(vals):
            self._check_dates_open()
        return super().write(vals)

    # === ACTION METHODS === #
    def action_submit_proposal(self, reason=False):
        """Hand in the proposals of one's own targets: from now on the leaders decide.

        :param reason: why these numbers
        """
        self._start_proposal_step()
        self._check_may_propose()
        self._check_proposal_complete()
        self._move_proposal("submitted", reason)
        return SHOW_ANEW

    def action_accept_proposal(self, reason=False):
        """Make the proposed numbers the assigned ones, as the leader of the targets."""
        self._start_proposal_step()
        self._check_may_decide()
        for plan, targets in self.sudo().grouped("plan_id").items():
            targets._check_nobody_else_assigned()
            proposed = targets._read_numbers("proposed")
            self.env["sales.target.numbers"].sudo()._set(
                plan, "assigned", proposed, "accepted", reason=reason
            )
        self._move_proposal("accepted", reason)
        return SHOW_ANEW

    def action_return_proposal(self, reason=False, until=False):
        """Give the proposals back to their owners, who can then change them.

        :param reason: what the owner should think over
        :param until: new day to hand it in; a day past the plan's deadline reopens it
        """
        if not (reason or "").strip():
            raise UserError(
                self.env._("Say why you return the proposal: its owner has to know what to change.")
            )
        self._start_proposal_step()
        self._check_may_decide(states=("submitted", "accepted"))
        until = fields.Date.to_date(until) or None
        for target in self.sudo():
            self._check_proposal_day(target.plan_id, until or target._get_proposal_deadline())
        self._move_proposal("returned", reason, proposal_until=until)
        return SHOW_ANEW

    def action_open_return(self):
        return self._open_wizard(
            "sales.target.return", self.env._("Return Proposal"), default_target_ids=self.ids
        )

    def action_open_assign(self):
        self.ensure_one()
        return self._open_wizard(
            "sales.target.revise",
            self.env._("Assign"),
            default_plan_id=self.plan_id.id,
            default_target_id=self.id,
        )

    def action_open_revise(self):
        return {**self.action_open_assign(), "name": self.env._("Revise")}

    def action_open_end(self):
        self.ensure_one()
        return self._open_wizard(
            "sales.target.end", self.env._("Ends On"), default_target_id=self.id
        )

    def action_open_changes(self):
        """Who moved which number of the node, and why."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "sales_planning.sales_target_change_action"
            ),
            "name": self.env._("Changes of %(target)s", target=self.name),
            "domain": [("target_id", "=", self.id)],
        }

    def _open_wizard(self, model, name, **context):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "target": "new",
            "context": context,
        }

    # === PROPOSING === #
    def _start_proposal_step(self):
        """Keep others from moving the proposals meanwhile, and look at them as they are now."""
        self.check_access("read")
        for plan in self.sudo().plan_id:
            self.env["sales.target.numbers"]._lock(plan)
            plan._check_proposing()

    def _get_proposal_deadline(self):
        self.ensure_one()
        return self.proposal_until or self.plan_id.proposal_deadline

    def _is_overdue(self):
        return self._get_proposal_deadline() < fields.Date.context_today(self)

    def _check_may_propose(self):
        """:raises UserError: the user does not own the nodes, or their time is over"""
        for target in self.sudo():
            if refusal := target._get_proposal_refusal():
                raise refusal

    def _get_proposal_refusal(self):
        """:return: the error that says why the user cannot propose for this node now, or None"""
        self.ensure_one()
        if message := self.plan_id._get_not_proposing_message():
            return UserError(message)
        if self.responsible_id != self.env.user:
            return AccessError(
                self.env._(
                    "%(target)s is proposed by %(owner)s, not by you.",
                    target=self.name,
                    owner=self.responsible_id.name or self.env._("nobody"),
                )
            )
        if self.proposal_state not in OPEN_PROPOSAL:
            return UserError(
                self.env._(
                    "The proposal of %(target)s has been handed in. "
                    "Ask %(leader)s to return it if it has to change.",
                    target=self.name,
                    leader=self.leader_id.name or self.env._("the planner"),
                )
            )
        if self._is_overdue():
            return UserError(
                self.env._(
                    "Proposals of %(plan)s were due on %(day)s, so %(target)s can no longer "
                    "be changed. Ask for a later deadline.",
                    plan=self.plan_id.name,
                    day=format_date(self.env, self._get_proposal_deadline()),
                    target=self.name,
                )
            )
        return None

    def _check_may_decide(self, states=("submitted",)):
        """:raises UserError: the user does not lead the nodes, or there is nothing to decide"""
        self._check_leads()
        labels = dict(self._fields["proposal_state"]._description_selection(self.env))
        for target in self.sudo():
            if target.proposal_state not in states:
                raise UserError(
                    self.env._(
                        "The proposal of %(target)s is in state “%(state)s”: there is nothing "
                        "to decide.",
                        target=target.name,
                        state=labels[target.proposal_state],
                    )
                )

    def _check_leads(self):
        """:raises AccessError: neither the owner of a node above nor a sales manager"""
        for target in self:
            if not target.can_assign:
                raise AccessError(
                    self.env._(
                        "%(target)s is decided by %(leader)s, not by you.",
                        target=target.sudo().name,
                        leader=target.sudo().leader_id.name or self.env._("a sales manager"),
                    )
                )

    @api.model
    def _check_proposal_day(self, plan, day):
        if not day or day <= fields.Date.context_today(self):
            raise UserError(
                self.env._(
                    "Choose a day after today until which the owners of %(plan)s propose their "
                    "targets%(given)s.",
                    plan=plan.name,
                    given=self.env._(" instead of %(day)s", day=format_date(self.env, day))
                    if day
                    else "",
                )
            )

    def _check_proposal_complete(self):
        """:raises UserError: a period in which the node is valid has no proposed number"""
        self.env["sales.target.cell"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT cell.id
                  FROM sales_target_cell cell JOIN sales_target target ON target.id = target_id
                 WHERE target_id = ANY(%s) AND cell.proposed IS NULL
                   AND cell.date_to >= COALESCE(target.date_start, cell.date_to)
                   AND cell.date_from <= COALESCE(target.date_end, cell.date_from)
                 ORDER BY target.parent_path, target_id, cell.date_from
                """,
                self.ids,
            )
        )
        if rows:
            raise UserError(
                self.env._(
                    "%(count)s periods have no proposal yet, the first is %(cell)s. Enter a "
                    "number there; 0 is one too.",
                    count=len(rows),
                    cell=self.env["sales.target.cell"].sudo().browse(rows[0]).display_name,
                )
            )

    def _check_nobody_else_assigned(self):
        """Accepting would undo what another leader assigned after the proposal came in.

        :raises UserError: somebody did; says who and what
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT change.id
                  FROM sales_target_change change
                  JOIN sales_target_cell cell ON cell.id = change.cell_id
                 WHERE cell.target_id = ANY(%s)
                   AND change.value = 'assigned' AND change.create_uid <> %s
                   AND change.id > (
                           SELECT MAX(move.last_change) FROM sales_target_proposal_move move
                            WHERE move.target_id = cell.target_id AND move.state = 'submitted'
                       )
                 ORDER BY change.id DESC LIMIT 1
                """,
                self.ids,
                self.env.uid,
            )
        )
        if rows:
            change = self.env["sales.target.change"].browse(rows[0])
            raise UserError(
                self.env._(
                    "%(user)s set %(cell)s to %(number)s after the proposal came in, and "
                    "accepting it would undo that. Choose Assign to decide with both numbers "
                    "in view.",
                    user=change.create_uid.name,
                    cell=change.cell_id.display_name,
                    number=self.env["sales.target.numbers"]._format(
                        None if change.amount_after is False else change.amount_after
                    ),
                )
            )

    def _read_numbers(self, value):
        """:return: dict of cell id → Decimal, of the cells that have a number"""
        cells = self.env["sales.target.cell"].search([("target_id", "in", self.ids)])
        numbers = self.env["sales.target.numbers"]._read(value, cells.ids)
        return {cell_id: number for cell_id, number in numbers.items() if number is not None}

    def _move_proposal(self, state, reason, **values):
        """Move the proposals and keep who did it and why.

        :param values: further fields to write
        """
        targets = self.sudo()
        targets.write({"proposal_state": state, **values})
        ((last_change,),) = self.env.execute_query(
            SQL("SELECT COALESCE(MAX(id), 0) FROM sales_target_change")
        )
        self.env["sales.target.proposal.move"].sudo().create(
            [
                {
                    "target_id": target.id,
                    "state": state,
                    "reason": reason,
                    "last_change": last_change,
                }
                for target in targets
            ]
        )
        for plan, moved in targets.grouped("plan_id").items():
            plan._sync_proposal_activities(moved.responsible_id | moved._get_deciders())

    def _get_deciders(self):
        """:return: users who are told that there is something to decide"""
        users = self.leader_id
        for target in self.filtered(lambda target: not target.leader_id):
            users |= target.plan_id._get_planner()
        return users

    # === EFFECTIVE DATES === #
    def _check_dates_open(self):
        if fixed := self.plan_id.filtered(lambda plan: plan.state in ("approved", "closed")):
            raise UserError(
                self.env._(
                    "%(plan)s is approved, so the days on which its targets start and end stand. "
                    "Choose Ends On, and give the reason.",
                    plan=fixed[0].name,
                )
            )

    def _end_on(self, day, reason):
        """Let the node count no sale after a day; on an approved plan this is a revision.

        :param day: last day that counts, or False for the plan's last day
        """
        self.ensure_one()
        self.plan_id.check_access("write")
        plan = self.plan_id
        self.env["sales.target.numbers"]._lock(plan)
        plan._check_open(reason)
        self._check_last_day(day)
        if plan.state == "approved":
            self.env["sales.target.revision"].sudo()._start(
                plan,
                reason,
                note=self.env._(
                    "%(target)s: valid until %(after)s instead of %(before)s",
                    target=self.name,
                    after=format_date(self.env, day or plan.date_to),
                    before=format_date(self.env, self.date_end or plan.date_to),
                ),
            )
        self._write_end(day)
        plan._refresh()

    def _write_end(self, day):
        # Past this class's own write, which refuses dates of an approved plan.
        super().write({"date_end": day})  # pylint: disable=super-method-mismatch

    def _check_last_day(self, day):
        plan = self.plan_id
        first = max(plan.date_from, self.date_start or plan.date_from)
        if day and not first <= day <= plan.date_to:
            raise UserError(
                self.env._(
                    "%(target)s cannot end on %(day)s: choose a day from %(first)s to %(last)s.",
                    target=self.name,
                    day=format_date(self.env, day),
                    first=format_date(self.env, first),
                    last=format_date(self.env, plan.date_to),
                )
            )
