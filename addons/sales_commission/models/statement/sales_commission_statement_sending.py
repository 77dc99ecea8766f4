import logging

from odoo import api, fields, models
from odoo.exceptions import UserError

SEND_BATCH = 20
_logger = logging.getLogger(__name__)


class SalesCommissionStatement(models.Model):
    """Statements by e-mail: one with a look at it first, those of a run in the background."""

    _inherit = "sales.commission.statement"

    is_to_send = fields.Boolean(readonly=True, copy=False, export_string_translation=False)
    sent_at = fields.Datetime(string="Sent On", readonly=True, copy=False)

    # === ACTION METHODS === #
    def action_send(self):
        """Open an e-mail to the payee with the statement as a PDF."""
        self.ensure_one()
        self.env["sales.commission.run"].check_access("write")
        self._check_settled()
        return {
            "type": "ir.actions.act_window",
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_template_id": self._get_mail_template().id,
                "default_composition_mode": "comment",
                "default_email_layout_xmlid": "mail.mail_notification_layout",
                "mark_commission_statement_sent": True,
                "force_email": True,
            },
        }

    # === BUSINESS METHODS === #
    def message_post(self, **kwargs):
        message = super().message_post(**kwargs)
        if self.env.context.get("mark_commission_statement_sent"):
            self.sudo().write({"sent_at": fields.Datetime.now(), "is_to_send": False})
        return message

    @api.model
    def _get_mail_template(self):
        return self.env.ref("sales_commission.mail_template_statement")

    def _queue(self):
        """Have the statements sent in the background.

        :return: action that says how many are on their way, and who has no e-mail address
        :raises UserError: there is none to send
        """
        statements = self.sudo()
        reachable = statements.filtered(lambda statement: statement.payee_id.email)
        unreachable = (statements - reachable).payee_id.mapped("name")
        if not reachable:
            raise UserError(
                self.env._(
                    "No statement can be sent: %(payees)s have no e-mail address. "
                    "Enter it on the contact.",
                    payees=", ".join(unreachable[:5]),
                )
                if unreachable
                else self.env._("The run has no statement, so there is none to send.")
            )
        reachable.write({"is_to_send": True})
        self.env.ref("sales_commission.ir_cron_sales_commission_send").sudo()._trigger()
        message = self.env._("%(count)s statements are on their way.", count=len(reachable))
        if unreachable:
            message = self.env._(
                "%(message)s Without an e-mail address: %(payees)s.",
                message=message,
                payees=", ".join(unreachable[:5]),
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if unreachable else "success",
                "message": message,
                "sticky": bool(unreachable),
            },
        }

    @api.model
    def _cron_send(self):
        """Send what is waiting, some at a time; goes on where the last run had to stop."""
        waiting = [("is_to_send", "=", True)]
        while chunk := self.search(waiting, order="id", limit=SEND_BATCH):
            for statement in chunk:
                statement._send()
            left = self.search_count(waiting)
            if not self.env["ir.cron"]._commit_progress(len(chunk), remaining=left):
                return

    def _send(self):
        """Send one statement. One that cannot be made keeps the others from nothing."""
        self.ensure_one()
        # Whatever becomes of it, it is tried once.
        self.is_to_send = False
        try:
            with self.env.cr.savepoint():
                self._get_mail_template().send_mail(
                    self.id, email_layout_xmlid="mail.mail_notification_layout"
                )
                self.sent_at = fields.Datetime.now()
        except Exception as error:
            _logger.exception("Statement %s could not be sent", self.id)
            self.run_id.message_post(
                body=self.env._(
                    "Statement %(statement)s could not be sent: %(error)s",
                    statement=self.display_name,
                    error=error,
                )
            )
