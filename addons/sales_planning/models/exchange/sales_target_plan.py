from odoo import models


class SalesTargetPlan(models.Model):
    _inherit = "sales.target.plan"

    # === ACTION METHODS === #
    def action_open_export(self):
        self.ensure_one()
        return self._open_export(self.env["sales.target"])

    def action_open_workbook_import(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import from Excel"),
            "res_model": "sales.target.workbook",
            "view_mode": "form",
            "context": {"default_plan_id": self.id},
        }

    # === BUSINESS METHODS === #
    def _open_export(self, target):
        """:param target: the top of the branch to export, or none for the whole plan"""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Export to Excel"),
            "res_model": "sales.target.export",
            "view_mode": "form",
            "target": "new",
            "context": {"default_plan_id": self.id, "default_target_id": target.id},
        }
