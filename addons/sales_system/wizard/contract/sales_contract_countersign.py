from odoo import fields, models
from odoo.http import request


class SalesContractCountersign(models.TransientModel):
    """Signing a contract for our own side."""

    _name = "sales.contract.countersign"
    _description = "Sign Contract for Us"

    # === FIELDS === #
    contract_id = fields.Many2one("sales.contract", required=True, readonly=True)
    name = fields.Char(required=True, default=lambda self: self.env.user.name)
    signature = fields.Image(max_width=1024, max_height=1024)

    # === ACTION METHODS === #
    def action_sign(self):
        self.ensure_one()
        contract = self.contract_id
        contract._check_may_countersign()
        ip = request.httprequest.remote_addr if request else False
        contract.sudo()._sign("company", self.name, self.signature, ip)
        return {"type": "ir.actions.act_window_close"}
