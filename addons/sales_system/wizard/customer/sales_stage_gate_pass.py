from odoo import fields, models
from odoo.exceptions import UserError

from ...models.customer.crm_lead_gate import GATE_REASON


class SalesStageGatePass(models.TransientModel):
    """Letting opportunities into a stage although they lack something, for a reason."""

    _name = "sales.stage.gate.pass"
    _description = "Pass Stage Gate"

    lead_ids = fields.Many2many("crm.lead", string="Opportunities", required=True)
    stage_id = fields.Many2one("crm.stage", required=True)
    reason = fields.Text(required=True)

    # === ACTION METHODS === #
    def action_pass(self):
        self.ensure_one()
        if not (self.reason or "").strip():
            raise UserError(
                self.env._("Say why the opportunities may come into %s.", self.stage_id.name)
            )
        self.lead_ids.with_context(**{GATE_REASON: self.reason}).write(
            {"stage_id": self.stage_id.id}
        )
        return {"type": "ir.actions.client", "tag": "soft_reload"}
