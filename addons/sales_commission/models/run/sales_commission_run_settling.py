from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError

# More would not be read in the chatter; the run itself keeps them all.
NOTED_CHECKS = 20


class SalesCommissionRun(models.Model):
    """From the result to the payout: review, approval, payment, close."""

    _inherit = "sales.commission.run"

    approved_at = fields.Datetime(readonly=True, copy=False)
    approved_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="restrict")

    # === ACTION METHODS === #
    def action_submit(self):
        """Hand the result over for review, and ask for the approvals that it needs."""
        self.check_access("write")
        self._check_not_queued()
        self._update_state(("calculated",), "review")
        for run in self:
            if run.approval_status in ("needed", "rejected"):
                run.action_request_approval()
        return True

    def action_approve(self, reason=False):
        """Make the statements final; from now on their payees see them."""
        self.check_access("write")
        self._check_not_queued()
        self._check_state("calculated", "review")
        self._check_approval()
        for run in self:
            run._check_approver()
            run._note_open_checks(reason)
        self._update_state(
            ("calculated", "review"),
            "approved",
            approved_at=fields.Datetime.now(),
            approved_by_id=self.env.user.id,
        )
        return True

    def action_close(self):
        self._update_state(("approved", "paid"), "closed")
        return True

    # === BUSINESS METHODS === #
    def _check_approver(self):
        """Nobody lets their own commission pass.

        Where somebody else has approved the limits that the run is over, whoever is paid by it
        may carry that out. The server itself is nobody.

        :raises UserError: the user is paid by the run
        """
        self.ensure_one()
        run = self.sudo()
        if self.env.su or run.approval_status == "approved":
            return
        if self.env.user in run._approval_excluded_users():
            raise UserError(
                self.env._(
                    "You are paid by run %(run)s yourself, so somebody else has to approve it. "
                    "Submit it for review and ask another administrator of Sales.",
                    run=self.name,
                )
            )

    def _note_open_checks(self, reason=False):
        """Keep in the chatter that the run was approved with findings nobody had looked at."""
        self.ensure_one()
        checks = self.sudo().check_ids.filtered("is_open")
        if not checks and not reason:
            return
        lines = [
            checks and self.env._("Approved with open findings (%(count)s):", count=len(checks)),
            *(f"{check.payee_id.name}: {check.message}" for check in checks[:NOTED_CHECKS]),
            reason,
        ]
        self.message_post(
            body=Markup("<br>").join(filter(None, lines)), subtype_xmlid="mail.mt_note"
        )
