from odoo import api, models


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies._create_contract_sequences()
        return companies

    def _create_contract_sequences(self):
        """Give each company numbers of its own for its contracts, that start anew each year."""
        sequences = self.env["ir.sequence"].sudo()
        known = sequences.search(
            [("code", "=", "sales.contract"), ("company_id", "in", self.ids)]
        ).company_id
        sequences.create(
            [
                {
                    "name": self.env._("Sales Contract"),
                    "code": "sales.contract",
                    "prefix": "SC/%(range_year)s/",
                    "padding": 4,
                    "use_date_range": True,
                    "company_id": company.id,
                }
                for company in self - known
            ]
        )
