from datetime import datetime
from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.customer import sales_follow_up_doing
from .follow_up_common import MONDAY, FollowUpCommon

# With the holiday on Wednesday, the third working day after Monday and the two after it.
THURSDAY = datetime(2026, 3, 5, 1)
FRIDAY = datetime(2026, 3, 6, 1)
NEXT_MONDAY = datetime(2026, 3, 9, 1)
NEXT_TUESDAY = datetime(2026, 3, 10, 1)

REMINDED = [("remind", "open")]

TEXT = "Good morning"


@tagged("post_install", "-at_install", "sales_system")
class TestFollowUp(FollowUpCommon):
    """What is done about whom nobody has been in touch with."""

    def _reminders(self, record):
        return record.activity_ids.filtered("automated")

    def _talk(self, record, moment):
        with self._at(moment):
            self._as(self.seller, record).message_post(
                body=TEXT, message_type="comment", subtype_xmlid="mail.mt_comment"
            )

    # === LEADS === #
    def test_reminded_then_the_leader(self):
        self._create_rule(leader_days=5)
        lead = self._create_lead()
        self._follow_up(THURSDAY)
        self.assertFalse(self._steps(lead))
        self._follow_up(FRIDAY)
        self.assertEqual(self._steps(lead), REMINDED)
        self.assertRecordValues(
            self._reminders(lead),
            [
                {
                    "user_id": self.seller.id,
                    "date_deadline": FRIDAY.date(),
                    "summary": "No contact since 03/02/2026",
                    "activity_type_id": self.env.ref(
                        "sales_system.mail_activity_type_follow_up"
                    ).id,
                }
            ],
        )
        self._follow_up(NEXT_MONDAY)
        self.assertEqual(self._steps(lead), REMINDED)
        self._follow_up(NEXT_TUESDAY)
        self.assertEqual(self._steps(lead), [*REMINDED, ("leader", "open")])
        told = self.env["mail.message"].search(
            [("partner_ids", "=", self.city_leader.partner_id.id)], order="id desc", limit=1
        )
        self.assertIn(lead.name, told.body)
        self.assertIn("No contact since 03/02/2026", told.body)
        self.assertFalse(lead.last_contact_on, "telling the leader is no contact")

    def test_once_for_the_same_silence(self):
        self._create_rule()
        lead = self._create_lead()
        for moment in (FRIDAY, FRIDAY, NEXT_MONDAY):
            self._follow_up(moment)
        self.assertEqual(len(self._reminders(lead)), 1)
        self.assertEqual(self._steps(lead), REMINDED)

    @mute_logger("odoo.sql_db")
    def test_the_database_refuses_a_second_reminder(self):
        self._create_rule()
        lead = self._create_lead()
        self._follow_up(FRIDAY)
        follow_up = self.env["sales.follow.up"].search([("lead_id", "=", lead.id)])
        with self._refused(UniqueViolation, "step_of_silence_unique"):
            follow_up.copy()

    def test_a_contact_ends_it_and_silence_begins_anew(self):
        self._create_rule()
        lead = self._create_lead()
        self._follow_up(FRIDAY)
        reminder = self._reminders(lead)
        self._talk(lead, FRIDAY.replace(hour=3))
        self.assertEqual(self._steps(lead), [("remind", "contacted")])
        self.assertFalse(reminder.active)
        self._follow_up(NEXT_TUESDAY)
        self.assertFalse(self._reminders(lead))
        self._follow_up(datetime(2026, 3, 11, 1))
        self.assertEqual(self._steps(lead), [("remind", "contacted"), ("remind", "open")])

    def test_doing_the_reminder_is_a_contact(self):
        self._create_rule()
        lead = self._create_lead()
        self._follow_up(FRIDAY)
        with self._at(FRIDAY.replace(hour=4)):
            self._as(self.seller, self._reminders(lead)).action_feedback(feedback="Called")
        self.assertEqual(self._steps(lead), [("remind", "contacted")])
        self.assertEqual(lead.last_contact_on, FRIDAY.replace(hour=4))

    def test_whoever_takes_over_has_all_the_days(self):
        self._create_rule()
        lead = self._create_lead()
        self._follow_up(FRIDAY)
        with self._at(FRIDAY.replace(hour=5)):
            lead.user_id = self.other_seller
        self._follow_up(NEXT_MONDAY)
        self.assertEqual(self._steps(lead), [("remind", "ended")])
        self.assertFalse(self._reminders(lead))
        self._follow_up(datetime(2026, 3, 11, 1))
        self.assertEqual(self._reminders(lead).user_id, self.other_seller)

    def test_what_is_closed_or_nobodys_is_left_alone(self):
        self._create_rule()
        won = self._create_lead(stage_id=self.won_stage.id)
        lost = self._create_lead()
        lost.action_set_lost()
        nobodys = self._create_lead(user_id=False)
        self._follow_up(NEXT_MONDAY)
        self.assertFalse(self._steps(won) + self._steps(lost) + self._steps(nobodys))

    def test_losing_a_lead_ends_its_follow_up(self):
        self._create_rule()
        lead = self._create_lead()
        self._follow_up(FRIDAY)
        lead.action_set_lost()
        self._follow_up(NEXT_MONDAY)
        self.assertEqual(self._steps(lead), [("remind", "ended")])

    # === POOL === #
    def _create_pool(self, **values):
        self.env["sales.pool"].search([]).active = False
        return self.env["sales.pool"].create(
            {
                "name": "East",
                "company_id": self.company.id,
                "team_ids": [Command.set(self.east.ids)],
                **values,
            }
        )

    def test_reminded_then_the_leader_then_the_pool(self):
        pool = self._create_pool()
        self._create_rule(leader_days=4, return_days=5)
        lead = self._create_lead()
        self._follow_up(FRIDAY)
        self._follow_up(NEXT_MONDAY)
        self.assertEqual(self._steps(lead), [*REMINDED, ("leader", "open")])
        self._follow_up(NEXT_TUESDAY)
        self.assertEqual(
            self._steps(lead), [("remind", "ended"), ("leader", "ended"), ("return", "ended")]
        )
        self.assertRecordValues(
            lead,
            [
                {
                    "user_id": False,
                    "pool_id": pool.id,
                    "pool_reason": "No contact for 5 working days",
                }
            ],
        )
        self.assertFalse(self._reminders(lead))
        for user in (self.seller, self.city_leader):
            told = self.env["mail.message"].search(
                [("partner_ids", "=", user.partner_id.id)], order="id desc", limit=1
            )
            self.assertEqual(told.subject, "Gone back to the public pool")
        # Whoever claims it has all the days again.
        with self._at(NEXT_TUESDAY.replace(hour=2)):
            self._as(self.seller, lead).action_claim()
        self.assertEqual(lead.user_id, self.seller)
        self._follow_up(datetime(2026, 3, 12, 1))
        self.assertEqual(len(self._steps(lead)), 3)
        self._follow_up(datetime(2026, 3, 13, 1))
        self.assertEqual(self._steps(lead)[3:], REMINDED)

    def test_nothing_returns_without_a_warning(self):
        """A rule that is new, or a cron that did not run, gives back nothing without notice."""
        self._create_pool()
        lead = self._create_lead()
        self._create_rule(remind_days=1, return_days=3)
        self._follow_up(datetime(2026, 3, 16, 1))
        self.assertEqual(self._steps(lead), REMINDED)
        self._follow_up(datetime(2026, 3, 17, 1))
        self.assertEqual(self._steps(lead), REMINDED)
        self._follow_up(datetime(2026, 3, 18, 1))
        self.assertFalse(lead.user_id)

    def test_what_does_not_go_to_the_pool(self):
        """Neither what an open quotation protects, nor what no pool takes."""
        self._create_pool()
        self._create_rule(remind_days=0, return_days=1)
        protected = self._create_lead(partner_id=self.customer.id)
        self._create_order(confirm=False, opportunity_id=protected.id, validity_date="2026-12-31")
        in_west = self._create_lead(team_id=self.west.id, user_id=self.other_seller.id)
        free = self._create_lead()
        self._follow_up(FRIDAY)
        self.assertEqual(self._steps(protected) + self._steps(in_west), [])
        self.assertEqual(protected.user_id, self.seller)
        self.assertEqual(in_west.user_id, self.other_seller)
        self.assertFalse(free.user_id)
        protected.order_ids.action_cancel()
        self._follow_up(NEXT_MONDAY)
        self.assertFalse(protected.user_id)

    def test_a_deal_between_noticing_and_returning(self):
        """A cron that ran out of time returns nothing that is protected by the time it goes on."""
        self._create_pool()
        self._create_rule(remind_days=0, return_days=3)
        protected, free = self._create_lead(partner_id=self.customer.id), self._create_lead()
        with self._at(FRIDAY):
            limits = self.env["sales.follow.up"]._get_limits("lead")
            self.env["sales.follow.up"]._note_due("lead", limits)
        self.assertEqual(self._steps(protected) + self._steps(free), [("return", "due")] * 2)
        order = self._create_order(
            confirm=False, opportunity_id=protected.id, validity_date="2026-12-31"
        )
        self._follow_up(FRIDAY.replace(hour=3))
        self.assertEqual(self._steps(protected), [("return", "cancelled")])
        self.assertEqual((protected.user_id, free.user_id.ids), (self.seller, []))
        order.action_cancel()
        self._follow_up(NEXT_MONDAY)
        self.assertFalse(protected.user_id)

    def test_no_pool_where_the_area_is_off(self):
        self._create_pool()
        self._create_rule(return_days=5)
        lead = self._create_lead()
        self._follow_up(FRIDAY)
        self.env["res.config.settings"].create({"group_sales_pool": False}).execute()
        self._follow_up(datetime(2026, 3, 20, 1))
        self.assertEqual(self._steps(lead), REMINDED)
        self.assertEqual(lead.user_id, self.seller)

    def test_customers_return_as_well(self):
        pool = self._create_pool(kind="customers", team_ids=False)
        with self._at(MONDAY):
            self.customer.user_id = self.seller
        self._create_rule(target="customer", remind_days=0, return_days=3)
        self._follow_up(FRIDAY)
        self.assertEqual(self.customer.pool_id, pool)
        self.assertEqual(self._steps(self.customer), [("return", "ended")])

    # === RULES === #
    def test_the_rule_with_most_conditions(self):
        rules = self.env["sales.follow.up.rule"]
        general = self._create_rule(name="All", sequence=1)
        company_wide = rules.create({"name": "Anywhere", "target": "lead", "remind_days": 1})
        east = self._create_rule(name="East", team_id=self.east.id, remind_days=2)
        city = self._create_rule(name="Shanghai", team_id=self.shanghai.id, remind_days=2)
        offers = self._create_rule(
            name="Offers", team_id=self.east.id, stage_id=self.offer_stage.id, remind_days=1
        )
        in_shanghai = self._create_lead()
        in_east = self._create_lead(team_id=self.east.id)
        in_west = self._create_lead(team_id=self.west.id, user_id=self.other_seller.id)
        offered = self._create_lead(stage_id=self.offer_stage.id)
        self._follow_up(FRIDAY)
        for lead, rule in (
            (in_shanghai, city),
            (in_east, east),
            (in_west, general),
            (offered, offers),
        ):
            with self.subTest(rule=rule.name):
                found = self.env["sales.follow.up"].search([("lead_id", "=", lead.id)])
                self.assertEqual(found.rule_id, rule)
        self.assertFalse(company_wide.follow_up_ids)

    def test_taking_a_rule_back(self):
        rule = self._create_rule()
        lead = self._create_lead()
        self._follow_up(FRIDAY)
        self.assertEqual(rule.open_count, 1)
        rule.active = False
        self.assertEqual(self._steps(lead), [("remind", "cancelled")])
        self.assertFalse(self._reminders(lead))
        self._follow_up(NEXT_MONDAY)
        self.assertFalse(self._reminders(lead))
        rule.active = True
        self._follow_up(NEXT_MONDAY)
        self.assertEqual(self._steps(lead), [("remind", "cancelled"), ("remind", "open")])
        rule.unlink()
        self.assertFalse(self._reminders(lead))

    def test_numbers_that_make_no_sense(self):
        """What the table itself refuses is in the tests by RPC."""
        rule = self._create_rule(leader_days=5, return_days=8)
        for values, sentence in (
            ({"remind_days": 5, "leader_days": 3}, "“Remind Salesperson” after 5 days does not"),
            ({"leader_days": 8}, "“Tell Leader” after 8 days does not .*Return to Pool” after 8"),
            ({"leader_days": 0, "remind_days": 9}, "after 9 days does not .* after 8"),
        ):
            with self.subTest(values=values), self._refused(ValidationError, sentence):
                rule.write(values)
        self.assertRecordValues(rule, [{"remind_days": 3, "leader_days": 5, "return_days": 8}])
        rule.write({"remind_days": 5})
        self.assertEqual(rule.remind_days, rule.leader_days)

    # === CUSTOMERS === #
    def test_customers_by_level(self):
        best, good = self.env["sales.customer.level"].create([{"name": "Best"}, {"name": "Good"}])
        profiles = self.env["sales.customer.profile"]
        values = {"company_id": self.company.id, "lifecycle": "customer"}
        for partner, level in ((self.customer, best), (self.other_customer, good)):
            with self._at(MONDAY):
                partner.write({"user_id": self.seller.id, "last_contact_on": MONDAY})
            known = profiles.search(
                [("partner_id", "=", partner.id), ("company_id", "=", self.company.id)]
            )
            if known:
                known.write({"level_id": level.id, "lifecycle": "customer"})
            else:
                profiles.create({**values, "partner_id": partner.id, "level_id": level.id})
        contact = self.env["res.partner"].create(
            {"name": "Ann", "parent_id": self.customer.id, "user_id": self.seller.id}
        )
        self._create_rule(target="customer", level_id=best.id, remind_days=2)
        self._create_rule(target="customer", lifecycle="customer", remind_days=4)
        self._create_rule(target="customer", remind_days=1)
        self._follow_up(THURSDAY)
        self.assertEqual(self._steps(self.customer), REMINDED)
        self.assertFalse(self._steps(self.other_customer) + self._steps(contact))
        self._follow_up(NEXT_MONDAY)
        self.assertEqual(self._steps(self.other_customer), REMINDED)
        self._talk(self._create_lead(partner_id=self.customer.id), NEXT_MONDAY)
        self.assertEqual(self._steps(self.customer), [("remind", "contacted")])

    # === CALENDARS === #
    def test_the_calendar_of_another_company(self):
        """There Wednesday is no holiday, so the third working day comes a day earlier."""
        company = self.env["res.company"].create({"name": "Velo Works"})
        self._set_calendar(company, "Asia/Shanghai")
        user = self._create_user("liu.yang", "sales_team.group_sale_salesman", company)
        self.env["sales.follow.up.rule"].create(
            {"name": "Everybody", "target": "lead", "remind_days": 3}
        )
        lead = self._create_lead()
        others = self._create_lead(user_id=user.id, team_id=False, company_id=company.id)
        self._follow_up(THURSDAY)
        self.assertFalse(self._steps(lead))
        self.assertEqual(self._steps(others), REMINDED)
        follow_up = self.env["sales.follow.up"].sudo().search([("lead_id", "=", others.id)])
        self.assertEqual(follow_up.company_id, company)

    def test_the_calendar_of_a_salesperson(self):
        """Whoever works on the holiday as well is reminded a day earlier."""
        calendar = self.company.resource_calendar_id
        own = calendar.copy({"name": "Also on holidays", "global_leave_ids": [Command.clear()]})
        own.global_leave_ids.unlink()
        self.env["resource.resource"].create(
            {
                "name": "Li Na",
                "user_id": self.seller.id,
                "company_id": self.company.id,
                "calendar_id": own.id,
            }
        )
        self._create_rule()
        lead = self._create_lead()
        others = self._create_lead(team_id=self.west.id, user_id=self.other_seller.id)
        self._follow_up(THURSDAY)
        self.assertEqual(self._steps(lead), REMINDED)
        self.assertFalse(self._steps(others))

    def test_holidays_of_another_company(self):
        other = self.env["res.company"].create({"name": "Velo Works"})
        leave = self.env["resource.calendar.leaves"].create(
            {
                "name": "Day off",
                "date_from": "2026-03-04 16:00:00",
                "date_to": "2026-03-05 16:00:00",
            }
        )
        leave.company_id = other
        self._create_rule()
        lead = self._create_lead()
        self._follow_up(FRIDAY)
        self.assertEqual(self._steps(lead), REMINDED)

    def test_days_of_the_calendars_time_zone(self):
        """Monday 17:00 in London is Tuesday in Shanghai: there the days begin a day later."""
        self._create_rule()
        lead = self._create_lead(on=datetime(2026, 3, 2, 17))
        self._follow_up(FRIDAY)
        self.assertFalse(self._steps(lead))
        self._follow_up(NEXT_MONDAY)
        self.assertEqual(self._steps(lead), REMINDED)

    def test_a_company_without_a_calendar(self):
        self.company.resource_calendar_id = False
        self._create_rule()
        lead = self._create_lead()
        self._follow_up(datetime(2026, 3, 4, 9))
        self.assertFalse(self._steps(lead))
        self._follow_up(THURSDAY)
        self.assertEqual(self._steps(lead), REMINDED)

    def test_days_that_never_come(self):
        self.company.resource_calendar_id.attendance_ids.unlink()
        self._create_rule()
        lead = self._create_lead()
        self._follow_up(datetime(2026, 12, 1, 1))
        self.assertFalse(self._steps(lead))

    # === ACCESS === #
    def test_who_sees_them(self):
        self._create_rule()
        self._create_lead()
        self._create_lead(team_id=self.west.id, user_id=self.other_seller.id)
        self._follow_up(FRIDAY)
        follow_ups = self.env["sales.follow.up"].search([("company_id", "=", self.company.id)])
        for user, seen in (
            (self.seller, self.seller),
            (self.city_leader, self.seller),
            (self.director, self.seller | self.other_seller),
            (self.leader, self.seller | self.other_seller),
            (self._create_stranger(), self.env["res.users"]),
        ):
            with self.subTest(user=user.login):
                found = self._as(user, follow_ups).search([("id", "in", follow_ups.ids)])
                self.assertEqual(found.sudo().user_id, seen)

    # === STATEMENTS === #
    def test_as_many_statements_for_many(self):
        self._create_rule(leader_days=3)

        def follow_up():
            self.env["sales.follow.up"]._note_due("lead", limits)
            self.env["sales.follow.up"].search([("state", "=", "due")])._take_steps()

        def count(number):
            for index in range(number):
                self._create_lead(name=f"Lead {number} {index}")
            return self._count_statements(follow_up)

        with self._at(FRIDAY):
            limits = self.env["sales.follow.up"]._get_limits("lead")
            count(1)
            few = count(2)
            self.assertLessEqual(count(40), few)
        self.assertEqual(
            self.env["sales.follow.up"].search_count([("company_id", "=", self.company.id)]), 86
        )

    def test_what_happens_between_noticing_and_doing(self):
        """A cron that ran out of time goes on the next time, but not where somebody has called."""
        self._create_rule()
        called, silent = self._create_lead(), self._create_lead()
        with self._at(FRIDAY):
            limits = self.env["sales.follow.up"]._get_limits("lead")
            self.env["sales.follow.up"]._note_due("lead", limits)
        self.assertEqual(self._steps(silent), [("remind", "due")])
        self._talk(called, FRIDAY.replace(hour=2))
        self._follow_up(FRIDAY.replace(hour=3))
        self.assertEqual(self._steps(called), [("remind", "contacted")])
        self.assertEqual(self._steps(silent), REMINDED)
        self.assertFalse(self._reminders(called))

    def test_in_batches(self):
        self._create_rule(leader_days=3)
        leads = [self._create_lead(name=f"Lead {index}") for index in range(5)]
        with patch.object(sales_follow_up_doing, "BATCH", 3):
            self._follow_up(FRIDAY)
        for lead in leads:
            self.assertEqual(self._steps(lead), [*REMINDED, ("leader", "open")])
