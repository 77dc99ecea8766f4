from odoo import fields, models


class SalesImportReject(models.Model):
    """Refused cell of an import: where it stands and why it was refused."""

    _name = "sales.import.reject"
    _description = "Refused Import Row"
    _order = "row_number, id"

    import_id = fields.Many2one("sales.import", required=True, ondelete="cascade", index=True)
    row_number = fields.Integer("Row", aggregator=None)
    title = fields.Char("Column")
    value = fields.Char("Content")
    reason = fields.Char()
