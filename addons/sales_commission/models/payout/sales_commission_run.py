from odoo import api, fields, models
from odoo.exceptions import UserError

from .sales_commission_payout import PENDING


class SalesCommissionRun(models.Model):
    """Paying what a run has settled."""

    _inherit = "sales.commission.run"

    # === FIELDS === #
    open_bill_count = fields.Integer(
        compute="_compute_open_counts", compute_sudo=True, export_string_translation=False
    )
    open_wage_count = fields.Integer(
        compute="_compute_open_counts", compute_sudo=True, export_string_translation=False
    )

    # === COMPUTE METHODS === #
    @api.depends("statement_ids.payout_state")
    def _compute_open_counts(self):
        """How many statements are still to be paid, by a bill and with the wages."""
        for run in self:
            unpaid = run.statement_ids.filtered(lambda each: each.payout_state == "open")
            run.open_bill_count = len(unpaid.filtered("is_external"))
            run.open_wage_count = len(unpaid) - run.open_bill_count

    # === ACTION METHODS === #
    def action_create_bills(self):
        """Bill all open statements of agents and dealers."""
        self._check_state("approved")
        statements = self.statement_ids.filtered(
            lambda statement: statement.payout_state == "open" and statement.is_external
        )
        if not statements:
            raise UserError(
                self.env._(
                    "%(runs)s has no open statement of a payee outside the company. Mark the "
                    "statements of colleagues as paid.",
                    runs=", ".join(self.mapped("name")),
                )
            )
        return statements.action_create_bills()

    def action_pay(self):
        """Mark all open statements of colleagues as paid."""
        self._check_state("approved")
        statements = self.statement_ids.filtered(
            lambda statement: statement.payout_state == "open" and not statement.is_external
        )
        if not statements:
            raise UserError(
                self.env._(
                    "%(runs)s has no open statement of a colleague. Bill the statements of agents "
                    "and dealers.",
                    runs=", ".join(self.mapped("name")),
                )
            )
        return statements.action_pay()

    # === BUSINESS METHODS === #
    @api.model
    def _follow_payouts(self):
        """Bring the runs whose payouts have changed to the state that these say."""
        self.env.flush_all()
        runs = self.browse(sorted(self.env.cr.precommit.data.pop(PENDING, ())))
        unpaid = {
            run
            for (run,) in self.env["sales.commission.statement"]._read_group(
                [("run_id", "in", runs.ids), ("payout_state", "in", ("open", "billed"))], ["run_id"]
            )
        }
        for run in runs:
            if run.state == "approved" and run not in unpaid:
                run._update_state(("approved",), "paid")
            elif run.state == "paid" and run in unpaid:
                run._update_state(("paid",), "approved")
        self.env.flush_all()
