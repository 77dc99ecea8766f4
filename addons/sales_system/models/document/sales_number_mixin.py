from odoo import api, fields, models


class SalesNumberMixin(models.AbstractModel):
    """A document whose name is the next number of its company, by the code of its model."""

    _name = "sales.number.mixin"
    _description = "Numbered Document"

    # === FIELDS === #
    name = fields.Char(
        string="Reference",
        required=True,
        readonly=True,
        copy=False,
        index="trigram",
        default=lambda self: self.env._("New"),
    )

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if "name" not in vals:
                vals["name"] = self._next_name(vals)
        return super().create(vals_list)

    # === HOOKS === #
    @api.model
    def _get_number_date(self, vals):
        """:return: the day in whose year the document is numbered; None for today"""

    # === BUSINESS METHODS === #
    @api.model
    def _next_name(self, vals):
        company = vals.get("company_id") or self.env.company.id
        sequence = self.env["ir.sequence"].sudo().with_company(company)
        return sequence.next_by_code(self._name, sequence_date=self._get_number_date(vals))
