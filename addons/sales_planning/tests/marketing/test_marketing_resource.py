from datetime import date

from psycopg2 import IntegrityError

from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import MarketingCommon


@tagged("post_install", "-at_install", "sales_planning")
class TestMarketingResource(MarketingCommon):
    """Eight hours a day, from Monday to Friday."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.resource_calendar_id = cls.env["resource.calendar"].create(
            {
                "name": "Weekdays",
                "company_id": cls.company.id,
                "tz": "UTC",
                "attendance_ids": [Command.clear()]
                + [
                    Command.create(
                        {
                            "name": "Day",
                            "dayofweek": str(day),
                            "hour_from": 8,
                            "hour_to": 16,
                            "day_period": "morning",
                        }
                    )
                    for day in range(5)
                ],
            }
        )
        # Monday to Sunday, and the days from Thursday on.
        cls.week = cls._create_activity(
            "Week", 3, 3, date_from=date(2026, 3, 2), date_to=date(2026, 3, 8)
        )
        cls.weekend = cls._create_activity(
            "Second", 3, 3, date_from=date(2026, 3, 5), date_to=date(2026, 3, 6)
        )

    def _add(self, activity, hours, user=None, **values):
        return self.env["sales.marketing.resource"].create(
            {
                "activity_id": activity.id,
                "user_id": (user or self.seller).id,
                "hours": hours,
                **values,
            }
        )

    def test_days_that_are_being_changed_are_no_load(self):
        """One end is empty, or before the other, until both are typed."""
        self._add(self.week, 100)
        self._add(self.weekend, 1)
        with Form(self._as(self.seller, self.week)) as form:
            self.assertTrue(form.resource_ids.edit(0).load_warning)
            for day in (False, date(2026, 2, 1)):
                with self.subTest(day=day):
                    form.date_to = day
                    self.assertFalse(form.resource_ids.edit(0).load_warning)
            form.date_to = date(2026, 3, 8)

    def test_a_person_with_too_much_to_do_is_warned_of(self):
        first = self._add(self.week, 30)  # six on each of five days
        second = self._add(self.weekend, 4)  # two on each of two days
        self.assertFalse((first | second).filtered("load_warning"))
        second.hours = 5
        self.env.invalidate_all()
        self.assertIn(
            "has 8.5 hours of marketing work on 03/05/2026 and works 8.0. Days with too much: 2.",
            first.load_warning,
        )
        self.assertTrue(second.load_warning)
        self.assertIn("8.5 hours", self.plan.load_warning)
        # It is a warning: the plan can be approved all the same.
        self._approve_plan()
        self.assertEqual(self.plan.state, "approved")

    def test_activities_that_do_not_overlap_and_other_people_do_not_count(self):
        self._add(self.week, 40)
        self._add(self.weekend, 16, self.other_seller)
        self._add(self.fair, 100)
        self.assertFalse(self.plan.load_warning)

    def test_activities_of_other_plans_count(self):
        self._add(self.week, 40)
        other = self._create_plan(name="Brand", user=self.manager)
        activity = self._create_activity(
            "Talk", 3, 3, other, date_from=date(2026, 3, 3), date_to=date(2026, 3, 3)
        )
        self._add(activity, 1)
        mine = self._as(self.seller, self.plan)
        self.assertIn("9.0 hours of marketing work on 03/03/2026", mine.load_warning)
        self.assertNotIn("Talk", mine.load_warning)
        activity.action_cancel()
        self.env.invalidate_all()
        self.assertFalse(mine.load_warning)

    def test_holidays_and_weekends_leave_less_time(self):
        resource = self._add(self.week, 38)
        self.assertFalse(resource.load_warning)
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "company_id": self.company.id,
                "date_from": "2026-03-04 00:00:00",
                "date_to": "2026-03-04 23:59:59",
            }
        )
        self.env.invalidate_all()
        self.assertIn("9.5 hours", resource.load_warning)
        saturday = self._create_activity(
            "Saturday", 3, 3, date_from=date(2026, 3, 14), date_to=date(2026, 3, 14)
        )
        self.assertIn("and works 0.0", self._add(saturday, 1).load_warning)

    def test_material_and_people_cost(self):
        people = self._add(self.week, 10, unit_cost=50)
        material = self.env["sales.marketing.resource"].create(
            {
                "activity_id": self.week.id,
                "kind": "material",
                "product_id": self.product.id,
                "quantity": 3,
            }
        )
        if material.unit_cost != 600:
            self.product.with_company(self.company).standard_price = 600
            self.env.add_to_compute(material._fields["unit_cost"], material)
        self.assertEqual((people.amount, material.unit_cost, material.amount), (500, 600, 1800))
        self.assertEqual(self.week.resource_amount, 2300)
        for values, constraint in (
            ({"product_id": self.product.id}, "_kind_fits"),
            ({"kind": "material"}, "_kind_fits"),
            ({"user_id": False}, "_kind_fits"),
            ({"hours": -1}, "_not_negative"),
        ):
            with self.subTest(values=values), self._refused(IntegrityError, constraint):
                people.write(values)

    def test_warnings_take_the_same_number_of_queries_for_all(self):
        resources = self._add(self.week, 30)
        for number in range(4):
            activity = self._create_activity(f"More {number}", 3, 3)
            resources |= self._add(activity, 10)
        resources.mapped("load_warning")
        counts = []
        for some in (resources[:1], resources):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.mapped("load_warning")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)
