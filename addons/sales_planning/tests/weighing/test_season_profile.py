from datetime import date

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ...engine import periods
from ..common import SalesPlanningCommon


@tagged("post_install", "-at_install", "sales_planning")
@freeze_time("2026-06-15")
class TestSeasonProfile(SalesPlanningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.profile = cls.env["sales.season.profile"].create({"name": "Bikes"})

    def _fill(self, **values):
        fill = self.env["sales.season.profile.fill"].create(
            {"profile_id": self.profile.id, **values}
        )
        fill.action_fill()
        return {int(line.month): line.weight for line in self.profile.line_ids if line.weight}

    def test_a_new_profile_weighs_all_months_alike(self):
        self.assertEqual(len(self.profile.line_ids), 12)
        self.assertEqual(set(self.profile.line_ids.mapped("share")), {8.33})
        self.profile.line_ids[0].weight = 9
        self.assertEqual(self.profile.line_ids[:2].mapped("share"), [45, 5])

    def test_shares_of_any_period(self):
        self.profile.line_ids[1].weight = 5  # February, of 16
        for unit in periods.UNITS:
            with self.subTest(unit=unit):
                spans = periods.split(date(2026, 1, 1), date(2026, 12, 31), unit)
                shares = self.profile._get_shares(spans)
                self.assertAlmostEqual(float(sum(shares)), 1, 12)
        spans = periods.split(date(2026, 1, 15), date(2026, 3, 31), "quarter")
        self.assertAlmostEqual(
            float(self.profile._get_shares(spans)[0]), (17 / 31 + 5 + 1) / 16, 12
        )
        spans = periods.split(date(2025, 1, 1), date(2026, 12, 31), "week")
        self.assertAlmostEqual(float(sum(self.profile._get_shares(spans))), 2, 12)

    def test_from_the_ledger(self):
        """An average year of three; the current one and what is older do not count."""
        for day, amount in (
            ("2023-01-31", 100),
            ("2024-01-05", 50),
            ("2025-01-01", 150),
            ("2024-02-29", 100),
            ("2025-12-31", 200),
            ("2025-06-05", -60),
            ("2026-01-05", 9999),
            ("2022-12-31", 9999),
        ):
            self._post(day, amount)
        self._post("2025-03-05", 9999, event="invoiced")
        self._post("2025-03-05", 9999, company=self.env["res.company"].create({"name": "Other"}))
        self.assertEqual(self._fill(), {1: 50, 2: 16.67, 12: 33.33})
        self.assertEqual(self._fill(metric="invoiced"), {3: 100})

    def test_months_before_the_first_sale_are_left_out(self):
        self._post("2024-10-05", 100)
        self._post("2025-10-05", 100)
        self._post("2025-01-05", 100)
        self.assertEqual(self._fill(), {1: 50, 10: 50})

    def test_of_a_territory_and_a_category(self):
        sub = self.env["product.category"].create({"name": "Road", "parent_id": self.category.id})
        self._post("2025-01-05", 10, territory_id=self.city, categ_id=sub)
        self._post("2025-02-05", 10, territory_id=self.city)
        self._post("2025-03-05", 10, categ_id=self.category)
        self.assertEqual(self._fill(territory_id=self.region.id), {1: 50, 2: 50})
        self.assertEqual(self._fill(categ_id=self.category.id), {1: 50, 3: 50})
        both = {"territory_id": self.city.id, "categ_id": sub.id}
        self.assertEqual(self._fill(**both), {1: 100})

    def test_percentages_add_up(self):
        for month in range(1, 8):
            self._post(f"2025-{month:02}-05", 1)
        self.assertAlmostEqual(sum(self._fill().values()), 100, 6)

    def test_without_sales_nothing_changes(self):
        self._post("2025-06-05", -60)
        with self.assertRaisesRegex(UserError, "The ledger of Bike Works has nothing of this"):
            self._fill()
        self.assertEqual(set(self.profile.line_ids.mapped("weight")), {1})

    def test_impossible_weights_are_refused(self):
        with self.assertRaisesRegex(ValidationError, "All months of Bikes weigh 0"):
            self.profile.line_ids.weight = 0
        for refused, error in (
            (lambda: self.profile.line_ids[0].write({"weight": -1}), CheckViolation),
            (lambda: self._fill(years=0), CheckViolation),
            (lambda: self.region.write({"sales_potential": -1}), CheckViolation),
            (lambda: self.customer.write({"sales_potential": -1}), CheckViolation),
            (
                lambda: self.profile.line_ids.create(
                    {"profile_id": self.profile.id, "month": "01", "weight": 1}
                ),
                UniqueViolation,
            ),
        ):
            with self.assertRaises(error), mute_logger("odoo.sql_db"), self.cr.savepoint():
                refused()
                self.env.flush_all()

    def test_only_the_administrator_changes(self):
        for user in (self.seller, self.leader):
            profile = self._as(user, self.profile)
            self.assertEqual(profile.line_ids[0].share, 8.33)
            for change in (
                lambda profile=profile: profile.write({"name": "Mine"}),
                lambda profile=profile: profile.line_ids[0].write({"weight": 2}),
                lambda user=user: self._as(user, self.env["sales.season.profile.fill"]).create(
                    {"profile_id": self.profile.id}
                ),
            ):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    change()
        self._as(self.manager, self.profile.line_ids[0]).weight = 2
        self._post("2025-03-05", 10)
        fill = self._as(self.manager, self.env["sales.season.profile.fill"]).create(
            {"profile_id": self.profile.id}
        )
        fill.action_fill()
        self.assertEqual(self.profile.line_ids[2].weight, 100)

    def test_other_companies(self):
        stranger = self._create_stranger()
        profiles = self._as(stranger, self.env["sales.season.profile"])
        self.assertIn(self.profile, profiles.search([]))
        self.profile.company_id = self.company
        self.assertNotIn(self.profile, profiles.search([]))
        with self.assertRaises(AccessError):
            self._as(stranger, self.profile.line_ids[0]).read(["weight"])
        with self.assertRaises(AccessError):
            self._as(stranger, self.env["sales.season.profile.fill"]).create(
                {"profile_id": self.profile.id, "company_id": self.company.id}
            )
        with self.assertRaises(UserError):
            self._create_plan(company_id=stranger.company_id.id, season_profile_id=self.profile.id)
