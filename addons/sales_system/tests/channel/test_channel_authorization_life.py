from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from ..contract.common import TODAY, ContractCommon
from .common import AuthorizationMixin


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestChannelAuthorizationLife(AuthorizationMixin, ContractCommon):
    """How an authorization ends, and what comes after it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_channel()
        cls.held = cls._authorize(cls.distributor, cls.region, cls.category, is_exclusive=True)

    def _revoke(self, last_day, user=None):
        action = self._as(user or self.seller, self.held).action_open_revoke()
        self._as(user or self.seller, self.env[action["res_model"]]).with_context(
            **action["context"]
        ).create({"last_day": last_day, "reason": "Sells in the North"}).action_revoke()

    def test_revoked_from_a_day_on(self):
        self._revoke("2026-06-30")
        self.assertRecordValues(
            self.held,
            [
                {
                    "state": "active",
                    "date_to": self.held.date_to,
                    "date_end": self.held.revocation_date,
                    "revocation_reason": "Sells in the North",
                }
            ],
        )
        with self._refused(UserError, "exclusively for Bikes in East, 06/30/2026 – 06/30/2026"):
            self._authorize(self.rival, self.region, self.category, date_from="2026-06-30")
        self._authorize(self.rival, self.region, self.category, date_from="2026-07-01")
        # What somebody else got meanwhile does not come back.
        with (
            self._refused(UserError, "North Cycle is authorized for Bikes in East too"),
            self.env.cr.savepoint(),
        ):
            self.held.action_withdraw_revocation()

    def test_revoked_for_days_that_are_over(self):
        self._revoke("2026-06-14")
        self.assertEqual(self.held.state, "ended")
        self.held.action_withdraw_revocation()
        self.assertRecordValues(self.held, [{"state": "active", "revocation_date": False}])
        self._revoke("2025-12-31")
        self.assertEqual(self.held.state, "ended")
        self._authorize(self.rival, self.region, self.category)

    def test_days_that_it_cannot_be_revoked_on(self):
        for day in ("2025-12-30", "2027-01-01"):
            with self.subTest(day=day), self._refused(UserError, "or 12/31/2025 to have it never"):
                self._revoke(day)
        with self._refused(UserError, "has not been revoked"):
            self.held.action_withdraw_revocation()
        with self.assertRaises(AccessError):
            self._revoke("2026-06-30", self.other_seller)

    def test_it_ends_by_itself_after_a_reminder(self):
        open_end = self._authorize(self.distributor, self.north, self.parts, date_to=False)
        cron = "ir_cron_sales_channel_authorization_dates"
        self._run_cron("2026-11-30", cron)
        self.assertFalse(self.held.activity_ids)
        self._run_cron("2026-12-01", cron)
        self._run_cron("2026-12-02", cron)
        self.assertRecordValues(
            self.held.activity_ids,
            [{"user_id": self.seller.id, "date_deadline": self.held.date_to}],
        )
        self._run_cron("2026-12-31", cron)
        self.assertEqual(self.held.state, "active")
        self._run_cron("2027-01-01", cron)
        self.assertEqual((self.held | open_end).mapped("state"), ["ended", "active"])
        self.assertFalse(open_end.activity_ids)
        with self._refused(UserError, "exclusively"):
            self._authorize(self.rival, self.region, self.category)

    def test_no_reminder_where_it_goes_on(self):
        self.company.sales_channel_reminder_days = 60
        self._renew().action_activate()
        self._run_cron("2026-12-01", "ir_cron_sales_channel_authorization_dates")
        self.assertFalse(self.held.activity_ids)

    def _renew(self):
        action = self._as(self.seller, self.held).action_renew()
        return self.env[action["res_model"]].browse(action["res_id"])

    def test_renewal(self):
        renewal = self._renew()
        self.assertEqual(self._renew(), renewal)
        self.assertRecordValues(
            renewal,
            [
                {
                    "state": "draft",
                    "renewed_from_id": self.held.id,
                    "territory_ids": self.region.ids,
                    "categ_ids": self.category.ids,
                    "is_exclusive": True,
                }
            ],
        )
        self.assertEqual(f"{renewal.date_from} {renewal.date_to}", "2027-01-01 2027-12-31")
        renewal.action_activate()
        for dates, expected in (
            (("2026-01-01", "2026-02-28"), "2026-03-01 2026-04-30"),
            (("2026-01-01", "2026-01-10"), "2026-01-11 2026-01-20"),
        ):
            with self.subTest(dates=dates):
                self.held = self._authorize(
                    self.rival, self.north, self.parts, date_from=dates[0], date_to=dates[1]
                )
                self.held.user_id = self.seller
                renewal = self._renew()
                self.assertEqual(f"{renewal.date_from} {renewal.date_to}", expected)
        endless = self._authorize(self.rival, self.north, self.parts, date_to=False)
        with self._refused(UserError, "has no end"):
            endless.action_renew()

    def test_a_renewal_leaves_a_contract_that_ends(self):
        contract = self._create_contract(state="active", partner_id=self.distributor.id)
        self.held = self._authorize(
            self.distributor, self.north, self.parts, contract_id=contract.id
        )
        self.assertFalse(self._renew().contract_id)
