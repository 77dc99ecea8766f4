from odoo import models


class SalesTargetCell(models.Model):
    _inherit = "sales.target.cell"

    def action_open_late(self):
        """The ledger entries of the period that came after their own one was locked."""
        self.ensure_one()
        action = self.action_open_ledger()
        return {**action, "domain": [*action["domain"], ("late_for", "!=", False)]}
