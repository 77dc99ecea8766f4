from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    territory_id = fields.Many2one(
        comodel_name="sales.territory",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The sales territory that new orders of this customer are counted in.",
    )

    def _commercial_fields(self):
        return [*super()._commercial_fields(), "territory_id"]
