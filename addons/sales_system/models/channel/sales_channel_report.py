from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import date_utils, format_date

from ..document.actions import prepare_wizard
from .months import format_month

REPORT_STATE = [
    ("draft", "Draft"),
    ("submitted", "Submitted"),
    ("accepted", "Accepted"),
    ("returned", "Returned"),
]
REPORT_PERIOD = [("month", "Month"), ("week", "Week")]
# States in which the numbers are still the channel partner's to write.
OPEN_STATES = ("draft", "returned")
# States whose closing stock the next report opens with.
CLOSED_STATES = ("submitted", "accepted")
# What the lines were filled in for.
IDENTITY_FIELDS = {"partner_id", "company_id", "period", "date_from"}
# Set by the actions only, as the state is.
PROTECTED_FIELDS = {
    "submitted_on",
    "submitted_by_id",
    "accepted_on",
    "accepted_by_id",
    "return_reason",
}
LEADERS = "sales_system.group_sale_salesman_team"


class SalesChannelReport(models.Model):
    """Channel report: what a channel partner bought, sold and had in stock in one period.

    The reports of a partner are a chain: each opens with the closing stock of the one before.
    They are therefore submitted in the order of their periods, and only the last one that was
    submitted can be returned or opened again.
    """

    _name = "sales.channel.report"
    _description = "Channel Report"
    _inherit = [
        "sales.state.mixin",
        "sales.protected.fields.mixin",
        "sales.team.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_from desc, id desc"
    _rec_names_search = ["partner_id"]
    _check_company_auto = True
    _mail_post_access = "read"

    # === FIELDS === #
    partner_id = fields.Many2one(
        "res.partner",
        string="Channel Partner",
        required=True,
        index=True,
        tracking=True,
        ondelete="restrict",
        check_company=True,
        domain="[('channel_type', '!=', False), ('company_id', 'in', (company_id, False))]",
    )
    period = fields.Selection(
        REPORT_PERIOD,
        required=True,
        compute="_compute_period",
        store=True,
        readonly=False,
        precompute=True,
    )
    date_from = fields.Date(
        string="From",
        required=True,
        compute="_compute_date_from",
        store=True,
        readonly=False,
        precompute=True,
        help="The first day of a month, or a Monday.",
    )
    date_to = fields.Date(
        string="To", required=True, compute="_compute_date_to", store=True, precompute=True
    )
    state = fields.Selection(
        REPORT_STATE,
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
        tracking=True,
    )
    user_id = fields.Many2one(
        string="Channel Manager",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        compute="_compute_currency_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
        help="What the channel partner counts its sell-out in.",
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company Currency"
    )
    line_ids = fields.One2many("sales.channel.report.line", "report_id", string="Products")
    sale_ids = fields.One2many("sales.channel.report.sale", "report_id", string="Sell-out Details")
    sale_count = fields.Integer(compute="_compute_sale_count")
    amount = fields.Monetary(
        string="Sell-out Amount",
        compute="_compute_amount",
        store=True,
    )
    amount_company = fields.Monetary(
        string="Sell-out in Company Currency",
        currency_field="company_currency_id",
        compute="_compute_amount_company",
        store=True,
        help="At the rate of the last day of the period.",
    )
    submitted_on = fields.Datetime(readonly=True, copy=False)
    submitted_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="set null")
    accepted_on = fields.Datetime(readonly=True, copy=False)
    accepted_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="set null")
    return_reason = fields.Text(readonly=True, copy=False)
    note = fields.Text(string="Remarks")

    # === CONSTRAINTS AND INDEXES === #
    _period_days = models.Constraint(
        """CHECK (
            (period = 'week' AND EXTRACT(isodow FROM date_from) = 1 AND date_to = date_from + 6)
            OR (period = 'month' AND EXTRACT(day FROM date_from) = 1
                AND EXTRACT(day FROM date_to + 1) = 1 AND date_to - date_from < 31))""",
        "A report covers a whole month, or a week from Monday: correct its first day.",
    )
    _partner_period_unique = models.UniqueIndex(
        "(company_id, partner_id, date_from, date_to)",
        "The channel partner has a report of this period already. Open that one.",
    )
    _no_overlap = models.Constraint(
        """EXCLUDE USING gist (
            int4range(company_id, company_id, '[]') WITH &&,
            int4range(partner_id, partner_id, '[]') WITH &&,
            daterange(date_from, date_to, '[]') WITH &&)""",
        "The channel partner has another report that covers some of these days. Choose a "
        "period that does not overlap with it.",
    )

    # === COMPUTE METHODS === #
    @api.depends("partner_id", "date_from", "date_to", "period")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for report in self:
            report.display_name = self.env._(
                "%(partner)s, %(period)s",
                partner=report.partner_id.name or "",
                period=report._get_period_name(),
            )

    @api.depends("partner_id")
    def _compute_period(self):
        for report in self:
            report.period = report.partner_id.channel_report_period or report.period or "month"

    @api.depends("period")
    def _compute_date_from(self):
        """The period that was over last, where none has been chosen."""
        today = fields.Date.context_today(self)
        for report in self:
            period = report.period or "month"
            day = report.date_from or today - relativedelta(**{f"{period}s": 1})
            report.date_from = date_utils.start_of(day, period)

    @api.depends("period", "date_from")
    def _compute_date_to(self):
        for report in self:
            report.date_to = report.date_from and date_utils.end_of(
                report.date_from, report.period or "month"
            )

    @api.depends("partner_id.channel_manager_id")
    def _compute_user_id(self):
        for report in self:
            report.user_id = report.partner_id.channel_manager_id or report.user_id

    @api.depends("company_id", "partner_id")
    def _compute_currency_id(self):
        for report in self:
            partner = report.partner_id.with_company(report.company_id)
            report.currency_id = (
                report.currency_id
                or partner.property_product_pricelist.currency_id
                or report.company_id.currency_id
            )

    @api.depends("line_ids.detail_count")
    def _compute_sale_count(self):
        for report in self:
            report.sale_count = sum(report.line_ids.mapped("detail_count"))

    @api.depends("line_ids.amount")
    def _compute_amount(self):
        for report in self:
            report.amount = sum(report.line_ids.mapped("amount"))

    @api.depends("amount", "currency_id", "company_id", "date_to")
    def _compute_amount_company(self):
        for report in self:
            report.amount_company = report.currency_id._convert(
                report.amount,
                report.company_id.currency_id,
                report.company_id,
                report.date_to or fields.Date.context_today(self),
            )

    # === CONSTRAINT METHODS === #
    @api.constrains("partner_id")
    def _check_channel_partner(self):
        for report in self:
            if not report.partner_id.channel_type:
                raise ValidationError(
                    self.env._(
                        "%(partner)s is no channel partner and reports nothing. Choose one, or "
                        "set the kind of channel of %(partner)s first.",
                        partner=report.partner_id.display_name,
                    )
                )

    # === ONCHANGE METHODS === #
    @api.onchange("date_from")
    def _onchange_date_from(self):
        """Any day of a period stands for the period."""
        if self.date_from:
            self.date_from = date_utils.start_of(self.date_from, self.period or "month")

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_not_protected(vals)
        reports = super().create(vals_list)
        reports._fill()
        return reports

    def write(self, vals):
        self._check_not_protected(vals)
        if IDENTITY_FIELDS.intersection(vals):
            self._check_identity(vals)
        if "currency_id" in vals:
            self._check_state(*OPEN_STATES)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_submitted(self):
        for report in self:
            if report.state != "draft":
                raise UserError(
                    self.env._(
                        "The report of %(report)s has been submitted and stays. Return it to have "
                        "it corrected.",
                        report=report.display_name,
                    )
                )

    # === ACTION METHODS === #
    def action_submit(self):
        """Check the whole report and hand it in; of several, each opens with the one before."""
        self._lock_chain(*OPEN_STATES)
        for report in self.sorted("date_from"):
            report._fill()
            report._check_complete()
            report._update_state(
                OPEN_STATES,
                "submitted",
                submitted_on=fields.Datetime.now(),
                submitted_by_id=self.env.uid,
                return_reason=False,
            )
        return True

    def action_accept(self):
        self._update_state(
            ("submitted",),
            "accepted",
            accepted_on=fields.Datetime.now(),
            accepted_by_id=self.env.uid,
        )
        return True

    def action_reopen(self):
        """Take an acceptance back; who did it stays in the log."""
        if not (self.env.su or self.env.user.has_group(LEADERS)):
            raise UserError(
                self.env._("Only leaders take the acceptance of a report back. Ask yours.")
            )
        self._lock_chain("accepted")
        self._check_is_last()
        for report in self:
            report.message_post(
                body=self.env._(
                    "Acceptance of %(day)s by %(user)s taken back.",
                    day=format_date(self.env, report.accepted_on),
                    user=report.accepted_by_id.name,
                )
            )
        self._update_state(("accepted",), "submitted", accepted_on=False, accepted_by_id=False)
        return True

    def action_open_return(self):
        self._check_state("submitted")
        return self._open_wizard("sales.channel.report.return", self.env._("Return Report"))

    def action_open_upload(self):
        self._check_state(*OPEN_STATES)
        return self._open_wizard("sales.channel.report.upload", self.env._("Upload a File"))

    def action_open_sales(self):
        self.ensure_one()
        is_open = self.state in OPEN_STATES
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sell-out of %(report)s", report=self.display_name),
            "res_model": "sales.channel.report.sale",
            "view_mode": "list,pivot",
            "views": [(False, "list"), (False, "pivot")],
            "domain": [("report_id", "=", self.id)],
            "context": {"default_report_id": self.id, "create": is_open, "edit": is_open},
        }

    # === BUSINESS METHODS === #
    def _open_wizard(self, model, name):
        self.ensure_one()
        return prepare_wizard(model, name, report_id=self.id)

    @api.model
    def _get_protected_fields(self):
        return super()._get_protected_fields() | PROTECTED_FIELDS

    @api.model
    def _protected_message(self, labels):
        return self.env._(
            "%(fields)s of a channel report cannot be set by hand. Use the buttons of the report.",
            fields=labels,
        )

    def _get_period_name(self):
        """:return: “January 2026”, or the first and last day of a week"""
        self.ensure_one()
        if not self.date_from:
            return ""
        if self.period == "month":
            return format_month(self.env, self.date_from)
        return self.env._(
            "%(first)s – %(last)s",
            first=format_date(self.env, self.date_from),
            last=format_date(self.env, self.date_to),
        )

    def _check_identity(self, vals):
        """:raises UserError: the report would become that of another partner or period"""
        for report in self:
            for name in IDENTITY_FIELDS.intersection(vals):
                field = self._fields[name]
                if field.convert_to_cache(vals[name], report) != field.convert_to_cache(
                    report[name], report
                ):
                    raise UserError(
                        self.env._(
                            "The lines of %(report)s were filled in for its partner and its "
                            "period, which therefore stay. Delete the draft and create another.",
                            report=report.display_name,
                        )
                    )

    def _return(self, reason):
        """Give submitted reports back to be corrected.

        :raises UserError: no reason, or a later report builds on one of them
        """
        if not (reason or "").strip():
            raise UserError(
                self.env._("Say why the report is returned: the channel partner reads it.")
            )
        self._lock_chain("submitted")
        self._check_is_last()
        self._update_state(("submitted",), "returned", return_reason=reason.strip())
        for report in self:
            report.message_post(
                body=self.env._("Returned: %(reason)s", reason=reason.strip()),
                partner_ids=(report.submitted_by_id.partner_id or report.partner_id).ids,
            )

    def _lock_chain(self, *allowed):
        """Keep all reports of the same partners, provided that these are in an allowed state.

        Two steps at a time would each see the other report as it was before.
        """
        self._check_state(*allowed)
        chain = self.sudo().search(
            [("company_id", "in", self.company_id.ids), ("partner_id", "in", self.partner_id.ids)]
        )
        chain._lock()

    def _check_is_last(self):
        """:raises UserError: a later report opens with the closing stock of one of these"""
        for report in self:
            later = self.sudo().search(
                report._get_chain_domain()
                & Domain("date_from", ">", report.date_from)
                & Domain("state", "in", CLOSED_STATES)
                & Domain("id", "not in", self.ids),
                order="date_from desc",
                limit=1,
            )
            if later:
                raise UserError(
                    self.env._(
                        "%(later)s opens with the closing stock of %(report)s. Return "
                        "%(later)s first.",
                        later=later.display_name,
                        report=report.display_name,
                    )
                )
