from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

# Those whose sales the ledger shows.
SELLERS = "sales_team.group_sale_salesman"


class ResPartner(models.Model):
    """What a channel partner sells, owes and serves; and the prices of its level."""

    _inherit = "res.partner"

    # === FIGURES === #
    channel_currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_channel_figures",
        groups=SELLERS,
        export_string_translation=False,
    )
    channel_booked_year = fields.Monetary(
        string="Booked in 12 Months",
        compute="_compute_channel_figures",
        currency_field="channel_currency_id",
        groups=SELLERS,
        help="Booked through the channel partner in the last twelve months, as far as you see "
        "the sales.",
    )
    channel_overdue = fields.Monetary(
        string="Overdue",
        compute="_compute_channel_figures",
        currency_field="channel_currency_id",
        groups=SELLERS,
        help="Unpaid today although it was due.",
    )

    # === TREE === #
    channel_downstream_count = fields.Integer(
        string="Downstream Partners", compute="_compute_channel_counts"
    )
    channel_customer_count = fields.Integer(
        string="Served Customers", compute="_compute_channel_counts"
    )

    # === COMPUTE METHODS === #
    @api.depends_context("company", "uid", "allowed_company_ids")
    def _compute_channel_figures(self):
        """One statement for all cards, in the currency of the current company."""
        company = self.env.company
        today = fields.Date.context_today(self)
        figures = {
            partner.id: sums
            for partner, *sums in self.env["sales.channel.performance"]._read_group(
                [
                    ("channel_partner_id", "in", self._origin.ids),
                    ("company_id", "=", company.id),
                    ("date", ">", today - relativedelta(years=1)),
                    ("date", "<=", today),
                ],
                ["channel_partner_id"],
                ["booked:sum", "overdue:sum"],
            )
        }
        for partner in self:
            booked, overdue = figures.get(partner._origin.id, (0, 0))
            partner.channel_currency_id = company.currency_id
            partner.channel_booked_year = booked
            partner.channel_overdue = overdue

    @api.depends("channel_downstream_ids.channel_type")
    @api.depends_context("uid")
    def _compute_channel_counts(self):
        counts = {}
        for upstream, channel_type, count in self._read_group(
            [("channel_upstream_id", "in", self._origin.ids)],
            ["channel_upstream_id", "channel_type"],
            ["__count"],
        ):
            key = upstream.id, bool(channel_type)
            counts[key] = counts.get(key, 0) + count
        for partner in self:
            partner.channel_downstream_count = counts.get((partner._origin.id, True), 0)
            partner.channel_customer_count = counts.get((partner._origin.id, False), 0)

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        # The level brings its price list when it is written; a new partner gets it likewise.
        for vals in vals_list:
            if vals.get("channel_type") and vals.get("grade_id"):
                self._check_grade_pricelist(vals)
                pricelist = self._get_grade(vals).default_pricelist_id
                if pricelist:
                    vals["specific_property_product_pricelist"] = pricelist.id
        return super().create(vals_list)

    def write(self, vals):
        self._check_grade_pricelist(vals)
        return super().write(vals)

    # === ACTION METHODS === #
    def action_open_channel_ledger(self):
        """Everything that went through this channel partner."""
        self.ensure_one()
        self.env["sales.ledger.entry"].check_access("read")
        return {
            **self.env["sales.ledger.entry"]._get_action(
                self.env._("Sales Through %(name)s", name=self.display_name),
                [("channel_partner_id", "=", self.id)],
            ),
            "context": {"searchpanel_default_event": "booked"},
        }

    def action_open_channel_overdue(self):
        """The invoices behind what is overdue."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_move_out_invoice")
        return {
            **action,
            "name": self.env._("Overdue of %(name)s", name=self.display_name),
            "domain": [
                ("channel_partner_id", "=", self.id),
                ("company_id", "=", self.env.company.id),
                ("state", "=", "posted"),
                ("payment_state", "in", ("not_paid", "partial")),
                ("invoice_date_due", "<", fields.Date.context_today(self)),
            ],
            "context": {"create": False},
        }

    def action_open_channel_downstream(self):
        """Channel partners who buy from this one."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "sales_system.sales_channel_partner_action"
            ),
            "name": self.env._("Downstream Partners of %(name)s", name=self.display_name),
            "domain": [("channel_upstream_id", "=", self.id), ("channel_type", "!=", False)],
            "context": {
                "default_is_company": True,
                "default_channel_type": "reseller",
                "default_channel_upstream_id": self.id,
            },
        }

    def action_open_channel_customers(self):
        """Customers who are served by this channel partner."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("account.res_partner_action_customer"),
            "name": self.env._("Customers Served by %(name)s", name=self.display_name),
            "domain": [("channel_upstream_id", "=", self.id), ("channel_type", "=", False)],
            "context": {"default_is_company": True, "default_channel_upstream_id": self.id},
        }

    # === BUSINESS METHODS === #
    @api.model
    def _get_grade(self, vals):
        return self.env["res.partner.grade"].browse(vals["grade_id"])

    def _check_grade_pricelist(self, vals):
        """:raises UserError: a level and another price list than the level's come together"""
        chosen = vals.get("specific_property_product_pricelist") or vals.get(
            "property_product_pricelist"
        )
        if not (chosen and vals.get("grade_id")):
            return
        grade = self._get_grade(vals)
        own = grade.default_pricelist_id
        if own and own.id != chosen:
            raise UserError(
                self.env._(
                    "Level “%(level)s” brings the price list “%(own)s”, so “%(other)s” cannot be "
                    "set together with it. Leave the price list as it is, or choose a level "
                    "without one.",
                    level=grade.name,
                    own=own.display_name,
                    other=own.browse(chosen).display_name,
                )
            )
