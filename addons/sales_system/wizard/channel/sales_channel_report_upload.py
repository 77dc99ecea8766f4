import base64

from odoo import fields, models
from odoo.exceptions import UserError


class SalesChannelReportUpload(models.TransientModel):
    """Uploading a file into a report: says which rows are refused, and takes all or none."""

    _name = "sales.channel.report.upload"
    _description = "Upload into Channel Report"

    report_id = fields.Many2one("sales.channel.report", required=True, readonly=True)
    kind = fields.Selection(
        [("channel_sale", "Sell-out details"), ("channel_stock", "Stock, product by product")],
        required=True,
        default="channel_sale",
    )
    file = fields.Binary(attachment=False)
    filename = fields.Char()
    problems = fields.Text(readonly=True)

    # === ACTION METHODS === #
    def action_upload(self):
        self.ensure_one()
        if not self.file:
            raise UserError(self.env._("Choose a file first."))
        _count, refused = self.report_id._upload(
            self.kind, base64.b64decode(self.file), self.filename
        )
        if not refused:
            return {"type": "ir.actions.act_window_close"}
        self.problems = "\n".join(map(self.report_id._get_reject_sentence, refused))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Upload a File"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
