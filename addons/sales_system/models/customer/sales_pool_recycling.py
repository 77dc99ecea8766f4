from collections import defaultdict

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date

from ..organisation.sales_handover_moving import QUIETLY
from .res_config_settings import POOL_AREA
from .sales_pool import POOL_KINDS_OF_MODEL, POOL_TRIGGER
from .sales_pool_mixin import WARNING_ACTIVITY

BATCH = 500
# More of them are counted only: nobody reads on.
NAMED = 20


class SalesPool(models.Model):
    """Warns salespeople of records that nothing happens to, and takes them into the pool."""

    _inherit = "sales.pool"

    @api.model
    def _cron_recycle(self):
        """Take back warnings that nothing speaks for any more, return what is due, then warn."""
        if not self.env["res.groups"]._is_feature_enabled(POOL_AREA):
            return
        self.env["sales.ledger.posting"]._post_pending()
        self.env.flush_all()
        for step in ("withdraw", "return", "warn"):
            for model in POOL_KINDS_OF_MODEL:
                for trigger, _label in POOL_TRIGGER:
                    if not self._recycle_step(step, model, trigger):
                        return

    @api.model
    def _recycle_step(self, step, model, trigger):
        """Go through the records of a model, a batch and a transaction at a time.

        :return: whether there was time for all of them
        """
        cron = self.env["ir.cron"]
        condition = getattr(self, f"_{step}_condition")(model, trigger)
        last = 0
        while rows := self.env.execute_query(
            self._due_query(model, trigger, condition, last, BATCH)
        ):
            last = rows[-1][0]
            getattr(self, f"_{step}_due")(trigger, self._group_due(model, rows))
            self.env.flush_all()
            # What it has read is not needed again: memory does not grow with the records.
            self.env.invalidate_all()
            if not cron._commit_progress(len(rows), remaining=int(len(rows) == BATCH)):
                return False
            if len(rows) < BATCH:
                return True
        return True

    @api.model
    def _group_due(self, model, rows):
        """:return: dict of (pool, salesperson) → records"""
        pools = dict(rows)
        records = self.env[model].with_context(active_test=False).browse(pools)
        return records.grouped(lambda record: (self.browse(pools[record.id]), record.user_id))

    # === STEPS === #
    @api.model
    def _withdraw_due(self, _trigger, due):
        for records in due.values():
            records._withdraw_pool_warning()

    @api.model
    def _warn_due(self, trigger, due):
        told = defaultdict(dict)
        for (pool, user), records in due.items():
            today = pool._get_today()
            back_on = fields.Date.add(today, days=pool[f"{trigger}_warn_days"])
            if user.active:
                records.with_context(**QUIETLY).activity_schedule(
                    WARNING_ACTIVITY,
                    date_deadline=back_on,
                    summary=pool.with_context(lang=user.lang)._get_warning(trigger, back_on),
                    user_id=user.id,
                )
            told[pool, pool._get_leader(user)][user] = records
            records.with_context(**QUIETLY).write(
                {"pool_warning": trigger, "pool_warned_on": today}
            )
        for (pool, leader), by_user in told.items():
            pool._tell(leader, "warn", trigger, by_user)

    @api.model
    def _return_due(self, trigger, due):
        told = defaultdict(dict)
        by_pool = defaultdict(list)
        for (pool, user), records in due.items():
            by_pool[pool].append(records)
            for reader in user | pool._get_leader(user):
                told[pool, reader][user] = records
        for pool, records in by_pool.items():
            # Everybody who may claim reads it: in the language of the company.
            in_language = pool.with_context(lang=pool.company_id.partner_id.lang)
            records[0].union(*records).with_env(in_language.env)._return_to_pool(
                in_language._get_return_reason(trigger), kind="recycle", pool=pool
            )
        for (pool, reader), by_user in told.items():
            pool._tell(reader, "return", trigger, by_user)

    # === TELLING === #
    def _get_warning(self, trigger, back_on):
        """:return: what an owner is told"""
        values = {"pool": self.name, "date": format_date(self.env, back_on)}
        return {
            "contact": self.env._("No contact: goes to the pool %(pool)s on %(date)s", **values),
            "order": self.env._("No order: goes to the pool %(pool)s on %(date)s", **values),
            "contract": self.env._(
                "No contract any more: goes to the pool %(pool)s on %(date)s", **values
            ),
        }[trigger]

    def _get_return_reason(self, trigger):
        days = self[f"{trigger}_return_days"]
        return {
            "contact": self.env._("No contact for %(days)s days", days=days),
            "order": self.env._("No order for %(days)s days", days=days),
            "contract": self.env._("No contract for %(days)s days", days=days),
        }[trigger]

    def _get_leader(self, user):
        """:return: the nearest leader of a salesperson in the company of the pool"""
        teams = user._get_sales_teams(self.company_id)
        return (teams.sudo()._get_leaders_up() - user)[:1]

    def _tell(self, reader, step, trigger, by_user):
        """Send one message about any number of records, in the language of the reader.

        :param str step: ``warn`` or ``return``
        :param dict by_user: records by their salesperson
        """
        self.ensure_one()
        if not reader.active:
            return
        pool = self.with_context(lang=reader.lang)
        label = pool._get_trigger_label(trigger)
        body = Markup("").join(
            Markup("<p>%s · %s: %s</p><ul>%s</ul>")
            % (user.name, label, len(records), pool._list_records(records))
            for user, records in by_user.items()
        )
        subject = {
            "warn": pool.env._("Will go back to the public pool: %(pool)s", pool=pool.name),
            "return": pool.env._("Gone back to the public pool: %(pool)s", pool=pool.name),
        }[step]
        pool.message_notify(partner_ids=reader.partner_id.ids, subject=subject, body=body)

    @api.model
    def _get_trigger_label(self, trigger):
        field = self.env["sales.pool.mixin"]._fields["pool_warning"]
        return dict(field._description_selection(self.env))[trigger]

    @api.model
    def _list_records(self, records):
        rows = [Markup("<li>%s</li>") % record._get_html_link() for record in records[:NAMED]]
        if len(records) > NAMED:
            rows.append(
                Markup("<li>%s</li>") % self.env._("and %(count)s more", count=len(records) - NAMED)
            )
        return Markup("").join(rows)
