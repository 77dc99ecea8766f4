from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import SalesPlanningCommon


@tagged("post_install", "-at_install", "sales_planning")
class TestTarget(SalesPlanningCommon):
    def test_name_says_whom_and_what(self):
        for dimensions, name in (
            ({}, "Whole company"),
            ({"user_id": self.seller.id}, self.seller.name),
            (
                {"territory_id": self.city.id, "categ_id": self.category.id},
                "East / Shanghai · Bikes",
            ),
        ):
            with self.subTest(name=name):
                self.assertEqual(self._create_target(**dimensions).display_name, name)

    def test_a_part_is_indented_below_its_whole(self):
        region = self._create_target(territory_id=self.region.id)
        self._create_target(user_id=self.other_seller.id)
        part = self._create_target(user_id=self.seller.id, parent_id=region.id)
        self.assertEqual(self.plan.target_ids.sorted()[1], part)
        self.assertEqual(part.tree_name, "\N{EM SPACE}\N{EM SPACE}" + part.name)

    @mute_logger("odoo.sql_db")
    def test_the_same_target_twice_is_refused(self):
        self._create_target(user_id=self.seller.id)
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self._create_target(user_id=self.seller.id)
        self._create_target(user_id=self.seller.id, categ_id=self.category.id)
        self._create_target()
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self._create_target()

    def test_a_negative_target_is_refused(self):
        target = self._create_target(user_id=self.seller.id)
        with self.assertRaisesRegex(
            ValidationError, "Jan 2026: -1 is negative: a target is 0 or more"
        ):
            self._cell(target, 1).assigned = -1
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(IntegrityError),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute("UPDATE sales_target_cell SET assigned = -1")

    def test_a_number_finer_than_the_currency_is_refused(self):
        target = self._create_target({1: 5}, user_id=self.seller.id)
        with self.assertRaisesRegex(ValidationError, r"10\.005 has more decimals"):
            self._cell(target, 1).assigned = 10.005
        self.assertEqual(self._cell(target, 1).assigned, 5)

    def test_a_number_that_nobody_reaches_is_refused(self):
        target = self._create_target({1: 10}, user_id=self.seller.id)
        with self.assertRaisesRegex(ValidationError, r"Jan 2026: .* is too large for a target"):
            self._cell(target, 1).assigned = 10**13
        self.assertEqual(self._cell(target, 1).assigned, 10)

    def test_no_number_is_not_zero(self):
        target = self._create_target({1: 0}, user_id=self.seller.id)
        january, february = (self._cell(target, month) for month in (1, 2))
        self.assertEqual((january.assigned, february.assigned), (0, False))
        cells = self.env["sales.target.cell"].search([("target_id", "=", target.id)])
        self.assertNotIn(january, cells.filtered_domain([("assigned", "=", False)]))
        self.assertNotIn(
            january,
            cells.search([("target_id", "=", target.id), ("assigned", "=", False)]),
        )
        self.assertEqual(january.read(["assigned"])[0]["assigned"], 0)
        self.assertIs(february.read(["assigned"])[0]["assigned"], False)
        january.assigned = False
        self.assertIs(january.assigned, False)

    def test_cells_are_periods_of_the_plan(self):
        target = self._create_target(user_id=self.seller.id)
        for first, last, sentence in (
            (date(2027, 1, 1), date(2027, 1, 31), "lies outside of Orders 2026"),
            (date(2025, 12, 31), date(2026, 1, 31), "lies outside of Orders 2026"),
            (date(2026, 1, 15), date(2026, 2, 15), "overlaps others"),
            (date(2026, 1, 2), date(2026, 1, 31), "overlaps others"),
        ):
            with self.subTest(first=first), self.assertRaisesRegex(ValidationError, sentence):
                self.env["sales.target.cell"].create(
                    {"target_id": target.id, "date_from": first, "date_to": last}
                )

    def test_the_tree_stays_within_a_plan_and_free_of_circles(self):
        other = self._create_plan(name="Invoices 2026", metric="invoiced")
        stranger = self._create_target(plan=other)
        top = self._create_target()
        part = self._create_target(user_id=self.seller.id, parent_id=top.id)
        with self.assertRaisesRegex(ValidationError, "cannot be a part of itself"):
            top.parent_id = part
        with self.assertRaisesRegex(ValidationError, "Choose one of the same plan"):
            part.parent_id = stranger

    def test_a_contact_is_refused_for_its_company(self):
        contact = self.env["res.partner"].create(
            {"name": "Ann", "parent_id": self.customer.id, "type": "contact"}
        )
        with self.assertRaisesRegex(ValidationError, "Choose Acme Bikes"):
            self._create_target(partner_id=contact.id)

    def test_a_new_target_shows_its_months(self):
        with Form(self.env["sales.target"].with_context(default_plan_id=self.plan.id)) as form:
            form.user_id = self.seller
            self.assertEqual(len(form.cell_ids), 12)
            with form.cell_ids.edit(1) as cell:
                cell.assigned = 70
            self.assertEqual(form.assigned, 70)
        target = form.save()
        self.assertEqual(len(target.cell_ids), 12)
        self.assertEqual(self._cell(target, 2).assigned, 70)
        self.assertEqual(self._cell(target, 2).period_name, "Feb 2026")

    def test_periods_are_written_as_the_language_does(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        for period, english, chinese in (
            ("month", "Jan 2026", "2026年1月"),
            ("quarter", "Q1 2026", "2026年第1季度"),
            ("year", "2026", "2026年"),
        ):
            with self.subTest(period=period):
                plan = self._create_plan(period=period)
                cell = self._create_target(plan=plan).cell_ids[0]
                self.assertEqual(cell.period_name, english)
                self.assertEqual(cell.with_context(lang="zh_CN").period_name, chinese)

    def test_every_assigned_number_leaves_a_trace(self):
        target = self._create_target(user_id=self.seller.id)
        cell = self._cell(target, 1)
        for number in (10, 10, 25):
            cell.with_user(self.manager).assigned = number
        self.assertRecordValues(
            cell.change_ids.sorted("id"),
            [
                {"amount_before": 0, "amount_after": 10, "create_uid": self.manager.id},
                {"amount_before": 10, "amount_after": 25, "create_uid": self.manager.id},
            ],
        )
