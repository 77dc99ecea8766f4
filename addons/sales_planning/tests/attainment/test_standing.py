from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from ..common import SalesPlanningCommon

# A Monday: 10 of March's 22 working days are over.
TODAY = "2026-03-16 10:00:00"


@tagged("post_install", "-at_install", "sales_planning")
class TestStanding(SalesPlanningCommon):
    """Expected to date, pace, forecast, gap per day, level reached."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.resource_calendar_id.tz = "Asia/Shanghai"
        cls.target = cls._create_target({1: 100, 2: 200, 3: 220, 4: 400}, user_id=cls.seller.id)

    def _sell(self, **amounts):
        """:param amounts: jan=150, … of the seller"""
        for month, amount in amounts.items():
            number = ["jan", "feb", "mar", "apr", "may"].index(month) + 1
            self._post(f"2026-{number:02}-02", amount, user_id=self.seller)

    def _refresh(self, now=TODAY):
        with freeze_time(now):
            self.plan.action_refresh()

    def test_the_season_says_what_to_expect(self):
        self._sell(jan=150, feb=150, mar=60, may=1000)
        self._refresh()
        # May has no target: its sales compare with nothing.
        self.assertRecordValues(
            self.target,
            [
                {
                    "assigned": 920,
                    "actual": 1360,
                    "gap": -560,
                    "expected_to_date": 400,
                    "pace": 90,
                    "forecast": 828,
                    "gap_per_day": 2.68,
                    "reached": False,
                }
            ],
        )
        self.assertRecordValues(
            self.target.cell_ids[:5],
            [
                {"expected_to_date": 100, "pace": 150, "forecast": 150, "gap_per_day": False},
                {"expected_to_date": 200, "pace": 75, "forecast": 150, "gap_per_day": False},
                {"expected_to_date": 100, "pace": 60, "forecast": 132, "gap_per_day": 13.33},
                {"expected_to_date": 0, "pace": 0, "forecast": False, "gap_per_day": 18.18},
                {
                    "expected_to_date": False,
                    "pace": 0,
                    "forecast": False,
                    "gap_per_day": False,
                },
            ],
        )
        self.assertRecordValues(
            self.plan,
            [
                {
                    "expected_to_date": 400,
                    "pace": 90,
                    "forecast": 828,
                    "days_left": 209,
                    "gap_per_day": 2.68,
                }
            ],
        )

    def test_a_public_holiday_is_no_working_day(self):
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "company_id": self.company.id,
                "calendar_id": self.company.resource_calendar_id.id,
                "date_from": "2026-03-09 16:00:00",
                "date_to": "2026-03-10 16:00:00",
            }
        )
        self._refresh()
        # 9 of 21 days are over.
        self.assertEqual(self._cell(self.target, 3).expected_to_date, 94.29)
        self.assertEqual(self.plan.days_left, 209)

    def test_the_day_is_that_of_the_company(self):
        self._refresh("2026-03-15 15:59:00")
        self.assertEqual(self._cell(self.target, 3).expected_to_date, 100)
        self._refresh("2026-03-16 15:59:00")
        self.assertEqual(self._cell(self.target, 3).expected_to_date, 100)
        self._refresh("2026-03-16 16:00:00")
        self.assertEqual(self._cell(self.target, 3).expected_to_date, 110)

    def test_every_day_works_without_working_hours(self):
        self.company.resource_calendar_id = False
        self._refresh()
        self.assertEqual(self._cell(self.target, 3).expected_to_date, 106.45)
        self.assertEqual(self.plan.days_left, 291)

    def test_before_and_after_the_plan(self):
        self._sell(jan=150)
        for now, expected in (
            ("2025-12-31 10:00:00", (0, 0, False, 2.95, 261)),
            ("2026-01-01 10:00:00", (0, 0, False, 2.95, 261)),
            ("2026-12-31 10:00:00", (920, 16.3, 150, 770, 1)),
            ("2027-01-01 10:00:00", (920, 16.3, 150, False, 0)),
        ):
            with self.subTest(now=now):
                self._refresh(now)
                target = self.target
                self.assertEqual(
                    (
                        target.expected_to_date,
                        target.pace,
                        target.forecast,
                        target.gap_per_day,
                        self.plan.days_left,
                    ),
                    expected,
                )

    def test_setting_a_number_moves_the_expectation_at_once(self):
        self._sell(jan=150, mar=60)
        self._refresh()
        with freeze_time(TODAY):
            self._cell(self.target, 3).assigned = 440
            self.assertEqual(self._cell(self.target, 3).expected_to_date, 200)
            self.assertEqual((self.target.expected_to_date, self.plan.pace), (500, 42))
            self._cell(self.target, 3).assigned = False
        self.assertFalse(self._cell(self.target, 3).forecast)
        self.assertEqual(self.target.expected_to_date, 300)

    def test_pace_and_forecast_of_a_group_are_those_of_its_sums(self):
        self._create_target({1: 300}, user_id=self.other_seller.id)
        self._sell(jan=150, feb=150, mar=60)
        self._post("2026-01-05", 100, user_id=self.other_seller)
        self._refresh()
        sums = ["expected_to_date:sum", "pace:avg", "forecast:sum"]
        for model in ("sales.target", "sales.target.cell"):
            with self.subTest(model=model):
                [(expected, pace, forecast)] = self.env[model]._read_group(
                    [("plan_id", "=", self.plan.id)], [], sums
                )
                self.assertEqual((expected, round(pace, 2), forecast), (700, 65.71, 801.71))

    def test_a_period_without_working_days_is_expected_when_it_is_over(self):
        plan = self._create_plan(period="week")
        target = self._create_target(plan=plan, user_id=self.seller.id)
        # The plan's first week has no day of work.
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Holiday",
                "company_id": self.company.id,
                "date_from": "2025-12-31 16:00:00",
                "date_to": "2026-01-04 16:00:00",
            }
        )
        target.cell_ids[0].assigned = 100
        for now, expected in (("2026-01-03 10:00:00", 0), ("2026-01-05 10:00:00", 100)):
            with freeze_time(now):
                plan.action_refresh()
            self.assertEqual(target.expected_to_date, expected)

    def test_target_stretch_and_challenge(self):
        january = self._cell(self.target, 1)
        for stretch, challenge, sold, reached in (
            (False, False, 99.99, False),
            (False, False, 100, "target"),
            (120, False, 119.99, "target"),
            (120, False, 120, "stretch"),
            (120, 150, 149.99, "stretch"),
            (120, 150, 150, "challenge"),
            (False, 150, 149.99, "target"),
            (False, 150, 150, "challenge"),
        ):
            with self.subTest(stretch=stretch, challenge=challenge, sold=sold):
                january.write({"stretch": stretch, "challenge": challenge})
                self._post("2026-01-02", sold - january.actual, user_id=self.seller)
                self._refresh()
                self.assertEqual(january.reached, reached)

    def test_a_period_without_stretch_counts_with_its_target(self):
        self._cell(self.target, 1).stretch = 150
        self._sell(jan=940)
        self._refresh()
        self.assertEqual(self.target.reached, "target")
        self._sell(jan=30)
        self._refresh()
        self.assertEqual(self.target.reached, "stretch")
        self.assertFalse(self._create_target({1: 0}, user_id=self.other_seller.id).reached)

    def test_a_quantity_is_expected_too(self):
        plan = self._create_plan(metric="quantity")
        target = self._create_target({3: 10}, plan=plan, user_id=self.seller.id)
        self._post("2026-03-02", 1, quantity=6, user_id=self.seller)
        with freeze_time(TODAY):
            plan.action_refresh()
        self.assertEqual((target.expected_to_date, target.pace), (4.55, 131.87))

    def test_a_closed_plan_stands_as_it_was(self):
        self._refresh()
        with freeze_time(TODAY):
            self.plan.action_approve()
            self.plan.action_close()
        self._sell(jan=999)
        self._refresh("2026-06-01 10:00:00")
        self.assertEqual((self.target.actual, self.target.expected_to_date), (0, 400))

    def test_dates_of_a_closed_plan_stand(self):
        self.target.date_end = date(2026, 3, 15)
        self.plan.action_approve()
        self.plan.action_close()
        for name in ("date_start", "date_end"):
            with self.assertRaisesRegex(UserError, "start and end stand"):
                self.target[name] = date(2026, 3, 1)
        self.assertEqual(self.target.date_end, date(2026, 3, 15))

    def test_dates_of_a_target_narrow_what_it_counts_and_expects(self):
        """A salesperson hands over to another one in the middle of March."""
        self.target.date_end = date(2026, 3, 15)
        heir = self._create_target(
            {3: 120, 4: 100}, user_id=self.other_seller.id, date_start=date(2026, 3, 16)
        )
        for day, amount in (("2026-03-15", 1), ("2026-03-16", 10)):
            self._post(day, amount, user_id=self.seller)
            self._post(day, amount * 100, user_id=self.other_seller)
        self._refresh("2026-03-18 10:00:00")
        self.assertEqual((self.target.actual, heir.actual), (1, 1000))
        self.assertEqual((self._drilled(self.target), self._drilled(heir)), (1, 1000))
        self.assertEqual(self._drilled(self._cell(heir, 3)), 1000)
        # His March is over; of her 12 days 2 are.
        self.assertEqual(self._cell(self.target, 3).expected_to_date, 220)
        self.assertFalse(self._cell(self.target, 3).gap_per_day)
        self.assertEqual(self._cell(heir, 3).expected_to_date, 20)

    def test_dates_outside_of_the_plan_narrow_nothing(self):
        self.target.write({"date_start": date(2025, 5, 5), "date_end": date(2027, 5, 5)})
        other = self._create_target({1: 1}, user_id=self.other_seller.id)
        other.date_end = date(2025, 12, 31)
        for day in ("2026-01-01", "2026-12-31"):
            self._post(day, 1, user_id=self.seller)
            self._post(day, 1, user_id=self.other_seller)
        self._refresh()
        self.assertEqual((self.target.actual, other.actual), (2, 0))
        self.assertEqual((self._drilled(self.target), self._drilled(other)), (2, 0))

    def test_a_leader_has_the_own_sales_and_those_below(self):
        east, north = self.env["crm.team"].create(
            [{"name": name, "company_id": self.company.id} for name in ("East", "North")]
        )
        north.parent_id = east
        upper = self._create_target({1: 500}, team_id=east.id)
        lower = self._create_target({1: 200}, team_id=north.id, parent_id=upper.id)
        person = self._create_target(
            {1: 150}, team_id=north.id, user_id=self.other_seller.id, parent_id=lower.id
        )
        self._post("2026-01-05", 1, team_id=east, user_id=self.leader)
        self._post("2026-01-05", 10, team_id=north, user_id=self.seller)
        self._post("2026-01-05", 100, team_id=north, user_id=self.other_seller)
        self._refresh()
        figures = [(node.actual, self._drilled(node)) for node in (upper, lower, person)]
        self.assertEqual(figures, [(111, 111), (110, 110), (100, 100)])

    def test_a_change_of_a_locked_month_is_shown_apart(self):
        order = self._create_order(lines=[(1, 100.0)])
        order.date_order = "2026-01-15 10:00:00"
        self.env["sales.ledger.posting"]._post_pending()
        self._refresh()
        january, february = self._cell(self.target, 1), self._cell(self.target, 2)
        self.assertEqual((january.actual, january.late), (100, 0))
        self.company.sales_lock_date = date(2026, 1, 31)
        order.order_line.price_unit = 130
        self._refresh()
        self.assertEqual((january.actual, january.late), (100, 0))
        self.assertEqual((february.actual, february.late), (30, 30))
        self.assertEqual((self.target.actual, self.target.late), (130, 30))
        for record in (self.target, february):
            late = self.env["sales.ledger.entry"].search(record.action_open_late()["domain"])
            self.assertEqual(sum(late.mapped("amount")), 30)
            self.assertEqual(set(late.mapped("late_for")), {date(2026, 1, 15)})

    def test_two_companies_in_two_currencies(self):
        yuan = self.env.ref("base.CNY")
        yuan.active = True
        china, stranger = self.env["res.company"].create(
            [{"name": name, "currency_id": yuan.id} for name in ("China", "Stranger")]
        )
        self.env.user.company_ids |= china | stranger
        self.plan.further_company_ids = [
            Command.create({"company_id": china.id, "rate": 0.1403712589})
        ]
        self._post("2026-01-05", 100, user_id=self.seller)
        self._post("2026-01-06", 33.33, company=china, user_id=self.seller)
        self._post("2026-01-06", 66.68, company=china, user_id=self.seller)
        self._post("2026-01-06", 999, company=stranger, user_id=self.seller)
        self._refresh()
        # 100.01 × the rate, rounded once.
        self.assertEqual(self.target.actual, 114.04)
        entries = self.env["sales.ledger.entry"].search(self.target.action_open_ledger()["domain"])
        by_company = {
            company: sum(found.mapped("amount"))
            for company, found in entries.grouped("company_id").items()
        }
        self.assertEqual(by_company, {self.company: 100, china: 100.01})
        rate = self.plan.further_company_ids.rate
        self.assertEqual(round(100 + 100.01 * rate, 2), self.target.actual)
