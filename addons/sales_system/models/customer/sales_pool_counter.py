from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_date


class SalesPoolCounter(models.Model):
    """How much a salesperson has claimed from a pool and looked at on one day.

    Whoever claims updates the row first, and so two sessions of one person claim one after the
    other: the second is run again on what the first has left.
    """

    _name = "sales.pool.counter"
    _description = "Pool Counter"
    _log_access = False

    pool_id = fields.Many2one("sales.pool", required=True, ondelete="cascade")
    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    day = fields.Date(required=True)
    claims = fields.Integer(default=0)
    looks = fields.Integer(default=0)

    _unique = models.UniqueIndex("(user_id, pool_id, day)")

    @api.model
    def _get_used(self, pools, user):
        """:return: dict of pool id → (claims, looks) of a user today"""
        days = {pool.id: pool._get_today() for pool in pools._origin}
        rows = self.env.execute_query(
            SQL(
                "SELECT pool_id, day, claims, looks FROM sales_pool_counter"
                " WHERE user_id = %s AND pool_id = ANY(%s) AND day = ANY(%s)",
                user.id,
                list(days),
                list(days.values()),
            )
        )
        return {
            pool_id: (claims, looks) for pool_id, day, claims, looks in rows if day == days[pool_id]
        }

    @api.model
    def _count(self, pool, what, number):
        """Count claims or looks of the user, and keep the row until the transaction ends.

        :param str what: ``claims`` or ``looks``
        :raises UserError: that would be more than the limit of the day
        """
        day = pool._get_today()
        column = SQL.identifier(what)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO sales_pool_counter AS counter (pool_id, user_id, day, claims, looks)
                VALUES (%(pool)s, %(user)s, %(day)s, %(claims)s, %(looks)s)
                    ON CONFLICT (user_id, pool_id, day) DO UPDATE
                   SET %(column)s = counter.%(column)s + %(number)s
                RETURNING %(column)s
                """,
                pool=pool.id,
                user=self.env.uid,
                day=day,
                claims=number if what == "claims" else 0,
                looks=number if what == "looks" else 0,
                number=number,
                column=column,
            )
        )
        (used,) = self.env.cr.fetchone()
        pool.invalidate_recordset(["claims_left", "looks_left"])
        limit = pool.claim_limit if what == "claims" else pool.look_limit
        if limit and used > limit:
            raise UserError(self._limit_message(pool, what, limit, used - number, number))

    @api.model
    def _limit_message(self, pool, what, limit, used, number):
        values = {
            "pool": pool.name,
            "limit": limit,
            "used": used,
            "number": number,
            "again": format_date(self.env, fields.Date.add(pool._get_today(), days=1)),
        }
        if what == "looks":
            return self.env._(
                "You have looked at %(used)s of %(limit)s records of %(pool)s that you may look at "
                "today. You can look at more on %(again)s, or claim what you want to work on.",
                **values,
            )
        return self.env._(
            "You have claimed %(used)s of the %(limit)s records that you may claim from %(pool)s "
            "today, so %(number)s more are too many. You can claim again on %(again)s.",
            **values,
        )
