from odoo import api, fields, models


class SalesContractRenew(models.TransientModel):
    """Renewing a contract: by one more term as agreed, or by a new contract that follows it."""

    _name = "sales.contract.renew"
    _description = "Renew Contract"

    # === FIELDS === #
    contract_id = fields.Many2one("sales.contract", required=True, readonly=True)
    way = fields.Selection(
        [("term", "One more term, as agreed"), ("contract", "A new contract")],
        required=True,
        compute="_compute_way",
        store=True,
        readonly=False,
        precompute=True,
    )
    date_end = fields.Date(related="contract_id.date_end")
    new_end = fields.Date(string="Then Ends On", compute="_compute_new_end")

    # === COMPUTE METHODS === #
    @api.depends("contract_id")
    def _compute_way(self):
        for wizard in self:
            contract = wizard.contract_id
            by_term = contract.state == "active" and contract.date_to and contract.renewal_months
            wizard.way = "term" if by_term else "contract"

    @api.depends("contract_id")
    def _compute_new_end(self):
        for wizard in self:
            contract = wizard.contract_id
            wizard.new_end = contract._get_end_of_term(contract.renewal_count + 1)

    # === ACTION METHODS === #
    def action_renew(self):
        self.ensure_one()
        if self.way == "term":
            self.contract_id._extend()
            return {"type": "ir.actions.act_window_close"}
        return self.contract_id._renew_by_contract()._get_form_action()
