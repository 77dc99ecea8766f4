from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column

# Columns of an order that its ledger entries are made from.
LEDGER_COLUMNS = {
    "state",
    "date_order",
    "currency_rate",
    "company_id",
    "user_id",
    "team_id",
    "territory_id",
    "ledger_partner_id",
    "campaign_id",
}


class SaleOrder(models.Model):
    _inherit = "sale.order"

    ledger_partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Customer in Ledger",
        compute="_compute_ledger_partner_id",
        store=True,
        precompute=True,
        ondelete="restrict",
        help="The company that the order's contact belonged to when the order was made. "
        "It stays when the contact later moves.",
    )

    ledger_entry_count = fields.Integer(compute="_compute_ledger_entry_count")

    def _auto_init(self):
        # Filled in one statement: a database with years of orders would else compute them
        # one by one while installing.
        if not column_exists(self.env.cr, "sale_order", "ledger_partner_id"):
            create_column(self.env.cr, "sale_order", "ledger_partner_id", "int4")
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE sale_order o SET ledger_partner_id = p.commercial_partner_id
                      FROM res_partner p WHERE p.id = o.partner_id
                    """
                )
            )
        return super()._auto_init()

    @api.depends("partner_id")
    def _compute_ledger_partner_id(self):
        for order in self:
            order.ledger_partner_id = order.partner_id.commercial_partner_id

    def _compute_ledger_entry_count(self):
        counts = self.env["sales.ledger.entry"]._count_by_document(self)
        for order in self:
            order.ledger_entry_count = counts.get(order.id, 0)

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        confirmed = orders.filtered(lambda order: order.state == "sale")
        self.env["sales.ledger.posting"]._touch("booked", confirmed.ids)
        return orders

    def _write_multi(self, vals_list):
        # Computed columns pass here too, and nothing that the ledger does not read costs more
        # than this look at the names.
        super()._write_multi(vals_list)
        self.env["sales.ledger.posting"]._touch(
            "booked",
            [
                order.id
                for order, vals in zip(self, vals_list, strict=True)
                if not LEDGER_COLUMNS.isdisjoint(vals)
                and ("state" in vals or order.state in ("sale", "cancel"))
            ],
        )

    def unlink(self):
        self.env["sales.ledger.posting"]._touch("booked", self.ids)
        return super().unlink()

    # === BUSINESS METHODS === #
    def _prepare_invoice(self):
        return {**super()._prepare_invoice(), "territory_id": self.territory_id.id}

    # === ACTION METHODS === #
    def action_open_ledger(self):
        self.ensure_one()
        return self.env["sales.ledger.entry"]._get_action(
            self.env._("Ledger of %(name)s", name=self.display_name),
            [("document_model", "=", self._name), ("document_id", "=", self.id)],
        )
