from odoo import api, fields, models

from odoo.addons.sales_system.models.ledger.sales_ledger_entry import LEDGER_EVENT

from .reasons import EXCLUDED_REASON


class SalesCommissionExplainTotal(models.TransientModel):
    """What earned, or what one reason kept from earning, of one step of the sales."""

    _name = "sales.commission.explain.total"
    _description = "Commission by Reason"
    _order = "explain_id, event, reason NULLS FIRST, id"
    _rec_name = "event"

    explain_id = fields.Many2one(
        "sales.commission.explain", required=True, readonly=True, index=True, ondelete="cascade"
    )
    event = fields.Selection(LEDGER_EVENT, string="Step of the Sale", readonly=True)
    reason = fields.Selection(EXCLUDED_REASON, readonly=True, help="Empty: it earned.")
    label = fields.Char(string="Result", compute="_compute_label")
    advice = fields.Char(string="What It Means", compute="_compute_label")
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(readonly=True)
    entry_count = fields.Integer(string="Entries", readonly=True)

    # === COMPUTE METHODS === #
    @api.depends("reason")
    @api.depends_context("lang")
    def _compute_label(self):
        labels = dict(self._fields["reason"]._description_selection(self.env))
        lines = self.env["sales.commission.explain.line"]
        for total in self:
            total.label = labels.get(total.reason) or self.env._("Commissioned")
            total.advice = lines._get_advice(total.reason)

    # === ACTION METHODS === #
    def action_open_entries(self):
        """Open the entries behind the amount."""
        self.ensure_one()
        explain = self.explain_id
        if self.reason:
            return explain._get_lines_action(
                self.label, [("event", "=", self.event), ("reason", "=", self.reason)]
            )
        return self.env["sales.ledger.entry"]._get_action(
            self.label,
            self.env["sales.commission.explain.reasoning"]._earned_domain(explain, self.event),
        )
