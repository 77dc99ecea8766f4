from datetime import date

from odoo.tests import freeze_time, tagged

from ..common import SalesPlanningCommon

LIST = (
    "tree_name plan_id assigned actual gap attainment reached expected_to_date pace forecast "
    "gap_per_day stretch challenge late currency_id"
).split()


@tagged("post_install", "-at_install", "sales_planning")
class TestScreens(SalesPlanningCommon):
    def _statements(self, work):
        """:return: int, how many statements a screen takes that nobody has opened before"""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        work()
        return self.env.cr.sql_log_count - before

    def _create_people(self, count):
        parents = self.env["res.partner"].create(
            [{"name": f"Customer {number}", "is_company": True} for number in range(count)]
        )
        top = self.plan.target_ids[:1] or self._create_target({1: 1})
        self.env["sales.target"].create(
            [
                {"plan_id": self.plan.id, "partner_id": partner.id, "parent_id": top.id}
                for partner in parents
            ]
        )

    def test_statements_of_a_screen_do_not_grow_with_the_targets(self):
        targets, cells = self.env["sales.target"], self.env["sales.target.cell"]
        domain = [("plan_id", "=", self.plan.id)]
        fields = {name: {} for name in LIST}
        measures = ["assigned:sum", "actual:sum", "pace:avg", "forecast:sum", "attainment:avg"]
        screens = {
            "tree": lambda: targets.web_search_read(domain, fields, limit=80),
            "plans": lambda: self.plan.web_read({"pace": {}, "forecast": {}, "gap_per_day": {}}),
            "pivot": lambda: cells.formatted_read_group(domain, ["date_from:month"], measures),
            "pivot of targets": lambda: cells.formatted_read_group(
                domain, ["target_id", "date_from:month"], measures
            ),
            "refresh": self.plan.action_refresh,
            "form": lambda: self.plan.target_ids[0].web_read({"period_chart": {}, "late": {}}),
        }
        self._create_people(10)
        for work in screens.values():
            work()
        few = {name: self._statements(work) for name, work in screens.items()}
        self._create_people(60)
        self.assertEqual({name: self._statements(work) for name, work in screens.items()}, few)

    def test_the_chart_of_a_target(self):
        target = self._create_target({1: 100, 3: 0}, territory_id=self.region.id)
        for day, amount in (
            ("2025-01-31", 70),
            ("2025-12-31", 80),
            ("2024-12-31", 999),
            ("2026-01-01", 50),
        ):
            self._post(day, amount, territory_id=self.city)
        with freeze_time("2026-02-10"):
            self.plan.action_refresh()
            chart = self._as(self.leader, target).period_chart
        self.assertEqual(chart["labels"][0], "Jan 2026")
        self.assertEqual(chart["target"], [100, None, 0] + [None] * 9)
        self.assertEqual(chart["actual"], [50, 0] + [None] * 10)
        self.assertEqual(chart["last_year"], [70] + [0] * 10 + [80])

    def test_weeks_are_compared_with_the_same_weeks(self):
        plan = self._create_plan(
            period="week", date_from=date(2026, 1, 5), date_to=date(2026, 1, 18)
        )
        target = self._create_target(plan=plan, user_id=self.seller.id)
        for day in ("2025-01-05", "2025-01-06", "2025-01-12", "2025-01-13", "2025-01-20"):
            self._post(day, 1, user_id=self.seller)
        self.assertEqual(target.period_chart["last_year"], [2, 1])

    def test_last_year_is_there_for_whoever_sees_the_target(self):
        target = self._create_target({1: 100}, user_id=self.seller.id, categ_id=self.category.id)
        self._post("2025-01-31", 70, user_id=self.seller, categ_id=self.category)
        chart = self._as(self.seller, target).period_chart
        self.assertEqual(chart["last_year"][0], 70)

    def test_attainment_opens_on_the_running_plans(self):
        target = self._create_target({1: 100}, user_id=self.seller.id)
        self._post("2026-01-05", 60, user_id=self.seller)
        with freeze_time("2026-02-10"):
            action = self._as(self.seller, self.env["sales.target"]).action_open_attainment()
        self.assertEqual(target.actual, 60)
        self.assertEqual(action["res_model"], "sales.target")
        self.assertEqual(
            action["context"],
            {
                "create": False,
                "search_default_running": True,
                "search_default_upper": False,
                "default_plan_id": self.plan.id,
            },
        )
        self._create_people(100)
        with freeze_time("2026-02-10"):
            action = self._as(self.leader, self.env["sales.target"]).action_open_attainment()
        self.assertTrue(action["context"]["search_default_upper"])
        opened = self._as(
            self.seller, self.env.ref("sales_planning.sales_target_action_open_attainment")
        ).run()
        self.assertEqual(opened["res_model"], "sales.target")

    def test_what_splits_a_person_does_not_count_twice(self):
        region = self._create_target(territory_id=self.region.id)
        person, other = (
            self._create_target({1: 100}, user_id=user.id, parent_id=region.id)
            for user in (self.seller, self.other_seller)
        )
        part = self._create_target(
            {1: 60}, user_id=self.seller.id, partner_id=self.customer.id, parent_id=person.id
        )
        self._create_target(
            {1: 20}, user_id=self.seller.id, product_id=self.product.id, parent_id=part.id
        )
        people = self.env["sales.target"].search(
            [("plan_id", "=", self.plan.id), ("is_person", "=", True)]
        )
        self.assertEqual(people, person | other)
        self.assertEqual(self.plan.target_ids.filtered("is_person"), people)
        rest = self.env["sales.target"].search(
            [("plan_id", "=", self.plan.id), ("is_person", "=", False)]
        )
        self.assertEqual(rest, self.plan.target_ids - people)
        cells = self.env["sales.target.cell"]
        domain = [("plan_id", "=", self.plan.id), ("target_id.is_person", "=", True)]
        self.assertEqual(cells._read_group(domain, [], ["assigned:sum"]), [(200,)])
        action = self._as(self.seller, cells).action_open_mine()
        self.assertIn("'search_default_salespeople': 1", action["context"])

    def test_the_parts_of_a_target(self):
        region = self._create_target(territory_id=self.region.id)
        part = self._create_target(user_id=self.seller.id, parent_id=region.id)
        self._create_target(user_id=self.other_seller.id)
        action = region.action_open_parts()
        self.assertEqual(self.env["sales.target"].search(action["domain"]), part)
