from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

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

    Each step is one domain, which is counted and opened alike, and one statement, however many
    customers are asked for. Everybody sees the documents that they may read, and sums of these.
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
    chain_invoice_count = fields.Integer("Invoices", compute="_compute_chain", groups=SALES)
    chain_invoiced_amount = fields.Monetary(
        "Invoiced",
        compute="_compute_chain",
        currency_field="chain_currency_id",
        groups=SALES,
        help="Untaxed, of posted invoices less credit notes.",
    )
    chain_overdue_amount = fields.Monetary(
        "Overdue",
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

    # === STEPS === #
    def _count_chain_lead(self):
        query = self._search_chain("lead")
        if query is None:
            return []
        return self.env.execute_query(
            SQL(
                """
                SELECT partner.commercial_partner_id, COUNT(*)
                  FROM crm_lead lead JOIN res_partner partner ON partner.id = lead.partner_id
                 WHERE lead.id IN %s
                 GROUP BY 1
                """,
                query.subselect(),
            )
        )

    @api.model
    def _chain_values_lead(self, count):
        return {"chain_lead_count": count}

    def _count_chain_order(self):
        query, open_query = self._search_chain("order"), self._search_chain("quotation")
        if query is None:
            return []
        return self.env.execute_query(
            SQL(
                """
                SELECT ledger_partner_id,
                       COUNT(*) FILTER (WHERE state <> 'sale'),
                       SUM(amount) FILTER (WHERE state <> 'sale'),
                       COUNT(*) FILTER (WHERE state = 'sale'),
                       SUM(amount) FILTER (WHERE state = 'sale')
                  FROM (
                        SELECT ledger_partner_id, state,
                               amount_untaxed / COALESCE(NULLIF(currency_rate, 0), 1)::numeric
                                   AS amount
                          FROM sale_order
                         WHERE id IN %s OR id IN %s
                       ) AS orders
                 GROUP BY ledger_partner_id
                """,
                query.subselect(),
                open_query.subselect(),
            )
        )

    @api.model
    def _chain_values_order(self, quotation_count, quoted, order_count, ordered):
        return {
            "chain_quotation_count": quotation_count,
            "chain_quotation_amount": quoted or 0,
            "chain_order_count": order_count,
            "chain_order_amount": ordered or 0,
        }

    def _count_chain_contract(self):
        contracts = self.env["sales.contract"]
        if not contracts.has_access("read"):
            return []
        _name, _model, domain = self._get_chain_steps()["contract"]
        counted = contracts._read_group(domain, ["commercial_partner_id"], ["__count"])
        return [(partner.id, count) for partner, count in counted]

    @api.model
    def _chain_values_contract(self, count):
        return {"chain_contract_count": count}

    def _count_chain_delivery(self):
        query = self._search_chain("delivery")
        if query is None:
            return []
        return self.env.execute_query(
            SQL(
                """
                SELECT orders.ledger_partner_id,
                       SUM(line.price_subtotal / orders.rate
                           * LEAST(line.qty_delivered / line.product_uom_qty, 1)),
                       SUM(line.price_subtotal / orders.rate)
                  FROM sale_order_line line
                  JOIN (
                        SELECT id, ledger_partner_id,
                               COALESCE(NULLIF(currency_rate, 0), 1)::numeric AS rate
                          FROM sale_order
                       ) orders ON orders.id = line.order_id
                 WHERE line.id IN %s
                 GROUP BY orders.ledger_partner_id
                """,
                query.subselect(),
            )
        )

    @api.model
    def _chain_values_delivery(self, delivered, ordered):
        return {"chain_delivered": float(delivered or 0) / float(ordered) if ordered else 0.0}

    def _count_chain_invoice(self):
        query, overdue = self._search_chain("invoice"), self._search_chain("overdue")
        if query is None:
            return []
        return self.env.execute_query(
            SQL(
                """
                SELECT commercial_partner_id, COUNT(*), SUM(amount_untaxed_signed),
                       SUM(amount_residual_signed) FILTER (WHERE id IN %s)
                  FROM account_move
                 WHERE id IN %s
                 GROUP BY commercial_partner_id
                """,
                overdue.subselect(),
                query.subselect(),
            )
        )

    @api.model
    def _chain_values_invoice(self, count, invoiced, overdue):
        return {
            "chain_invoice_count": count,
            "chain_invoiced_amount": invoiced or 0,
            "chain_overdue_amount": overdue or 0,
        }

    def _count_chain_collection(self):
        entries = self.env["sales.ledger.entry"]
        _name, _model, domain = self._get_chain_steps()["collection"]
        if not entries.has_access("read"):
            return []
        collected = entries._read_group(domain, ["partner_id"], ["amount:sum"])
        return [(partner.id, amount) for partner, amount in collected]

    @api.model
    def _chain_values_collection(self, amount):
        return {"chain_collected_amount": amount}
