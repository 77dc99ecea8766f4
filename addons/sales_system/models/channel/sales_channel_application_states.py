from odoo import fields, models
from odoo.exceptions import UserError


class SalesChannelApplication(models.Model):
    """The steps of an application, from its review to the channel partner, or to a refusal."""

    _inherit = "sales.channel.application"

    # === ACTION METHODS === #
    def action_review(self):
        """Take the applications up, and ask for the approvals that they need."""
        self._update_state(("draft",), "review")
        for application in self:
            if application.sudo().approval_status in ("needed", "rejected"):
                application._request_approval()
        return True

    def action_open_accept(self):
        self._check_state("review")
        self._check_acceptable()
        return self._open_wizard("sales.channel.application.accept", self.env._("Accept"))

    def action_confirm_trial(self):
        """The trial went well: the channel partner is an active one from today on."""
        for application in self:
            application._check_state("trial")
            if application.partner_id.channel_state == "trial":
                application.partner_id.action_channel_activate()
            application._update_state(
                ("trial",), "accepted", decided_on=fields.Date.context_today(application)
            )
        return True

    def action_open_reject(self):
        return self._open_wizard("sales.channel.application.reject", self.env._("Reject"))

    def action_draft(self):
        """Open the applications again."""
        self._update_state(("review", "rejected"), "draft", decided_on=False, reject_reason=False)
        self._cancel_approval(self.env._("The application has been opened again."))
        return True

    def action_open_partner(self):
        return self._open_record("partner_id")

    def action_open_contract(self):
        return self._open_record("contract_id")

    def action_open_authorization(self):
        return self._open_record("authorization_id")

    # === BUSINESS METHODS === #
    def _check_acceptable(self):
        """:raises UserError: something is still missing"""
        for application in self:
            if error := application._get_acceptance_error():
                raise UserError(error)
        self._check_approval()

    def _get_acceptance_error(self):
        """Hook: what keeps an application from being accepted.

        :return: sentence, or False
        """
        self.ensure_one()
        if missing := self.check_ids.filtered("is_open"):
            return self.env._(
                "%(application)s has open checks: %(checks)s. Do them, or enter why they are not "
                "needed.",
                application=self.display_name,
                checks=", ".join(missing.mapped("name")),
            )
        return False

    def _reject(self, reason):
        """Refuse the company; one that is on trial leaves."""
        self.ensure_one()
        self._check_state("draft", "review", "trial")
        if self.state == "trial" and self.partner_id.channel_state in ("trial", "suspended"):
            self.partner_id.action_channel_end()
        self._update_state(
            ("draft", "review", "trial"),
            "rejected",
            reject_reason=reason,
            decided_on=fields.Date.context_today(self),
        )
        self._cancel_approval(self.env._("The application has been rejected."))
