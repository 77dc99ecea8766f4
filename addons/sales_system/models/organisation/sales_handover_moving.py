from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# One message for each successor says it all; nobody wants one for each record. What tracking
# would log one record at a time, _leave_trail logs for all at once.
QUIETLY = {
    "mail_auto_subscribe_no_notify": True,
    "mail_activity_quick_update": True,
    "mail_notrack": True,
}


class SalesHandover(models.Model):
    """Carrying out a handover, and taking it back."""

    _inherit = "sales.handover"

    # === CARRYING OUT === #
    def _release(self):
        """Carry out a handover whose day has come, else leave it to its day."""
        self.ensure_one()
        self.released_by_id = self.env.user
        if self.date > fields.Date.context_today(self):
            self._update_state(("draft",), "approved")
        else:
            self._hand_over()

    def _hand_over(self):
        """Move all that still can move, in one transaction."""
        self.ensure_one()
        self._update_state(
            ("draft", "approved"),
            "done",
            date=fields.Date.context_today(self),
            done_by_id=self.env.user.id,
            done_on=fields.Datetime.now(),
        )
        included = self.line_ids.filtered("included")
        (self.line_ids - included).state = "left"
        for key, lines in included.grouped("kind").items():
            movable = self._skip_changed(key, lines, self.from_user_id)
            for user, of_user in movable.grouped("to_user_id").items():
                self._move(key, of_user, user)
            movable.state = "moved"
        if self.end_membership:
            self._end_memberships()
        self._tell_successors()

    def _skip_changed(self, key, lines, owner):
        """Lock the records of lines of one kind, and tell those that cannot move.

        :param owner: the user who has to look after the records for them to move
        :return: the lines whose records can move
        """
        kind = self._get_kinds()[key]
        records = self._get_records(kind, lines)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "SELECT id FROM %s WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
                SQL.identifier(records._table),
                records.ids,
            )
        )
        existing = {record_id for (record_id,) in self.env.cr.fetchall()}
        open_ids = self._get_open_ids(key, owner, records)
        for line, record in zip(lines, records, strict=True):
            if record.id in open_ids:
                continue
            problem = {"problem": "gone", "now_with_id": False}
            if record.id in existing:
                now_with = self._get_owner(kind, record)
                other = now_with != owner
                problem = {
                    "problem": "other" if other else "closed",
                    "now_with_id": now_with.id if other else False,
                }
            line.write({"state": "skipped" if line.state == "planned" else line.state, **problem})
        return lines.filtered(lambda line: line.res_id in open_ids)

    def _get_open_ids(self, key, owner, records):
        """:return: ids of those records that a user looks after and that are still open"""
        rows = self.env.execute_query(
            SQL(
                "SELECT res_id FROM (%s) record WHERE res_id = ANY(%s)",
                self._get_collect_query(key, owner),
                records.ids,
            )
        )
        return {record_id for (record_id,) in rows}

    @api.model
    def _get_owner(self, kind, record):
        owner = record[kind.user_field]
        return owner or (record[kind.fallback_field] if kind.fallback_field else owner)

    def _get_records(self, kind, lines):
        """:return: the records of lines, in their order, as whoever carries out the handover"""
        return (
            self.env[kind.model]
            .with_company(self.company_id)
            .with_context(**QUIETLY, active_test=False)
            .browse(lines.mapped("res_id"))
        )

    def _move(self, key, lines, user):
        """Give the records of lines to a user, and have them say by which handover."""
        if not lines:
            return
        kind = self._get_kinds()[key]
        records = self._get_records(kind, lines)
        move = getattr(self, f"_move_{key}", None)
        if move:
            move(records, user, lines)
        else:
            records.write({kind.user_field: user.id})
        if "message_ids" in records._fields:
            self._leave_trail(records, self._get_trail(user))

    def _move_order(self, records, user, lines):
        # An order that comes back to its salesperson needs nobody else to follow it up.
        for salesperson, orders in records.grouped("user_id").items():
            orders.follow_up_user_id = user if user != salesperson else False

    def _get_trail(self, user):
        """:return: what each record says about how it came to a user"""
        values = {"user": user.name, "handover": self._get_html_link(self.name)}
        if self.state == "undone":
            return self.env._("Back with %(user)s: handover %(handover)s was undone.", **values)
        return self.env._("Handed over to %(user)s by %(handover)s.", **values)

    @api.model
    def _leave_trail(self, records, body):
        """Log one note on all records, in one statement after that for the first of them."""
        note = records[:1]._message_log(body=body)
        note.flush_recordset()
        names = (name for name, field in note._fields.items() if field.store and field.column_type)
        columns = SQL(", ").join(
            SQL.identifier(name) for name in names if name not in ("id", "res_id")
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO mail_message (res_id, %(columns)s)
                SELECT record.id, %(columns)s
                  FROM mail_message note CROSS JOIN unnest(%(ids)s::int[]) AS record(id)
                 WHERE note.id = %(note)s
                """,
                columns=columns,
                ids=records[1:].ids,
                note=note.id,
            )
        )
        records.invalidate_recordset(["message_ids"], flush=False)

    # === MEMBERSHIPS === #
    def _end_memberships(self):
        """End the memberships of the predecessor that have no end yet.

        Who moves to another team may have joined it already, from this day on.
        """
        domain = [
            ("user_id", "=", self.from_user_id.id),
            ("date_end", "=", False),
            ("crm_team_id.company_id", "in", (False, self.company_id.id)),
        ]
        if self.reason != "leaves":
            domain.append(("date_start", "<", self.date))
        if self.team_filter_id:
            domain.append(("crm_team_id", "child_of", self.team_filter_id.ids))
        members = self.env["crm.team.member"].with_context(active_test=False).search(domain)
        yesterday = fields.Date.subtract(self.date, days=1)
        for member in members:
            last = max(yesterday, fields.Date.subtract(member.date_start, days=1))
            member.date_end = last
        self.ended_member_ids = members

    # === UNDOING === #
    def _undo(self):
        """Move back what the successors still look after and nobody has closed."""
        self.ensure_one()
        self._check_undo()
        self._update_state(("done",), "undone")
        moved = self.line_ids.filtered(lambda line: line.state == "moved")
        for (key, successor), lines in moved.grouped(
            lambda line: (line.kind, line.to_user_id)
        ).items():
            returning = self._skip_changed(key, lines, successor)
            self._move(key, returning, self.from_user_id)
            self._restore_teams(key, returning)
            returning.state = "returned"
        self.ended_member_ids.date_end = False
        self._tell_successors()

    def _check_undo(self):
        if self.state == "done" and not self.from_user_id.active:
            raise UserError(
                self.env._(
                    "%(person)s is archived, so nothing can go back to them. Let an administrator "
                    "restore the user first, or write a new handover to somebody else.",
                    person=self.from_user_id.name,
                )
            )

    def _restore_teams(self, key, lines):
        """Put documents back into the team that they left with their salesperson."""
        kind = self._get_kinds()[key]
        if kind.team_field:
            for team, of_team in lines.grouped("team_id").items():
                self._get_records(kind, of_team).write({kind.team_field: team.id})

    # === TELLING === #
    def _tell_successors(self):
        """One message to everybody concerned, with what has moved."""
        self.ensure_one()
        self._lines_changed()
        undone = self.state == "undone"
        counted = self.env["sales.handover.line"]._read_group(
            [("handover_id", "=", self.id), ("state", "=", "returned" if undone else "moved")],
            ["sequence", "kind", "to_user_id"],
            ["__count"],
        )
        labels = {key: kind.label for key, kind in self._get_kinds().items()}
        rows = Markup("").join(
            Markup("<li>%s: %s %s</li>") % (user.name, count, labels.get(kind, kind).lower())
            for _sequence, kind, user, count in counted
        )
        person = self.from_user_id.name
        text = (
            self.env._("Undone: everything below is with %(person)s again.", person=person)
            if undone
            else self.env._("Handed over from %(person)s:", person=person)
        )
        users = (self._get_persons() - self.env.user).filtered("active")
        self.message_post(
            body=Markup("<p>%s</p><ul>%s</ul>") % (text, rows),
            partner_ids=users.partner_id.ids,
            author_id=self.env.user.partner_id.id,
            subtype_xmlid="mail.mt_note",
        )

    # === CRON === #
    @api.model
    def _cron_hand_over(self):
        """Carry out the approved handovers whose day has come in their company."""
        due = self.search(
            [
                ("state", "=", "approved"),
                ("date", "<=", fields.Date.add(fields.Date.today(), days=1)),
            ]
        ).filtered(lambda handover: handover._in_company_time()._is_due())
        self.env["ir.cron"]._commit_progress(remaining=len(due))
        for handover in due:
            handover._in_company_time()._hand_over_or_give_back()
            if not self.env["ir.cron"]._commit_progress(1):
                return

    def _in_company_time(self):
        return self.with_context(tz=self.company_id.partner_id.tz or "UTC")

    def _is_due(self):
        return self.date <= fields.Date.context_today(self)

    def _hand_over_or_give_back(self):
        """What stops one handover leaves the others alone: whoever released it is told."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                releasing = self.with_user(self.released_by_id).sudo()
                releasing._check_ready()
                releasing._hand_over()
        except UserError as error:
            self.env.invalidate_all()
            self.action_draft()
            self.activity_schedule(
                "mail.mail_activity_data_todo",
                user_id=self.released_by_id.id,
                summary=self.env._("The handover could not be carried out"),
                note=str(error),
            )
