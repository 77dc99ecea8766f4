from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from .res_config_settings import AREA
from .sales_contract_milestone import BINDING_STATES

NOTICE_ACTIVITY = "sales_system.mail_activity_type_contract_notice"
PROMISE_ACTIVITY = "sales_system.mail_activity_type_contract_promise"


class SalesContract(models.Model):
    """Reminds the salesperson of a last day for notice, and lets the leader know."""

    _inherit = "sales.contract"

    @api.model
    def _get_date_steps(self):
        steps = super()._get_date_steps()
        if self.env["res.groups"]._is_feature_enabled(AREA):
            steps.append((self._get_reminder_domain(), "_remind_of_notice"))
        return steps

    @api.model
    def _get_reminder_domain(self):
        """:return: domain of contracts whose last day for notice is near and not told of yet"""
        today = fields.Date.context_today(self)
        self.env["sales.contract"].flush_model(["notice_date", "reminder_days", "reminded_for"])
        near = SQL(
            """
            SELECT id FROM sales_contract
             WHERE state = 'active' AND termination_date IS NULL AND notice_date >= %(today)s
               AND notice_date - COALESCE(reminder_days, 0) <= %(today)s
               AND reminded_for IS DISTINCT FROM notice_date
            """,
            today=today,
        )
        return Domain("id", "in", [contract_id for (contract_id,) in self.env.execute_query(near)])

    def _remind_of_notice(self):
        for contract in self:
            leader = (contract.team_id._get_leaders_up() - contract.user_id)[:1]
            responsible = contract.user_id or leader
            if not responsible:
                continue
            contract.activity_schedule(
                NOTICE_ACTIVITY,
                date_deadline=contract.notice_date,
                summary=contract._get_notice_summary(),
                user_id=responsible.id,
            )
            if leader and leader != responsible:
                contract.message_notify(
                    partner_ids=leader.partner_id.ids,
                    subject=contract.display_name,
                    body=contract._get_notice_summary(),
                )
            contract.reminded_for = contract.notice_date

    def _get_notice_summary(self):
        self.ensure_one()
        values = {
            "date": format_date(self.env, self.notice_date),
            "end": format_date(self.env, self.date_end),
        }
        if self.renewal == "tacit":
            return self.env._("Notice by %(date)s, else renewed tacitly on %(end)s", **values)
        return self.env._("Agree on what comes after %(end)s by %(date)s", **values)

    def _remind_of_promises(self, milestones):
        self.ensure_one()
        responsible = self.user_id or self.team_id._get_leaders_up()[:1]
        if not responsible:
            return
        self.activity_schedule(
            PROMISE_ACTIVITY,
            date_deadline=fields.Date.context_today(self) + timedelta(days=1),
            summary=self.env._(
                "Late: %(promises)s",
                promises=", ".join(
                    f"{milestone.name} ({format_date(self.env, milestone.date_due)})"
                    for milestone in milestones
                ),
            ),
            user_id=responsible.id,
        )


class SalesContractMilestone(models.Model):
    """Reminds the salesperson of promises that are late."""

    _inherit = "sales.contract.milestone"

    @api.model
    def _cron_remind(self):
        """Tell of each late promise once; one activity for each contract."""
        if not self.env["res.groups"]._is_feature_enabled(AREA):
            return
        today = fields.Date.context_today(self)
        due = (
            Domain("contract_state", "in", BINDING_STATES)
            & Domain("done_date", "=", False)
            & Domain("reminded_on", "=", False)
            & Domain("date_due", "<", today)
        )
        late = self.search(due, order="contract_id, date_due")
        by_contract = late.grouped("contract_id")
        self.env["ir.cron"]._commit_progress(remaining=len(by_contract))
        for contract, milestones in by_contract.items():
            contract._remind_of_promises(milestones)
            milestones.reminded_on = today
            if not self.env["ir.cron"]._commit_progress(1):
                return
