import base64
import io
from datetime import date
from decimal import Decimal

from openpyxl import load_workbook

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from ...engine.workbook import HEADER_ROW, META_SHEET
from .common import JANUARY, ExchangeCommon


@tagged("post_install", "-at_install", "sales_planning")
class TestTargetWorkbook(ExchangeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.target_west.cell_ids.assigned = 300
        cls.target_li.cell_ids.assigned = 100.25
        cls.target_wang.cell_ids.assigned = 99.75
        cls.top.action_roll_up()

    # === EXPORTING === #
    def test_the_sheet_shows_the_tree(self):
        self._post("2025-01-15", 60.5, user_id=self.seller, team_id=self.east)
        page = self._export()["Targets"]
        header = [cell.value for cell in page[HEADER_ROW + 1]]
        self.assertEqual(
            header[:7],
            ["Key", "Target of", "Salesperson", "Sales Team", "Last Year", "Jan 2026", "Feb 2026"],
        )
        self.assertEqual(header[-1], "Total")
        rows = list(page.iter_rows(min_row=HEADER_ROW + 2))
        self.assertEqual(
            [(row[1].value, row[1].alignment.indent, row[5].value) for row in rows],
            [
                ("Whole company", 0, 500),
                ("East", 1, 200),
                (self.target_li.name, 2, 100.25),
                (self.target_wang.name, 2, 99.75),
                ("West", 1, 300),
            ],
        )
        self.assertEqual([row[4].value for row in rows], [60.5, 60.5, 60.5, 0, 0])
        self.assertEqual(rows[2][-1].value, "=SUM(F7:Q7)")
        self.assertEqual(rows[2][5].number_format, "#,##0.00")

    def test_a_branch_is_exported_alone(self):
        page = self._export(self.target_east)["Targets"]
        names = [row[1].value for row in page.iter_rows(min_row=HEADER_ROW + 2)]
        self.assertEqual(names, ["East", self.target_li.name, self.target_wang.name])

    def test_the_export_is_logged(self):
        self._export(self.target_east, user=self.manager)
        log = self.env["sales.export.log"].search([], limit=1)
        self.assertRecordValues(
            log, [{"user_id": self.manager.id, "model": "sales.target", "record_count": 3}]
        )

    def test_names_cannot_become_formulas(self):
        self.east.name = "=HYPERLINK(0)"
        page = self._export()["Targets"]
        texts = [cell for row in page.iter_rows() for cell in row if "HYPERLINK" in str(cell.value)]
        self.assertTrue(texts)
        self.assertEqual({cell.data_type for cell in texts}, {"s"})

    # === ROUND TRIP === #
    def test_an_unchanged_file_changes_nothing(self):
        for value in ("assigned", "stretch", "challenge", "proposed"):
            with self.subTest(value=value):
                document = self._upload(self._export(value=value))
                self.assertRecordValues(
                    document,
                    [
                        {
                            "state": "checked",
                            "value": value,
                            "row_count": 5,
                            "change_count": 0,
                            "problem_count": 0,
                            "difference": 0,
                        }
                    ],
                )
                with self.assertRaisesRegex(UserError, "changes no number"):
                    document.action_apply()

    def test_edits_are_shown_applied_and_reversed(self):
        workbook = self._export()
        self._set(workbook, self.target_li, 1, 90.25)
        self._set(workbook, self.target_wang, 1, 109.75)
        self._set(workbook, self.target_west, 2, 0)
        self._set(workbook, self.target_west, 3, None)
        document = self._upload(workbook)
        self.assertEqual(
            self._differences(document),
            {
                (self.target_li.name, 1, 100.25, 90.25),
                (self.target_wang.name, 1, 99.75, 109.75),
                ("West", 2, 300, 0),
                ("West", 3, 300, False),
            },
        )
        self.assertEqual(self._numbers(self.target_west)[:3], [300, 300, 300])
        document.action_apply()
        self.assertEqual(self._numbers(self.target_li)[:2], [90.25, 100.25])
        west = self._numbers(self.target_west)
        self.assertEqual(west[1], 0)
        self.assertIsNot(west[1], False)
        self.assertIs(west[2], False)
        self.assertEqual(self._cell(self.top, 2).unassigned, 300)
        change = self._cell(self.target_li, 1).change_ids[:1]
        self.assertRecordValues(
            change, [{"operation": "imported", "amount_before": 100.25, "amount_after": 90.25}]
        )
        document.action_reverse()
        self.assertEqual(document.state, "reversed")
        self.assertEqual(self._numbers(self.target_li)[0], 100.25)
        self.assertEqual(self._numbers(self.target_west)[:3], [300, 300, 300])
        self._assert_balanced()

    def test_the_totals_are_those_of_the_topmost_targets(self):
        workbook = self._export()
        self._set(workbook, self.top, 1, 600)
        document = self._upload(workbook)
        self.assertRecordValues(
            document, [{"amount_before": 6000, "amount_after": 6100, "difference": 100}]
        )

    def test_rows_that_are_gone_change_nothing(self):
        workbook = self._export()
        workbook["Targets"].delete_rows(self._row_of(workbook, self.target_west))
        self.assertRecordValues(self._upload(workbook), [{"change_count": 0, "row_count": 4}])

    def test_a_reversal_stops_where_somebody_changed_a_number(self):
        workbook = self._export()
        self._set(workbook, self.target_li, 1, 90)
        document = self._upload(workbook)
        document.action_apply()
        self._cell(self.target_li, 1).assigned = 91
        with self.assertRaisesRegex(UserError, "in the meantime"):
            document.action_reverse()
        self.assertEqual(self._numbers(self.target_li)[0], 91)

    # === REFUSALS === #
    def _assert_refused(self, workbook, reason, **values):
        document = self._upload(workbook)
        problem = document.problem_ids
        self.assertEqual(len(problem), 1)
        self.assertIn(reason, problem.reason)
        self.assertRecordValues(problem, [values])
        with self.assertRaisesRegex(UserError, "refused, so nothing is changed"):
            document.action_apply()
        return document

    def test_each_refused_cell_is_named(self):
        for number, value, reason in (
            ("abc", "abc", "is text"),
            ("12", "12", "is text"),
            (-5, "-5", "is negative: a target is 0 or more"),
            (5.005, "5.005", "has more decimals than USD: round it to 0.01"),
            ("=1+1", "=1+1", "is a formula that was never calculated"),
            (1e14, "100000000000000", "too large"),
            (101.25, "101.25", "the targets below East add up to 1.00 more than its 200.00"),
        ):
            with self.subTest(number=number):
                workbook = self._export()
                self._set(workbook, self.target_west, 2, 299)
                self._set(workbook, self.target_li, 1, number)
                excess = number == 101.25
                document = self._assert_refused(
                    workbook,
                    reason,
                    row_number=6 if excess else 7,
                    place="F6" if excess else "F7",
                    title="Jan 2026",
                    value="200" if excess else value,
                    target_name="East" if excess else self.target_li.name,
                )
                refused = load_workbook(io.BytesIO(base64.b64decode(document.problem_file))).active
                self.assertEqual(refused.max_row, 2)
                self.assertIn(reason, refused["F2"].value)
        self.assertEqual(self._numbers(self.target_west)[1], 300)

    def test_each_refused_row_is_named(self):
        other_plan = self._create_plan(name="Other 2026")
        foreign = self._create_target(plan=other_plan)
        for key, reason in (
            ("999999999", "is no target of Orders 2026 that you can see"),
            ("99999999999999999", "is no target of Orders 2026 that you can see"),
            ("x'); DROP", "is no target of Orders 2026 that you can see"),
            (str(foreign.id), "belongs to Other 2026, and the file to Orders 2026"),
            (str(self.target_li.id), "stands in row 7 already"),
            (None, "the row names no target"),
        ):
            with self.subTest(key=key):
                workbook = self._export()
                page = workbook["Targets"]
                page["A10"], page["B10"], page["F10"] = key, "Somebody", 5
                self._assert_refused(workbook, reason, row_number=10, place="", value=key or "")

    def test_a_target_of_another_branch_is_refused(self):
        workbook = self._export(self.target_east)
        page = workbook["Targets"]
        page["A10"], page["B10"], page["F10"] = str(self.target_west.id), "West", 5
        self._assert_refused(workbook, "was not in the file when it was exported", row_number=10)

    def test_a_period_that_is_over_stays(self):
        with freeze_time("2026-03-10"):
            self.plan.action_approve()
            workbook = self._export()
            page = workbook["Targets"]
            self.assertEqual(
                [page.cell(5, column).protection.locked for column in (6, 7, 8)],
                [True, True, False],
            )
            self._set(workbook, self.target_li, 2, 1)
            self._assert_refused(
                workbook, "is of a period that is over, so it stays: put 100.25 back", place="G7"
            )

    def test_a_file_of_something_else_is_refused_as_a_whole(self):
        other_plan = self._create_plan(name="Other 2026")
        self._create_target({1: 5}, plan=other_plan)
        with self.assertRaisesRegex(UserError, "exported from Other 2026, and you are importing"):
            self._upload(self._export(plan=other_plan))
        workbook = self._export()
        meta = self._meta(workbook)["A1"]
        meta.value = meta.value.replace(
            self.env["sales.target.sheet"]._get_database(), "another-database"
        )
        with self.assertRaisesRegex(UserError, "from another database"):
            self._upload(workbook)
        workbook = self._export()
        del workbook[META_SHEET]
        with self.assertRaisesRegex(UserError, "hidden sheet is gone"):
            self._upload(workbook)
        with self.assertRaisesRegex(UserError, "Choose a file first"):
            self.env["sales.target.workbook"].create({"plan_id": self.plan.id}).action_check()

    def test_a_branch_that_is_gone_is_said_so(self):
        workbook = self._export(self.target_west)
        self.target_west.unlink()
        with self.assertRaisesRegex(UserError, "was exported from is gone"):
            self._upload(workbook)

    def test_a_plan_with_other_periods_is_said_so(self):
        workbook = self._export()
        self.plan.target_ids.cell_ids.write({"assigned": False})
        self.plan.period = "quarter"
        with self.assertRaisesRegex(UserError, "has other periods now"):
            self._upload(workbook)

    # === CONFLICTS === #
    def _create_conflict(self):
        workbook = self._export()
        self._as(self.manager, self._cell(self.target_li, 1)).assigned = 80
        self._as(self.manager, self._cell(self.target_wang, 2)).assigned = 70
        self._set(workbook, self.target_li, 1, 90)
        self._set(workbook, self.target_west, 1, 290)
        return self._upload(workbook)

    def test_a_conflict_shows_both_numbers_and_who(self):
        document = self._create_conflict()
        self.assertRecordValues(
            document.conflict_ids,
            [
                {
                    "target_name": self.target_li.name,
                    "exported": 100.25,
                    "amount_before": 80,
                    "amount_after": 90,
                    "changed_by_id": self.manager.id,
                    "choice": False,
                }
            ],
        )
        self.assertRecordValues(document, [{"left_count": 1, "conflict_count": 1}])
        with self.assertRaisesRegex(UserError, "1 numbers were changed by somebody else"):
            document.action_apply()

    def test_either_number_can_be_chosen(self):
        for choice, number in (("action_keep_theirs", 80), ("action_take_mine", 90)):
            with self.subTest(choice=choice):
                self.target_li.cell_ids.assigned = 100.25
                self.target_wang.cell_ids.assigned = 99.75
                self.target_west.cell_ids.assigned = 300
                document = self._create_conflict()
                getattr(document, choice)()
                document.action_check()
                self.assertEqual(document.conflict_count, 0)
                document.action_apply()
                self.assertEqual(self._numbers(self.target_li)[0], number)
                self.assertEqual(self._numbers(self.target_wang)[1], 70)
                self.assertEqual(self._numbers(self.target_west)[0], 290)
                document.action_reverse()
                self.assertEqual(self._numbers(self.target_li)[0], 80)
                self.assertEqual(self._numbers(self.target_west)[0], 300)

    def test_a_number_that_moves_after_the_check_is_told(self):
        workbook = self._export()
        self._set(workbook, self.target_li, 1, 90)
        document = self._upload(workbook)
        self._as(self.manager, self._cell(self.target_li, 1)).assigned = 85
        with self.assertRaisesRegex(UserError, r"^chen.jie .* changed li.na .* to 85.00"):
            document.action_apply()
        self.assertEqual(self._numbers(self.target_li)[0], 85)
        document.action_check()
        self.assertEqual(document.conflict_count, 1)

    def test_what_is_chosen_must_add_up(self):
        workbook = self._export()
        self._cell(self.target_li, 1).assigned = 90.25
        self._cell(self.target_east, 1).assigned = 190
        self._set(workbook, self.target_li, 1, 100.75)
        document = self._upload(workbook)
        self.assertFalse(document.problem_ids)
        document.action_take_mine()
        with self.assertRaisesRegex(UserError, "add up to .* more than its 190.00"):
            document.action_apply()
        self.assertEqual(self._numbers(self.target_li)[0], 90.25)

    # === APPROVED AND CLOSED === #
    def test_an_approved_plan_changes_by_a_revision(self):
        with freeze_time("2026-03-10"):
            self.plan.action_approve()
            workbook = self._export()
            self._set(workbook, self.target_li, 5, 90)
            document = self._upload(workbook)
            document.reason = "Li is ill"
            with self.assertRaisesRegex(UserError, "May 2026 has 10.25 that no target below"):
                document.action_apply()
            self._set(workbook, self.target_wang, 5, 110)
            document = self._upload(workbook)
            with self.assertRaisesRegex(UserError, "only by a revision. Give the reason"):
                document.action_apply()
            document.reason = "Li is ill"
            document.action_apply()
        self.assertEqual(self.plan.revision_ids.mapped("reason"), ["Li is ill"])
        self.assertEqual(self._numbers(self.target_li)[4], 90)

    def test_a_closed_plan_is_exported_and_not_imported(self):
        self.plan.action_approve()
        self.plan.action_close()
        workbook = self._export()
        self.assertTrue(workbook["Targets"].cell(5, 12).protection.locked)
        with self.assertRaisesRegex(UserError, "is closed, so its numbers stay"):
            self._upload(workbook)

    # === CURRENCIES === #
    def test_decimals_are_those_of_the_currency(self):
        for code, digits, fine, coarse in (("JPY", 0, 1.5, 7), ("KWD", 3, 0.0005, 1.125)):
            with self.subTest(currency=code):
                currency = self.env.ref(f"base.{code}")
                currency.write({"active": True, "rounding": 10**-digits})
                company = self.env["res.company"].create(
                    {"name": f"In {code}", "currency_id": currency.id}
                )
                self.env.user.company_ids |= company
                env = self.env(context={**self.env.context, "allowed_company_ids": company.ids})
                plan = self._create_plan(name=code, company_id=company.id).with_env(env)
                target = self._create_target({1: 5}, plan=plan)
                workbook = self._export(plan=plan)
                page = workbook["Targets"]
                shape = "#,##0" + ("." + "0" * digits if digits else "")
                self.assertEqual(page["D5"].number_format, shape)
                page["D5"] = fine
                document = self._upload(workbook, plan_id=plan.id)
                self.assertIn(f"more decimals than {code}", document.problem_ids.reason)
                page["D5"] = coarse
                document = self._upload(workbook, plan_id=plan.id)
                document.action_apply()
                self.env.flush_all()
                self.env.cr.execute(
                    "SELECT assigned FROM sales_target_cell WHERE id = %s",
                    [self._cell(target, 1).id],
                )
                self.assertEqual(self.env.cr.fetchone()[0], Decimal(str(coarse)))

    def test_a_plan_of_pieces_takes_whole_numbers(self):
        plan = self._create_plan(name="Pieces", metric="quantity")
        self._create_target({1: 5}, plan=plan)
        workbook = self._export(plan=plan)
        workbook["Targets"]["D5"] = 1.5
        document = self._upload(workbook, plan_id=plan.id)
        self.assertIn("is no whole number", document.problem_ids.reason)

    # === SPEED === #
    def test_statements_do_not_grow_with_the_rows(self):
        few = self._count_statements(self._create_wide_plan(10))
        many = self._count_statements(self._create_wide_plan(200))
        for step, count in few.items():
            with self.subTest(step=step):
                self.assertLessEqual(many[step], count + 3)

    def _create_wide_plan(self, count):
        plan = self._create_plan(name=f"Wide {count}", date_to=date(2026, 3, 31))
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {n}", "is_company": True} for n in range(count)]
        )
        top = self._create_target(plan=plan)
        self.env["sales.target"].create(
            [
                {"plan_id": plan.id, "parent_id": top.id, "partner_id": partner.id}
                for partner in partners
            ]
        )
        return plan

    def _count_statements(self, plan):
        counts = {}

        def count(step, work):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            result = work()
            self.env.flush_all()
            counts[step] = self.env.cr.sql_log_count - before
            return result

        workbook = count("export", lambda: self._export(plan=plan))
        page = workbook["Targets"]
        for row in range(6, page.max_row + 1):
            for column in (5, 6, 7):
                page.cell(row, column).value = row
        document = self._upload(workbook, plan_id=plan.id, check=False)
        count("check", document.action_check)
        self.assertEqual(document.change_count, 3 * (page.max_row - 5))
        count("apply", document.action_apply)
        count("reverse", document.action_reverse)
        return counts


