from odoo.tests import freeze_time, tagged

from .pool_common import PoolCommon

TEXT = "Good morning"


@tagged("post_install", "-at_install", "sales_system")
class TestPoolRecycle(PoolCommon):
    """Silent records: the owner is warned, the leader is told, then they go into the pool."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Nothing of what the database happens to hold goes anywhere.
        cls.env["sales.pool"].search([("id", "!=", cls.pool.id)]).write(
            {f"{trigger}_return_days": 0 for trigger in ("contact", "order", "contract")}
        )
        cls.pool.write({"contact_return_days": 30, "contact_warn_days": 7})

    def setUp(self):
        super().setUp()
        self.lead = self._create_lead()
        self._made_on(self.lead, "2026-01-01 08:00:00")

    def _made_on(self, record, moment):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET create_date = %(moment)s, held_since = %(moment)s,"
            " date_open = %(moment)s WHERE id = %(id)s",
            {"moment": moment, "id": record.id},
        )
        self.env.invalidate_all()

    def _run(self, moment):
        with freeze_time(moment), self.enter_registry_test_mode():
            self.env.ref("sales_system.ir_cron_sales_pool_recycle").method_direct_trigger()
        self.env.invalidate_all()

    def _warnings(self, record):
        warning = self.env.ref("sales_system.mail_activity_type_pool_warning")
        return record.activity_ids.filtered(lambda activity: activity.activity_type_id == warning)

    def _told(self, user):
        """:return: subjects of what a person was told about the pool"""
        return self.env["mail.message"].search(
            [("model", "=", "sales.pool"), ("partner_ids", "in", user.partner_id.ids)]
        )

    def test_warned_then_returned_then_claimed_then_assigned(self):
        # 22 days of silence: nothing yet.
        self._run("2026-01-23 08:00:00")
        self.assertFalse(self._warnings(self.lead))
        # 23 days: the owner is warned, the leader told.
        self._run("2026-01-24 08:00:01")
        warning = self._warnings(self.lead)
        self.assertRecordValues(warning, [{"user_id": self.seller.id}])
        self.assertEqual(str(warning.date_deadline), "2026-01-31")
        self.assertIn("goes to the pool East", warning.summary)
        self.assertIn("Bikes for a school", self._told(self.city_leader).body)
        self.assertFalse(self._told(self.east_leader))
        # Not every day again.
        self._run("2026-01-25 08:00:00")
        self.assertEqual(self._warnings(self.lead), warning)
        self.assertEqual(len(self._told(self.city_leader)), 1)
        # 30 days: it goes into the pool.
        self._run("2026-01-30 08:00:00")
        self.assertEqual(self.lead.user_id, self.seller)
        self._run("2026-01-31 08:00:01")
        self.assertRecordValues(
            self.lead,
            [
                {
                    "user_id": False,
                    "date_open": False,
                    "pool_id": self.pool.id,
                    "pool_reason": "No contact for 30 days",
                    "pool_warning": False,
                }
            ],
        )
        self.assertFalse(self._warnings(self.lead))
        self.assertEqual(self._moves(self.lead).kind, "recycle")
        self.assertFalse(self._moves(self.lead).user_id)
        self.assertTrue(self._told(self.seller))
        # Claimed by a colleague, who returns it.
        with freeze_time("2026-02-02 08:00:00"):
            self._as(self.other_seller, self.lead).action_claim()
            self._as(self.other_seller, self.lead).action_return("Too far")
        # Odoo's own assignment takes it from there.
        self.env["ir.config_parameter"].set_param("crm.lead.auto.assignment", True)
        self.lead.team_id = self.shanghai
        self.shanghai.assignment_max = 300
        self.shanghai.crm_team_member_ids.write({"assignment_max": 300})
        with freeze_time("2026-02-03 08:00:00"):
            self.shanghai._action_assign_leads()
        self.assertEqual((self.lead.user_id, self.lead.pool_id.ids), (self.seller, []))
        self.assertEqual(self._moves(self.lead)[-1].kind, "assign")

    def test_a_contact_takes_the_warning_back(self):
        self._run("2026-01-24 08:00:01")
        self.assertTrue(self._warnings(self.lead))
        with freeze_time("2026-01-26 08:00:00"):
            self._as(self.seller, self.lead).message_post(
                body=TEXT, message_type="comment", subtype_xmlid="mail.mt_comment"
            )
        self.assertFalse(self._warnings(self.lead))
        self.assertFalse(self.lead.pool_warning)
        self._run("2026-02-10 08:00:00")
        self.assertEqual(self.lead.user_id, self.seller)
        self.assertFalse(self._warnings(self.lead))
        # The silence starts anew, and so do warning and return.
        self._run("2026-02-18 08:00:01")
        self.assertTrue(self._warnings(self.lead))
        self._run("2026-02-25 08:00:01")
        self.assertEqual(self.lead.pool_id, self.pool)

    def test_ticking_the_warning_off_is_no_contact(self):
        self._run("2026-01-24 08:00:01")
        with freeze_time("2026-01-25 08:00:00"):
            self._as(self.seller, self._warnings(self.lead)).action_feedback(feedback="Yes, yes")
        self.assertFalse(self.lead.last_contact_on)
        self._run("2026-01-31 08:00:01")
        self.assertEqual(self.lead.pool_id, self.pool)

    def test_warned_late_is_not_returned_at_once(self):
        self._run("2026-06-01 08:00:00")
        self.assertEqual(self.lead.user_id, self.seller)
        self.assertTrue(self._warnings(self.lead))
        self._run("2026-06-07 08:00:00")
        self.assertEqual(self.lead.user_id, self.seller)
        self._run("2026-06-08 08:00:00")
        self.assertEqual(self.lead.pool_id, self.pool)

    def test_without_a_warning(self):
        self.pool.contact_warn_days = 0
        self._run("2026-01-30 08:00:00")
        self.assertEqual(self.lead.user_id, self.seller)
        self._run("2026-01-31 08:00:01")
        self.assertEqual(self.lead.pool_id, self.pool)

    def test_a_new_salesperson_starts_anew(self):
        self._run("2026-01-24 08:00:01")
        with freeze_time("2026-01-28 08:00:00"):
            self.lead.user_id = self.other_seller
        self.assertFalse(self._warnings(self.lead))
        self._run("2026-02-15 08:00:00")
        self.assertEqual(self.lead.user_id, self.other_seller)
        self.assertFalse(self._warnings(self.lead))

    def test_given_back(self):
        self.pool.contact_warn_days = 0
        self._run("2026-01-31 08:00:01")
        with freeze_time("2026-02-01 08:00:00"):
            self._as(self.city_leader, self.lead).action_give_back()
        self._run("2026-02-20 08:00:00")
        self.assertEqual(self.lead.user_id, self.seller)

    def test_claimed_records_are_protected(self):
        self.pool.write({"protection_days": 40, "contact_warn_days": 7})
        self.lead._return_to_pool("Test")
        with freeze_time("2026-02-01 08:00:00"):
            self._as(self.other_seller, self.lead).action_claim()
        # Silent for 33 days, and protected until March 13.
        self._run("2026-03-05 08:00:00")
        self.assertFalse(self._warnings(self.lead))
        self._run("2026-03-07 08:00:00")
        self.assertTrue(self._warnings(self.lead))
        self._run("2026-03-08 08:00:00")
        self.assertTrue(self._warnings(self.lead))
        self._run("2026-03-14 08:00:00")
        self.assertEqual(self.lead.pool_id, self.pool)

    def test_the_last_protected_day_is_that_of_the_company(self):
        self.company.partner_id.tz = "America/Los_Angeles"
        self.pool.write({"protection_days": 40, "contact_warn_days": 0})
        self.lead._return_to_pool("Test")
        with freeze_time("2026-02-01 12:00:00"):
            self._as(self.other_seller, self.lead).action_claim()
        self.assertEqual(str(self.lead.protected_until), "2026-03-13")
        # March 13, 20:00 there; then March 14, 1:00.
        self._run("2026-03-14 03:00:00")
        self.assertEqual(self.lead.user_id, self.other_seller)
        self._run("2026-03-14 08:00:00")
        self.assertEqual(self.lead.pool_id, self.pool)

    def test_in_the_language_of_whoever_reads(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.seller.lang = "fr_FR"
        self._run("2026-01-25 08:00:00")
        # A French date; the leader reads an American one.
        self.assertIn("on 01/02/2026", self._warnings(self.lead).summary)
        selection = self.env["ir.model.fields.selection"].search(
            [("field_id.name", "=", "pool_warning"), ("value", "=", "contact")]
        )
        selection.with_context(lang="fr_FR").name = "Silence"
        self._run("2026-02-02 08:00:00")
        for user, label in ((self.seller, "Silence"), (self.city_leader, "No Contact")):
            self.assertIn(label, self._told(user).sorted("id")[-1].body)

    def test_what_is_over_stays_where_it_is(self):
        won, lost, pooled = (self._create_lead() for _ in range(3))
        won.action_set_won()
        lost.action_set_lost()
        self.pool.contact_warn_days = 0
        pooled._return_to_pool("Test")
        since = pooled.pool_since
        for lead in (won, lost, pooled):
            self._made_on(lead, "2026-01-01 08:00:00")
        self._run("2026-06-01 08:00:00")
        self.assertEqual((won + lost).user_id, self.seller)
        self.assertEqual(pooled.pool_since, since)

    def test_switched_off(self):
        self.env["res.config.settings"].create({"group_sales_pool": False}).execute()
        self.pool.contact_warn_days = 0
        self._run("2026-06-01 08:00:00")
        self.assertEqual(self.lead.user_id, self.seller)

    def test_number_of_statements(self):
        """Of a batch, whatever its size."""
        self.pool.contact_warn_days = 0

        def count(number):
            for _ in range(number):
                self._made_on(self._create_lead(), "2026-01-01 08:00:00")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            for model in ("crm.lead", "res.partner"):
                pools = self.env["sales.pool"]
                condition = pools._return_condition(model, "contact")
                due = self.env.execute_query(pools._due_query(model, "contact", condition, 0, 500))
                if due:
                    pools._return_due("contact", pools._group_due(model, due))
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(1)
        few, many = count(3), count(15)
        self.assertEqual(few, many)
