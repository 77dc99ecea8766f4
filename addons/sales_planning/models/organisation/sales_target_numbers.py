from odoo import api, models


class SalesTargetNumbers(models.AbstractModel):
    _inherit = "sales.target.numbers"

    @api.model
    def _get_origins(self):
        return {**super()._get_origins(), "sales.handover": "handover_id"}
