from odoo import models


class MailComposeMessage(models.TransientModel):
    _inherit = "mail.compose.message"

    def _action_send_mail(self, auto_commit=False):
        for composer in self:
            composer._check_approval_of_documents()
        return super()._action_send_mail(auto_commit=auto_commit)

    def _action_schedule_message(self):
        for composer in self:
            composer._check_approval_of_documents()
        return super()._action_schedule_message()

    def _check_approval_of_documents(self):
        """Refuse to mail a document that needs an approval; what people write is free.

        A template reaches its own recipients even as a note.
        """
        self.ensure_one()
        sends = self.template_id or self.env.context.get("mark_so_as_sent")
        if not sends or self.model not in self.env["sales.approval.rule"]._get_models():
            return
        if self.res_domain:
            documents = self.env[self.model].search(self._evaluate_res_domain())
        else:
            documents = self.env[self.model].browse(self._evaluate_res_ids())
        documents._check_approval_of_mail(self.template_id)
