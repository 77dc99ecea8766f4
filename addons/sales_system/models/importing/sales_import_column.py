from odoo import fields, models


class SalesImportColumn(models.Model):
    """Import column: a column of the file and the value that it holds."""

    _name = "sales.import.column"
    _description = "Import Column"
    _order = "sequence, id"

    import_id = fields.Many2one("sales.import", required=True, ondelete="cascade", index=True)
    kind = fields.Selection(related="import_id.kind")
    sequence = fields.Integer()
    title = fields.Char("Column", readonly=True)
    sample = fields.Char("First Row", readonly=True)
    field_id = fields.Many2one(
        "sales.import.field",
        string="Content",
        ondelete="cascade",
        domain="[('kind', '=', kind)]",
        help="Leave empty to ignore the column.",
    )

    _field_unique = models.UniqueIndex(
        "(import_id, field_id) WHERE field_id IS NOT NULL",
        "Two columns cannot hold the same value: clear one of them.",
    )
