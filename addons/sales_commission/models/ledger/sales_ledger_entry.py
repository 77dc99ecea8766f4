from odoo import fields, models


class SalesLedgerEntry(models.Model):
    _inherit = "sales.ledger.entry"

    earning_ids = fields.One2many(
        comodel_name="sales.commission.earning",
        inverse_name="entry_id",
        string="Commission",
        readonly=True,
    )
