from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import NegotiationCommon


@tagged("post_install", "-at_install", "sales_planning")
class TestVersions(NegotiationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.env["res.company"].create(
            {"name": "Branch", "currency_id": cls.env.ref("base.EUR").id}
        )
        cls.env.user.company_ids |= company
        cls.plan.write(
            {
                "level_ids": [Command.create({"dimension": "territory_id"})],
                "further_company_ids": [Command.create({"company_id": company.id, "rate": 1.25})],
            }
        )
        cls._cell(cls.target, 2).stretch = 150
        cls._approve_plan()

    def _new_version(self, plan=None):
        action = self._as(self.manager, plan or self.plan).action_new_version()
        return self.env["sales.target.plan"].browse(action["res_id"])

    def _same(self, version, target):
        return version.target_ids.filtered(lambda copy: copy.previous_id == target)

    def test_a_copy_with_all_numbers(self):
        version = self._new_version()
        self.assertRecordValues(
            version,
            [
                {
                    "state": "draft",
                    "version": 2,
                    "previous_id": self.plan.id,
                    "is_current": False,
                    "assigned": self.plan.assigned,
                    "display_name": "Orders 2026 (version 2)",
                }
            ],
        )
        self.assertEqual(version.level_ids.mapped("dimension"), ["territory_id"])
        self.assertEqual(version.further_company_ids.rate, 1.25)
        self.assertEqual(len(version.target_ids), 3)
        top = self._same(version, self.top)
        copy = self._same(version, self.target)
        self.assertEqual(copy.parent_id, top)
        self.assertEqual(copy.parent_path, f"{top.id}/{copy.id}/")
        self.assertEqual(copy.responsible_id, self.seller)
        self.assertEqual(copy.cell_ids.mapped("assigned"), self.target.cell_ids.mapped("assigned"))
        self.assertEqual(self._cell(copy, 2).stretch, 150)
        self.assertEqual(top.unassigned, self.top.unassigned)
        self.assertEqual(
            self.env["sales.target"].search([("id", "child_of", top.id)]),
            top | (version.target_ids - top),
        )

    def test_the_number_of_statements_does_not_grow(self):
        first = self._count_statements(self._new_version)
        self.plan.search([("previous_id", "=", self.plan.id)]).unlink()
        many = self._create_plan(name="Many")
        users = self.env["res.partner"].create(
            [{"name": f"C{number}", "is_company": True} for number in range(40)]
        )
        self.env["sales.target"].create(
            [{"plan_id": many.id, "partner_id": user.id} for user in users]
        )
        many.target_ids.cell_ids.write({"assigned": 1})
        many.action_approve()
        self.assertLessEqual(self._count_statements(lambda: self._new_version(many)), first)

    def _count_statements(self, work):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        work()
        return self.env.cr.sql_log_count - before

    def test_life_of_a_version(self):
        """The draft changes freely; approved, it replaces the earlier one."""
        version = self._new_version()
        copy = self._same(version, self.target)
        self._cell(copy, 1).assigned = 70
        self.assertEqual(self._cell(self.target, 1).assigned, 100)
        self._post("2026-01-05", 60, user_id=self.seller)
        self.assertTrue(self.plan.is_current, "measured until the new one is approved")

        self._as(self.manager, version.top_target_ids).action_roll_up()
        self._as(self.manager, version).action_approve()
        self.assertRecordValues(
            self.plan | version,
            [
                {"state": "closed", "is_current": False},
                {"state": "approved", "is_current": True},
            ],
        )
        self.assertEqual(self._cell(self.target, 1).actual, 60, "counted a last time")
        self._post("2026-01-06", 5, user_id=self.seller)
        self.plan.action_refresh()
        version.action_refresh()
        self.assertEqual(self._cell(self.target, 1).actual, 60)
        self.assertEqual(self._cell(copy, 1).actual, 65)
        with self.assertRaisesRegex(UserError, "replaced by a later version"):
            self._as(self.manager, self.plan).action_reopen()
        self.assertEqual(
            self.plan.search(version.action_open_versions()["domain"]), self.plan | version
        )
        self.assertEqual(version.version_count, 2)

    def test_attainment_shows_the_current_version(self):
        version = self._new_version()
        cells = self.env["sales.target.cell"]
        for user, method in (
            (self.manager, "action_open_attainment"),
            (self.seller, "action_open_mine"),
        ):
            with self.subTest(method=method):
                domain = getattr(self._as(user, cells), method)()["domain"]
                self.assertEqual(cells.search(domain).plan_id, self.plan)
        version.action_approve()
        domain = self._as(self.manager, cells).action_open_attainment()["domain"]
        self.assertEqual(cells.search(domain).plan_id, version)

    def test_refusals(self):
        version = self._new_version()
        with self.assertRaisesRegex(UserError, r"version 2\) is being prepared already"):
            self._new_version()
        with self.assertRaisesRegex(UserError, "Only the approved version"):
            self._new_version(version)
        for values in ({"version": 9}, {"is_current": True}, {"previous_id": False}):
            with self.assertRaisesRegex(UserError, "cannot be set by hand"):
                self._as(self.manager, version).write(values)
        for user in (self.seller, self.leader):
            with self.assertRaises(AccessError):
                self._as(user, self.plan).action_new_version()
        version.unlink()
        self.assertEqual(self._new_version().version, 2)

    def _compare(self, before, after, user=None, **values):
        wizard = self._as(user or self.manager, self.env["sales.target.compare"]).create(
            {"before_id": before.id, "after_id": after.id, **values}
        )
        action = wizard.action_compare()
        return self._as(user or self.manager, self.env["sales.target.difference"]).search(
            action["domain"]
        )

    def test_comparison_of_versions(self):
        version = self._new_version()
        self._cell(self._same(version, self.target), 1).assigned = 70
        self._same(version, self.other_target).unlink()
        self._create_target({4: 33}, plan=version, partner_id=self.other_customer.id)
        lines = self._compare(self.plan, version)
        self.assertEqual(len(lines), 4 * 12)
        changed = lines.filtered("is_changed").sudo()
        self.assertEqual(len(changed), 1 + 12 + 1)
        self.assertRecordValues(
            changed.filtered(lambda line: line.user_id == self.seller),
            [{"before": 100, "after": 70, "difference": -30}],
        )
        gone = changed.filtered(lambda line: line.user_id == self.other_seller)
        self.assertEqual(set(gone.mapped("difference")), {-120})
        self.assertEqual(set(gone.mapped("after")), {False})
        new = changed.filtered(lambda line: line.partner_id == self.other_customer)
        self.assertRecordValues(new, [{"before": False, "after": 33, "difference": 33}])
        lowest = lines.filtered("is_lowest")
        self.assertEqual(sum(lowest.mapped("difference")), -30 - 12 * 120 + 33)
        changes = new.action_open_changes()
        self.assertEqual(self.env["sales.target.change"].search(changes["domain"]).amount_after, 33)

    def test_what_is_compared(self):
        """A version with the one before it, the first with the next, or two that are selected."""
        version = self._new_version()
        later = self._create_plan(name="2027", date_from="2027-01-01", date_to="2027-12-31")
        for plans, before, after in (
            (version, self.plan, version),
            (self.plan, self.plan, version),
            (later | self.plan, self.plan, later),
            (version | self.plan, self.plan, version),
            (later, later, later.browse()),
        ):
            with self.subTest(plans=plans.mapped("display_name")):
                context = self._as(self.seller, plans).action_open_compare()["context"]
                self.assertEqual(context["default_before_id"], before.id)
                self.assertEqual(context["default_after_id"], after.id)
        with self.assertRaisesRegex(UserError, "3 plans are selected, and two can be compared"):
            self._as(self.seller, self.plan | version | later).action_open_compare()

    def test_comparison_of_years(self):
        """Plans for different times are compared period by period."""
        later = self._create_plan(name="2027", date_from="2027-01-01", date_to="2027-12-31")
        self._create_target({1: 110}, plan=later, user_id=self.seller.id)
        lines = self._compare(self.plan, later).sudo()
        january = lines.filtered(
            lambda line: line.user_id == self.seller and line.cell_after_id.assigned
        )
        self.assertRecordValues(january, [{"before": 100, "after": 110, "difference": 10}])

    def test_comparison_shows_what_one_may_see(self):
        version = self._new_version()
        lines = self._compare(self.plan, version, user=self.seller)
        self.assertEqual(lines.sudo().target_id.user_id, self.seller)
        other = self._compare(self.plan, version)
        with self.assertRaises(AccessError):
            self._as(self.seller, other).read(["before"])

    def test_comparison_refusals(self):
        margin = self._create_plan(name="Margin", metric="margin")
        with self.assertRaisesRegex(UserError, "differ in “Metric”"):
            self._compare(self.plan, margin)
        with self.assertRaisesRegex(UserError, "two different plans"):
            self._compare(self.plan, self.plan)
        stranger = self._create_stranger()
        with self.assertRaises(AccessError):
            self._compare(self.plan, margin, user=stranger)
