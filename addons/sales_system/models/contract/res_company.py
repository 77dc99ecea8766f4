from odoo import api, fields, models

CONTRACT_OVERCALL = [("block", "Refuse"), ("warn", "Warn")]


class ResCompany(models.Model):
    _inherit = "res.company"

    sales_contract_overcall = fields.Selection(
        CONTRACT_OVERCALL,
        string="Orders Beyond Their Contract",
        required=True,
        default="block",
        help="What becomes of an order that goes beyond its contract: more than was agreed on, a "
        "product or a day outside of it, or a product that is exclusive to somebody else.",
    )
    sales_contract_full_plan = fields.Boolean(
        string="Complete Payment Plans",
        help="The payments of a contract have to add up to its amount before it is released.",
    )

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
