from odoo import api, fields, models

from odoo.addons.sales_system.models.ledger.sales_ledger_entry import LEDGER_EVENT

from ...fields import UnguardedMany2one
from .reasons import EXCLUDED_REASON, RULE_CONDITION


class SalesCommissionExplainLine(models.TransientModel):
    """A ledger entry that earns nothing, with the one reason why."""

    _name = "sales.commission.explain.line"
    _description = "Sale Without Commission"
    _order = "event, reason, date, id"
    _rec_name = "reference"

    # A question may have a hundred thousand of these for some hours: no keys to check row by
    # row. The clean-up of old questions takes both.
    explain_id = UnguardedMany2one("sales.commission.explain", readonly=True, index=True)
    entry_id = UnguardedMany2one("sales.ledger.entry", string="Ledger Entry", readonly=True)
    event = fields.Selection(LEDGER_EVENT, string="Step of the Sale", readonly=True)
    date = fields.Date(readonly=True)
    reference = fields.Char(string="Document", readonly=True)
    user_id = UnguardedMany2one("res.users", string="Salesperson", readonly=True)
    partner_id = UnguardedMany2one("res.partner", string="Customer", readonly=True)
    product_id = UnguardedMany2one("product.product", readonly=True)
    currency_id = UnguardedMany2one("res.currency", readonly=True)
    amount = fields.Monetary(readonly=True)
    reason = fields.Selection(EXCLUDED_REASON, readonly=True)
    rule_id = UnguardedMany2one(
        "sales.commission.rule",
        readonly=True,
        help="The rule that the reason is about; where none matches, the nearest one.",
    )
    condition = fields.Selection(
        RULE_CONDITION,
        string="Condition Not Met",
        readonly=True,
        help="The first condition of the nearest rule that the sale does not meet.",
    )
    advice = fields.Char(compute="_compute_advice", string="What It Means")

    # === COMPUTE METHODS === #
    @api.depends("reason", "rule_id", "condition")
    @api.depends_context("lang")
    def _compute_advice(self):
        conditions = dict(self._fields["condition"]._description_selection(self.env))
        # As superuser: which rule it is about is part of the answer.
        for line in self.sudo():
            if line.condition:
                line.advice = self.env._(
                    "The nearest rule, “%(rule)s”, has a condition that the sale does not meet: "
                    "%(condition)s.",
                    rule=line.rule_id.name,
                    condition=conditions[line.condition],
                )
            else:
                line.advice = line._get_advice(line.reason)

    # === ACTION METHODS === #
    def action_open_document(self):
        """Open the order, invoice or import that the entry was posted from."""
        self.ensure_one()
        return self.entry_id.action_open_document()

    # === BUSINESS METHODS === #
    @api.model
    def _get_advice(self, reason):
        """:return: what a reason means and what can be done, as a sentence"""
        return {
            "other_run": self.env._("Another commission run has settled it."),
            "unpaid_refund": self.env._(
                "It takes a sale back that had brought no commission, so none is taken back."
            ),
            "threshold": self.env._("The total of the period is below the rule's threshold."),
            "no_target": self.env._(
                "The rule goes by a target, and the payee has none in these months."
            ),
            "no_base": self.env._("What the rule counts is 0: the margin, or the quantity."),
            "capped": self.env._("The payee has reached the most that the rule pays."),
            "no_rate": self.env._("The rule, or the tier that the sale lies in, pays 0 %."),
            "rounding": self.env._("The commission of the line rounds to 0."),
            "others": self.env._("It earns, but for other payees."),
            "not_calculated": self.env._(
                "A rule matches. It earns when the run of its days is calculated."
            ),
            "no_salesperson": self.env._(
                "Nobody is named who sold it. Set the salesperson on the document."
            ),
            "no_plan": self.env._(
                "No commission plan was approved and valid on the day of the sale."
            ),
            "step_booked": self.env._("The rule pays for orders, and this is a later step."),
            "step_invoiced": self.env._("The rule pays when the sale is invoiced."),
            "step_collected": self.env._("The rule pays when the customer has paid."),
            "not_assigned": self.env._(
                "The plan pays assigned payees only, and who sold it was not assigned on that day."
            ),
            "no_payee": self.env._(
                "A rule matches, but the sale names no payee for it: no team leader, or no "
                "channel partner."
            ),
            "no_match": self.env._("No rule of the plans counts such a sale."),
        }.get(reason, "")
