from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from .res_config_settings import AREA
from .sales_deal_registration import PROTECTED_STATES
from .sales_deal_registration_states import ACTIVITY


class SalesDealRegistration(models.Model):
    """The days of a protection: extending it, reminding of its end, and ending it."""

    _inherit = "sales.deal.registration"

    can_extend = fields.Boolean(compute="_compute_can_extend")

    # === COMPUTE METHODS === #
    @api.depends("is_protected", "extension_count", "company_id.deal_extension_limit")
    def _compute_can_extend(self):
        for registration in self:
            limit = registration.company_id.deal_extension_limit
            registration.can_extend = (
                registration.is_protected and registration.extension_count < limit
            )

    # === ACTION METHODS === #
    def action_open_extend(self):
        return self._open_wizard("sales.deal.registration.extend", self.env._("Extend"))

    def action_refuse_extension(self):
        """Leave the protection as it is."""
        self._check_state(*PROTECTED_STATES)
        for registration in self.filtered("extension_reason"):
            registration.sudo().extension_reason = False
            registration._finish_activities()
            registration._tell_partner(
                self.env._(
                    "The protection of %(customer)s is not extended. It ends on %(date)s.",
                    customer=registration.customer_name,
                    date=format_date(self.env, registration.date_to),
                )
            )
        return True

    # === EXTENDING === #
    def _get_extension_problem(self, reason):
        """:return: sentence why the protection cannot be extended, or False"""
        self.ensure_one()
        limit = self.company_id.deal_extension_limit
        if self.state not in PROTECTED_STATES or not self.is_protected:
            return self.env._(
                "The protection of %(customer)s is over, and only one that lasts is extended. "
                "Register the customer again.",
                customer=self.customer_name,
            )
        if self.extension_count >= limit:
            return self.env._(
                "The protection of %(customer)s was extended %(count)s times, and %(limit)s is the "
                "most.",
                customer=self.customer_name,
                count=self.extension_count,
                limit=limit,
            )
        if not (reason or "").strip():
            return self.env._("Say why the protection has to last longer.")
        return False

    def _check_extension(self, reason):
        if problem := self._get_extension_problem(reason):
            raise UserError(problem)

    def _ask_extension(self, reason):
        """What a channel partner asks for and its manager decides on."""
        self._check_state(*PROTECTED_STATES)
        self._check_extension(reason)
        if not self.extension_reason and self.user_id:
            self.activity_schedule(
                ACTIVITY,
                date_deadline=self.date_to,
                summary=self.env._("Extend %(deal)s?", deal=self.display_name),
                user_id=self.user_id.id,
            )
        self.extension_reason = reason.strip()

    def _extend(self, reason):
        """Let the protection last once more as long as it did."""
        self._check_state(*PROTECTED_STATES)
        self._check_extension(reason)
        date_to = self.date_to + timedelta(days=self._get_protection_days())
        if not self._claim(self.date_from, date_to):
            raise UserError(
                self.env._(
                    "%(customer)s is protected for another channel partner after %(date)s.",
                    customer=self.customer_name,
                    date=format_date(self.env, self.date_to),
                )
            )
        self.sudo().write(
            {
                "date_to": date_to,
                "extension_count": self.extension_count + 1,
                "extension_reason": False,
            }
        )
        self.message_post(body=self.env._("Extended: %(reason)s", reason=reason.strip()))
        self._finish_activities()
        self._tell_partner(
            self.env._(
                "The protection of %(customer)s is extended until %(date)s.",
                customer=self.customer_name,
                date=format_date(self.env, date_to),
            )
        )

    # === TIME === #
    @api.model
    def _cron_follow_dates(self):
        """End protections whose days are over and remind of those that end soon."""
        if not self.env["res.groups"]._is_feature_enabled(AREA):
            return
        for company in self.env["res.company"].search([]):
            registrations = self.with_company(company).with_context(
                tz=company.partner_id.tz or "UTC"
            )
            for condition, method in registrations._get_date_steps(company):
                domain = Domain("company_id", "=", company.id)
                domain &= Domain("state", "in", PROTECTED_STATES)
                if not registrations._work_through(domain & condition, method):
                    return

    @api.model
    def _get_date_steps(self, company):
        """:return: list of (domain, name of the method that takes registrations out of it)"""
        today = fields.Date.context_today(self)
        soon = today + timedelta(days=company.deal_reminder_days)
        self.flush_model(["date_to", "reminded_for"])
        unaware = SQL(
            "(SELECT id FROM sales_deal_registration WHERE reminded_for IS DISTINCT FROM date_to)"
        )
        ends_soon = Domain("date_to", ">=", today) & Domain("date_to", "<=", soon)
        return [
            (Domain("date_to", "<", today), "_expire"),
            (ends_soon & Domain("id", "in", unaware), "_remind"),
        ]

    def _expire(self):
        self._update_state(PROTECTED_STATES, "expired", extension_reason=False)
        self._finish_activities()

    def _remind(self):
        for registration in self:
            summary = self.env._(
                "The protection of %(customer)s ends on %(date)s",
                customer=registration.customer_name,
                date=format_date(self.env, registration.date_to),
            )
            if registration.user_id:
                registration.activity_schedule(
                    ACTIVITY,
                    date_deadline=registration.date_to,
                    summary=summary,
                    user_id=registration.user_id.id,
                )
            registration._tell_partner(summary)
            registration.reminded_for = registration.date_to
