from odoo import fields, models


class SalesTargetChange(models.Model):
    _inherit = "sales.target.change"

    handover_id = fields.Many2one(
        "sales.handover", readonly=True, index="btree_not_null", ondelete="restrict"
    )
