from datetime import timedelta

from odoo.tests import freeze_time, tagged

from .common import DEADLINE, NegotiationCommon


@tagged("post_install", "-at_install", "sales_planning")
class TestReminders(NegotiationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._start()
        cls._submit(cls.other_target)

    def _remind(self, days):
        """:param int days: after the deadline
        :return: the users who got a message
        """
        last = self.env["mail.message"].search([], order="id desc", limit=1)
        with freeze_time(DEADLINE + timedelta(days=days)), self.enter_registry_test_mode():
            self.env.ref("sales_planning.ir_cron_sales_target_remind").method_direct_trigger()
        self.env.invalidate_all()
        messages = self.env["mail.message"].search([("id", ">", last.id)])
        return messages.notified_partner_ids.user_ids

    def test_nobody_is_reminded_early(self):
        self.assertFalse(self._remind(-3))

    def test_owners_two_days_before(self):
        owners = self.seller | self.region_leader
        self.assertEqual(self._remind(-2), owners)
        self.assertFalse(self._remind(-2), "at most once a day")
        self.assertEqual(self._remind(-1), owners)

    def test_leaders_when_overdue(self):
        self._submit(self.top)
        self.assertEqual(self._remind(0), self.seller)
        self.assertEqual(self._remind(1), self.seller | self.region_leader)
        self.assertFalse(self._remind(1))

    def test_a_later_deadline_ends_the_reminders(self):
        with freeze_time(DEADLINE):
            self.plan.proposal_deadline = DEADLINE + timedelta(days=30)
        self.assertFalse(self._remind(1))

    def test_an_approved_plan_reminds_nobody(self):
        self._approve_plan()
        self.assertFalse(self._remind(1))
