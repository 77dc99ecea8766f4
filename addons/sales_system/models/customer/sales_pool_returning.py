from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..organisation.sales_handover_moving import QUIETLY
from .sales_pool_mixin import NO_WARNING, NOT_CLAIMED, OUT_OF_POOL


class SalesPoolMixin(models.AbstractModel):
    """Giving records into the pool, and back to who had them."""

    _inherit = "sales.pool.mixin"

    # === ACTION METHODS === #
    def action_open_return(self):
        """Ask why, then give the records into the pool."""
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Return to the Pool"),
            "res_model": "sales.pool.return",
            "view_mode": "form",
            "target": "new",
            "context": {"active_model": self._name, "active_ids": self.ids},
        }

    def action_return(self, reason=None):
        """Give records into the pool.

        :param str reason: why, in words; without one nothing is returned
        """
        self._check_in_sales("write")
        records = self.exists()
        records.check_access("write")
        reason = reason.strip() if isinstance(reason, str) else ""
        if not reason:
            raise UserError(
                self.env._("Say why you return it: whoever claims it next reads the reason.")
            )
        records = records._get_pooled()
        records._check_return()
        records._return_to_pool(reason)
        return True

    def action_give_back(self):
        """Give records that went into the pool back to who had them before."""
        records = self.sudo().exists()._get_pooled().sudo()
        records._check_lying()
        owners = records._get_last_owners()
        for record in records:
            record.sudo(False)._check_give_back(owners.get(record.id))
        records._lock_for_pool()
        records._check_lying()
        reason = self.env._("Given back")
        for user, of_user in records.grouped(lambda record: owners[record.id]).items():
            self._log_pool_move(of_user, "assign", to_user=user, reason=reason)
            values = {**OUT_OF_POOL, "held_since": fields.Datetime.now()}
            of_user._set_pool_owner(user, values, reason)
            trail = self.env._("Given back to %(user)s from the pool.", user=user.name)
            self.env["sales.handover"].sudo()._leave_trail(of_user.with_context(**QUIETLY), trail)
        return True

    # === BUSINESS METHODS === #
    def _check_return(self):
        """:raises AccessError: the records are somebody else's"""
        user = self.env.user
        if self.env.su or user.has_group("sales_team.group_sale_salesman_all_leads"):
            return
        leads = user.has_group("sales_system.group_sale_salesman_team")
        for record in self:
            owner = record.sudo().user_id
            if owner and owner != user and not (leads and user in owner.sales_leader_ids):
                raise AccessError(
                    self.env._(
                        "%(names)s is looked after by %(owner)s. Only they and their leaders "
                        "return it to the pool.",
                        names=record._get_pool_label(),
                        owner=owner.name,
                    )
                )

    def _return_to_pool(self, reason, kind="return", pool=None):
        """Give records into a pool.

        :param str kind: ``return`` by a person, or ``recycle`` by a scheduled action
        :param pool: into this one; by default each into the first that takes it
        :return: the records that are in a pool now. Those that no pool takes stay as they are
            when recycled, and are refused when a person returns them.
        """
        records = self.sudo()._get_pooled().sudo()
        records._lock_for_pool()
        if kind != "recycle":
            records._check_not_pooled()
        if pool:
            found = dict.fromkeys(records.ids, pool.id)
        else:
            found = self.env["sales.pool"]._find(records)
        lost = records.filtered(lambda record: record.id not in found)
        if lost and kind != "recycle":
            raise UserError(
                self.env._(
                    "No public pool takes %(names)s: its territory, level, team or category fits "
                    "none. Ask an administrator of Sales for a pool, or hand it to a colleague.",
                    names=lost.sudo(False)._get_pool_label(),
                )
            )
        taken = records - lost
        for pool_id, of_pool in taken.grouped(lambda record: found[record.id]).items():
            of_pool._move_to_pool(self.env["sales.pool"].sudo().browse(pool_id), reason, kind)
        return taken.sudo(self.env.su)

    def _check_not_pooled(self):
        if pooled := self.filtered("pool_id"):
            raise UserError(
                self.env._(
                    "%(names)s lies in the pool %(pool)s already.",
                    names=pooled._get_pool_label(),
                    pool=pooled.pool_id[:1].name,
                )
            )

    def _move_to_pool(self, pool, reason, kind):
        self._log_pool_move(self, kind, reason=reason, pool=pool)
        self.filtered("pool_warning")._unlink_pool_warnings()
        self._set_pool_owner(
            self.env["res.users"],
            {
                **NOT_CLAIMED,
                **NO_WARNING,
                "pool_id": pool.id,
                "pool_since": fields.Datetime.now(),
                "pool_reason": reason,
                "held_since": False,
                "protected_until": False,
            },
            reason,
        )
        trail = self.env._("Came into the pool %(pool)s: %(reason)s", pool=pool.name, reason=reason)
        self.env["sales.handover"].sudo()._leave_trail(self.with_context(**QUIETLY), trail)

    # === GIVING BACK === #
    def _check_lying(self):
        for record in self:
            if record.user_id or not record.pool_id:
                raise UserError(
                    self.env._(
                        "%(names)s is in no public pool any more, so it is not given back.",
                        names=record._get_pool_label(),
                    )
                )

    def _get_last_owners(self):
        """:return: dict of record id → user from whom it went into the pool"""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (res_id) res_id, from_user_id FROM sales_pool_move
                 WHERE res_model = %s AND res_id = ANY(%s) AND kind IN ('return', 'recycle')
                 ORDER BY res_id, id DESC
                """,
                self._name,
                self.ids,
            )
        )
        users = self.env["res.users"]
        return {record_id: users.browse(user_id) for record_id, user_id in rows}

    def _check_give_back(self, owner):
        """:raises UserError: the record cannot go to who had it, or the user does not decide it"""
        self.ensure_one()
        if not self._is_pool_manager():
            raise AccessError(
                self.env._(
                    "Only leaders of those who may claim give records of a pool back to who had "
                    "them. Claim the record instead."
                )
            )
        if not owner or not owner.sudo().active:
            raise UserError(
                self.env._(
                    "%(names)s was with nobody who is still here. Assign it to somebody instead.",
                    names=self._get_pool_label(),
                )
            )
