from odoo import api, fields, models
from odoo.exceptions import UserError

from .sales_target import OPEN_PROPOSAL

PROPOSE = "sales_planning.mail_activity_type_propose"
DECIDE = "sales_planning.mail_activity_type_decide"


class SalesTargetPlan(models.Model):
    """The round in which owners propose their numbers and leaders decide on them."""

    _name = "sales.target.plan"
    _inherit = ["sales.target.plan", "mail.activity.mixin"]

    # === FIELDS === #
    proposal_deadline = fields.Date(
        "Proposals Until",
        copy=False,
        tracking=True,
        help="The last day on which owners can propose numbers for their targets.",
    )
    proposal_count = fields.Integer(
        "Proposals", compute="_compute_proposal_count", help="Targets that have an owner."
    )
    proposal_done_count = fields.Integer(
        "Proposals Handed In", compute="_compute_proposal_count", help="Submitted or accepted."
    )

    # === COMPUTE METHODS === #
    @api.depends("target_ids.proposal_state", "target_ids.responsible_id")
    def _compute_proposal_count(self):
        counts = {}
        for plan, state, count in self.env["sales.target"]._read_group(
            [("plan_id", "in", self.ids), ("responsible_id", "!=", False)],
            ["plan_id", "proposal_state"],
            ["__count"],
        ):
            counts.setdefault(plan, {})[state] = count
        for plan in self:
            by_state = counts.get(plan._origin, {})
            plan.proposal_count = sum(by_state.values())
            plan.proposal_done_count = by_state.get("submitted", 0) + by_state.get("accepted", 0)

    # === CRUD METHODS === #
    def write(self, vals):
        if vals.get("state") in ("draft", "proposing"):
            self._check_not_approved()
        proposing = self.filtered(lambda plan: plan.state == "proposing")
        result = super().write(vals)
        if "proposal_deadline" in vals:
            proposing._move_deadline()
        return result

    # === ACTION METHODS === #
    def action_start_proposals(self):
        """Ask the owners of the targets for their numbers."""
        for plan in self:
            plan._check_may_start()
        self._update_state(("draft",), "proposing")
        self.target_ids.sudo().write({"proposal_state": "open", "proposal_until": False})
        for plan in self:
            plan._sync_proposal_activities(plan.sudo().target_ids.responsible_id)
        return True

    def action_stop_proposals(self):
        """Back to draft: owners can no longer propose, what they proposed stays."""
        self._update_state(("proposing",), "draft")
        self._end_proposals()
        return True

    def action_approve(self, reason=False):
        """Fix the targets: from now on people are measured by them.

        Whoever is asked for an approval decides on the request itself; this comes after it.
        """
        result = super().action_approve()
        self._end_proposals()
        return result

    def action_open_my_proposals(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sales_planning.sales_target_proposal_action_mine"
        )
        return {
            **action,
            "domain": [("plan_id", "in", self.ids), ("responsible_id", "=", self.env.uid)],
        }

    def action_open_proposals(self):
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "sales_planning.sales_target_proposal_action"
            ),
            "name": self.env._("Proposals of %(plan)s", plan=self.display_name),
            "domain": [("plan_id", "=", self.id), ("responsible_id", "!=", False)],
            "context": {"group_by": ["target_id"]},
        }

    def action_open_revise(self):
        self.ensure_one()
        return self.target_ids._open_wizard(
            "sales.target.revise",
            self.env._("Revise"),
            default_plan_id=self.id,
            default_method="percent",
        )

    def action_open_revisions(self):
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "sales_planning.sales_target_revision_action"
            ),
            "name": self.env._("Revisions of %(plan)s", plan=self.display_name),
            "domain": [("plan_id", "=", self.id)],
        }

    # === CHECKS === #
    def _check_not_approved(self):
        """:raises UserError: a plan would go back to where approved numbers could change"""
        if fixed := self.filtered(lambda plan: plan.state in ("approved", "closed")):
            raise UserError(
                self.env._(
                    "%(plan)s has been approved and is never a draft again. Change numbers by a "
                    "revision, or make a new version.",
                    plan=fixed[0].name,
                )
            )

    def _check_may_start(self):
        self.ensure_one()
        self.env["sales.target"]._check_proposal_day(self, self.proposal_deadline)
        if not self.target_ids.filtered("responsible_id"):
            raise UserError(
                self.env._(
                    "No target of %(plan)s has an owner who could propose. Open Targets and "
                    "choose one.",
                    plan=self.name,
                )
            )

    def _check_proposing(self):
        """:raises UserError: the plan does not ask for proposals at this moment"""
        for plan in self:
            if message := plan._get_not_proposing_message():
                raise UserError(message)

    def _get_not_proposing_message(self):
        self.ensure_one()
        if self.state == "proposing":
            return None
        return self.env._(
            "%(plan)s does not ask for proposals now: it is in state “%(state)s”.",
            plan=self.name,
            state=dict(self._fields["state"]._description_selection(self.env))[self.state],
        )

    # === BUSINESS METHODS === #
    def _get_planner(self):
        """:return: the sales manager who made the plan, who decides on its top targets"""
        self.ensure_one()
        planner = self.create_uid.filtered("active")
        return planner.filtered(lambda user: user.has_group("sales_team.group_sale_manager"))

    def _move_deadline(self):
        """A later deadline opens the proposals again that nobody has handed in."""
        for plan in self:
            self.env["sales.target"]._check_proposal_day(plan, plan.proposal_deadline)
            plan._get_proposal_activities(PROPOSE).write({"date_deadline": plan.proposal_deadline})

    def _end_proposals(self):
        for plan in self:
            plan._get_proposal_activities(PROPOSE, DECIDE).unlink()

    def _get_proposal_activities(self, *kinds):
        """:return: the open activities of the round, as superuser"""
        self.ensure_one()
        types = [self.env.ref(kind).id for kind in kinds]
        return (
            self.env["mail.activity"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_id", "=", self.id),
                    ("activity_type_id", "in", types),
                ]
            )
        )

    def _sync_proposal_activities(self, users):
        """Give each user one activity for what they have still to propose, and one for what
        they have to decide; take away what is done.
        """
        self.ensure_one()
        plan = self.sudo()
        users = users.filtered("active")
        for kind, busy, day, summary in (
            (
                PROPOSE,
                plan._get_proposing_users(),
                plan.proposal_deadline,
                self.env._("Propose your targets until the deadline"),
            ),
            (
                DECIDE,
                plan._get_deciding_users(),
                fields.Date.context_today(self),
                self.env._("Decide on the proposals that came in"),
            ),
        ):
            activities = plan._get_proposal_activities(kind).filtered(
                lambda activity: activity.user_id in users
            )
            missing = (users & busy) - activities.user_id
            activities.filtered(lambda a, busy=busy: a.user_id not in busy).unlink()
            plan._create_proposal_activities(kind, missing, day, summary)

    def _get_proposing_users(self):
        nodes = self.env["sales.target"]._read_group(
            [("plan_id", "in", self.ids), ("proposal_state", "in", OPEN_PROPOSAL)],
            ["responsible_id"],
        )
        return self.env["res.users"].union(*[user for (user,) in nodes])

    def _get_deciding_users(self):
        submitted = self.env["sales.target"].search(
            [("plan_id", "in", self.ids), ("proposal_state", "=", "submitted")]
        )
        return submitted._get_deciders()

    def _create_proposal_activities(self, kind, users, day, summary):
        self.env["mail.activity"].create(
            [
                {
                    "activity_type_id": self.env.ref(kind).id,
                    "res_model_id": self.env["ir.model"]._get_id(self._name),
                    "res_id": self.id,
                    "user_id": user.id,
                    "date_deadline": day,
                    "summary": summary,
                    "automated": True,
                }
                for user in users
            ]
        )
