from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from .common import SalesPlanningCommon


@tagged("post_install", "-at_install", "sales_planning")
class TestActual(SalesPlanningCommon):
    def test_figures_of_a_cell_and_its_node(self):
        target = self._create_target({1: 100, 2: 200, 4: 0}, user_id=self.seller.id)
        self._post("2026-01-01", 40, user_id=self.seller)
        self._post("2026-01-31", 35.25, user_id=self.seller)
        self._post("2026-02-01", 250, user_id=self.seller)
        self._post("2026-03-15", 10, user_id=self.seller)
        self._post("2026-01-15", 999, user_id=self.other_seller)
        self._post("2025-12-31", 999, user_id=self.seller)
        self._post("2027-01-01", 999, user_id=self.seller)
        self._post("2026-01-15", 999, user_id=self.seller, event="invoiced")
        self.plan.action_refresh()
        self.assertRecordValues(
            target.cell_ids[:4],
            [
                {"assigned": 100, "actual": 75.25, "gap": -24.75, "attainment": 75.25},
                {"assigned": 200, "actual": 250, "gap": 50, "attainment": 125},
                {"assigned": 0, "actual": 10, "gap": 0, "attainment": 0},
                {"assigned": 0, "actual": 0, "gap": 0, "attainment": 0},
            ],
        )
        self.assertRecordValues(
            target, [{"assigned": 300, "actual": 335.25, "gap": 25.25, "attainment": 108.42}]
        )
        self.assertEqual(self._drilled(target), 335.25)
        self.assertEqual([self._drilled(cell) for cell in target.cell_ids[:3]], [75.25, 250, 10])
        self.assertTrue(self.plan.refreshed_at)

    def test_orders_through_a_channel_partner_reach_its_target(self):
        dealer = self.env["res.partner"].create(
            {"name": "East Wheels", "is_company": True, "channel_type": "distributor"}
        )
        self.customer.channel_upstream_id = dealer
        target = self._create_target({3: 2000}, channel_partner_id=dealer.id)
        order = self._create_order()
        self._create_order(partner_id=dealer.id).date_order = "2026-03-09 09:00:00"
        order.date_order = "2026-03-04 09:00:00"
        self._create_order(partner_id=self.other_customer.id).date_order = "2026-03-05 09:00:00"
        self._ledger(order)
        self.assertEqual(self._actuals(target), {3: 2000})
        self.assertRecordValues(self._cell(target, 3), [{"attainment": 100, "gap": 0}])
        self.assertEqual(self._drilled(target), 2000)
        order._action_cancel()
        self._ledger(order)
        self.assertEqual(self._actuals(target), {3: 1000})

    def test_no_target_has_no_attainment(self):
        target = self._create_target({1: 100}, user_id=self.seller.id)
        self._post("2026-02-01", 50, user_id=self.seller)
        self.plan.action_refresh()
        self.env.cr.execute(
            "SELECT attainment FROM sales_target_cell WHERE target_id = %s AND date_from = %s",
            [target.id, date(2026, 2, 1)],
        )
        self.assertIsNone(self.env.cr.fetchone()[0])
        groups = self.env["sales.target.cell"]._read_group(
            [("target_id", "=", target.id)], ["date_from:month"], ["attainment:avg"]
        )
        self.assertEqual(groups[0][1], 0)
        self.assertFalse(groups[1][1])

    def test_sums_compare_only_what_has_a_target_and_0_is_one(self):
        self._create_target({1: 100, 2: 0}, user_id=self.seller.id)
        self._create_target(user_id=self.other_seller.id)
        for month, amount in ((1, 50), (2, 30), (3, 800)):
            self._post(f"2026-{month:02}-05", amount, user_id=self.seller)
        self._post("2026-01-05", 1000, user_id=self.other_seller)
        self.plan.action_refresh()
        self.assertRecordValues(
            self.plan.target_ids,
            [
                {"assigned": 100, "actual": 880, "gap": -20, "attainment": 80},
                {"assigned": False, "actual": 1000, "gap": False, "attainment": 0},
            ],
        )
        self.assertRecordValues(
            self.plan, [{"assigned": 100, "actual": 1880, "gap": -20, "attainment": 80}]
        )
        sums = ["assigned:sum", "actual:sum", "gap:sum", "attainment:avg"]
        for model in ("sales.target", "sales.target.cell"):
            with self.subTest(model=model):
                self.assertEqual(
                    self.env[model]._read_group([("plan_id", "=", self.plan.id)], [], sums),
                    [(100, 1880, -20, 80)],
                )

    def test_a_number_of_its_own_brings_a_period_into_the_comparison(self):
        target = self._create_target({1: 100}, user_id=self.seller.id)
        self._post("2026-02-05", 50, user_id=self.seller)
        self.plan.action_refresh()
        self.assertEqual((target.gap, self.plan.gap), (-100, -100))
        self._cell(target, 2).assigned = 40
        self.assertEqual((target.gap, self.plan.gap), (-90, -90))
        self._cell(target, 2).assigned = False
        self.assertEqual((target.gap, self.plan.gap), (-100, -100))

    def test_typing_and_counting_agree(self):
        """The form computes in Python what the plan counts in SQL."""
        target = self._create_target({3: 10}, user_id=self.seller.id)
        self._post("2026-01-01", 123.45, user_id=self.seller)
        self._post("2026-02-01", 77, user_id=self.seller)
        self.plan.action_refresh()
        cell = self._cell(target, 1)
        cell.assigned = 321
        typed = [(one.gap, one.attainment) for one in (cell, target)]
        self.env.flush_all()
        self.env.cr.execute("UPDATE sales_target_cell SET actual = NULL, gap = 0, attainment = 0")
        self.env.cr.execute("UPDATE sales_target SET actual = NULL, gap = 0, attainment = 0")
        self.env.invalidate_all()
        self.plan.action_refresh()
        self.assertEqual([(one.gap, one.attainment) for one in (cell, target)], typed)
        self.assertEqual(typed[0], (-197.55, 38.46))

    def test_each_dimension_and_their_combinations(self):
        team = self.env["crm.team"].create({"name": "East", "company_id": self.company.id})
        campaign = self.env["utm.campaign"].create({"title": "Spring"})
        contract = self.env["sales.contract"].create(
            {"partner_id": self.customer.id, "company_id": self.company.id}
        )
        dimensions = {
            "user_id": self.seller,
            "team_id": team,
            "territory_id": self.city,
            "partner_id": self.customer,
            "channel_partner_id": self.other_customer,
            "product_id": self.product,
            "categ_id": self.category,
            "campaign_id": campaign,
            "contract_id": contract,
        }
        whole = self._create_target()
        single = {
            name: self._create_target(**{name: record.id}) for name, record in dimensions.items()
        }
        pair = self._create_target(user_id=self.seller.id, categ_id=self.category.id)
        triple = self._create_target(
            user_id=self.seller.id, categ_id=self.category.id, territory_id=self.region.id
        )
        for number, (name, record) in enumerate(dimensions.items()):
            self._post("2026-05-05", 10**number, **{name: record})
        self._post("2026-05-05", 10**8, user_id=self.seller, categ_id=self.category)
        self._post(
            *("2026-05-05", 10**9),
            user_id=self.seller,
            categ_id=self.category,
            territory_id=self.city,
        )
        expected = {name: 10**number for number, name in enumerate(dimensions)}
        expected["user_id"] += 10**8 + 10**9
        expected["categ_id"] += 10**8 + 10**9
        expected["territory_id"] += 10**9
        self.plan.action_refresh()
        for name, target in single.items():
            with self.subTest(dimension=name):
                self.assertEqual(self._actuals(target), {5: expected[name]})
                self.assertEqual(self._drilled(target), expected[name])
        self.assertEqual(pair.actual, 10**8 + 10**9)
        self.assertEqual(triple.actual, 10**9)
        self.assertEqual(whole.actual, 111_111_111 + 10**8 + 10**9)

    def test_a_territory_counts_what_lies_inside(self):
        region = self._create_target(territory_id=self.region.id)
        city = self._create_target(territory_id=self.city.id)
        elsewhere = self.env["sales.territory"].create({"name": "West"})
        self._post("2026-01-05", 1, territory_id=self.region)
        self._post("2026-01-05", 10, territory_id=self.city)
        self._post("2026-01-05", 100, territory_id=elsewhere)
        self.assertEqual(self._actuals(region), {1: 11})
        self.assertEqual(self._actuals(city), {1: 10})
        self.city.active = False
        self.assertEqual(self._actuals(region), {1: 11})
        self.assertEqual(self._drilled(region), 11)

    def test_metrics_and_periods(self):
        self._post("2026-02-10", 100, margin=30, quantity=2.5, user_id=self.seller)
        self._post("2026-02-10", 7, event="invoiced", user_id=self.seller)
        self._post("2026-02-10", 5, event="collected", user_id=self.seller)
        for metric, expected in (
            ("booked", 100),
            ("invoiced", 7),
            ("collected", 5),
            ("margin", 30),
            ("quantity", 2.5),
        ):
            for period, cells in (("week", 53), ("month", 12), ("quarter", 4), ("year", 1)):
                with self.subTest(metric=metric, period=period):
                    plan = self._create_plan(metric=metric, period=period)
                    target = self._create_target(plan=plan, user_id=self.seller.id)
                    plan.action_refresh()
                    self.assertEqual(len(target.cell_ids), cells)
                    hit = target.cell_ids.filtered("actual")
                    self.assertEqual(hit.mapped("actual"), [expected])
                    self.assertTrue(hit.date_from <= date(2026, 2, 10) <= hit.date_to)
        self.assertFalse(plan.currency_id)

    def test_a_plan_may_begin_within_a_month(self):
        plan = self._create_plan(date_from=date(2026, 1, 10), date_to=date(2026, 2, 20))
        target = self._create_target(plan=plan, user_id=self.seller.id)
        for day in ("2026-01-09", "2026-01-10", "2026-02-20", "2026-02-21"):
            self._post(day, 1, user_id=self.seller)
        self.assertEqual(self._actuals(target), {1: 1, 2: 1})

    def test_totals_count_top_targets_once(self):
        region = self._create_target({1: 500}, territory_id=self.region.id)
        self._create_target({1: 300}, user_id=self.seller.id, parent_id=region.id)
        self._create_target({1: 200}, user_id=self.other_seller.id, parent_id=region.id)
        self._post("2026-01-05", 100, territory_id=self.city, user_id=self.seller)
        self.plan.action_refresh()
        self.assertRecordValues(
            self.plan,
            [{"assigned": 500, "actual": 100, "gap": -400, "attainment": 20, "target_count": 3}],
        )

    def test_other_companies_do_not_count(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        target = self._create_target(user_id=self.seller.id)
        whole = self._create_target()
        self._post("2026-01-05", 10, user_id=self.seller)
        self._post("2026-01-05", 99, company=other, user_id=self.seller)
        self.assertEqual(self._actuals(target), {1: 10})
        self.assertEqual(self._actuals(whole), {1: 10})

    def test_an_order_and_its_reversal_count_at_once(self):
        target = self._create_target(user_id=self.seller.id)
        order = self._create_order(lines=[(2, 1000.0)], date_order="2026-03-03 12:00:00")
        order.date_order = "2026-03-03 12:00:00"
        self.assertEqual(self._actuals(target), {3: 2000})
        order._action_cancel()
        self.assertEqual(self._actuals(target), {})

    def test_a_foreign_order_counts_in_company_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        euro.rate_ids = [
            Command.clear(),
            Command.create(
                {"name": "2026-01-01", "rate": 0.5, "company_id": self.company.root_id.id}
            ),
        ]
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id, "company_id": self.company.id}
        )
        target = self._create_target(user_id=self.seller.id)
        order = self._create_order(lines=[(1, 100.0)], confirm=False, pricelist_id=pricelist.id)
        order.date_order = "2026-03-03 12:00:00"
        order.action_confirm()
        order.date_order = "2026-03-03 12:00:00"
        self.assertEqual(self._actuals(target), {3: 200})

    def test_attainment_of_a_group_is_that_of_its_sums(self):
        self._create_target({1: 100, 2: 300}, user_id=self.seller.id)
        self._create_target({1: 600}, user_id=self.other_seller.id)
        self._post("2026-01-05", 100, user_id=self.seller)
        self._post("2026-01-05", 300, user_id=self.other_seller)
        self.plan.action_refresh()
        groups = self.env["sales.target.cell"].formatted_read_group(
            [("plan_id", "=", self.plan.id)],
            ["user_id"],
            ["assigned:sum", "actual:sum", "gap:sum", "attainment:avg"],
        )
        self.assertEqual(
            {group["user_id"][0]: group["attainment:avg"] for group in groups},
            {self.seller.id: 25, self.other_seller.id: 50},
        )
        nodes = self.env["sales.target"]._read_group(
            [("plan_id", "=", self.plan.id)], [], ["attainment:avg"]
        )
        self.assertEqual(nodes, [(40,)])

    def test_statements_do_not_grow_with_the_nodes(self):
        users = [self._create_user(f"seller{n}", "base.group_user") for n in range(20)]
        self._create_target(user_id=users[0].id)
        self._create_target(territory_id=self.region.id)
        self._post("2026-01-05", 1, user_id=users[0])
        self.plan.action_refresh()

        def statements():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.plan._refresh()
            return self.env.cr.sql_log_count - before

        few = statements()
        for user in users[1:]:
            self._create_target(user_id=user.id)
            self._post("2026-01-05", 1, user_id=user)
        self.assertEqual(statements(), few)
        self.assertEqual(self.plan.actual, 20)

    def test_the_cron_counts_every_open_plan(self):
        target = self._create_target({1: 1}, user_id=self.seller.id)
        closed = self._create_plan(name="Closed")
        frozen = self._create_target({1: 1}, plan=closed, user_id=self.seller.id)
        closed.action_approve()
        closed.action_close()
        self._post("2026-01-05", 10, user_id=self.seller)
        with self.enter_registry_test_mode():
            self.env.ref("sales_planning.ir_cron_sales_target_refresh").method_direct_trigger()
        self.assertEqual((target.actual, frozen.actual), (10, 0))
