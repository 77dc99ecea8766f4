from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...engine.approval import covers


class SalesApprovalRequest(models.Model):
    """What becomes of a request: who may decide it, on which terms, and what is kept."""

    _inherit = "sales.approval.request"

    def _check_pending(self):
        for request in self.filtered(lambda request: request.state != "pending"):
            states = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "The approval of %(document)s is %(state)s already.",
                    document=request.document_name,
                    state=states[request.state].lower(),
                )
            )

    def _check_may_decide(self):
        """:return: dict of request → approvers whom the user decides it for, themselves included"""
        self.check_access("read")
        requests = self.sudo()
        requests._check_pending()
        for request in requests.filtered(lambda request: self.env.user in request._get_excluded()):
            raise AccessError(
                self.env._(
                    "You cannot approve %(document)s: you asked for it or it is yours. "
                    "Somebody else has to decide.",
                    document=request.document_name,
                )
            )
        requests._refresh_actors()
        return {request: request._get_principals(self.env.user) for request in requests}

    def _get_principals(self, user):
        self.ensure_one()
        waiting = self._get_waiting()
        delegates = self._get_delegates(waiting)
        principals = (waiting & user) | delegates.get(user, self.env["res.users"])
        if not principals:
            raise AccessError(self._get_no_approver_message(user))
        return principals

    def _get_no_approver_message(self, user):
        ended = self.env["sales.approval.delegation"]._get_ended(self.approver_ids, user)
        if ended:
            return self.env._(
                "You cannot approve %(document)s: the delegation by %(user)s ended on %(date)s.",
                document=self.document_name,
                user=ended.user_id.name,
                date=ended.date_to,
            )
        return self.env._(
            "You cannot approve %(document)s: it waits for %(approvers)s.",
            document=self.document_name,
            approvers=", ".join(self.actor_ids.mapped("name")) or self.env._("nobody"),
        )

    def _decide(self, kind, reason):
        """Decide the current step of the requests: of all, or of none where one is refused."""
        principals = self._check_may_decide()
        requests = self.sudo()
        if kind == "approved":
            requests._take_current_terms()
        requests._record(kind, reason, principals)
        if kind == "rejected":
            requests._close("rejected")
            requests._tell_document(self.env._("Approval rejected: %(reasons)s"), reason)
            return
        done = requests.filtered(lambda request: request._is_stage_done())
        done._go_on(reason)
        (requests - done)._refresh_actors()

    def _is_stage_done(self):
        self.ensure_one()
        approved = self._get_stage_decisions("approved")
        by = approved.principal_id | approved.filtered(lambda d: not d.principal_id).user_id
        if self.step_id.mode == "any" or by & self.escalated_ids:
            return bool(approved)
        return not self._get_waiting()

    def _go_on(self, reason):
        """Enter the next step, or come to the end after the last one."""
        approved = self.filtered(lambda request: request.stage >= len(request.step_ids))
        (self - approved)._enter_next_stage()
        approved._close("approved")
        approved._tell_document(self.env._("Approved: %(reasons)s"), reason)
        for model, requests in approved.grouped("res_model").items():
            requests._get_documents(model)._on_approval_given()

    def _take_current_terms(self):
        """Approve what the approver sees now, provided that it is no worse than was asked."""
        for model, requests in self.grouped("res_model").items():
            documents = requests._get_documents(model)
            values = documents._get_approval_values()
            for request in requests:
                document = documents.browse(request.res_id)
                request._take_terms(document, values[document])

    def _take_terms(self, document, values):
        self.ensure_one()
        if not self._covers_all(document, values):
            raise UserError(
                self.env._(
                    "%(document)s has changed since %(user)s asked for: %(reasons)s. "
                    "The approval has to be requested again.",
                    document=self.document_name,
                    user=self.requester_id.name,
                    reasons=self.reasons,
                )
            )
        terms = dict(self.terms["rules"])
        for rule in self.rule_ids:
            if values.get(rule) is not None:
                terms[str(rule.id)] = [values[rule], terms[str(rule.id)][1]]
        if terms != self.terms["rules"]:
            self.terms = {**self.terms, "rules": terms}

    def _covers_all(self, document, values):
        """:return: whether no number of the document is worse than was asked for"""
        self.ensure_one()
        exact = document._approval_exact()
        return all(
            covers(rule._get_basis(), self.terms, str(rule.id), values.get(rule), exact)
            for rule in self.rule_ids
        )

    def _is_about(self, rule, basis, value, exact):
        """:return: whether a rejection was of these terms or of better ones"""
        self.ensure_one()
        terms = self.terms
        key = str(rule.id)
        return (
            terms["exact"] == exact
            and key in terms["rules"]
            and not basis.is_worse(terms["rules"][key][0], value)
        )

    def _pass_on(self, delegate, principals, reason):
        self.ensure_one()
        if not delegate._can_approve(self.company_id, self._get_excluded() | principals):
            raise UserError(
                self.env._(
                    "%(user)s cannot decide %(document)s in your place. Choose a colleague who "
                    "works in %(company)s and has not asked for it.",
                    user=delegate.name or "",
                    document=self.document_name,
                    company=self.company_id.name,
                )
            )
        self._record("delegated", reason, {self: principals}, delegate_id=delegate.id)
        self._refresh_actors()

    def _record(self, kind, reason, principals=None, **values):
        """Keep a decision: who, when, why, and on behalf of whom.

        :param principals: dict of request → users decided for, without which it is the user alone
        """
        user = self.env.user
        self.env["sales.approval.decision"].sudo().create(
            [
                {
                    "request_id": request.id,
                    "kind": kind,
                    "user_id": user.id,
                    "principal_id": principal.id if principal != user else False,
                    "step_id": request.step_id.id,
                    "stage": request.stage,
                    "reason": reason,
                    **values,
                }
                for request in self
                for principal in (principals[request] if principals else user)
            ]
        )
        # Two who decide at once both write this row: the second starts over and sees the first.
        self.decided_at = fields.Datetime.now()

    def _close(self, state):
        self.write({"state": state, "actor_ids": False, "deadline": False, "is_stuck": False})
        self._sync_activities()

    def _cancel(self, reason):
        self._record("cancelled", reason)
        self._close("cancelled")

    @api.model
    def _cancel_pending(self, reason):
        """Take back all that nobody has decided yet, and say so on the documents."""
        pending = self.sudo().search([("state", "=", "pending")])
        pending._cancel(reason)
        for request in pending:
            if request._get_document():
                request._tell_document(self.env._("Approval taken back: %(reasons)s"), reason)

    def _tell_document(self, text, reason=False):
        """Note on the documents what was decided, and tell whoever asked."""
        for request in self:
            body = text % {"reasons": request.reasons}
            if reason:
                body = f"{body} – {reason}"
            partners = (request.requester_id - self.env.user).partner_id
            request._get_document().message_post(
                body=body,
                author_id=self.env.user.partner_id.id,
                partner_ids=partners.ids if request.state != "pending" else [],
                subtype_xmlid="mail.mt_note",
            )
