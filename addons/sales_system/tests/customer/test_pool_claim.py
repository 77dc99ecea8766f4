from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .pool_common import TODAY, PoolCommon


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestPoolClaim(PoolCommon):
    """Taking leads and customers out of a pool, and the limits on that."""

    def _claim(self, user, records):
        return self._as(user, records).action_claim()

    def _refused(self, user, records, error=UserError):
        with self.assertRaises(error) as refusal:
            self._claim(user, records)
        self.env.invalidate_all()
        return str(refusal.exception)

    def test_claimed(self):
        lead = self._create_pooled()
        lead.activity_schedule("mail.mail_activity_data_call", user_id=self.seller.id)
        action = self._claim(self.other_seller, lead)
        self.assertIn("2 of East", action["params"]["message"])
        self.assertRecordValues(
            lead,
            [
                {
                    "user_id": self.other_seller.id,
                    "pool_id": False,
                    "claimed_pool_id": self.pool.id,
                    "pool_reason": False,
                }
            ],
        )
        self.assertEqual(str(lead.protected_until), "2026-04-01")
        self.assertEqual(str(lead.date_open)[:10], str(self.env.cr.now())[:10])
        self.assertEqual(lead.activity_ids.user_id, self.other_seller)
        self.assertRecordValues(
            self._moves(lead),
            [
                {
                    "kind": "return",
                    "from_user_id": self.seller.id,
                    "to_user_id": False,
                    "reason": "No budget",
                    "pool_id": self.pool.id,
                    "company_id": self.company.id,
                },
                {
                    "kind": "claim",
                    "from_user_id": False,
                    "to_user_id": self.other_seller.id,
                    "reason": False,
                    "pool_id": self.pool.id,
                    "company_id": self.company.id,
                },
            ],
        )

    def test_colleagues_keep_their_activities(self):
        """Whoever looks after the invoices of a customer goes on doing so."""
        self.customer.user_id = self.seller
        theirs, mine = (
            self.customer.activity_schedule("mail.mail_activity_data_call", user_id=user.id)
            for user in (self.manager, self.seller)
        )
        self.customer._return_to_pool("Test")
        self._claim(self.other_seller, self.customer)
        self.assertEqual((theirs.user_id, mine.user_id), (self.manager, self.other_seller))

    def test_a_customer_comes_with_the_contacts_of_its_salesperson(self):
        contacts = self.env["res.partner"].create(
            [
                {"name": "Buyer", "parent_id": self.customer.id, "user_id": user.id}
                for user in (self.seller, self.leader)
            ]
        )
        self.customer.user_id = self.seller
        contacts[0].user_id = self.seller
        self._as(self.seller, self.customer).action_return("Moves away")
        self.assertFalse(self.customer.user_id)
        self.assertEqual([one.user_id for one in contacts], [self.env["res.users"], self.leader])
        self._claim(self.other_seller, contacts[0])
        self.assertEqual(self.customer.user_id, self.other_seller)
        self.assertEqual([one.user_id for one in contacts], [self.other_seller, self.leader])

    def test_others_are_told_that_somebody_was_faster(self):
        lead = self._create_pooled()
        self._claim(self.seller, lead)
        sentence = self._refused(self.other_seller, lead)
        self.assertIn("Somebody else was faster", sentence)
        self.assertNotIn(self.seller.name, sentence)
        self.assertIn("is yours already", self._refused(self.seller, lead))
        self.assertEqual(len(self._moves(lead)), 2)

    def test_all_of_them_or_none(self):
        leads = self._create_pooled(2)
        self._claim(self.seller, leads[0])
        self.assertIn("Somebody else was faster", self._refused(self.other_seller, leads))
        self.assertFalse(leads[1].user_id)
        self.assertEqual(self._as(self.other_seller, self.pool).claims_left, 3)

    def test_limit_of_a_day(self):
        leads = self._create_pooled(6)
        self._claim(self.other_seller, leads[:2])
        sentence = self._refused(self.other_seller, leads[2:4])
        self.assertIn("claimed 2 of the 3 records", sentence)
        self.assertIn("again on 03/03/2026", sentence)
        self._claim(self.other_seller, leads[2])
        self.assertEqual(self._as(self.other_seller, self.pool).claims_left, 0)
        # Of each salesperson, and until the day is over.
        self._claim(self.seller, leads[3])
        with freeze_time("2026-03-03 09:00:00"):
            self._claim(self.other_seller, leads[4])

    def test_the_day_is_that_of_the_company(self):
        self.company.partner_id.tz = "Asia/Shanghai"
        self.pool.claim_limit = 1
        leads = self._create_pooled(2)
        self._claim(self.seller, leads[0])
        with freeze_time("2026-03-02 16:30:00"):
            self._claim(self.seller, leads[1])

    def test_limit_of_records_held(self):
        self.pool.write({"hold_limit": 2, "claim_limit": 0})
        leads = self._create_pooled(4)
        self._claim(self.other_seller, leads[:2])
        sentence = self._refused(self.other_seller, leads[2])
        self.assertIn("You hold 2 records that you claimed from East, and 2 are allowed", sentence)
        leads[0].action_set_lost()
        self._claim(self.other_seller, leads[2])
        self._as(self.other_seller, leads[1]).action_return("Too far")
        self._claim(self.other_seller, leads[3])

    def test_not_back_to_whoever_had_it(self):
        self.pool.reclaim_days = 10
        lead = self._create_pooled()
        sentence = self._refused(self.seller, lead)
        self.assertIn("you can claim it back on 03/12/2026", sentence)
        self._claim(self.other_seller, lead)
        with freeze_time("2026-03-12 09:00:01"):
            self._as(self.other_seller, lead).action_return("Done")
            self._claim(self.seller, lead)

    def test_not_in_a_pool(self):
        lead = self._create_lead()
        lead.user_id = False
        self.assertIn("does not lie in a public pool", self._refused(self.seller, lead))
        self.assertIn("Nothing to claim", self._refused(self.seller, lead.browse()))

    def test_not_my_pool(self):
        lead = self._create_pooled()
        self.assertIn(
            "may not claim from the pool East", self._refused(self.stray, lead, AccessError)
        )
        self._refused(self.outsider, lead, AccessError)
        stranger = self._create_stranger()
        self._refused(stranger, lead, AccessError)
        self.assertFalse(lead.user_id)
        self.pool.user_ids = self.stray
        self._claim(self.stray, lead)

    def test_a_pool_of_everybody(self):
        self.pool.team_ids = False
        lead = self._create_pooled()
        stranger = self._create_stranger()
        self._refused(stranger, lead, AccessError)
        self._claim(self.stray, lead)

    def test_protection_by_level(self):
        level_a, level_b = self.env["sales.customer.level"].create([{"name": "A"}, {"name": "B"}])
        for partner, level in ((self.customer, level_a), (self.other_customer, level_b)):
            self._set_level(partner, level)
        self.pool.protection_ids = [(0, 0, {"level_id": level_a.id, "days": 90})]
        leads = self.env["crm.lead"].concat(
            *(
                self._create_pooled(partner_id=partner.id)
                for partner in (self.customer, self.other_customer)
            )
        )
        self._claim(self.other_seller, leads)
        self.assertEqual(
            [str(lead.protected_until) for lead in leads], ["2026-05-31", "2026-04-01"]
        )

    def test_nobody_gets_round_claiming(self):
        lead = self._create_pooled()
        with self.assertRaisesRegex(AccessError, "only leaders assign from the pool"):
            self._as(self.seller, lead).user_id = self.seller
        for values in (
            {"pool_id": False},
            {"protected_until": "2099-01-01"},
            {"held_since": "2099-01-01"},
        ):
            with self.assertRaisesRegex(UserError, "cannot be set by hand"):
                self._as(self.manager, lead).write(values)
        with self.assertRaisesRegex(UserError, "cannot be set by hand"):
            self._as(self.seller, lead).create({"name": "x", "pool_id": self.pool.id})

    def test_leaders_assign(self):
        leads = self._create_pooled(2)
        self._as(self.city_leader, leads[0]).user_id = self.seller
        self._as(self.leader, leads[1]).user_id = self.other_seller
        self.assertRecordValues(leads, [{"pool_id": False}] * 2)
        self.assertEqual(self._moves(leads[0]).mapped("kind"), ["return", "assign"])

    def test_number_of_statements(self):
        self.pool.claim_limit = 0

        def count(number):
            leads = self._create_pooled(number)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            # Of the team of the leads: Odoo looks for another team for each of them otherwise.
            self._claim(self.seller, leads)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(1)
        self.assertEqual(count(2), count(30))

    @mute_logger("odoo.sql_db")
    def test_impossible_pools(self):
        for values in (
            {"contact_return_days": 7, "contact_warn_days": 7},
            {"order_return_days": 7, "order_warn_days": 8},
            {"contract_return_days": 1, "contract_warn_days": 1},
            {"contact_return_days": -1},
            {"claim_limit": -1},
        ):
            with self.subTest(values=values):
                with self.assertRaises(CheckViolation), self.env.cr.savepoint():
                    self._create_pool(**values)

    def test_a_pool_with_records_stays(self):
        lead = self._create_pooled()
        self.env.flush_all()
        with self.assertRaisesRegex(UserError, "1 records lie in East"):
            self.pool.active = False
        self._claim(self.seller, lead)
        with self.assertRaisesRegex(UserError, "its log stays"):
            self.pool.unlink()
        self.pool.active = False
