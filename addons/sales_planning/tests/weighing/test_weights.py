from datetime import date
from decimal import Decimal

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from ..common import SalesPlanningCommon


@tagged("post_install", "-at_install", "sales_planning")
@freeze_time("2026-06-15")
class TestWeights(SalesPlanningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.target = cls._create_target(user_id=cls.seller.id)

    def _weights(self, method, targets=None, **options):
        """:return: dict of target → dict of month → weight"""
        targets = self.target if targets is None else targets
        plan = targets.plan_id
        weights = self.env["sales.target.weights"]._get_weights(
            plan, method, targets.ids, **options
        )
        firsts = {period.first for period in plan._get_periods()}
        self.assertEqual(set(weights), {(id_, first) for id_ in targets.ids for first in firsts})
        result = {target: {} for target in targets}
        for (target_id, first), weight in weights.items():
            result[self.env["sales.target"].browse(target_id)][first.month] = weight
        return result

    def _filled(self, method, target=None, **options):
        """:return: dict of month → weight of one target, of the months that have one"""
        target = target or self.target
        weights = self._weights(method, target, **options)[target]
        return {month: weight for month, weight in weights.items() if weight}

    # === LAST YEAR === #
    def test_last_year_is_the_actual_of_the_same_node_a_year_earlier(self):
        """Whatever the metric, the period and what the nodes name."""
        sub = self.env["product.category"].create({"name": "Road", "parent_id": self.category.id})
        dimensions = (
            {},
            {"user_id": self.seller},
            {"territory_id": self.region},
            {"categ_id": self.category},
            {"user_id": self.seller, "territory_id": self.region},
            {"partner_id": self.customer, "product_id": self.product},
        )
        records = {
            "user_id": (self.seller, self.other_seller),
            "territory_id": (self.city, self.region),
            "categ_id": (sub, self.category),
            "partner_id": (self.customer, self.other_customer),
            "product_id": (self.product,),
        }
        for number, day in enumerate(
            ("2024-12-31", "2025-01-01", "2025-02-28", "2025-03-31", "2025-07-06", "2025-12-31")
        ):
            for event in ("booked", "invoiced", "collected"):
                self._post(
                    *(day, 100.01 * (number + 1)),
                    event=event,
                    margin=10.5 + number,
                    quantity=1.25,
                    **{name: choice[number % len(choice)] for name, choice in records.items()},
                )
        for metric, period in (
            *(
                (metric, "month")
                for metric in dict(self.env["sales.target.metric"]._get_selection())
            ),
            *(("booked", period) for period in ("week", "quarter", "year")),
        ):
            with self.subTest(metric=metric, period=period):
                values = {"metric": metric, "period": period}
                now = self._create_plan(**values)
                # Weeks are compared with the same weeks, Thursday to Thursday.
                first, last = date(2025, 1, 1), date(2025, 12, 31)
                if period == "week":
                    first, last = date(2025, 1, 2), date(2026, 1, 1)
                past = self._create_plan(date_from=first, date_to=last, **values)
                self._compare_with_actuals(now, past, dimensions)

    def _compare_with_actuals(self, now, past, dimensions):
        targets, olds = (
            self.env["sales.target"].create(
                [
                    {"plan_id": plan.id, **{name: record.id for name, record in named.items()}}
                    for named in dimensions
                ]
            )
            for plan in (now, past)
        )
        past._refresh()
        weights = self.env["sales.target.weights"]._get_weights(now, "last_year", targets.ids)
        for target, old in zip(targets, olds, strict=True):
            weighed = sum(w for (id_, _day), w in weights.items() if id_ == target.id)
            self.assertEqual(float(weighed), round(old.actual, 6))
            if now.period == "week":
                continue
            for cell, old_cell in zip(target.cell_ids, old.cell_ids, strict=True):
                self.assertEqual(
                    float(weights[target.id, cell.date_from]), round(old_cell.actual, 6)
                )

    def test_what_is_negative_weighs_nothing(self):
        self._post("2025-01-05", 100, user_id=self.seller)
        self._post("2025-02-05", -40, user_id=self.seller)
        weights = self._weights("last_year")[self.target]
        self.assertEqual((weights[1], weights[2], weights[3]), (100, 0, 0))

    def test_two_years_back(self):
        self._post("2025-01-05", 100, user_id=self.seller)
        self._post("2024-02-29", 40, user_id=self.seller)
        self.assertEqual(self._filled("last_year", years=2), {2: 40})

    def test_the_end_of_february(self):
        leap = self._create_plan(date_from=date(2024, 2, 1), date_to=date(2024, 2, 29))
        plain = self._create_plan(date_from=date(2025, 2, 1), date_to=date(2025, 2, 28))
        for day, amount in (("2024-02-29", 1), ("2023-02-28", 10), ("2023-03-01", 100)):
            self._post(day, amount, user_id=self.seller)
        for plan, expected in ((leap, 10), (plain, 1)):
            target = self._create_target(plan=plan, user_id=self.seller.id)
            self.assertEqual(self._filled("last_year", target), {2: expected})

    def test_a_month_that_is_not_over_is_taken_from_the_year_before(self):
        """In June 2026 one plans 2027: of May there is one of 2026, of June only one of 2025."""
        plan = self._create_plan(date_from=date(2027, 1, 1), date_to=date(2027, 12, 31))
        target = self._create_target(plan=plan, user_id=self.seller.id)
        for day, amount in (
            ("2026-05-31", 5),
            ("2026-06-14", 6),
            ("2025-05-31", 50),
            ("2025-06-30", 60),
            ("2025-12-31", 70),
        ):
            self._post(day, amount, user_id=self.seller)
        self.assertEqual(self._filled("last_year", target), {5: 5, 6: 60, 12: 70})

    def test_last_year_counts_whenever_the_node_is_valid(self):
        self.target.write({"date_start": "2026-07-01", "date_end": "2026-08-15"})
        for month in (6, 7, 8, 9):
            self._post(f"2025-{month:02}-05", 310, user_id=self.seller)
        weights = self._weights("last_year")[self.target]
        self.assertIsNone(weights[6])
        self.assertEqual((weights[7], weights[8]), (310, 150))
        self.assertIsNone(weights[9])

    def test_an_order_of_this_transaction_counts(self):
        order = self._create_order(lines=[(2, 1000.0)], date_order="2025-03-03 12:00:00")
        order.date_order = "2025-03-03 12:00:00"
        self.assertEqual(self._filled("last_year"), {3: 2000})
        order._action_cancel()
        self.assertEqual(self._filled("last_year"), {})

    def test_another_company_counts_at_the_rate_of_the_plan(self):
        other = self.env["res.company"].create(
            {"name": "Elsewhere", "currency_id": self.env.ref("base.EUR").id}
        )
        self._post("2025-03-05", 100, user_id=self.seller)
        self._post("2025-03-05", 10, company=other, user_id=self.seller)
        self.assertEqual(self._filled("last_year"), {3: 100})
        self.plan.further_company_ids = [Command.create({"company_id": other.id, "rate": 1.125})]
        self.assertEqual(self._filled("last_year"), {3: Decimal("111.25")})

    def test_growth(self):
        other = self._create_target(user_id=self.other_seller.id)
        self._post("2025-03-05", 100, user_id=self.seller)
        self._post("2025-03-05", 200, user_id=self.other_seller)
        self.assertEqual(self._filled("growth", percent=12.5), {3: Decimal("112.5")})
        self.assertEqual(self._filled("growth", percent=-150), {})
        weights = self._weights("growth", self.target | other, percent={other.id: 10})
        self.assertEqual((weights[self.target][3], weights[other][3]), (100, 220))

    # === OTHER METHODS === #
    def test_equal_and_by_hand(self):
        other = self._create_target(user_id=self.other_seller.id, weight=2.5)
        targets = self.target | other
        for method, expected in (("equal", (1, 1)), ("hand", (1, Decimal("2.5")))):
            weights = self._weights(method, targets)
            self.assertEqual(
                tuple(set(weights[target].values()) for target in targets),
                tuple({weight} for weight in expected),
            )

    def test_a_period_counts_as_long_as_the_node_is_valid(self):
        self.target.write({"date_start": "2026-04-16", "date_end": "2026-05-31"})
        self.assertEqual(self._filled("equal"), {4: Decimal("0.5"), 5: 1})
        self.assertIsNone(self._weights("equal")[self.target][6])

    def test_current_numbers(self):
        self._cell(self.target, 1).assigned = 100.5
        self._cell(self.target, 2).assigned = 0
        weights = self._weights("assigned")[self.target]
        self.assertEqual((weights[1], weights[2]), (Decimal("100.5"), 0))
        self.assertIsNone(weights[3])

    def test_season(self):
        profile = self.env["sales.season.profile"].create({"name": "Bikes"})
        profile.line_ids.filtered(lambda line: line.month == "03").weight = 5
        with self.assertRaisesRegex(UserError, "Orders 2026 has no season profile"):
            self._weights("season")
        self.target.weight = 2
        weights = self._weights("season", profile=profile)[self.target]
        self.assertEqual((weights[1], weights[3]), (Decimal(2) / 16, Decimal(10) / 16))
        self.plan.season_profile_id = profile
        self.assertEqual(self._weights("season")[self.target], weights)

    def test_potential_of_the_most_specific_place(self):
        plan = self.plan
        self.region.sales_potential = 900
        self.customer.sales_potential = 120.5
        create = self._create_target
        region = create(territory_id=self.region.id)
        city = create(territory_id=self.city.id)
        customer = create(territory_id=self.region.id, partner_id=self.customer.id)
        unknown = create(territory_id=self.region.id, partner_id=self.other_customer.id)
        channel = create(channel_partner_id=self.customer.id)
        weights = self._weights("potential", plan.target_ids)
        self.assertEqual(set(weights[region].values()), {900})
        self.assertEqual(set(weights[customer].values()), {Decimal("120.5")})
        self.assertEqual(set(weights[channel].values()), {Decimal("120.5")})
        for target in (self.target, city, unknown):
            self.assertEqual(set(weights[target].values()), {None})

    def test_potential_in_another_currency(self):
        euro = self.env.ref("base.EUR")
        other = self.env["res.company"].create({"name": "Elsewhere", "currency_id": euro.id})
        self.region.write({"sales_potential": 100, "sales_potential_currency_id": euro.id})
        region = self._create_target(territory_id=self.region.id)
        euro.rate_ids = [
            Command.clear(),
            Command.create({"name": "2026-01-01", "rate": 0.5, "company_id": self.company.id}),
        ]
        self.assertEqual(self._weights("potential", region)[region][1], 200)
        self.plan.further_company_ids = [Command.create({"company_id": other.id, "rate": 3})]
        self.assertEqual(self._weights("potential", region)[region][1], 300)

    # === REFUSALS === #
    def test_methods_that_do_not_fit_are_refused(self):
        with self.assertRaisesRegex(UserError, "“Open Receivables” splits targets of Collected"):
            self._weights("receivables")
        with self.assertRaisesRegex(UserError, "“guess” is no way to split a target"):
            self._weights("guess")
        weights = self.env["sales.target.weights"]
        self.assertNotIn("receivables", dict(weights._get_selection(self.plan)))
        self.assertIn("receivables", dict(weights._get_selection()))
        self.plan.metric = "collected"
        self.assertIn("receivables", dict(weights._get_selection(self.plan)))

    def test_nodes_that_one_may_not_see(self):
        weights = self._as(self.other_seller, self.env["sales.target.weights"])
        with self.assertRaises(AccessError):
            weights._get_weights(self.plan, "equal", self.target.ids)

    def test_without_nodes_there_are_no_weights(self):
        for method in ("equal", "last_year", "potential", "assigned"):
            self.assertEqual(
                self.env["sales.target.weights"]._get_weights(self.plan, method, []), {}
            )

    def test_statements_do_not_grow_with_the_nodes(self):
        self.plan.metric = "collected"
        self.plan.season_profile_id = self.env["sales.season.profile"].create({"name": "Bikes"})
        few = self.target | self._create_target(territory_id=self.region.id)
        many = few + self.env["sales.target"].create(
            [
                {"plan_id": self.plan.id, "user_id": self.other_seller.id, "categ_id": categ.id}
                for categ in self.env["product.category"].create(
                    [{"name": f"Category {number}"} for number in range(30)]
                )
            ]
        )
        for method in dict(self.env["sales.target.weights"]._get_selection(self.plan)):
            counts = []
            for targets in (few, few, many):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                self._as(self.manager, self.env["sales.target.weights"])._get_weights(
                    self._as(self.manager, self.plan), method, targets.ids
                )
                counts.append(self.env.cr.sql_log_count - before)
            with self.subTest(method=method):
                self.assertEqual(counts[1], counts[2])
