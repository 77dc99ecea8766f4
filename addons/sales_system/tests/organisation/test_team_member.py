from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Date
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import OrganisationCommon


@tagged("post_install", "-at_install", "sales_system")
@freeze_time("2026-05-10")
class TestTeamMember(OrganisationCommon):
    def _join(self, team=None, **values):
        return self.env["crm.team.member"].create(
            {"crm_team_id": (team or self.east).id, "user_id": self.seller.id, **values}
        )

    def _history(self):
        members = self.env["crm.team.member"].with_context(active_test=False)
        return members.search([("user_id", "=", self.seller.id)], order="id")

    def test_joining_starts_today(self):
        member = self._join()
        self.assertEqual(
            (member.active, member.date_start, member.date_end),
            (True, Date.to_date("2026-05-10"), False),
        )

    def test_leaving_keeps_the_row(self):
        member = self._join(date_start="2026-01-01")
        self.east.member_ids -= self.seller
        self.assertEqual(self._history(), member)
        self.assertEqual((member.active, member.date_end), (False, Date.to_date("2026-05-09")))
        self.assertFalse(self.east.member_ids)

    def test_coming_back_is_another_membership(self):
        first = self._join(date_start="2026-01-01")
        first.action_archive()
        self.east.member_ids += self.seller
        second = self._history() - first
        self.assertEqual((second.active, second.date_start), (True, Date.to_date("2026-05-10")))
        self.assertEqual(first.date_end, Date.to_date("2026-05-09"))

    def test_leaving_and_coming_back_on_one_day(self):
        first = self._join()
        first.action_archive()
        self._join()
        self.assertEqual(self.east.member_ids, self.seller)
        self.assertEqual(first.date_end, Date.to_date("2026-05-09"))

    def test_moving_to_another_team_ends_the_first_membership(self):
        first = self._join(date_start="2026-01-01")
        self._join(self.west)
        self.assertEqual((first.active, first.date_end), (False, Date.to_date("2026-05-09")))
        self.assertEqual(self.west.member_ids, self.seller)

    def test_a_future_membership_waits_for_its_day(self):
        now = self._join(date_start="2026-01-01")
        future = self._join(self.west, date_start="2026-06-01")
        self.assertEqual((now.active, future.active), (True, False))
        self.env["crm.team.member"]._cron_update_active()
        self.assertEqual((now.active, future.active), (True, False))
        with freeze_time("2026-06-01"):
            self.env["crm.team.member"]._cron_update_active()
        self.assertEqual((now.active, future.active), (False, True))
        self.assertEqual(now.date_end, Date.to_date("2026-05-31"))

    def test_the_last_day_counts(self):
        member = self._join(date_start="2026-01-01", date_end="2026-05-10")
        self.env["crm.team.member"]._cron_update_active()
        self.assertTrue(member.active)
        with freeze_time("2026-05-11"):
            self.env["crm.team.member"]._cron_update_active()
        self.assertEqual((member.active, member.date_end), (False, Date.to_date("2026-05-10")))

    def test_dates_switch_the_membership(self):
        member = self._join(date_start="2026-01-01")
        member.date_end = "2026-03-31"
        self.assertFalse(member.active)
        member.date_end = False
        self.assertTrue(member.active)

    def test_taking_an_end_back(self):
        member = self._join(date_start="2026-01-01")
        member.action_archive()
        member.action_unarchive()
        self.assertEqual((member.active, member.date_end), (True, False))

    def test_past_memberships_can_be_entered(self):
        self._join(date_start="2025-01-01", date_end="2025-12-31")
        member = self._join(date_start="2026-01-01")
        self.assertEqual(self._history().mapped("active"), [False, True])
        self.assertEqual(self.east.member_ids, member.user_id)

    def test_overlaps_are_refused(self):
        self._join(date_start="2026-01-01", date_end="2026-03-31")
        for start, end in (
            ("2026-03-31", False),
            ("2025-12-01", "2026-01-01"),
            ("2026-02-01", "2026-02-02"),
            ("2025-01-01", False),
        ):
            with (
                self.subTest(start=start, end=end),
                self.assertRaisesRegex(ValidationError, "already belongs to East from 2026-01-01"),
                self.env.cr.savepoint(),
            ):
                self._join(date_start=start, date_end=end)
        self._join(date_start="2026-04-01")
        self._join(self.west, date_start="2026-02-01", date_end="2026-02-28")

    def test_an_end_before_the_start_is_refused(self):
        member = self._join()
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            member.date_end = "2026-01-01"
            self.env.flush_all()

    def test_only_an_administrator_edits(self):
        member = self._join()
        for user in (self.seller, self.east_leader, self.leader):
            with self.assertRaises(AccessError):
                member.with_user(user).date_end = "2026-12-31"
