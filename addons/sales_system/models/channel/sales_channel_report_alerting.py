from odoo import api, fields, models
from odoo.tools import split_every

from .res_config_settings import AREA
from .sales_channel_report import CLOSED_STATES

STOCK_ACTIVITY = "sales_system.mail_activity_type_channel_stock"
BATCH = 50
# More would not be read in an activity; the list of the stock has them all.
NAMED_PRODUCTS = 5


class SalesChannelReport(models.Model):
    """Tells the channel manager of products that have become slow or run out."""

    _inherit = "sales.channel.report"

    stock_checked = fields.Boolean(readonly=True, copy=False, export_string_translation=False)

    # === ACTION METHODS === #
    def action_submit(self):
        result = super().action_submit()
        self.sudo().stock_checked = False
        return result

    # === BUSINESS METHODS === #
    @api.model
    def _get_protected_fields(self):
        return super()._get_protected_fields() | {"stock_checked"}

    @api.model
    def _cron_check_stock(self):
        """Look at the stock of each report that was handed in, once."""
        if not self.env["res.groups"]._is_feature_enabled(AREA):
            return
        reports = self.search([("state", "in", CLOSED_STATES), ("stock_checked", "=", False)])
        self.env["ir.cron"]._commit_progress(remaining=len(reports))
        for batch in split_every(BATCH, reports.ids, self.browse):
            batch._check_stock()
            if not self.env["ir.cron"]._commit_progress(len(batch)):
                return

    def _check_stock(self):
        """Tell of what was not told before, and write down what has been told."""
        stocks = self.env["sales.channel.stock"].search(
            [("report_id", "in", self.ids), ("status", "!=", "ok")]
        )
        for report, found in stocks.grouped("report_id").items():
            told = report._get_stock_alerts(found.product_id)
            new = found.filtered(lambda one, told=told: told.get(one.product_id) != one.status)
            report.line_ids.filtered("stock_alert").sudo().stock_alert = False
            lines = report.line_ids.grouped("product_id")
            for stock in found.filtered(lambda one, lines=lines: one.product_id in lines):
                lines[stock.product_id].sudo().stock_alert = stock.status
            if new and report.user_id:
                report._schedule_stock_activity(new)
        self.sudo().stock_checked = True

    def _get_stock_alerts(self, products):
        """:return: dict of product → what was told of it last, by this report before it was
        returned or by one before; a product that is sold out has no line in later reports
        """
        lines = self.env["sales.channel.report.line"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("partner_id", "=", self.partner_id.id),
                ("product_id", "in", products.ids),
                ("date_to", "<=", self.date_to),
            ],
            order="date_to",
        )
        return {
            line.product_id: line.stock_alert
            for line in lines
            if line.stock_alert or line.report_id != self
        }

    def _schedule_stock_activity(self, stocks):
        labels = dict(stocks._fields["status"]._description_selection(self.env))
        parts = []
        for status, found in stocks.grouped("status").items():
            names = found.product_id[:NAMED_PRODUCTS].mapped("display_name")
            left = len(found) - len(names)
            parts.append(f"{labels[status]}: {', '.join(names)}" + (f" + {left}" if left else ""))
        self.activity_schedule(
            STOCK_ACTIVITY,
            date_deadline=fields.Date.context_today(self),
            summary="; ".join(parts),
            user_id=self.user_id.id,
        )
