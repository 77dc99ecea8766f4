from odoo import api, fields, models
from odoo.tools.sql import column_exists, create_column

# Columns of an invoice that its ledger entries are made from.
LEDGER_COLUMNS = {
    "state",
    "name",
    "date",
    "invoice_date",
    "company_id",
    "invoice_user_id",
    "team_id",
    "territory_id",
    "commercial_partner_id",
    "channel_partner_id",
    "campaign_id",
    "contract_id",
}


class AccountMove(models.Model):
    _inherit = "account.move"

    territory_id = fields.Many2one(
        comodel_name="sales.territory",
        compute="_compute_territory_id",
        store=True,
        readonly=False,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The territory that this invoice is counted in: that of its order, else that of "
        "the customer.",
    )
    ledger_entry_count = fields.Integer(
        compute="_compute_ledger_entry_count", groups="sales_team.group_sale_salesman"
    )

    def _auto_init(self):
        # Existing invoices belong to no territory yet: no need to compute that one by one.
        if not column_exists(self.env.cr, "account_move", "territory_id"):
            create_column(self.env.cr, "account_move", "territory_id", "int4")
        return super()._auto_init()

    # === COMPUTE METHODS === #
    @api.depends("partner_id")
    def _compute_territory_id(self):
        for move in self:
            if move.is_sale_document(include_receipts=True):
                move.territory_id = move.partner_id.commercial_partner_id.territory_id
            else:
                move.territory_id = False

    def _compute_ledger_entry_count(self):
        counts = self.env["sales.ledger.entry"]._count_by_document(self)
        for move in self:
            move.ledger_entry_count = counts.get(move.id, 0)

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        moves.filtered(lambda move: move.state == "posted")._touch_ledger()
        return moves

    def _write_multi(self, vals_list):
        super()._write_multi(vals_list)
        # A draft that stays one has no entries.
        self.browse(
            move.id
            for move, vals in zip(self, vals_list, strict=True)
            if not LEDGER_COLUMNS.isdisjoint(vals) and ("state" in vals or move.state != "draft")
        )._touch_ledger()

    def unlink(self):
        if self:
            self._touch_ledger()
        return super().unlink()

    # === ACTION METHODS === #
    def action_open_ledger(self):
        self.ensure_one()
        return self.env["sales.ledger.entry"]._get_action(
            self.env._("Ledger of %(name)s", name=self.display_name),
            [("document_model", "=", self._name), ("document_id", "=", self.id)],
        )

    # === BUSINESS METHODS === #
    def _touch_ledger(self):
        """Have the ledger look at the customer documents among these before the commit."""
        sales = self.filtered(lambda move: move.is_sale_document(include_receipts=True))
        if sales:
            posting = self.env["sales.ledger.posting"]
            posting._touch("invoiced", sales.ids)
            posting._touch("collected", sales.ids)
