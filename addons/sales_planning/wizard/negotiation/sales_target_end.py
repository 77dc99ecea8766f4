from odoo import api, fields, models

from ...fields import OptionalMonetary


class SalesTargetEnd(models.TransientModel):
    """Last day of a target, for somebody who leaves within the plan."""

    _name = "sales.target.end"
    _description = "End a Target"

    target_id = fields.Many2one("sales.target", required=True, readonly=True)
    plan_state = fields.Selection(related="target_id.plan_id.state")
    currency_id = fields.Many2one(related="target_id.currency_id")
    date_end = fields.Date(
        "Last Day",
        compute="_compute_date_end",
        store=True,
        readonly=False,
        help="Sales after this day no longer count. Leave empty to count until the plan ends.",
    )
    reason = fields.Text()
    remaining = OptionalMonetary(
        "Target after That Day",
        compute="_compute_remaining",
        help="What stands in the periods after the last day: nobody reaches it there any more.",
    )

    # === COMPUTE METHODS === #
    @api.depends("target_id")
    def _compute_date_end(self):
        for wizard in self:
            wizard.date_end = wizard.target_id.date_end

    @api.depends("target_id", "date_end")
    def _compute_remaining(self):
        for wizard in self:
            cells = wizard.target_id.cell_ids.filtered(
                lambda cell, day=wizard.date_end: day and cell.date_from > day
            )
            numbers = [cell.assigned for cell in cells if cell.assigned is not False]
            wizard.remaining = sum(numbers) if numbers else False

    # === ACTION METHODS === #
    def action_end(self):
        self.ensure_one()
        self.target_id._end_on(self.date_end, self.reason)
        return {"type": "ir.actions.act_window_close"}
