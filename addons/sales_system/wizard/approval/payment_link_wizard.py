from odoo import api, models


class PaymentLinkWizard(models.TransientModel):
    _inherit = "payment.link.wizard"

    @api.depends("res_model", "res_id")
    def _compute_warning_message(self):
        super()._compute_warning_message()
        for wizard in self.filtered(lambda wizard: wizard.res_model == "sale.order"):
            order = self.env["sale.order"].browse(wizard.res_id)
            if error := order._get_approval_error():
                wizard.warning_message = error
