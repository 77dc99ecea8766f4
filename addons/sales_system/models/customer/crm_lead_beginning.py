from odoo import api, models


class CrmLead(models.Model):
    """With their first lead, customers are engaged with us."""

    _inherit = "crm.lead"

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        leads._begin_with_customers()
        return leads

    def write(self, vals):
        result = super().write(vals)
        if vals.get("partner_id"):
            self._begin_with_customers()
        return result

    # === BUSINESS METHODS === #
    def _begin_with_customers(self):
        self.env["sales.customer.profile"]._begin(
            "engaged",
            [
                (lead.partner_id.id, lead._get_sales_company().id)
                for lead in self.sudo()
                if lead.partner_id
            ],
        )
