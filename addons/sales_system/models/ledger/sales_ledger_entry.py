from odoo import api, fields, models
from odoo.exceptions import UserError

LEDGER_EVENT = [
    ("booked", "Booked"),
    ("invoiced", "Invoiced"),
    ("collected", "Collected"),
]

# What an entry says about the sale, frozen on the day it was posted. Every reader of the
# ledger (targets, commissions, charts) filters and groups by these and by nothing else.
LEDGER_DIMENSIONS = (
    "user_id",
    "team_id",
    "territory_id",
    "partner_id",
    "channel_partner_id",
    "product_id",
    "categ_id",
    "campaign_id",
    "contract_id",
)
# What else it says of that day: numbers, which are no records to aim a target at.
LEDGER_ATTRIBUTES = ("discount",)
# Both together: a change of any of them is a reversal and a new entry.
LEDGER_TRAITS = (*LEDGER_DIMENSIONS, *LEDGER_ATTRIBUTES)
# How an entry was posted; nothing to filter or group figures by.
PLUMBING = {
    "currency_id",
    "document_model",
    "document_id",
    "source_id",
    "settlement_id",
    "posting_no",
    "import_key",
}


class SalesLedgerEntry(models.Model):
    """Sales ledger entry: one posted fact of a sale, an invoice or a collection.

    Entries are facts: they are inserted by :class:`SalesLedgerPosting` and by history
    imports, and never updated or deleted. A correction is a further entry that takes the
    wrong amount back. The database itself refuses anything else (see :meth:`init`).
    """

    _name = "sales.ledger.entry"
    _description = "Sales Ledger Entry"
    _inherit = ["sales.ledger.grouping", "sales.append.only.mixin"]
    _order = "date desc, id desc"
    _rec_name = "reference"
    # Entries are written by SQL only and never change: create_/write_ columns would say nothing.
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict")
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        readonly=True,
        ondelete="restrict",
        help="The company's currency when the entry was posted.",
    )
    event = fields.Selection(LEDGER_EVENT, required=True, readonly=True)
    date = fields.Date(
        required=True,
        readonly=True,
        help="The day of the event, in the company's time zone.",
    )
    late_for = fields.Date(
        string="Belongs To",
        readonly=True,
        help="Set where the event lies in a locked period: the day it belongs to. "
        "The entry itself is dated on the first open day.",
    )
    reference = fields.Char(string="Document", readonly=True)
    amount = fields.Monetary(
        readonly=True, help="Untaxed amount in company currency; corrections are negative."
    )
    margin = fields.Monetary(
        readonly=True, help="Amount less the cost that was frozen on the document."
    )
    quantity = fields.Float(
        digits="Product Unit",
        readonly=True,
        help="In the product's reference unit of measure.",
    )

    # === ATTRIBUTES === #
    discount = fields.Float(
        string="Discount (%)",
        digits="Discount",
        readonly=True,
        aggregator=None,  # percentages of corrections and of sales have no sensible total
        help="The discount of the document line when the entry was posted. "
        "Imported entries know none.",
    )

    # === DIMENSIONS === #
    user_id = fields.Many2one(
        "res.users", string="Salesperson", readonly=True, ondelete="restrict", index=True
    )
    # With the salesperson's index, what a leader may see is found without reading the rest.
    team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    territory_id = fields.Many2one("sales.territory", readonly=True, ondelete="restrict")
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, ondelete="restrict", index=True
    )
    channel_partner_id = fields.Many2one(
        "res.partner",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
    )
    product_id = fields.Many2one(
        "product.product", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    categ_id = fields.Many2one(
        "product.category", string="Product Category", readonly=True, ondelete="restrict"
    )
    campaign_id = fields.Many2one(
        "utm.campaign", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    contract_id = fields.Many2one(
        "sales.contract",
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        help="The first version of the contract that the sale was made under: a contract is "
        "counted over all its versions.",
    )

    # === SOURCE === #
    # Plain numbers instead of foreign keys: deleting a draft document needs no care here.
    document_model = fields.Char(readonly=True)
    document_id = fields.Many2oneReference(
        model_field="document_model", string="Source Document", readonly=True
    )
    source_id = fields.Integer(string="Source Line", readonly=True, aggregator=None)
    settlement_id = fields.Integer(
        readonly=True,
        aggregator=None,
        help="The reconciliation that brought the money; it may be undone and deleted.",
    )
    posting_no = fields.Integer(
        string="Posting",
        required=True,
        readonly=True,
        aggregator=None,
        help="Running number of the entries of one source line or imported key.",
    )
    import_id = fields.Many2one(
        "sales.import", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    import_key = fields.Char(
        readonly=True, help="What makes the imported row unique: document and line."
    )
    posted_at = fields.Datetime(readonly=True)
    posted_by_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")

    # === CONSTRAINTS AND INDEXES === #
    _period_idx = models.Index("(company_id, event, date)")
    # Two transactions that post one source at once read the same last number and so insert
    # the same next one: the second meets these indexes instead of doubling the ledger.
    _source_unique = models.UniqueIndex(
        "(document_id, event, source_id, posting_no) WHERE document_id IS NOT NULL",
        "This document is being posted to the sales ledger by somebody else. Try again.",
    )
    _import_key_unique = models.UniqueIndex(
        "(company_id, event, import_key, posting_no) WHERE import_key IS NOT NULL",
        "Rows of this file are being imported by somebody else. Check the file again.",
    )

    def init(self):
        """Let the database refuse to change a fact, whoever asks.

        Only the facts are guarded: merging two contacts moves ``partner_id`` to the
        surviving one, which renames a dimension and rewrites no figure.
        """
        super().init()
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION sales_ledger_entry_refuse_change() RETURNS trigger AS $$
            BEGIN
                RAISE EXCEPTION 'The sales ledger is append-only: post a reversal instead.'
                    USING ERRCODE = 'restrict_violation';
            END $$ LANGUAGE plpgsql;
            CREATE OR REPLACE TRIGGER sales_ledger_entry_no_update
                BEFORE UPDATE OF company_id, currency_id, event, date, late_for, reference,
                    amount, margin, quantity, discount, document_model, document_id,
                    source_id, settlement_id, posting_no, import_id, import_key, posted_at,
                    posted_by_id
                ON sales_ledger_entry
                FOR EACH STATEMENT EXECUTE FUNCTION sales_ledger_entry_refuse_change();
            CREATE OR REPLACE TRIGGER sales_ledger_entry_no_delete
                BEFORE DELETE OR TRUNCATE ON sales_ledger_entry
                FOR EACH STATEMENT EXECUTE FUNCTION sales_ledger_entry_refuse_change();
            """
        )

    # === CRUD METHODS === #
    def _append_only_error(self):
        return UserError(
            self.env._(
                "The sales ledger is posted from documents and imports and never edited. "
                "Correct the document instead: the ledger follows with a reversal."
            )
        )

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        """Offer people the facts and dimensions to filter and group by, not the plumbing."""
        result = super().fields_get(allfields, attributes)
        for name in PLUMBING & result.keys():
            result[name].update(searchable=False, groupable=False)
        return result

    # === ACTION METHODS === #
    def action_open_document(self):
        """Open what the entry was posted from: the order, the invoice or the import."""
        self.ensure_one()
        document = self._get_document()
        if not document:
            raise UserError(
                self.env._("The document %(name)s no longer exists.", name=self.reference or "")
            )
        document.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": document._name,
            "res_id": document.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    # === BUSINESS METHODS === #
    def _get_document(self):
        """:return: the record that a person would call the source, or an empty one."""
        self.ensure_one()
        if self.import_id:
            return self.import_id
        return self.env[self.document_model].browse(self.document_id).exists()

    @api.model
    def _get_action(self, name, domain):
        """:return: action that shows the entries of a domain: the drill-down of a figure"""
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": self._name,
            "view_mode": "list,pivot,graph,kanban,form",
            "views": [(False, mode) for mode in ("list", "pivot", "graph", "kanban", "form")],
            "domain": domain,
        }

    @api.model
    def _count_by_document(self, documents):
        """:return: dict of document id → number of entries that the user may see"""
        return dict(
            self._read_group(
                [("document_model", "=", documents._name), ("document_id", "in", documents.ids)],
                ["document_id"],
                ["__count"],
            )
        )

    @api.model
    def get_status(self):
        """What the line above the ledger says of the current company.

        :return: dict with backfill (percentage or None), verified_at, difference_count,
            lock_date and may_verify
        """
        self.check_access("read")
        company = self.env.company
        last = (
            self.env["sales.ledger.verification"]
            .sudo()
            .search([("company_id", "=", company.id)], limit=1)
        )
        return {
            "backfill": self.env["sales.ledger.backfill"].sudo()._get_percentage(),
            "verification_id": last.id,
            "verified_at": last.date,
            "difference_count": last.difference_count,
            "lock_date": company.sudo().sales_lock_date,
            "may_verify": self.env.user.has_group("sales_team.group_sale_manager"),
        }
