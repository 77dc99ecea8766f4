from odoo import models

from ...engine.periods import Period
from ...fields import OptionalMonetary


class SalesTargetCell(models.Model):
    _inherit = "sales.target.cell"

    evidence_last_year = OptionalMonetary(
        "Last Year",
        compute="_compute_evidence_last_year",
        help="What was reached in the same days one year earlier, as far as they are over.",
    )

    # === COMPUTE METHODS === #
    def _compute_evidence_last_year(self):
        self.evidence_last_year = False
        shown = {cell._origin.id: cell for cell in self}
        for plan, cells in self._origin.grouped("plan_id").items():
            amounts = self.env["sales.target.evidence"]._get_last_year_by_period(
                plan, cells.target_id.ids
            )
            for cell in cells:
                amount = amounts[cell.target_id.id, cell.date_from]
                shown[cell.id].evidence_last_year = float(amount)

    # === ACTION METHODS === #
    def action_open_last_year(self):
        """The ledger entries that make up last year's amount."""
        self.ensure_one()
        return self.target_id._prepare_past_action(
            self.target_id.name, Period(self.date_from, self.date_to), 1
        )