@tagged("post_install", "-at_install", "sales_planning")
class TestTargetWorkbookAccess(ExchangeCommon):
    def setUp(self):
        super().setUp()
        self._fill()

    def test_a_leader_exports_and_changes_the_own_branch(self):
        workbook = self._export(self.target_east, user=self.leader)
        page = workbook["Targets"]
        self.assertTrue(page.cell(5, JANUARY).protection.locked)
        self.assertFalse(page.cell(6, JANUARY).protection.locked)
        self._set(workbook, self.target_li, 1, 90.25)
        self._set(workbook, self.target_wang, 1, 109.75)
        document = self._upload(workbook, user=self.leader)
        document.action_apply()
        self.assertEqual(self._numbers(self.target_li)[0], 90.25)
        self.assertEqual(self._cell(self.target_li, 1).change_ids[:1].create_uid, self.leader)

    def test_the_own_number_is_not_the_leaders_to_change(self):
        workbook = self._export(self.target_east, user=self.leader)
        self._set(workbook, self.target_east, 1, 1000)
        document = self._upload(workbook, user=self.leader)
        self.assertIn("is set by those above it", document.problem_ids.reason)

    def test_a_salesperson_assigns_nothing(self):
        workbook = self._export(self.target_li, user=self.seller)
        self._set(workbook, self.target_li, 1, 1)
        document = self._upload(workbook, user=self.seller)
        self.assertIn("is set by those above it", document.problem_ids.reason)
        with self.assertRaisesRegex(UserError, "nothing is changed"):
            document.action_apply()
        self.assertEqual(self._numbers(self.target_li)[0], 100.25)

    def test_nothing_is_exported_to_whom_it_does_not_concern(self):
        stranger = self._create_stranger()
        for user in (self.outsider, stranger):
            for target in (self.target_east, self.env["sales.target"]):
                with self.subTest(user=user.login), self.assertRaises(AccessError):
                    self._export(target, user=user)
        with self.assertRaises(AccessError):
            self._export(self.target_wang, user=self.seller)
        with self.assertRaises(ValidationError):
            self._export(value="actual")

    def test_a_file_of_another_company_is_refused(self):
        stranger = self._create_stranger()
        with self.assertRaisesRegex(UserError, "is gone, or not for you to see"):
            self._upload(self._export(), user=stranger, plan_id=False)

    def test_files_of_others_are_not_seen(self):
        workbook = self._export()
        self._set(workbook, self.target_li, 1, 90.25)
        document = self._upload(workbook, user=self.manager)
        for model, records in (
            ("sales.target.workbook", document),
            ("sales.target.workbook.line", document.line_ids),
        ):
            self.assertTrue(records)
            self.assertFalse(self._as(self.seller, self.env[model]).search([]))
            with self.assertRaises(AccessError):
                self._as(self.seller, records).read(["id", "create_uid"])
        for step in ("action_check", "action_apply", "action_reset", "action_reverse"):
            with self.subTest(step=step), self.assertRaises(AccessError):
                getattr(self._as(self.seller, document), step)()
        with self.assertRaises(AccessError):
            self._as(self.outsider, self.env["sales.target.workbook"]).create({"filename": "x"})

    def test_what_the_file_says_is_not_set_by_hand(self):
        workbook = self._export()
        self._set(workbook, self.target_li, 1, 90.25)
        document = self._upload(workbook, user=self.manager)
        line = document.line_ids
        for change in (
            lambda: document.write({"state": "applied"}),
            lambda: document.write({"problem_count": 0}),
            lambda: document.write({"file": False}),
            lambda: line.write({"amount_after": 5}),
            lambda: document.write({"line_ids": [(5,)]}),
            lambda: line.unlink(),
            lambda: line.copy(),
            lambda: self._as(self.manager, self.env["sales.target.workbook"]).create(
                {"state": "applied"}
            ),
        ):
            with self.assertRaises(UserError):
                change()
        document.action_apply()
        with self.assertRaises(UserError):
            line.choice = "theirs"
        with self.assertRaises(UserError):
            document.unlink()
        self.assertEqual(self._numbers(self.target_li)[0], 90.25)
