from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column


class CrmTeamMember(models.Model):
    """Team membership: the days on which a salesperson belongs to a team.

    Ending one keeps the row: ``active`` says whether today lies in its days, and the archived
    rows are the history.
    """

    _inherit = "crm.team.member"

    date_start = fields.Date(string="Member From", required=True, default=fields.Date.context_today)
    date_end = fields.Date(
        string="Member Until",
        copy=False,
        help="The last day in the team. Empty while no end is known.",
    )

    # A membership that is taken back on its first day has no days: it ends the day before.
    _period = models.Constraint(
        "CHECK (date_end IS NULL OR date_end >= date_start - 1)",
        "A membership cannot end before it starts.",
    )

    def _auto_init(self):
        # Memberships older than this field: from the day they were entered, and those already
        # archived until they were last touched.
        if not column_exists(self.env.cr, "crm_team_member", "date_start"):
            create_column(self.env.cr, "crm_team_member", "date_start", "date")
            create_column(self.env.cr, "crm_team_member", "date_end", "date")
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE crm_team_member
                       SET date_start = COALESCE(create_date, now())::date,
                           date_end = CASE WHEN active IS NOT TRUE THEN
                               COALESCE(GREATEST(write_date, create_date), now())::date - 1 END
                    """
                )
            )
        return super()._auto_init()

    # === CONSTRAINT METHODS === #
    @api.constrains("crm_team_id", "user_id", "date_start", "date_end")
    def _check_overlap(self):
        others = self.with_context(active_test=False).search(
            [("crm_team_id", "in", self.crm_team_id.ids), ("user_id", "in", self.user_id.ids)]
        )
        for member in self:
            for other in others - member:
                if member._overlaps(other):
                    raise ValidationError(
                        self.env._(
                            "%(user)s already belongs to %(team)s from %(start)s to %(end)s. "
                            "A person belongs to a team once at a time: end that membership "
                            "before this one starts on %(new_start)s.",
                            user=member.user_id.name,
                            team=member.crm_team_id.name,
                            start=other.date_start,
                            end=other.date_end or self.env._("further notice"),
                            new_start=member.date_start,
                        )
                    )

    # === CRUD METHODS === #
    @api.model_create_multi
    def create(self, vals_list):
        """A membership of the past or the future is created archived."""
        today = fields.Date.context_today(self)
        return super().create([self._prepare_activity(vals, today) for vals in vals_list])

    def write(self, vals):
        if {"date_start", "date_end"} & vals.keys():
            # The days say who is a member; a flag beside them could contradict them.
            result = super().write({key: vals[key] for key in vals if key != "active"})
            self._update_active()
            return result
        if "active" not in vals:
            return super().write(vals)
        switched = self.filtered(lambda member: member.active != vals["active"])
        result = super().write(vals)
        switched._follow_activity()
        return result

    def _synchronize_memberships(self, user_team_ids):
        """Only who is a member today leaves the other teams."""
        today = fields.Date.context_today(self)
        return super()._synchronize_memberships(
            [vals for vals in user_team_ids if self._covers(today, vals)]
        )

    # === ACTION METHODS === #
    def action_open_handover(self):
        self.ensure_one()
        return self.user_id.action_open_handover()

    # === BUSINESS METHODS === #
    @api.model
    def _covers(self, day, vals):
        """:param vals: values of a membership to be, where a missing start means today"""
        start = fields.Date.to_date(vals.get("date_start")) or day
        end = fields.Date.to_date(vals.get("date_end"))
        return start <= day and (not end or day <= end)

    def _overlaps(self, other):
        self.ensure_one()
        return (
            self.user_id == other.user_id
            and self.crm_team_id == other.crm_team_id
            and (not other.date_end or self.date_start <= other.date_end)
            and (not self.date_end or other.date_start <= self.date_end)
        )

    @api.model
    def _prepare_activity(self, vals, today):
        """:return: the values of a new membership with the flag that goes with its days"""
        if not self._covers(today, vals):
            return {**vals, "active": False}
        if vals.get("active", True):
            return vals
        return {**vals, "date_end": today - relativedelta(days=1)}

    def _follow_activity(self):
        """Date the memberships that were switched on or off by hand."""
        today = fields.Date.context_today(self)
        started = self.filtered("active")
        super(CrmTeamMember, started).write({"date_end": False})  # pylint: disable=super-method-mismatch
        early = started.filtered(lambda member: member.date_start > today)
        super(CrmTeamMember, early).write({"date_start": today})  # pylint: disable=super-method-mismatch
        ended = (self - started).filtered(
            lambda member: not member.date_end or member.date_end >= today
        )
        yesterday = today - relativedelta(days=1)
        super(CrmTeamMember, ended).write(  # pylint: disable=super-method-mismatch
            {"date_end": yesterday}
        )

    def _update_active(self):
        """Archive the memberships among these that ended, and start those whose day came."""
        today = fields.Date.context_today(self)
        current = self.filtered(
            lambda member: (
                member.date_start <= today and (not member.date_end or member.date_end >= today)
            )
        )
        ended = (self - current).filtered("active")
        started = current.filtered(lambda member: not member.active)
        super(CrmTeamMember, ended).write({"active": False})  # pylint: disable=super-method-mismatch
        super(CrmTeamMember, started).write({"active": True})  # pylint: disable=super-method-mismatch

    @api.model
    def _cron_update_active(self):
        today = fields.Date.context_today(self)
        self.with_context(active_test=False).search(
            [
                "|",
                "&",
                ("active", "=", True),
                ("date_end", "<", today),
                "&",
                "&",
                ("active", "=", False),
                ("date_start", "<=", today),
                "|",
                ("date_end", "=", False),
                ("date_end", ">=", today),
            ]
        )._update_active()
