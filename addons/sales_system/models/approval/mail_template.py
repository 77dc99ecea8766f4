from odoo import models


class MailTemplate(models.Model):
    _inherit = "mail.template"

    def send_mail_batch(self, res_ids, *args, **kwargs):
        if self.model in self.env["sales.approval.rule"]._get_models():
            self.env[self.model].browse(res_ids)._check_approval_of_mail(self)
        return super().send_mail_batch(res_ids, *args, **kwargs)
