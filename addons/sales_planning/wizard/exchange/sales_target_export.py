from urllib.parse import urlencode

from odoo import fields, models

from ...models.sales_target_figures import TARGET_VALUE


class SalesTargetExport(models.TransientModel):
    """Exporting targets: which of their numbers goes into the workbook."""

    _name = "sales.target.export"
    _description = "Export Targets to Excel"

    plan_id = fields.Many2one("sales.target.plan", required=True, readonly=True, ondelete="cascade")
    target_id = fields.Many2one(
        "sales.target",
        string="Branch",
        readonly=True,
        ondelete="cascade",
        help="This target and all below it. Empty: the whole plan.",
    )
    value = fields.Selection(TARGET_VALUE, string="Number", required=True, default="assigned")

    # === ACTION METHODS === #
    def action_export(self):
        """:return: action that has the browser fetch the workbook"""
        self.ensure_one()
        (self.target_id or self.plan_id).check_access("read")
        path = f"matrix/{self.target_id.id}" if self.target_id else f"plan/{self.plan_id.id}"
        return {
            "type": "ir.actions.act_url",
            "url": f"/sales_planning/{path}.xlsx?{urlencode({'value': self.value})}",
            "target": "download",
        }
