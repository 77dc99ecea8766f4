from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from .sales_target import OPEN_PROPOSAL

# How long before the deadline owners who have not handed in their proposal are reminded.
REMIND_BEFORE = timedelta(days=2)


class SalesTargetPlan(models.Model):
    """Reminders: to the owners before and after the deadline, to their leaders after it."""

    _inherit = "sales.target.plan"

    proposals_reminded_on = fields.Date(
        "Last Reminder",
        readonly=True,
        copy=False,
        help="The day of the last reminders: nobody gets two on one day.",
    )

    @api.model
    def _cron_remind_proposals(self):
        """Remind the owners and leaders of one plan per transaction."""
        today = fields.Date.context_today(self)
        plans = self.search(
            Domain("state", "=", "proposing")
            & (
                Domain("proposals_reminded_on", "=", False)
                | Domain("proposals_reminded_on", "<", today)
            )
        )
        self.env["ir.cron"]._commit_progress(remaining=len(plans))
        for plan in plans:
            plan._remind_proposals(today)
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _remind_proposals(self, today):
        self.ensure_one()
        self.proposals_reminded_on = today
        late = self.target_ids.filtered(
            lambda target: (
                target.proposal_state in OPEN_PROPOSAL
                and target._get_proposal_deadline() - REMIND_BEFORE <= today
            )
        )
        for owner, targets in late.grouped("responsible_id").items():
            self._remind_owner(owner, targets)
        overdue = late.filtered(lambda target: target.responsible_id and target._is_overdue())
        for leader, targets in overdue.grouped("leader_id").items():
            self._remind_leader(leader or self._get_planner(), targets)

    def _remind_owner(self, owner, targets):
        plan = self.with_context(lang=owner.lang)
        due = min(target._get_proposal_deadline() for target in targets)
        plan._send_reminder(
            owner,
            plan.env._("Proposals for %(plan)s", plan=plan.name),
            plan.env._(
                "%(count)s targets of yours wait for your proposal, which is due on %(day)s: "
                "%(targets)s. Open Planning ‣ My Proposals.",
                count=len(targets),
                day=format_date(plan.env, due),
                targets=", ".join(targets[:5].with_env(plan.env).mapped("name")),
            ),
        )

    def _remind_leader(self, leader, targets):
        plan = self.with_context(lang=leader.lang)
        plan._send_reminder(
            leader,
            plan.env._("Overdue proposals for %(plan)s", plan=plan.name),
            plan.env._(
                "%(count)s proposals are overdue, of %(owners)s. Speak with them, or assign the "
                "numbers yourself under Planning ‣ Proposals.",
                count=len(targets),
                owners=", ".join(targets.responsible_id.mapped("name")),
            ),
        )

    def _send_reminder(self, user, subject, body):
        if user.active and user.partner_id:
            self.message_notify(partner_ids=user.partner_id.ids, subject=subject, body=body)
