import pytz

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column

# Columns of an order that its ledger entries are made from.
LEDGER_COLUMNS = {
    "state",
    "ledger_date",
    "currency_rate",
    "company_id",
    "user_id",
    "team_id",
    "territory_id",
    "ledger_partner_id",
    "channel_partner_id",
    "campaign_id",
    "contract_id",
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

    ledger_entry_count = fields.Integer(
        compute="_compute_ledger_entry_count", groups="sales_team.group_sale_salesman"
    )

    ledger_date = fields.Date(
        string="Day in Ledger",
        compute="_compute_ledger_date",
        store=True,
        precompute=True,
        help="The day of the order in the company's time zone. "
        "It stays when the company later moves to another one.",
    )

    def _auto_init(self):
        # Filled in one statement: a database with years of orders would else compute them
        # one by one while installing.
        if not column_exists(self.env.cr, "sale_order", "ledger_partner_id"):
            create_column(self.env.cr, "sale_order", "ledger_partner_id", "int4")
            create_column(self.env.cr, "sale_order", "ledger_date", "date")
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE sale_order o
                       SET ledger_partner_id = p.commercial_partner_id,
                           ledger_date = (o.date_order AT TIME ZONE 'UTC'
                               AT TIME ZONE COALESCE(NULLIF(home.tz, ''), 'UTC'))::date
                      FROM res_partner p, res_company c JOIN res_partner home
                        ON home.id = c.partner_id
                     WHERE p.id = o.partner_id AND c.id = o.company_id
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

    @api.depends("date_order")
    def _compute_ledger_date(self):
        for order in self:
            timezone = pytz.timezone(order.company_id.partner_id.tz or "UTC")
            order.ledger_date = order.date_order and (
                pytz.utc.localize(order.date_order).astimezone(timezone).date()
            )

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

    def _get_invoice_grouping_keys(self):
        # An invoice is counted in one territory, so it does not join orders of several.
        return [*super()._get_invoice_grouping_keys(), "territory_id"]

    # === ACTION METHODS === #
    def action_open_ledger(self):
        self.ensure_one()
        return self.env["sales.ledger.entry"]._get_action(
            self.env._("Ledger of %(name)s", name=self.display_name),
            [("document_model", "=", self._name), ("document_id", "=", self.id)],
        )
