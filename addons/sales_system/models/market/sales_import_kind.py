from odoo import fields, models


class SalesImportKind(models.AbstractModel):
    _inherit = "sales.import.kind"

    kind = fields.Selection(
        selection_add=[("market", "Market data")], ondelete={"market": "cascade"}
    )
