from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ...engine.contract_dates import ONE_DAY, end_of_months, months_of
from .res_config_settings import AREA

EXPIRY_ACTIVITY = "sales_system.mail_activity_type_authorization_expiry"


class SalesChannelAuthorization(models.Model):
    """How authorizations end, by themselves or because somebody revokes them, and go on."""

    _inherit = "sales.channel.authorization"

    # === ACTION METHODS === #
    def action_open_revoke(self):
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Revoke"),
            "res_model": "sales.channel.authorization.revoke",
            "view_mode": "form",
            "target": "new",
            "context": {"default_authorization_id": self.id},
        }

    def action_withdraw_revocation(self):
        """Let revoked authorizations go on, unless somebody else got what they were for."""
        self._check_state("active", "ended")
        for authorization in self:
            if not authorization.revocation_date:
                raise UserError(
                    self.env._(
                        "%(authorization)s has not been revoked.",
                        authorization=authorization.display_name,
                    )
                )
        self._move_last_day(revocation_date=False, revocation_reason=False)
        return True

    def action_renew(self):
        """Draft a copy for the days that follow, as many as there were."""
        self.ensure_one()
        self._check_state("active", "ended")
        if not self.date_end:
            raise UserError(
                self.env._(
                    "%(authorization)s has no end and goes on by itself.",
                    authorization=self.display_name,
                )
            )
        renewal = self.renewal_ids.filtered(lambda other: other.state == "draft")[:1]
        if not renewal:
            renewal = self.copy(self._prepare_renewal_values())
            renewal.sudo().renewed_from_id = self
        return renewal._get_form_action()

    # === BUSINESS METHODS === #
    def _get_form_action(self):
        """:return: action that opens the authorization"""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _prepare_renewal_values(self):
        self.ensure_one()
        start = self.date_end + ONE_DAY
        contract = self.contract_id.sudo()
        end = self.date_to and self._get_end_of_renewal(start)
        outlives = contract.date_end and (not end or end > contract.date_end)
        return {
            "date_from": start,
            "date_to": end,
            # The next contract is not there yet, and this one does not promise those days.
            "contract_id": False if outlives and contract.renewal != "tacit" else contract.id,
        }

    def _get_end_of_renewal(self, start):
        """:return: last day of as many whole months as before, else of as many days"""
        months = months_of(self.date_from, self.date_to)
        if end_of_months(self.date_from, months) == self.date_to:
            return end_of_months(start, months)
        return start + (self.date_to - self.date_from)

    def _revoke(self, last_day, reason):
        """End active authorizations before their time.

        :param last_day: the last one that they are valid on; the day before the start for none
        :raises UserError: that is no day within the authorization
        """
        self._check_state("active")
        for authorization in self:
            earliest = authorization.date_from - ONE_DAY
            latest = authorization.date_end or last_day
            if not earliest <= last_day <= latest:
                raise UserError(
                    self.env._(
                        "%(authorization)s is valid %(start)s – %(end)s and cannot be revoked as "
                        "of %(day)s. Choose a last day within it, or %(earliest)s to have it "
                        "never been valid.",
                        authorization=authorization.display_name,
                        start=format_date(self.env, authorization.date_from),
                        end=self._format_end(authorization.date_end),
                        day=format_date(self.env, last_day),
                        earliest=format_date(self.env, earliest),
                    )
                )
        self._move_last_day(revocation_date=last_day, revocation_reason=reason)

    def _move_last_day(self, **values):
        """Write what the last day follows from, then the state and the rights by that day."""
        today = fields.Date.context_today(self)
        self.sudo().write(values)
        over = self.filtered(lambda record: record.date_end and record.date_end < today)
        over._update_state(("active", "ended"), "ended")
        (self - over)._update_state(("active", "ended"), "active")
        self.env["sales.channel.authorization.right"]._rebuild(self)

    @api.model
    def _cron_follow_dates(self):
        """End what is over and remind of what is about to be, each company in its own day."""
        if not self.env["res.groups"]._is_feature_enabled(AREA):
            return
        for company in self.env["res.company"].search([]):
            records = self.with_context(tz=company.partner_id.tz or "UTC")
            today = fields.Date.context_today(records)
            active = Domain("company_id", "=", company.id) & Domain("state", "=", "active")
            near = today + timedelta(days=company.sales_channel_reminder_days)
            for condition, method in (
                (Domain("date_end", "<", today), "_end"),
                (Domain("date_end", "<=", near), "_remind_of_end"),
            ):
                if not records._work_through(active & condition, method):
                    return

    def _end(self):
        self._update_state(("active",), "ended")

    def _remind_of_end(self):
        """Tell the channel manager once of each last day that nothing follows on."""
        for authorization in self:
            if (
                authorization.reminded_for == authorization.date_end
                or authorization.revocation_date
            ):
                continue
            if authorization.renewal_ids.filtered(lambda renewal: renewal.state == "active"):
                continue
            responsible = authorization.user_id or authorization.team_id._get_leaders_up()[:1]
            if responsible:
                authorization.activity_schedule(
                    EXPIRY_ACTIVITY,
                    date_deadline=authorization.date_end,
                    summary=self.env._(
                        "The authorization of %(partner)s ends on %(day)s: renew it or let it end",
                        partner=authorization.partner_id.display_name,
                        day=format_date(self.env, authorization.date_end),
                    ),
                    user_id=responsible.id,
                )
                authorization.reminded_for = authorization.date_end
