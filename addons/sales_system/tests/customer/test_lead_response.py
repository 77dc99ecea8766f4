from datetime import datetime

from odoo.tests import tagged

from .follow_up_common import MONDAY, FollowUpCommon

TEXT = "Good morning"


@tagged("post_install", "-at_install", "sales_system")
class TestLeadResponse(FollowUpCommon):
    """How long a lead waits for the first response, in working hours."""

    def _answer(self, lead, moment):
        with self._at(moment):
            self._as(self.seller, lead).message_post(
                body=TEXT, message_type="comment", subtype_xmlid="mail.mt_comment"
            )

    def test_working_hours(self):
        for created, answered, hours in (
            (MONDAY, datetime(2026, 3, 2, 2, 30), 1.5),
            # From Tuesday 17:00 over the holiday to Thursday 10:00
            (datetime(2026, 3, 3, 9), datetime(2026, 3, 5, 2), 2),
            # From Friday 17:30 over the weekend
            (datetime(2026, 3, 6, 9, 30), datetime(2026, 3, 9, 1), 0.5),
        ):
            with self.subTest(created=created):
                lead = self._create_lead(on=created)
                self.assertFalse(lead.first_response_on)
                self._answer(lead, answered)
                self.assertEqual(lead.first_response_on, answered)
                self.assertAlmostEqual(lead.first_response_hours, hours)

    def test_the_first_one_counts(self):
        lead = self._create_lead()
        self._answer(lead, datetime(2026, 3, 2, 2))
        self._answer(lead, datetime(2026, 3, 3, 2))
        self.assertEqual(lead.first_response_hours, 1)
        self.assertFalse(lead.copy().first_response_on)

    def test_the_average_leaves_out_who_waits(self):
        answered = self._create_lead()
        waiting = self._create_lead()
        self._answer(answered, datetime(2026, 3, 2, 3))
        leads = answered | waiting
        ((average,),) = self.env["crm.lead"]._read_group(
            [("id", "in", leads.ids)], [], ["first_response_hours:avg"]
        )
        self.assertEqual(average, 2)

    def test_late(self):
        self.company.sales_response_hours = 4
        lead = self._create_lead()
        leads = self.env["crm.lead"]
        late = [("is_response_late", "=", True), ("id", "=", lead.id)]
        with self._at(datetime(2026, 3, 2, 6, 0, 0)):
            self.assertFalse(lead.is_response_late)
            self.assertFalse(leads.search(late))
        with self._at(datetime(2026, 3, 2, 6, 0, 1)):
            self.env.invalidate_all()
            self.assertTrue(lead.is_response_late)
            self.assertEqual(leads.search(late), lead)
            self.assertFalse(leads.search([("is_response_late", "=", False), ("id", "=", lead.id)]))
        self._answer(lead, datetime(2026, 3, 2, 7))
        with self._at(datetime(2026, 3, 2, 8, 0, 0)):
            self.assertFalse(lead.is_response_late)
            self.assertFalse(leads.search(late))

    def test_without_a_target_nobody_is_late(self):
        lead = self._create_lead()
        with self._at(datetime(2026, 12, 1, 8)):
            self.assertFalse(lead.is_response_late)

    def test_each_company_by_its_own_hours(self):
        company = self.env["res.company"].create({"name": "Velo", "sales_response_hours": 1})
        self._set_calendar(company, "Europe/London")
        user = self._create_user("liu.yang", "sales_team.group_sale_salesman", company)
        self.company.sales_response_hours = 1
        lead = self._create_lead()
        others = self._create_lead(user_id=user.id, team_id=False, company_id=company.id)
        with self._at(datetime(2026, 3, 2, 9, 30, 0)):
            self.assertTrue(lead.is_response_late)
            self.assertFalse(others.is_response_late)
        self._as(user, others).message_post(
            body=TEXT, message_type="comment", subtype_xmlid="mail.mt_comment"
        )
        others.first_response_on = datetime(2026, 3, 2, 11)
        others._measure_first_responses()
        self.assertEqual(others.first_response_hours, 2)

    def test_responses_older_than_the_addon(self):
        lead = self._create_lead()
        self._answer(lead, datetime(2026, 3, 2, 2))
        self._answer(lead, datetime(2026, 3, 3, 2))
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET first_response_on = NULL, first_response_hours = NULL"
            " WHERE id = %s",
            [lead.id],
        )
        self.env["crm.lead"]._find_first_responses()
        self.env.invalidate_all()
        self.env["crm.lead"]._measure_old_responses()
        self.assertEqual(lead.first_response_on, datetime(2026, 3, 2, 2))
        self.assertEqual(lead.first_response_hours, 1)

    def test_as_many_statements_for_many(self):
        def count(number):
            leads = self.env["crm.lead"].browse(self._create_lead().id for _ in range(number))
            with self._at(datetime(2026, 3, 2, 8, 0, 0)):
                return self._count_statements(lambda: leads._touch_contact(datetime(2026, 3, 2, 7)))

        count(1)
        self.assertLessEqual(count(30), count(2))
