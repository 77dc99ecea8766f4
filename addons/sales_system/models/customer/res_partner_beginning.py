from odoo import api, models

# With one of these somebody is a customer, though nothing has happened yet.
MADE_A_CUSTOMER = {"user_id", "customer_rank"}


class ResPartner(models.Model):
    """Customers are prospects from the moment that they are entered as customers."""

    _inherit = "res.partner"

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        partners._begin_as_prospects()
        return partners

    def write(self, vals):
        result = super().write(vals)
        if any(vals.get(name) for name in MADE_A_CUSTOMER):
            self._begin_as_prospects()
        return result

    # === BUSINESS METHODS === #
    def _begin_as_prospects(self):
        made = self.sudo().filtered(lambda one: one.user_id or one.customer_rank > 0)
        self.env["sales.customer.profile"]._begin(
            "prospect",
            [(one.id, (one.company_id or self.env.company).id) for one in made],
        )

    def _touch_contact(self, moment):
        super()._touch_contact(moment)
        self.env["sales.customer.profile"]._engage(self)
