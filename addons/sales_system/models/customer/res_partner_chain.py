from odoo import api, fields, models
from odoo.exceptions import UserError

from .res_partner import SALES

# What the statements read beyond the domains, which flush what they name.
READ_BY_SQL = {
    "crm.lead": ["partner_id"],
    "sale.order": ["amount_untaxed", "currency_rate", "ledger_partner_id", "state"],
    "sale.order.line": ["order_id", "price_subtotal", "product_uom_qty", "qty_delivered"],
    "account.move": [
        "amount_residual_signed",
        "amount_untaxed_signed",
        "commercial_partner_id",
    ],
}
COUNTERS = (
    "chain_lead_count",
    "chain_quotation_count",
    "chain_quotation_amount",
    "chain_order_count",
    "chain_order_amount",
    "chain_contract_count",
    "chain_delivered",
    "chain_invoice_count",
    "chain_invoiced_amount",
    "chain_overdue_amount",
    "chain_collected_amount",
)


class ResPartner(models.Model):
    """The chain of a customer's business in the current company, from lead to collection.

    Each step is one domain, which is counted and opened alike. Everybody sees the documents that
    they may read, and sums of these.
    """

    _inherit = "res.partner"

    chain_currency_id = fields.Many2one(
        "res.currency", compute="_compute_chain_currency_id", groups=SALES
    )
    chain_lead_count = fields.Integer("Leads", compute="_compute_chain", groups=SALES)
    chain_quotation_count = fields.Integer("Quotations", compute="_compute_chain", groups=SALES)
    chain_quotation_amount = fields.Monetary(
        "Quoted",
        compute="_compute_chain",
        currency_field="chain_currency_id",
        groups=SALES,
        help="Untaxed, of the quotations that are still open.",
    )
    chain_order_count = fields.Integer("Orders", compute="_compute_chain", groups=SALES)
    chain_order_amount = fields.Monetary(
        "Ordered",
        compute="_compute_chain",
        currency_field="chain_currency_id",
        groups=SALES,
        help="Untaxed, of all confirmed orders.",
    )
    chain_contract_count = fields.Integer(
        "Contracts in Force", compute="_compute_chain", groups=SALES
    )
    chain_delivered = fields.Float(
        "Delivered",
        compute="_compute_chain",
        groups=SALES,
        help="Share of what was ordered, by its price, that is delivered.",
    )
    chain_invoice_count = fields.Integer(
        "Number of Invoices", compute="_compute_chain", groups=SALES
    )
    chain_invoiced_amount = fields.Monetary(
        "Invoiced",
        compute="_compute_chain",
        currency_field="chain_currency_id",
        groups=SALES,
        help="Untaxed, of posted invoices less credit notes.",
    )
    chain_overdue_amount = fields.Monetary(
        "Overdue Amount",
        compute="_compute_chain",
        currency_field="chain_currency_id",
        groups=SALES,
        help="With taxes, of invoices that should have been paid by today.",
    )
    chain_collected_amount = fields.Monetary(
        "Collected",
        compute="_compute_chain",
        currency_field="chain_currency_id",
        groups=SALES,
        help="Untaxed, as it stands in the sales ledger.",
    )
    show_chain = fields.Boolean(compute="_compute_show_chain", groups=SALES)

    # === COMPUTE METHODS === #
    @api.depends_context("company")
    def _compute_chain_currency_id(self):
        self.chain_currency_id = self.env.company.currency_id

    @api.depends_context("company", "uid")
    def _compute_chain(self):
        customers = self.filtered(lambda partner: partner._is_customer_of_its_own())
        for model, names in READ_BY_SQL.items():
            self.env[model].flush_model(names)
        figures = {customer_id: {} for customer_id in customers.ids}
        for step in ("lead", "order", "contract", "delivery", "invoice", "collection"):
            for customer_id, *values in getattr(customers, f"_count_chain_{step}")():
                figures[customer_id].update(getattr(self, f"_chain_values_{step}")(*values))
        for partner in self:
            partner.update({**dict.fromkeys(COUNTERS, 0), **figures.get(partner._origin.id, {})})

    @api.depends_context("company", "uid")
    def _compute_show_chain(self):
        for partner in self:
            partner.show_chain = partner._is_customer_of_its_own() and (
                partner.lifecycle
                or partner.customer_rank
                or partner.user_id
                or any(partner[name] for name in COUNTERS)
            )

    # === ACTION METHODS === #
    def action_open_chain(self):
        """Open the records behind one step of the chain, named in the context."""
        self.ensure_one()
        step = self.env.context.get("chain_step")
        steps = self._get_chain_steps()
        if step not in steps:
            raise UserError(
                self.env._(
                    "The chain of a customer has no step “%(step)s”: open one of %(steps)s.",
                    step=step,
                    steps=", ".join(steps),
                )
            )
        name, model, domain = steps[step]
        self.env[model].check_access("read")
        modes = ["list", "form"] if model == "sale.order.line" else ["list", "kanban", "form"]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("%(step)s of %(customer)s", step=name, customer=self.display_name),
            "res_model": model,
            "view_mode": ",".join(modes),
            "views": [(self._get_chain_list(step), "list"), *((False, mode) for mode in modes[1:])],
            "domain": domain,
            "context": {"create": False},
        }

    # === BUSINESS METHODS === #
    def _is_customer_of_its_own(self):
        self.ensure_one()
        return bool(self._origin) and self.commercial_partner_id == self

    @api.model
    def _get_chain_list(self, step):
        """:return: id of the list view of a step, or False for the usual one"""
        names = {"order": "sale.view_order_tree", "invoice": "account.view_out_invoice_tree"}
        name = names.get(step)
        return self.env["ir.model.data"]._xmlid_to_res_id(name) if name else False

    def _get_chain_steps(self):
        """:return: dict of step → label, model and domain of its records"""
        # Each domain begins with a name: the export of terms takes a tuple that comes first
        # after a label for one more call of the translation.
        own = ("company_id", "=", self.env.company.id)
        own_or_shared = ("company_id", "in", (False, self.env.company.id))
        orders = [("ledger_partner_id", "in", self.ids), own]
        invoices = [
            ("commercial_partner_id", "in", self.ids),
            own,
            ("state", "=", "posted"),
            ("move_type", "in", ("out_invoice", "out_refund", "out_receipt")),
        ]
        return {
            "lead": (
                self.env._("Leads"),
                "crm.lead",
                [
                    own_or_shared,
                    ("partner_id.commercial_partner_id", "in", self.ids),
                ],
            ),
            "quotation": (
                self.env._("Quotations"),
                "sale.order",
                [*orders, ("state", "in", ("draft", "sent"))],
            ),
            "order": (self.env._("Orders"), "sale.order", [*orders, ("state", "=", "sale")]),
            "contract": (
                self.env._("Contracts"),
                "sales.contract",
                [
                    own,
                    ("commercial_partner_id", "in", self.ids),
                    ("state", "=", "active"),
                ],
            ),
            "delivery": (
                self.env._("Deliveries"),
                "sale.order.line",
                [
                    own,
                    ("order_id.ledger_partner_id", "in", self.ids),
                    ("state", "=", "sale"),
                    ("display_type", "=", False),
                    ("is_downpayment", "=", False),
                    ("product_uom_qty", ">", 0),
                ],
            ),
            "invoice": (self.env._("Invoices"), "account.move", invoices),
            "overdue": (
                self.env._("Overdue Invoices"),
                "account.move",
                [
                    *invoices,
                    ("payment_state", "in", ("not_paid", "partial")),
                    ("invoice_date_due", "<", fields.Date.context_today(self)),
                ],
            ),
            "collection": (
                self.env._("Collections"),
                "sales.ledger.entry",
                [own, ("partner_id", "in", self.ids), ("event", "=", "collected")],
            ),
        }

    def _search_chain(self, step):
        """:return: ``Query`` of the records of a step that the user may see, or None"""
        _name, model, domain = self._get_chain_steps()[step]
        records = self.env[model]
        return records._search(domain) if records.has_access("read") else None
