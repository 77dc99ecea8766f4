from odoo import api, fields, models

# Inactive until the setting switches them on.
PARTNER_RULES = ("res_partner_rule_own", "res_partner_rule_team", "res_partner_rule_all")


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    sales_own_customers_only = fields.Boolean(
        string="Customers by Access Level",
        help="Salespeople see the customers that they look after, or that nobody does; leaders "
        "also those of their teams. Colleagues stay visible to everybody.",
    )

    @api.model
    def get_values(self):
        return {
            **super().get_values(),
            "sales_own_customers_only": all(self._get_partner_rules().mapped("active")),
        }

    def set_values(self):
        result = super().set_values()
        rules = self._get_partner_rules()
        if set(rules.mapped("active")) != {self.sales_own_customers_only}:
            rules.active = self.sales_own_customers_only
        return result

    @api.model
    def _get_partner_rules(self):
        return self.env["ir.rule"].union(
            *(self.env.ref(f"sales_system.{name}").sudo() for name in PARTNER_RULES)
        )
