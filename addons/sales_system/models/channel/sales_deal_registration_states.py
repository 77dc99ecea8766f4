from datetime import timedelta

from psycopg2.errors import ExclusionViolation

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date, mute_logger

from ..document.actions import prepare_wizard
from .res_partner import SELLING_STATES
from .sales_deal_registration import PROTECTED_STATES

ACTIVITY = "sales_system.mail_activity_type_deal_registration"
# What the manager decides on.
OPEN_STATES = ("submitted", "conflict")


class SalesDealRegistration(models.Model):
    """The steps of a registration, from the partner's form to the opportunity or to its end."""

    _inherit = "sales.deal.registration"

    # === ACTION METHODS === #
    def action_submit(self):
        """Hand the registrations in; what nothing speaks against can be approved at once."""
        for registration in self:
            if problems := registration._get_problems():
                raise UserError("\n".join(problems.values()))
        for registration in self:
            registration._submit()
        return True

    def action_approve(self):
        """Protect the customers for their partners, as far as they are not another's."""
        self._check_state(*OPEN_STATES)
        for registration in self:
            if not registration._approve():
                registration._on_conflict()
        return True

    def action_open_reject(self):
        return self._open_wizard("sales.deal.registration.reject", self.env._("Reject"))

    def action_withdraw_approval(self):
        """The customer is free again, until the registration is decided on anew."""
        self._update_state(("approved",), "submitted", **self._prepare_release_values())
        self._release()
        self._ask_manager()
        return True

    def action_convert(self):
        """Make an opportunity of the deal; its protection goes on.

        :return: action that opens the opportunity
        """
        self.ensure_one()
        self._check_state("approved")
        lead = self.env["crm.lead"].create(self._prepare_lead_values())
        self._update_state(("approved",), "converted", lead_id=lead.id)
        return self.action_open_lead()

    def action_undo_conversion(self):
        """Take the opportunity back, as long as nothing has come of it."""
        self.ensure_one()
        self._check_state("converted")
        if self.lead_id.sudo().order_ids:
            raise UserError(
                self.env._(
                    "%(lead)s has quotations already. Close the registration instead, or delete "
                    "them first.",
                    lead=self.lead_id.sudo().display_name,
                )
            )
        self.lead_id.action_archive()
        self._update_state(("converted",), "approved", lead_id=False)
        return True

    def action_close(self):
        """End the protection, because the deal is done or given up."""
        self._update_state(PROTECTED_STATES, "closed", extension_reason=False)
        self._release()
        self._finish_activities()
        return True

    def action_reopen(self):
        """Have registrations that are over decided on anew."""
        self._update_state(("expired", "closed"), "submitted", **self._prepare_release_values())
        self._ask_manager()
        return True

    def action_draft(self):
        self._update_state(("submitted", "conflict", "rejected"), "draft", reject_reason=False)
        self._finish_activities()
        return True

    def action_open_lead(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.lead",
            "res_id": self.lead_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    # === SUBMITTING === #
    def _get_problems(self):
        """Hook: what keeps the registration from being submitted.

        :return: dict of field → sentence
        """
        self.ensure_one()
        problems = {}
        partner = self.partner_id
        if partner.channel_state not in SELLING_STATES:
            problems["partner_id"] = self.env._(
                "%(partner)s is no channel partner that sells at present. Activate it first.",
                partner=partner.name,
            )
        if {kind for kind, _key in self._get_identity_keys()} <= {"name"}:
            problems["customer_tax_id"] = self.env._(
                "Enter the customer's tax ID, phone number, or a website or email address of its "
                "own: by these we recognise it."
            )
        if not self.currency_id.compare_amounts(self.expected_amount, 0) > 0:
            problems["expected_amount"] = self.env._("Enter the amount that you expect.")
        if not self.expected_date or self.expected_date < self._today():
            problems["expected_date"] = self.env._(
                "Enter the day on which you expect the order, from today on."
            )
        return problems

    def _submit(self):
        """Move a complete draft on: to its manager, to an approval, or to a conflict."""
        self.ensure_one()
        self._update_state(
            ("draft",),
            "submitted",
            submitted_on=self._today(),
            submitted_by_id=self.env.user.partner_id.id,
        )
        conflicts = self.sudo()._find_conflicts()
        if self._find_other_registrations(self.ids, PROTECTED_STATES):
            self._on_conflict()
        elif not self.company_id.deal_registration_auto or any(conflicts.values()):
            self._ask_manager()
        elif not self._approve():
            self._on_conflict()

    def _ask_manager(self):
        for registration in self.filtered("user_id"):
            registration.activity_schedule(
                ACTIVITY,
                summary=self.env._("Decide on %(deal)s", deal=registration.display_name),
                user_id=registration.user_id.id,
            )

    def _finish_activities(self):
        self.activity_unlink([ACTIVITY])

    # === DECIDING === #
    def _approve(self):
        """Protect the customer for the partner from today on.

        :return: whether it is the partner's; False where another partner has it
        """
        self.ensure_one()
        today = self._today()
        date_to = today + timedelta(days=self._get_protection_days())
        if not self._claim(today, date_to):
            return False
        self._update_state(OPEN_STATES, "approved", date_from=today, date_to=date_to)
        self._finish_activities()
        self._tell_partner(
            self.env._(
                "Your registration of %(customer)s is approved. The customer is protected for you "
                "until %(date)s.",
                customer=self.customer_name,
                date=format_date(self.env, date_to),
            )
        )
        return True

    def _on_conflict(self):
        """:raises UserError: it is known already that the customer is another's"""
        self.ensure_one()
        if self.state == "conflict":
            raise UserError(
                self.env._(
                    "The customer of %(registration)s is still protected for another channel "
                    "partner. Reject the registration, or wait until that protection is over.",
                    registration=self.display_name,
                )
            )
        self._update_state(("submitted",), "conflict")
        self._ask_manager()
        self._tell_partner(self._get_conflict_sentence())

    def _get_conflict_sentence(self):
        """:return: all that a partner is told of what another one has registered"""
        self.ensure_one()
        return self.env._(
            "%(customer)s is already registered, or protected until a later day. Your registration "
            "is kept; your channel manager will come back to you.",
            customer=self.customer_name,
        )

    def _reject(self, reason):
        self._update_state(OPEN_STATES, "rejected", reject_reason=reason)
        self._finish_activities()
        for registration in self:
            registration._tell_partner(
                self.env._(
                    "Your registration of %(customer)s is rejected: %(reason)s",
                    customer=registration.customer_name,
                    reason=reason,
                )
            )

    def _tell_partner(self, sentence):
        """Write to whoever submitted the registration, where that was one of the partner."""
        self.ensure_one()
        contact = self.submitted_by_id
        if contact.commercial_partner_id == self.partner_id.commercial_partner_id:
            self.sudo().message_notify(
                partner_ids=contact.ids, subject=self.display_name, body=sentence
            )

    # === PROTECTION === #
    def _get_protection_days(self):
        self.ensure_one()
        grade = self.partner_id.sudo().grade_id
        return grade.deal_protection_days or self.company_id.deal_protection_days

    def _claim(self, date_from, date_to):
        """Take the customer for the partner in some days, unless another one has it.

        :return: whether the customer is the partner's
        """
        self.ensure_one()
        self.env["sales.deal.registration.key"].flush_model()
        # Two who claim the same at once would each wait for the other, so the second waits here.
        self.env.execute_query(
            SQL(
                """
                SELECT pg_advisory_xact_lock(hashtextextended(concat(company_id, kind, key), 0))
                  FROM (SELECT company_id, kind, key FROM sales_deal_registration_key
                         WHERE registration_id = %s ORDER BY kind, key) AS claimed
                """,
                self.id,
            )
        )
        try:
            # What the database refuses here is an answer and no error.
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                self._set_protection(date_from, date_to)
        except ExclusionViolation:
            return False
        return True

    def _release(self):
        self._set_protection(None, None)

    def _set_protection(self, date_from, date_to):
        self.env.execute_query(
            SQL(
                """
                UPDATE sales_deal_registration_key SET date_from = %s, date_to = %s
                 WHERE registration_id = ANY(%s) RETURNING id
                """,
                date_from,
                date_to,
                self.ids,
            )
        )
        self.env["sales.deal.registration.key"].invalidate_model(["date_from", "date_to"])
        self.invalidate_recordset(["conflict_ids", "hidden_conflict_count", "has_conflicts"])

    def _prepare_release_values(self):
        return {"date_from": False, "date_to": False, "extension_reason": False}

    # === OPPORTUNITY === #
    def _prepare_lead_values(self):
        """:return: dict of the opportunity that the deal becomes"""
        self.ensure_one()
        customer = self.similar_partner_ids
        company = self.company_id
        amount = self.currency_id._convert(
            self.expected_amount, company.currency_id, company, self._today()
        )
        return {
            "type": "opportunity",
            "name": self.env._(
                "%(customer)s through %(partner)s",
                customer=self.customer_name,
                partner=self.partner_id.name,
            ),
            "partner_id": customer.id if len(customer) == 1 else False,
            "partner_name": self.customer_name,
            "contact_name": self.customer_contact,
            "phone": self.customer_phone,
            "email_from": self.customer_email,
            "website": self.customer_website,
            "city": self.city,
            "country_id": self.country_id.id,
            "expected_revenue": amount,
            "date_deadline": self.expected_date,
            "description": self.note,
            "company_id": company.id,
            "user_id": self.user_id.id,
            "channel_partner_id": self.partner_id.id,
        }

    def _open_wizard(self, model, name):
        self.ensure_one()
        self.check_access("write")
        return prepare_wizard(model, name, registration_id=self.id)
