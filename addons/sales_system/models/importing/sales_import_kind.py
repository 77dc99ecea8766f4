from odoo import fields, models


class SalesImportKind(models.AbstractModel):
    """What a file brings; other addons add kinds here, once for all import models."""

    _name = "sales.import.kind"
    _description = "Kind of Import"

    kind = fields.Selection(
        selection=[("ledger", "Past sales")],
        required=True,
        default="ledger",
    )
