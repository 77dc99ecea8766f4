from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date

from ..organisation.sales_handover_moving import QUIETLY
from .sales_customer_owner import OwnerReason
from .sales_pool_mixin import OUT_OF_POOL


class SalesPoolMixin(models.AbstractModel):
    """Claiming: exactly one of many gets a record, within the limits of the pool."""

    _inherit = "sales.pool.mixin"

    # === ACTION METHODS === #
    def action_claim(self):
        """Take records out of the pool for oneself: all of them or none."""
        self._check_in_sales("write")
        records = self.sudo().exists()._get_pooled().sudo()
        if not records:
            raise UserError(self.env._("Nothing to claim. Choose records of the pool first."))
        records._check_in_pool()
        by_pool = records.grouped("pool_id")
        for pool in by_pool:
            pool.sudo(False)._check_claimer()
        # The same order in every session, counters before records, so that none waits in a ring.
        for pool in sorted(by_pool, key=lambda pool: pool.id):
            by_pool[pool]._claim(pool)
        return self._get_claimed_action(sorted(by_pool, key=lambda pool: pool.id))

    def action_look(self):
        """Open a record of a pool that hides its data; that counts towards the day's limit."""
        self.ensure_one()
        self._check_in_sales("read")
        record = self.sudo().exists()._get_pooled().sudo()
        record._check_in_pool()
        pool = record.pool_id
        if not record.sudo(False).has_access("read"):
            pool.sudo(False)._check_claimer()
            self.env["sales.pool.counter"].sudo()._count(pool, "looks", 1)
            self.env["sales.pool.look"]._log(record)
            record.invalidate_recordset(["pool_is_open"])
            self.env["sales.pool.record"].invalidate_model()
        return record.sudo(False)._get_pool_form_action()

    # === BUSINESS METHODS === #
    @api.model
    def _check_in_sales(self, operation):
        """:raises AccessError: pools are nothing for the user, even where contacts are"""
        self.browse().check_access(operation)
        self.env["sales.pool"].check_access("read")

    def _check_in_pool(self):
        """:raises UserError: somebody has one of the records, or none of the pools does"""
        if mine := self.filtered(lambda record: record.user_id == self.env.user):
            raise UserError(
                self.env._(
                    "%(names)s is yours already. Leave it out and claim the others.",
                    names=mine._get_pool_label(),
                )
            )
        if taken := self.filtered("user_id"):
            raise UserError(
                self.env._(
                    "Somebody else was faster: %(names)s has a salesperson by now. Reload the pool "
                    "and choose another one.",
                    names=taken._get_pool_label(),
                )
            )
        if outside := self.filtered(lambda record: not record.pool_id):
            raise UserError(
                self.env._(
                    "%(names)s does not lie in a public pool, so it cannot be claimed. Ask your "
                    "leader to assign it.",
                    names=outside._get_pool_label(),
                )
            )

    def _claim(self, pool):
        """Give records of a pool to the user."""
        user = self.env.user
        self.env["sales.pool.counter"].sudo()._count(pool, "claims", len(self))
        self._lock_for_pool()
        self._check_in_pool()
        self._check_reclaim(pool)
        self._check_hold_limit(pool)
        self._log_pool_move(self, "claim", to_user=user)
        for until, records in self._get_protected_until(pool).items():
            records._set_pool_owner(user, self._prepare_claim_values(pool, until), pool.name)
        self._pass_activities_on(user)
        trail = self.env._(
            "Claimed from the pool %(pool)s by %(user)s.", pool=pool.name, user=user.name
        )
        self.env["sales.handover"].sudo()._leave_trail(self.with_context(**QUIETLY), trail)

    def _prepare_claim_values(self, pool, protected_until):
        now = fields.Datetime.now()
        return {
            **OUT_OF_POOL,
            "claimed_on": now,
            "claimed_pool_id": pool.id,
            "held_since": now,
            "protected_until": protected_until,
        }

    def _get_protected_until(self, pool):
        """:return: dict of the last protected day, or False → records"""
        levels, today = self._get_levels(pool), pool._get_today()

        def until(record):
            days = pool._get_protection_days(levels[record.id])
            return fields.Date.add(today, days=days) if days else False

        return self.grouped(until)

    def _set_pool_owner(self, user, values, note):
        """Hook: change the owner of records whose move is checked and logged already.

        :param str note: what the owner history of a customer says of it
        """
        quiet = self.with_context(**QUIETLY, sales_owner_reason=OwnerReason("pool", note))
        quiet._write_past_pool({"user_id": user.id, **values})
        # What follows from the owner, before the user may no longer read the record.
        quiet.flush_recordset()

    def _pass_activities_on(self, user):
        """Give the user what the last salesperson had to do; colleagues keep what is theirs."""
        owners = self._get_last_owners()
        activities = self.env["mail.activity"].sudo()
        activities = activities.search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("user_id", "!=", user.id),
            ]
        ).filtered(lambda activity: activity.user_id == owners.get(activity.res_id))
        activities.with_context(**QUIETLY).write({"user_id": user.id})

    def _get_levels(self, pool):
        """:return: dict of record id → level that the pool's company gives to the customer"""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT record.id, profile.level_id FROM %s
                  JOIN sales_customer_profile profile
                    ON profile.partner_id = head.id AND profile.company_id = %s
                 WHERE record.id = ANY(%s)
                """,
                self.env["sales.pool"]._record_source(self._name),
                pool.company_id.id,
                self.ids,
            )
        )
        levels = self.env["sales.customer.level"]
        found = dict(rows)
        return {record_id: levels.browse(found.get(record_id)) for record_id in self.ids}

    def _check_reclaim(self, pool):
        """:raises UserError: the user gave one of the records back a short time ago"""
        if not pool.reclaim_days:
            return
        self.env.cr.execute(
            SQL(
                """
                SELECT res_id, MAX(moment) FROM sales_pool_move
                 WHERE res_model = %s AND res_id = ANY(%s) AND kind IN ('return', 'recycle')
                   AND from_user_id = %s AND moment > %s
                 GROUP BY res_id
                """,
                self._name,
                self.ids,
                self.env.uid,
                fields.Datetime.subtract(fields.Datetime.now(), days=pool.reclaim_days),
            )
        )
        given_back = dict(self.env.cr.fetchall())
        if given_back:
            last = max(given_back.values())
            raise UserError(
                self.env._(
                    "You had %(names)s until %(date)s. %(pool)s protects it from whoever had it "
                    "before for %(days)s days: you can claim it back on %(again)s.",
                    names=self.browse(given_back)._get_pool_label(),
                    date=format_date(self.env, last),
                    pool=pool.name,
                    days=pool.reclaim_days,
                    again=format_date(self.env, fields.Date.add(last, days=pool.reclaim_days)),
                )
            )

    def _check_hold_limit(self, pool):
        """:raises UserError: the user would hold more claimed records than the pool allows"""
        if not pool.hold_limit:
            return
        self.env["crm.lead"].flush_model(["user_id", "claimed_pool_id", "active", "won_status"])
        self.env["res.partner"].flush_model(["user_id", "claimed_pool_id", "active"])
        ((held,),) = self.env.execute_query(
            SQL(
                """
                SELECT (SELECT COUNT(*) FROM crm_lead
                         WHERE claimed_pool_id = %(pool)s AND user_id = %(user)s
                           AND active AND won_status = 'pending')
                     + (SELECT COUNT(*) FROM res_partner
                         WHERE claimed_pool_id = %(pool)s AND user_id = %(user)s AND active)
                """,
                pool=pool.id,
                user=self.env.uid,
            )
        )
        if held + len(self) > pool.hold_limit:
            raise UserError(
                self.env._(
                    "You hold %(held)s records that you claimed from %(pool)s, and %(limit)s are "
                    "allowed. Win, lose or return some of them before you claim %(number)s more.",
                    held=held,
                    pool=pool.name,
                    limit=pool.hold_limit,
                    number=len(self),
                )
            )

    def _get_claimed_action(self, pools):
        """:return: action that says how much is left of today"""
        left = ", ".join(
            self.env._("%(number)s of %(pool)s", number=pool.claims_left, pool=pool.name)
            for pool in pools
            if pool.claim_limit
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Claimed. Left for today: %(left)s.", left=left)
                if left
                else self.env._("Claimed."),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
