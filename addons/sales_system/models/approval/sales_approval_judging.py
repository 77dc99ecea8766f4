from dataclasses import dataclass

from odoo import api, models
from odoo.exceptions import UserError

from ...engine.approval import covers

# Of several limits that a document is over, the first of these states is the document's.
STATE_ORDER = ("needed", "rejected", "pending", "approved")
BLOCKING_STATES = ("needed", "rejected", "pending")


@dataclass(frozen=True)
class Breach:
    """One limit that a document is over, and what has been decided about it."""

    rule: models.BaseModel
    value: float
    limit: float
    state: str
    request: models.BaseModel


class SalesApprovalMixin(models.AbstractModel):
    """Which limits a document is over, what was decided about them, and whether it may go on."""

    _inherit = "sales.approval.mixin"

    # === MEASURING === #
    @api.model
    def _summarise_approval(self, breaches):
        states = {breach.state for breach in breaches}
        return next((state for state in STATE_ORDER if state in states), "none")

    def _get_approval_values(self):
        """Measure the documents for the rules that apply to them.

        :return: dict of document → dict of rule → number or None
        """
        documents = self.sudo()
        result = {document: {} for document in documents}
        measured = {}
        bases = self._approval_bases()
        for company, of_company in documents.grouped("company_id").items():
            for rule in self.env["sales.approval.rule"]._get_rules(self._name, company):
                if rule.basis not in bases:
                    continue
                concerned = of_company.filtered_domain(rule._get_usable_domain())
                if rule.basis not in measured:
                    measured[rule.basis] = getattr(documents, bases[rule.basis].measure)()
                for document in concerned:
                    result[document][rule] = measured[rule.basis][document.id]
        return result

    def _get_approval_breaches(self, agreed=True):
        """Find the limits that each document is over, with what was decided about them.

        :param agreed: whether the terms of a confirmed document hold
        :return: dict of document → list of :class:`Breach`
        """
        result = dict.fromkeys(self, ())
        documents = self.filtered(lambda document: document._approval_is_open())
        for document, values in documents._get_approval_values().items():
            terms = document._approval_agreed_terms() if agreed else None
            breaches = [
                document._get_approval_breach(rule, value, terms) for rule, value in values.items()
            ]
            result[document] = [breach for breach in breaches if breach]
        return result

    def _get_approval_breach(self, rule, value, terms):
        basis = rule._get_basis()
        limit = rule._get_limit(self.company_id)
        exact = self._approval_exact()
        if not basis.is_worse(value, limit):
            return None
        if terms and (
            basis.external
            or str(rule.id) not in terms["rules"]
            or covers(basis, terms, str(rule.id), value, exact)
        ):
            return None
        request = self._find_approval_request(rule, basis, value, exact)
        state = request.state if request else "needed"
        return Breach(rule, value, limit, state, request)

    def _find_approval_request(self, rule, basis, value, exact):
        """:return: the request that speaks for a limit: an approval that holds, else the last"""
        key = str(rule.id)
        requests = self.approval_request_ids.filtered(
            lambda request: request.state != "cancelled"
        ).sorted("id")
        holding = requests.filtered(
            lambda request: (
                request.state in ("approved", "pending")
                and covers(basis, request.terms, key, value, exact)
            )
        )
        if approved := holding.filtered(lambda request: request.state == "approved"):
            return approved[-1:]
        last = requests[-1:]
        if last.state == "rejected" and last._is_about(rule, basis, value, exact):
            return last
        return holding[-1:]

    def _get_approval_terms(self, values=None):
        """:return: what an approval given now is about, as JSON holds it"""
        self.ensure_one()
        values = self._get_approval_values()[self] if values is None else values
        return {
            "exact": self._approval_exact(),
            "rules": {
                str(rule.id): [value, rule._get_limit(self.company_id)]
                for rule, value in values.items()
            },
        }

    def _get_approval_reasons(self, breaches):
        """:return: the limits that still stand in the way, as one line of text"""
        self.ensure_one()
        reasons = [
            breach.rule._get_reason(breach.value, breach.limit, self.company_id)
            for breach in breaches
            if breach.state != "approved"
        ]
        return " · ".join(reasons) or False

    @api.model
    def _get_approval_note(self, breaches):
        """:return: what those who decide have to do with the state of a document, or False"""
        state = self._summarise_approval(breaches)
        requests = [breach.request for breach in breaches if breach.state == state]
        if state == "pending":
            return ", ".join(requests[0].actor_ids.mapped("name"))
        if state == "rejected":
            decision = requests[0].decision_ids.filtered(lambda d: d.kind == "rejected")[:1]
            return self.env._(
                "%(user)s: %(reason)s", user=decision.user_id.name, reason=decision.reason
            )
        return False

    # === GATES === #
    def _is_approval_blocked(self):
        """:return: whether an approval has to come first, whatever the stored state says"""
        self.ensure_one()
        return bool(self._get_approval_error())

    def _check_approval(self, agreed=True):
        """:raise UserError: where an approval has to come first"""
        for document in self:
            if error := document._get_approval_error(agreed):
                raise UserError(error)

    def _check_approval_of_mail(self, template):
        """Refuse to mail the documents to a customer before they are approved."""
        self._check_approval()

    def _get_approval_error(self, agreed=True):
        """:return: sentence that says what stands in the way and what to do, or False"""
        self.ensure_one()
        document = self.sudo()
        breaches = document._get_approval_breaches(agreed)[document]
        state = self._summarise_approval(breaches)
        if state not in BLOCKING_STATES:
            return False
        if not self.env.user._is_internal():
            return self.env._(
                "%(document)s is still being checked by us. "
                "You can sign and pay as soon as it has been released.",
                document=document.display_name,
            )
        blocking = [breach for breach in breaches if breach.state != "approved"]
        values = {
            "document": document.display_name,
            "reasons": document._get_approval_reasons(breaches),
        }
        if state == "pending":
            return self.env._(
                "%(document)s waits for the approval of %(approvers)s: %(reasons)s.",
                approvers=", ".join(blocking[0].request.actor_ids.mapped("name")),
                **values,
            )
        if state == "rejected":
            return self.env._(
                "%(document)s has been rejected: %(reasons)s. "
                "Improve the terms, or request the approval again.",
                **values,
            )
        return self.env._(
            "%(document)s needs an approval first: %(reasons)s. "
            "Request the approval, or keep within the limits.",
            **values,
        )
