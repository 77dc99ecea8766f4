from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from .sales_contract_signing import SHOWN_STATES

LINK_DAYS = 30


class SalesContract(models.Model):
    """Sending a contract to the other party, with a link that opens and signs it."""

    _inherit = "sales.contract"

    # === ACTION METHODS === #
    def action_send(self):
        """Mail the contract to the other party, for signing while it has not been signed."""
        self.ensure_one()
        self.check_access("write")
        self._check_may_be_mailed()
        if self.state in ("approved", "sent"):
            # The e-mail says until when, before it goes out; a link that expired opens again.
            self._set_sign_by()
        template = self.env.ref("sales_system.mail_template_sales_contract", False)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send Contract"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": "comment",
                "default_template_id": template.id if template else False,
                "default_email_layout_xmlid": (
                    "mail.mail_notification_layout_with_responsible_signature"
                ),
                "email_notification_allow_footer": True,
                "force_email": True,
                "mark_contract_as_sent": True,
            },
        }

    def action_preview(self):
        """Show the contract as the other party sees it."""
        self.ensure_one()
        self.check_access("read")
        return {"type": "ir.actions.act_url", "target": "self", "url": self.get_portal_url()}

    # === SENDING === #
    def message_post(self, **kwargs):
        if self.env.context.get("mark_contract_as_sent"):
            self._check_may_be_mailed()
            self.filtered(lambda contract: contract.state == "approved").action_mark_sent()
        return super().message_post(**kwargs)

    def _open_link(self):
        """Let the other party in until the day to sign by."""
        for contract in self:
            contract._portal_ensure_token()
        self._set_sign_by()
        self.write({"refused_by": False, "refused_on": False, "refusal_reason": False})

    def _set_sign_by(self):
        today = fields.Date.context_today(self)
        for contract in self:
            if not contract.sign_by or contract.sign_by < today:
                contract.sign_by = today + timedelta(days=LINK_DAYS)

    def _check_may_be_mailed(self):
        """:raises UserError: the contract is not what the parties are to sign, or was not yet"""
        self._check_approval()
        for contract in self:
            if contract.state not in ("approved", *SHOWN_STATES):
                raise UserError(
                    self.env._(
                        "%(contract)s has not been approved, so it is not sent to anybody yet. "
                        "Submit it first.",
                        contract=contract.display_name,
                    )
                )

    def _check_approval_of_mail(self, template):
        super()._check_approval_of_mail(template)
        self._check_may_be_mailed()

    # === E-MAIL === #
    def _get_report_base_filename(self):
        self.ensure_one()
        return self.display_name.replace("/", "-")

    def _notify_get_recipients_groups(self, message, model_description, msg_vals=False):
        """Name the button of the e-mail by what it is for."""
        groups = super()._notify_get_recipients_groups(
            message, model_description, msg_vals=msg_vals
        )
        for name, _condition, options in groups:
            if name == "portal_customer" and len(self) == 1:
                access = options.setdefault("button_access", {})
                access["title"] = (
                    self.env._("Read & Sign")
                    if self._has_to_be_signed("customer")
                    else self.env._("View Contract")
                )
        return groups
