from odoo import api, fields, models

from .sales_approval_rule import AREA


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    group_sales_approval = fields.Boolean(string="Approvals", implied_group=AREA)
    sales_pending_approval_count = fields.Integer(
        compute="_compute_sales_pending_approval_count", export_string_translation=False
    )

    @api.depends("group_sales_approval")
    def _compute_sales_pending_approval_count(self):
        requests = self.env["sales.approval.request"].sudo()
        self.sales_pending_approval_count = requests.search_count([("state", "=", "pending")])

    def set_values(self):
        result = super().set_values()
        # Also where two people saved at once and neither saw the area change.
        if not self.group_sales_approval:
            self.env["sales.approval.request"]._cancel_pending(
                self.env._("Approvals have been switched off.")
            )
        return result

    @api.model
    def _area_switched(self, name, is_on):
        """Judge documents anew, by all limits or by none."""
        result = super()._area_switched(name, is_on)
        if name == "group_sales_approval":
            self.env["sales.approval.rule"]._changed()
        return result
