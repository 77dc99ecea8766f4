from odoo import fields, models

from odoo.addons.sales_system.models.ledger.sales_ledger_entry import LEDGER_EVENT


class SalesCommissionRunTotal(models.Model):
    """Control total of a run: ledger amount = commissioned + not commissioned, per event."""

    _name = "sales.commission.run.total"
    _description = "Commission Run Control Total"
    _order = "run_id, event, currency_id"
    _rec_name = "event"
    # Written by the calculation only; see SalesCommissionCalculation.
    _log_access = False

    run_id = fields.Many2one(
        "sales.commission.run", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="run_id.company_id")
    currency_id = fields.Many2one("res.currency", required=True, readonly=True, ondelete="restrict")
    event = fields.Selection(LEDGER_EVENT, required=True, readonly=True)
    entry_count = fields.Integer(string="Entries", readonly=True)
    amount = fields.Monetary(string="Ledger", readonly=True)
    commissioned_amount = fields.Monetary(string="Commissioned", readonly=True)
    open_amount = fields.Monetary(string="Not Earning", readonly=True)
    late_amount = fields.Monetary(
        string="From Earlier Periods",
        readonly=True,
        help="The part that was posted into the days of an approved run, and so is taken here.",
    )

    # === CONSTRAINTS AND INDEXES === #
    _event_unique = models.UniqueIndex(
        "(run_id, event, currency_id)", "A run has one control total per event and currency."
    )

    # === ACTION METHODS === #
    def action_open_commissioned(self):
        self.ensure_one()
        return self._get_ledger_action(
            self.env._("Commissioned in %(run)s", run=self.run_id.name),
            [("event", "=", self.event), ("earning_ids", "any", [("run_id", "=", self.run_id.id)])],
        )

    def action_open_uncommissioned(self):
        self.ensure_one()
        run = self.run_id
        return self._get_ledger_action(
            self.env._("Not commissioned in %(run)s", run=run.name),
            [
                ("company_id", "=", run.company_id.id),
                ("event", "=", self.event),
                ("date", ">=", run.date_from),
                ("date", "<=", run.date_to),
                # What was posted since is no part of the total.
                ("id", "<=", run.last_entry_id),
                ("earning_ids", "not any", [("run_id", "=", run.id)]),
            ],
        )

    def _get_ledger_action(self, name, domain):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "sales.ledger.entry",
            "view_mode": "list,kanban,pivot,graph,form",
            "domain": domain,
        }
