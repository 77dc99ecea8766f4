from odoo import api, fields, models
from odoo.tools import SQL

from .sales_ledger_entry import LEDGER_EVENT

# What a row has of its ledger entry.
ENTRY_COLUMNS = (
    "company_id",
    "currency_id",
    "event",
    "date",
    "reference",
    "user_id",
    "team_id",
    "territory_id",
    "partner_id",
    "product_id",
    "categ_id",
)


class SalesLedgerRowMixin(models.AbstractModel):
    """A query model whose rows are ledger entries, each for one of several things it counts for.

    How to use: select ``id``, ``entry_id``, the columns of :meth:`_get_entry_columns` and the
    amounts; ``_depends`` names :data:`ENTRY_COLUMNS` of the entry.
    """

    _name = "sales.ledger.row.mixin"
    _description = "Row of a Ledger Entry"
    _inherit = ["sales.ledger.grouping"]
    _rec_name = "reference"
    _order = "date desc, id desc"

    # === FIELDS === #
    entry_id = fields.Many2one("sales.ledger.entry", string="Ledger Entry", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    event = fields.Selection(LEDGER_EVENT, readonly=True)
    date = fields.Date(readonly=True)
    reference = fields.Char(string="Document", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True)
    territory_id = fields.Many2one("sales.territory", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    categ_id = fields.Many2one("product.category", string="Product Category", readonly=True)
    campaign_id = fields.Many2one("utm.campaign", readonly=True)

    # === MEASURES === #
    booked = fields.Monetary(readonly=True)
    invoiced = fields.Monetary(readonly=True)
    collected = fields.Monetary(readonly=True)

    # === ACTION METHODS === #
    def action_open_source(self):
        """Open the order, invoice or import that the row is made of."""
        self.ensure_one()
        self.check_access("read")
        return self.entry_id.action_open_document()

    # === QUERIES === #
    @api.model
    def _get_entry_columns(self):
        """:return: ``SQL`` of the columns of ``entry`` that a row has"""
        return SQL(", ").join(SQL.identifier("entry", name) for name in ENTRY_COLUMNS)
