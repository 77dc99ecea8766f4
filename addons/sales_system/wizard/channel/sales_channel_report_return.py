from odoo import fields, models


class SalesChannelReportReturn(models.TransientModel):
    """Returning a report: asks for the reason, which the channel partner reads."""

    _name = "sales.channel.report.return"
    _description = "Return Channel Report"

    report_id = fields.Many2one("sales.channel.report", required=True, readonly=True)
    reason = fields.Text(required=True)

    def action_return(self):
        self.ensure_one()
        self.report_id._return(self.reason)
        return {"type": "ir.actions.act_window_close"}
