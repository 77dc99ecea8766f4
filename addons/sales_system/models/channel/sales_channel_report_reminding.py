from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import date_utils, split_every

from .res_config_settings import AREA
from .res_partner import SELLING_STATES
from .sales_channel_report import OPEN_STATES

MISSING_ACTIVITY = "sales_system.mail_activity_type_channel_report_missing"
DUE_TEMPLATE = "sales_system.mail_template_channel_report_due"
BATCH = 50


class SalesChannelReport(models.Model):
    """Drafts the reports of each period that is over, and asks for those that are missing."""

    _inherit = "sales.channel.report"

    is_missing = fields.Boolean(
        string="Missing",
        compute="_compute_is_missing",
        search="_search_is_missing",
        help="Not handed in although its period has been over for longer than the days of grace.",
    )
    reminded_on = fields.Date(readonly=True, copy=False)

    # === COMPUTE METHODS === #
    @api.depends("state", "date_to", "partner_id.channel_state")
    def _compute_is_missing(self):
        missing = self.filtered_domain(self._get_missing_domain())
        for report in self:
            report.is_missing = report in missing

    def _search_is_missing(self, operator, value):
        if operator != "in":
            return NotImplemented
        missing = self._get_missing_domain()
        return Domain.OR([missing if wanted else ~missing for wanted in value])

    # === ACTION METHODS === #
    def action_submit(self):
        result = super().action_submit()
        self.sudo().activity_unlink([MISSING_ACTIVITY])
        return result

    # === BUSINESS METHODS === #
    @api.model
    def _get_protected_fields(self):
        return super()._get_protected_fields() | {"reminded_on"}

    @api.model
    def _get_missing_domain(self):
        """:return: domain of reports that should have been handed in"""
        today = fields.Date.context_today(self)
        over = Domain.OR(
            Domain("company_id", "=", company.id)
            & Domain("date_to", "<", today - relativedelta(days=company.sales_channel_report_grace))
            for company in self.env["res.company"].sudo().search([])
        )
        return (
            over
            & Domain("state", "in", OPEN_STATES)
            & Domain("partner_id.channel_state", "in", SELLING_STATES)
        )

    @api.model
    def _cron_draft(self):
        """Draft the reports of the periods that were over last, and follow late invoices."""
        if not self.env["res.groups"]._is_feature_enabled(AREA):
            return
        self.search([("state", "in", OPEN_STATES)])._fill()
        vals_list = self._prepare_due_reports()
        self.env["ir.cron"]._commit_progress(remaining=len(vals_list))
        for batch in split_every(BATCH, vals_list, list):
            self.create(batch)
            if not self.env["ir.cron"]._commit_progress(len(batch)):
                return

    @api.model
    def _prepare_due_reports(self):
        """:return: list of values, one per selling partner whose last period has no report"""
        partners = self.env["res.partner"].search(
            [("channel_state", "in", SELLING_STATES), ("channel_report_period", "!=", False)]
        )
        today = fields.Date.context_today(self)
        vals_list = []
        for period, of_period in partners.grouped("channel_report_period").items():
            first = date_utils.start_of(today - relativedelta(**{f"{period}s": 1}), period)
            last = date_utils.end_of(first, period)
            reported = set(
                self._read_group(
                    [("date_from", "<=", last), ("date_to", ">=", first)],
                    ["company_id", "partner_id"],
                )
            )
            vals_list += [
                {"partner_id": partner.id, "company_id": company.id, "date_from": first}
                for partner in of_period
                for company in partner._get_report_company()
                if (company, partner) not in reported and partner._get_channel_start() <= last
            ]
        return vals_list

    @api.model
    def _cron_remind(self):
        """Ask for each missing report once, the channel manager and the partner."""
        if not self.env["res.groups"]._is_feature_enabled(AREA):
            return
        missing = self.search([("is_missing", "=", True), ("reminded_on", "=", False)])
        self.env["ir.cron"]._commit_progress(remaining=len(missing))
        for batch in split_every(BATCH, missing.ids, self.browse):
            batch._remind()
            if not self.env["ir.cron"]._commit_progress(len(batch)):
                return

    def _remind(self):
        template = self.env.ref(DUE_TEMPLATE)
        for report in self:
            if report.user_id:
                report.activity_schedule(
                    MISSING_ACTIVITY,
                    date_deadline=fields.Date.context_today(self),
                    summary=self.env._("Missing: %(report)s", report=report.display_name),
                    user_id=report.user_id.id,
                )
        addressed = self.filtered("partner_id.email")
        template.send_mail_batch(addressed.ids)
        self.sudo().reminded_on = fields.Date.context_today(self)
