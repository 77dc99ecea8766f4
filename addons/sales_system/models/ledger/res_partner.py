from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_open_ledger(self):
        """Everything this customer ordered, was invoiced and paid."""
        self.ensure_one()
        return self.env["sales.ledger.entry"]._get_action(
            self.env._("Ledger of %(name)s", name=self.display_name),
            [("partner_id", "child_of", self.commercial_partner_id.id)],
        )
