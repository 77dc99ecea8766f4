from odoo import fields, models


class SalesImportKind(models.AbstractModel):
    _inherit = "sales.import.kind"

    kind = fields.Selection(
        selection_add=[("target", "Targets")],
        ondelete={"target": "cascade"},
    )
