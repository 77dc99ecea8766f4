from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date

REMINDER = "sales_system.mail_activity_type_follow_up"

BATCH = 1000
# A message that lists more is not read.
LISTED = 50


class SalesFollowUp(models.Model):
    """Does what is due: reminds salespeople, tells leaders, gives records into the pool."""

    _inherit = "sales.follow.up"

    @api.model
    def _follow_up(self):
        """Write down what is due, then do it in batches."""
        self._close_ended()
        for target in ("customer", "lead"):
            self._note_due(target, self._get_limits(target))
        commit = self.env["ir.cron"]._commit_progress
        time_left = commit(remaining=self.search_count([("state", "=", "due")]))
        while time_left and (due := self.search([("state", "=", "due")], limit=BATCH, order="id")):
            due._take_steps()
            self.env.flush_all()
            # What it has read is not needed again: memory does not grow with the records.
            self.env.invalidate_all()
            time_left = commit(len(due))

    def _take_steps(self):
        self.state = "open"
        steps = self.grouped(lambda row: (row.step, bool(row.lead_id)))
        for (step, _of_leads), follow_ups in steps.items():
            getattr(follow_ups, f"_take_step_{step}")()

    def _get_records(self):
        """:return: the leads, or else the customers, that these are about"""
        return self.lead_id or self.partner_id

    # === STEPS === #
    def _take_step_remind(self):
        """Give each salesperson an activity; none is mailed, as there may be hundreds a night."""
        reminded = self.filtered("user_id.active")
        if not reminded:
            return
        values = reminded._prepare_activities()
        activities = self.env["mail.activity"].with_context(mail_activity_quick_update=True)
        for follow_up, activity in zip(reminded, activities.create(values), strict=True):
            follow_up.activity_id = activity

    def _prepare_activities(self):
        model_id = self.env["ir.model"]._get_id(self._get_records()._name)
        type_id = self.env.ref(REMINDER).id
        return [
            {
                "res_model_id": model_id,
                "res_id": (follow_up.lead_id or follow_up.partner_id).id,
                "activity_type_id": type_id,
                "user_id": follow_up.user_id.id,
                "date_deadline": fields.Date.context_today(self),
                "summary": follow_up._get_summary(follow_up.user_id),
                "automated": True,
            }
            for follow_up in self
        ]

    def _take_step_leader(self):
        for leader, follow_ups in self.filtered("leader_id").grouped("leader_id").items():
            in_language = follow_ups.with_context(lang=leader.lang)
            subject = in_language.env._(
                "%(count)s silent customers and leads", count=len(follow_ups)
            )
            in_language._tell(leader, subject)

    def _take_step_return(self):
        """Give the records into the pool, which ends the other steps of their silence.

        What has come to be protected since it was noted stays, and is looked at the next time.
        """
        returned = self.filtered_domain(self._get_returnable_domain())
        (self - returned)._close("cancelled")
        by_rule = returned.grouped(lambda row: (row.rule_id, row.company_id))
        for (rule, company), follow_ups in by_rule.items():
            # Everybody who may claim reads it: in the language of the company.
            in_language = follow_ups.with_context(lang=company.partner_id.lang)
            reason = in_language.env._(
                "No contact for %(days)s working days", days=rule.return_days
            )
            in_language._get_records()._return_to_pool(reason, kind="recycle")
        readers = returned.user_id | returned.leader_id
        for reader in readers.filtered("active"):
            concerning = returned.filtered(
                lambda row, who=reader: who in row.user_id | row.leader_id
            )
            in_language = concerning.with_context(lang=reader.lang)
            in_language._tell(reader, in_language.env._("Gone back to the public pool"))
        returned._get_of_same_records()._close("ended")

    def _get_returnable_domain(self):
        """:return: domain of those whose record a pool takes, and nothing protects, by now"""
        target, field = ("lead", "lead_id") if self.lead_id else ("customer", "partner_id")
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT silent.id FROM unnest(%s::int[]) AS silent(id) WHERE EXISTS (%s)",
                self._get_records().ids,
                self._get_pool_query(target),
            )
        )
        return Domain(field, "in", [record_id for (record_id,) in rows])

    def _get_of_same_records(self):
        """:return: open follow-ups of the same records, these among them"""
        domain = Domain("lead_id", "in", self.lead_id.ids) | Domain(
            "partner_id", "in", self.partner_id.ids
        )
        return self.search(domain & Domain("state", "=", "open"))

    # === TELLING === #
    def _tell(self, reader, subject):
        """Send one message about all of these."""
        self.env["mail.thread"].message_notify(
            partner_ids=reader.partner_id.ids, subject=subject, body=self._get_list(reader)
        )

    def _get_list(self, reader):
        lines = [
            Markup("<li>%s: %s (%s)</li>")
            % (
                (follow_up.lead_id or follow_up.partner_id)._get_html_link(),
                follow_up._get_summary(reader),
                follow_up.user_id.name,
            )
            for follow_up in self[:LISTED]
        ]
        if len(self) > LISTED:
            more = self.env._("… and %(count)s more", count=len(self) - LISTED)
            lines.append(Markup("<li>%s</li>") % more)
        return Markup("<ul>%s</ul>") % Markup().join(lines)

    def _get_summary(self, reader):
        """:return: since when it has been silent, in the language and time zone of a user"""
        in_language = self.with_context(lang=reader.lang, tz=reader.tz)
        since = fields.Datetime.context_timestamp(in_language, self.silence_start).date()
        return in_language.env._(
            "No contact since %(day)s", day=format_date(in_language.env, since)
        )
