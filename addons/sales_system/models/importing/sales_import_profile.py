from odoo import api, fields, models

from ...engine.cells import DATE_FORMATS
from ...engine.tabular import DELIMITERS, ENCODINGS
from .sales_import_field import IMPORT_ENTITY

ENCODING = [("auto", "Find out")] + [(name, name.upper()) for name in ENCODINGS]
DELIMITER = [
    ("auto", "Find out"),
    ("comma", "Comma ,"),
    ("semicolon", "Semicolon ;"),
    ("tab", "Tab"),
    ("pipe", "Pipe |"),
]
DECIMAL_SEPARATOR = [(".", "Point: 1234.56"), (",", "Comma: 1234,56")]
DATE_ORDER = [
    ("iso", "Year first: 2018-02-28"),
    ("dmy", "Day first: 28/02/2018"),
    ("mdy", "Month first: 02/28/2018"),
]
assert {key for key, _label in DELIMITER} == {"auto", *DELIMITERS}  # noqa: S101
assert {key for key, _label in DATE_ORDER} == set(DATE_FORMATS)  # noqa: S101


class SalesImportOptions(models.AbstractModel):
    """How a file is written and what may be created: shared by profiles and imports."""

    _name = "sales.import.options"
    _description = "Import Options"
    _inherit = ["sales.import.kind"]

    encoding = fields.Selection(ENCODING, default="auto", required=True)
    delimiter = fields.Selection(DELIMITER, default="auto", required=True)
    decimal_separator = fields.Selection(DECIMAL_SEPARATOR, default=".", required=True)
    date_order = fields.Selection(DATE_ORDER, default="iso", required=True, string="Dates")
    event = fields.Selection(
        [("booked", "Orders (booked)"), ("invoiced", "Invoices"), ("collected", "Collections")],
        string="Rows Are",
        default="booked",
        help="What the past figures say: orders taken, invoices sent, or money received.",
    )
    create_customer = fields.Boolean("Customers")
    create_product = fields.Boolean("Products")
    create_territory = fields.Boolean("Territories")
    create_salesperson = fields.Boolean(
        "Salespeople, without access",
        help="As archived users without any access: nobody can log in as one of them.",
    )

    @api.model
    def _option_names(self):
        """:return: names of the fields that a profile hands to an import and back"""
        own = self.env["sales.import.options"]._fields
        return [
            name for name, field in own.items() if field.store and name not in models.MAGIC_COLUMNS
        ]

    def _get_options(self):
        """:return: dict of option name → value"""
        self.ensure_one()
        return {name: self[name] for name in self._option_names()}

    def _creates(self, entity):
        """:return: whether records that a key is not known for are to be created"""
        name = f"create_{entity}"
        return name in self._fields and self[name]


class SalesImportProfile(models.Model):
    """Import profile: the column mapping and matches of one recurring file."""

    _name = "sales.import.profile"
    _description = "Import Profile"
    _inherit = ["sales.import.options"]
    _order = "name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Leave empty to share it with all companies."
    )
    column_ids = fields.One2many("sales.import.profile.column", "profile_id", copy=True)
    alias_ids = fields.One2many(
        "sales.import.alias",
        "profile_id",
        string="Remembered Matches",
        help="Keys of the other system that people have matched by hand.",
    )


class SalesImportProfileColumn(models.Model):
    """Profile column: the title under which the file holds a value."""

    _name = "sales.import.profile.column"
    _description = "Import Profile Column"

    profile_id = fields.Many2one(
        "sales.import.profile", required=True, ondelete="cascade", index=True
    )
    kind = fields.Selection(related="profile_id.kind")
    title = fields.Char("Column Title", required=True)
    field_id = fields.Many2one(
        "sales.import.field", string="Content", required=True, ondelete="cascade"
    )


class SalesImportAlias(models.Model):
    """Import alias: a key of another system and the record that it means."""

    _name = "sales.import.alias"
    _description = "Import Alias"
    _order = "entity, key, id"

    profile_id = fields.Many2one(
        "sales.import.profile", required=True, ondelete="cascade", index=True
    )
    entity = fields.Selection(
        selection="_selection_entity",
        required=True,
    )
    key = fields.Char(required=True)
    record = fields.Reference(
        selection=lambda self: [
            (model, self.env[model]._description) for model, _fields in IMPORT_ENTITY.values()
        ],
        required=True,
    )

    @api.model
    def _selection_entity(self):
        return self.env["sales.import.field"]._fields["entity"]._description_selection(self.env)

    _key_unique = models.UniqueIndex(
        "(profile_id, entity, key)", "The profile already remembers this key."
    )
