from lxml import etree

from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import MarketingCommon


@tagged("post_install", "-at_install", "sales_planning")
class TestMarketingPerformance(MarketingCommon):
    """What people open takes as many statements for a few records as for many."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.medium = cls.env["utm.medium"].create({"name": "Poster"})

    def _count(self, step, records):
        """:return: number of statements that a step takes on records that were not read yet"""
        records = self._as(self.manager, records)
        step(records)  # what is read once, such as rights and views
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        step(records)
        return self.env.cr.sql_log_count - before

    def _count_both(self, spec, records):
        records.web_read(spec)
        return [
            self._count(lambda some: some.web_read(spec), some) for some in (records[:2], records)
        ]

    def _get_spec(self, model, view, mode):
        """:return: what a browser asks for to show records in a view"""
        arch = self.env[model].get_view(self.env.ref(f"sales_planning.{view}").id, mode)["arch"]
        fields = self.env[model]._fields
        names = {node.get("name") for node in etree.fromstring(arch).iter("field")}
        return {
            name: {"fields": {"display_name": {}}} if fields[name].relational else {}
            for name in names
        }

    def _fill(self, plan, number):
        """Activities in a chain of dependencies, each with media, hours and a budget."""
        activities = self.env["sales.marketing.activity"].create(
            [
                {
                    "name": f"Activity {index}",
                    "plan_id": plan.id,
                    "user_id": self.seller.id,
                    "date_from": plan.date_from,
                    "date_to": plan.date_to,
                    "media_ids": [Command.create({"medium_id": self.medium.id, "price_unit": 5})],
                    "resource_ids": [Command.create({"user_id": self.seller.id, "hours": 1})],
                    "budget_line_ids": [
                        Command.create(
                            {
                                "category_id": self.adverts.id,
                                "planned": 10,
                                "marketing_plan_id": plan.id,
                            }
                        )
                    ],
                }
                for index in range(number)
            ]
        )
        for index, activity in enumerate(activities[1:]):
            activity.predecessor_ids = activities[index]
        return activities

    def test_a_list_of_plans(self):
        plans = self.env["sales.marketing.plan"].create(
            [
                {
                    "name": f"Plan {index}",
                    "company_id": self.company.id,
                    "user_id": self.seller.id,
                    "date_from": "2026-03-01",
                    "date_to": "2026-03-31",
                    "budget_line_ids": [
                        Command.create({"category_id": self.adverts.id, "planned": 10})
                    ],
                }
                for index in range(80)
            ]
        )
        for plan in plans:
            self._fill(plan, 1)
        for mode in ("list", "kanban"):
            spec = self._get_spec(plans._name, f"sales_marketing_plan_view_{mode}", mode)
            counts = self._count_both(spec, plans)
            with self.subTest(mode=mode):
                self.assertEqual(*counts)
                self.assertLess(counts[1], 20)

    def test_a_list_of_activities(self):
        activities = self._fill(self.plan, 80)
        for mode in ("list", "kanban", "calendar"):
            spec = self._get_spec(activities._name, f"sales_marketing_activity_view_{mode}", mode)
            counts = self._count_both(spec, activities)
            with self.subTest(mode=mode):
                self.assertEqual(*counts)
                self.assertLess(counts[1], 20)

    def test_the_form_of_a_large_plan(self):
        small = self._create_plan(name="Small")
        self._fill(small, 2)
        self._fill(self.plan, 200)
        view = "sales_planning.sales_marketing_plan_view_form"
        counts = [self._count(lambda one: Form(one, view), plan) for plan in (small, self.plan)]
        self.assertLessEqual(counts[1], counts[0] + 3)
        self.assertLess(counts[1], 80)

    def test_activities_that_are_imported_at_once(self):
        counts = []
        for number in (2, 40):
            before = self.env.cr.sql_log_count
            self.env["sales.marketing.activity"].create(
                [
                    {
                        "name": f"Activity {index}",
                        "plan_id": self.plan.id,
                        "user_id": self.seller.id,
                        "date_from": "2026-03-01",
                        "date_to": "2026-03-02",
                        "predecessor_ids": [Command.link(self.advert.id)],
                    }
                    for index in range(number)
                ]
            )
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        # One row of the history of each, and what Odoo's chatter takes for it.
        self.assertLess(counts[1] - counts[0], 38)
