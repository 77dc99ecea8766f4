from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

ACTIVITY_TYPE = "sales_system.mail_activity_type_approval"


class SalesApprovalRequest(models.Model):
    """Which way a request goes: its steps, who decides each, and who when nobody does."""

    _inherit = "sales.approval.request"

    # === ASKING === #
    @api.model
    def _create_for(self, document, breaches, reason):
        """Ask for the approval of a document.

        :param document: the document, as superuser
        :param breaches: the limits it is over
        :return: the new request
        """
        rules = self.env["sales.approval.rule"].union(*[breach.rule for breach in breaches])
        document._cancel_approval(self.env._("Asked again with other terms."))
        values = {breach.rule: breach.value for breach in breaches}
        request = self.sudo().create(
            {
                "res_model": document._name,
                "res_id": document.id,
                "document_name": document.display_name,
                "company_id": document.company_id.id,
                "rule_ids": rules.ids,
                "terms": document._get_approval_terms(values),
                "requester_id": self.env.user.id,
                "request_reason": reason,
                **document._prepare_approval_request_values(),
            }
        )
        route = request._get_route(rules)
        request.step_ids = route
        for step in route:
            if not request._get_step_approvers(step):
                raise UserError(
                    self.env._(
                        "Nobody could approve %(document)s: step “%(step)s” of rule %(rule)s finds "
                        "nobody but those who ask for it. Let an administrator of Sales name "
                        "another approver.",
                        document=document.display_name,
                        step=step.display_name,
                        rule=step.rule_id.name,
                    )
                )
        request._record("requested", reason)
        request._enter_next_stage()
        request._tell_document(self.env._("Approval requested: %(reasons)s"), reason)
        return request

    @api.model
    def _get_route(self, rules):
        """:return: the steps of all rules in their order, each kind of step once"""
        route = {}
        for step in rules.step_ids.sorted(lambda step: (step.sequence, step.rule_id.id, step.id)):
            route.setdefault(step._get_key(), step)
        return self.env["sales.approval.step"].union(*route.values())

    def _get_ordered_steps(self):
        self.ensure_one()
        return self.step_ids.sorted(lambda step: (step.sequence, step.rule_id.id, step.id))

    def _enter_next_stage(self):
        for request in self:
            step = request._get_ordered_steps()[request.stage]
            request.write(
                {
                    "stage": request.stage + 1,
                    "step_id": step.id,
                    "escalated_ids": False,
                    "is_stuck": False,
                    "deadline": request._get_deadline(step),
                }
            )
        self._refresh_actors()

    def _get_deadline(self, step):
        return step.hours and fields.Datetime.now() + timedelta(hours=step.hours)

    # === WHO === #
    def _get_excluded(self):
        """:return: users who never decide this request"""
        self.ensure_one()
        document = self.sudo()._get_document()
        if not document:
            return self.requester_id
        return self.requester_id | document._approval_excluded_users()

    def _get_step_approvers(self, step):
        self.ensure_one()
        document = self._get_document()
        return step._get_approvers(document, self._get_excluded())

    def _get_stage_decisions(self, kind):
        self.ensure_one()
        return self.decision_ids.filtered(
            lambda decision: decision.kind == kind and decision.stage == self.stage
        )

    def _get_waiting(self):
        """:return: approvers of the current step who have not decided yet"""
        self.ensure_one()
        approved = self._get_stage_decisions("approved")
        done = self.env["res.users"]
        for decision in approved:
            done |= decision.principal_id or decision.user_id
        return self.approver_ids - done

    def _get_delegates(self, principals):
        """:return: dict of delegate → approvers whom the delegate decides for today"""
        self.ensure_one()
        delegates = {}
        running = self.env["sales.approval.delegation"]._get_running(principals, self.company_id)
        passed = self._get_stage_decisions("delegated")
        pairs = [(each.user_id, each.delegate_id) for each in running]
        pairs += [(each.principal_id or each.user_id, each.delegate_id) for each in passed]
        excluded = self._get_excluded()
        for principal, delegate in pairs:
            if principal in principals and delegate._can_approve(self.company_id, excluded):
                delegates[delegate] = delegates.get(delegate, self.env["res.users"]) | principal
        return delegates

    def _refresh_actors(self):
        """Find anew who decides, as leaders, groups and delegations are now."""
        for request in self:
            if not request._get_document():
                request._cancel(self.env._("The document has been deleted."))
                continue
            approvers = request._get_step_approvers(request.step_id)
            escalated = request.escalated_ids._can_approve(
                request.company_id, request._get_excluded()
            )
            if request.approver_ids != approvers | escalated:
                request.approver_ids = approvers | escalated
            waiting = request._get_waiting()
            actors = waiting.union(*request._get_delegates(waiting))
            if request.actor_ids != actors:
                request.actor_ids = actors
        self._sync_activities()

    @api.model
    def _refresh_pending(self, domain=()):
        """Find anew who decides each pending request: leaders or delegations have changed."""
        self.sudo().search([("state", "=", "pending"), *domain])._refresh_actors()

    def _sync_activities(self):
        """Give everybody who can decide one activity, and nobody else."""
        kind = self.env.ref(ACTIVITY_TYPE)
        activities = self.activity_ids.filtered(lambda each: each.activity_type_id == kind)
        missing = {}
        wanted = self.env["mail.activity"]
        for request in self:
            actors = request.actor_ids if request.state == "pending" else self.env["res.users"]
            kept = (request.activity_ids & activities).filtered(
                lambda each, actors=actors: each.user_id in actors
            )
            wanted |= kept
            missing[request] = actors - kept.user_id
        # At once: whatever is deleted empties the whole cache.
        (activities - wanted).unlink()
        for request, users in missing.items():
            for user in users:
                request.activity_schedule(
                    ACTIVITY_TYPE,
                    date_deadline=fields.Date.context_today(self, request.deadline or None),
                    summary=self.env._("Approve %(document)s", document=request.document_name),
                    user_id=user.id,
                )

    # === ESCALATING === #
    def _escalate(self):
        """Let the next leader up the tree decide an overdue step."""
        self.ensure_one()
        leader = self._get_next_leader()
        if not leader:
            self.write({"is_stuck": True})
            self._message_log(
                body=self.env._("Overdue, and nobody is left above to escalate to."),
            )
            return
        waited_for = ", ".join((self._get_waiting() | self.escalated_ids).mapped("name"))
        self._record(
            "escalated",
            self.env._("Overdue with %(users)s.", users=waited_for) if waited_for else False,
            user_id=False,
            principal_id=False,
            delegate_id=leader.id,
        )
        self.write(
            {
                "escalated_ids": [fields.Command.link(leader.id)],
                "deadline": self._get_deadline(self.step_id),
            }
        )
        self._refresh_actors()
        self._tell_document(
            self.env._("Approval overdue: %(reasons)s"),
            self.env._("Now %(leader)s may decide too.", leader=leader.name),
        )

    def _get_next_leader(self):
        """:return: the nearest leader above everybody who has been asked so far"""
        self.ensure_one()
        leaders = self._get_document()._approval_leaders()
        asked = self.approver_ids | self.escalated_ids | self.decision_ids.user_id
        places = [place for place, leader in enumerate(leaders) if leader in asked]
        above = leaders[max(places, default=-1) + 1 :]
        return above._can_approve(self.company_id, self._get_excluded())[:1]

    @api.model
    def _cron_escalate(self):
        """Escalate overdue steps, and follow delegations that start or end today."""
        now = fields.Datetime.now()
        pending = self.search([("state", "=", "pending")])
        self.env["ir.cron"]._commit_progress(remaining=len(pending))
        for request in pending:
            request._refresh_actors()
            overdue = request.deadline and request.deadline <= now
            if request.state == "pending" and not request.is_stuck:
                if overdue or not request.actor_ids:
                    request._escalate()
            if not self.env["ir.cron"]._commit_progress(1):
                return
