from odoo import models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    def action_open_ledger(self):
        self.ensure_one()
        return self.env["sales.ledger.entry"]._get_action(
            self.env._("Ledger of %(name)s", name=self.display_name),
            [("product_id", "in", self.with_context(active_test=False).product_variant_ids.ids)],
        )


class ProductProduct(models.Model):
    _inherit = "product.product"

    def action_open_ledger(self):
        self.ensure_one()
        return self.env["sales.ledger.entry"]._get_action(
            self.env._("Ledger of %(name)s", name=self.display_name),
            [("product_id", "=", self.id)],
        )
