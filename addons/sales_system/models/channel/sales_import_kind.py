from odoo import fields, models


class SalesImportKind(models.AbstractModel):
    _inherit = "sales.import.kind"

    kind = fields.Selection(
        selection_add=[
            ("channel_sale", "Sell-out of a channel partner"),
            ("channel_stock", "Stock of a channel partner"),
        ],
        ondelete={"channel_sale": "cascade", "channel_stock": "cascade"},
    )
