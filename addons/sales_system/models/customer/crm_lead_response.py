from datetime import timedelta

from pytz import utc

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.date_utils import localized
from odoo.tools.sql import column_exists, create_column

# A lead that has waited longer is late in any calendar.
SEARCHED_DAYS = 366


class CrmLead(models.Model):
    """How long a lead waits until somebody of us is in touch for the first time."""

    _inherit = "crm.lead"

    first_response_on = fields.Datetime(
        string="First Response",
        readonly=True,
        copy=False,
        help="When one of us first wrote to the customer or finished an activity.",
    )
    # Not computed: of leads without a response the column stays NULL, lest they count in averages.
    first_response_hours = fields.Float(
        string="Hours to First Response",
        readonly=True,
        copy=False,
        aggregator="avg",
        help="Working hours of the company from the creation to the first response.",
    )
    is_response_late = fields.Boolean(
        string="Response Overdue",
        compute="_compute_is_response_late",
        search="_search_is_response_late",
        help="Nobody of us has been in touch within the hours that the settings allow.",
    )

    _waiting_idx = models.Index(
        "(create_date) WHERE first_response_on IS NULL AND active AND won_status = 'pending'"
    )

    def _auto_init(self):
        # First responses older than the addon: found in one statement while installing.
        is_new = not column_exists(self.env.cr, "crm_lead", "first_response_on")
        if is_new:
            create_column(self.env.cr, "crm_lead", "first_response_on", "timestamp")
        result = super()._auto_init()
        if is_new:
            self._find_first_responses()
        return result

    # === COMPUTE METHODS === #
    @api.depends("first_response_on", "won_status", "company_id")
    def _compute_is_response_late(self):
        late = self.filtered_domain(self._get_late_domain())
        late.is_response_late = True
        (self - late).is_response_late = False

    def _search_is_response_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = self._get_late_domain()
        return late if True in value else ~late

    # === BUSINESS METHODS === #
    @api.model
    def _get_protected_fields(self):
        return super()._get_protected_fields() | {"first_response_on", "first_response_hours"}

    def _touch_contact(self, moment):
        result = super()._touch_contact(moment)
        answered = self.sudo().filtered(lambda lead: not lead.first_response_on)
        answered.first_response_on = moment
        answered._measure_first_responses()
        return result

    @api.model
    def _get_late_domain(self):
        """:return: domain of leads that have waited for longer than their company allows"""
        now = fields.Datetime.now()
        late = Domain.FALSE
        for company in self.env["res.company"].sudo().search([("sales_response_hours", ">", 0)]):
            working = company.resource_calendar_id._get_working_time(
                company, now - timedelta(days=SEARCHED_DAYS), now
            )
            if limit := working.moment_ago(company.sales_response_hours, localized(now)):
                # A lead without a company waits in that of whoever looks at it.
                shared = [False] if company == self.env.company else []
                late |= Domain("company_id", "in", [company.id, *shared]) & Domain(
                    "create_date", "<", limit.astimezone(utc).replace(tzinfo=None)
                )
        waiting = Domain("first_response_on", "=", False) & Domain("won_status", "=", "pending")
        return waiting & late

    def _measure_first_responses(self):
        """Count the working hours that these leads have waited for; one calendar at a time."""
        by_company = self.filtered("first_response_on").grouped(
            lambda lead: lead.company_id or self.env.company
        )
        for company, leads in by_company.items():
            working = company.resource_calendar_id._get_working_time(
                company, min(leads.mapped("create_date")), max(leads.mapped("first_response_on"))
            )
            for lead in leads:
                lead.first_response_hours = working.hours(
                    localized(lead.create_date), localized(lead.first_response_on)
                )

    @api.model
    def _find_first_responses(self):
        """Take the first responses from the messages that there are."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_lead lead SET first_response_on = found.moment
                  FROM (%s) found
                 WHERE found.res_id = lead.id
                """,
                self._get_contact_query("MIN"),
            )
        )

    @api.model
    def _measure_old_responses(self):
        """Measure the first responses that were found while installing."""
        domain = [("first_response_on", "!=", False)]
        leads = self.with_context(active_test=False).sudo().search(domain)
        for start in range(0, len(leads), 10000):
            leads[start : start + 10000]._measure_first_responses()
            self.env.flush_all()
            self.env.invalidate_all()
