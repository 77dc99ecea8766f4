from odoo import fields, models

IMPORT_VALUE_TYPE = [
    ("text", "Text"),
    ("date", "Date"),
    ("month", "Month"),
    ("number", "Number"),
    ("record", "Record, by code or name"),
]

# How a record is found by the key in a file: model, then the fields that may hold the key,
# best first. The keys of this mapping are the ``entity`` of an import field.
IMPORT_ENTITY = {
    "salesperson": ("res.users", ("salesperson_code", "login", "name")),
    "customer": ("res.partner", ("ref", "vat", "name")),
    "product": ("product.product", ("default_code", "barcode", "name")),
    "category": ("product.category", ("complete_name", "name")),
    "territory": ("sales.territory", ("code", "complete_name", "name")),
    "team": ("crm.team", ("name",)),
    "campaign": ("utm.campaign", ("title",)),
    "segment": ("sales.market.segment", ("name",)),
    "indicator": ("sales.market.indicator", ("name",)),
}


class SalesImportField(models.Model):
    """Import field: one value that a kind of import can read from a column."""

    _name = "sales.import.field"
    _description = "Import Field"
    _inherit = ["sales.import.kind"]
    _order = "kind, sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    technical_name = fields.Char(required=True)
    value_type = fields.Selection(IMPORT_VALUE_TYPE, required=True, default="text")
    entity = fields.Selection(
        [
            ("salesperson", "Salesperson"),
            ("customer", "Customer"),
            ("product", "Product"),
            ("category", "Product Category"),
            ("territory", "Territory"),
            ("team", "Sales Team"),
            ("campaign", "Campaign"),
            ("segment", "Market Segment"),
            ("indicator", "Market Indicator"),
        ],
        help="The record that the cell names.",
    )
    required = fields.Boolean()
    synonyms = fields.Char(
        help="Column titles that are recognised as this value, separated by commas.",
    )
    description = fields.Char(translate=True)

    _technical_name_unique = models.UniqueIndex(
        "(kind, technical_name)", "An import kind has each field once."
    )

    def _recognises(self, title):
        """:return: whether a column of this title holds the value"""
        self.ensure_one()
        titles = {self.name, self.technical_name, *(self.synonyms or "").split(",")}
        return _normalise(title) in {_normalise(one) for one in titles}


def _normalise(title):
    """Letters and digits only: “Order Date”, “order_date” and “OrderDate” are one title."""
    return "".join(sign for sign in (title or "").casefold() if sign.isalnum())
