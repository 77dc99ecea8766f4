from odoo import api, fields, models

from ...models.contract.sales_contract import TERMINATED_BY, TERMINATION_REASON


class SalesContractTerminate(models.TransientModel):
    """Ending a contract: notice ends it with a term, anything else on a day of its own."""

    _name = "sales.contract.terminate"
    _description = "Terminate Contract"

    # === FIELDS === #
    contract_id = fields.Many2one("sales.contract", required=True, readonly=True)
    notice_date = fields.Date(related="contract_id.notice_date")
    reason = fields.Selection(TERMINATION_REASON, required=True, default="notice")
    terminated_by = fields.Selection(TERMINATED_BY, required=True, default="customer")
    given_on = fields.Date(string="Received On", required=True, default=fields.Date.context_today)
    last_day = fields.Date(
        compute="_compute_last_day",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="The last day on which the contract is in force.",
    )
    is_too_late = fields.Boolean(compute="_compute_is_too_late")
    note = fields.Text()

    # === COMPUTE METHODS === #
    @api.depends("contract_id", "reason", "given_on")
    def _compute_last_day(self):
        for wizard in self:
            end = (
                wizard.reason == "notice"
                and wizard.given_on
                and (wizard.contract_id._get_notice_end(wizard.given_on))
            )
            wizard.last_day = end or wizard.given_on

    @api.depends("reason", "given_on", "notice_date")
    def _compute_is_too_late(self):
        for wizard in self:
            wizard.is_too_late = bool(
                wizard.reason == "notice"
                and wizard.given_on
                and wizard.notice_date
                and wizard.given_on > wizard.notice_date
            )

    # === ACTION METHODS === #
    def action_terminate(self):
        self.ensure_one()
        self.contract_id._terminate(
            self.last_day,
            termination_reason=self.reason,
            terminated_by=self.terminated_by,
            termination_note=self.note,
        )
        return {"type": "ir.actions.act_window_close"}
