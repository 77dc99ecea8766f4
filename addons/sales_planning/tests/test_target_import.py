import os
from datetime import date
from pathlib import Path

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import SalesPlanningCommon

HEADER = "EmployeeID|TargetAmount|TargetMonth\n"
ADVENTURE_WORKS = Path(
    os.environ.get("ADVENTUREWORKS_DIR") or Path(__file__).parents[4] / "shared/data/adventureworks"
)


@tagged("post_install", "-at_install", "sales_planning")
class TestTargetImport(SalesPlanningCommon):
    @classmethod
    def _create_target_import(cls, rows, header=HEADER, **values):
        values = {"kind": "target", "target_plan_id": cls.plan.id, **values}
        return cls._create_import(header + "\n".join(rows) + "\n", "targets.csv", **values)

    def _import(self, *args, **values):
        target_import = self._create_target_import(*args, **values)
        target_import.action_check()
        target_import.action_import()
        return target_import

    def _numbers(self, plan=None):
        """:return: dict of (name of node, month) → number"""
        cells = (plan or self.plan).target_ids.cell_ids
        return {
            (cell.target_id.name, cell.date_from.month): cell.assigned
            for cell in cells
            if cell.assigned
        }

    def test_rows_become_cells(self):
        self._post("2026-01-05", 60, user_id=self.seller)
        target_import = self._import(
            ["LI.NA|100|2026/01/01", "LI.NA|150.50|2026-02", "WANG.WEI|0|2026/01/01"]
        )
        self.assertRecordValues(
            target_import, [{"state": "done", "imported_count": 3, "amount_total": 250.5}]
        )
        li_na, wang_wei = self.seller.name, self.other_seller.name
        self.assertEqual(self._numbers(), {(li_na, 1): 100, (li_na, 2): 150.5})
        self.assertEqual(set(self.plan.target_ids.mapped("name")), {li_na, wang_wei})
        self.assertRecordValues(
            self.plan.target_ids.filtered(lambda target: target.user_id == self.seller),
            [{"assigned": 250.5, "actual": 60, "gap": -190.5, "import_id": target_import.id}],
        )
        action = target_import.action_open_result()
        self.assertEqual(len(self.env["sales.target.cell"].search(action["domain"])), 3)

    def test_every_dimension_can_have_targets(self):
        team = self.env["crm.team"].create({"name": "Fleet", "company_id": self.company.id})
        self._import(
            [
                "2026-01,1,,,E,,,",
                "2026-01,2,,Fleet,,,,",
                "2026-01,3,,,,C1,,",
                "2026-01,4,,,,,P1,",
                "2026-01,5,li.na,,,,,Bikes",
            ],
            header="月份,目标金额,业务员,团队,区域,客户,产品,品类\n",
        )
        self.assertEqual(
            self._numbers(),
            {
                (self.region.complete_name, 1): 1,
                (team.display_name, 1): 2,
                (self.customer.display_name, 1): 3,
                (self.product.display_name, 1): 4,
                (f"{self.seller.name} · Bikes", 1): 5,
            },
        )

    def test_each_refusal_says_why(self):
        self._create_target({1: 500}, user_id=self.seller.id)
        for row, title, reason in (
            ("LI.NA|-5|2026/03/01", "TargetAmount", "is negative"),
            ("LI.NA|5.005|2026/03/01", "TargetAmount", "more decimals than USD: round it to 0.01"),
            ("LI.NA|10000000000000|2026/03/01", "TargetAmount", "is too large for a target"),
            ("LI.NA|abc|2026/03/01", "TargetAmount", "is not a number"),
            ("LI.NA|5|2027/01/01", "TargetMonth", "lies outside of Orders 2026, which runs from"),
            ("LI.NA|5|2025/12/31", "TargetMonth", "lies outside of Orders 2026"),
            ("LI.NA|5|2026/13/01", "TargetMonth", "is not a month"),
            ("LI.NA|7|2026/02/01", "TargetMonth", "of the same target stands in row 2 already"),
            ("li.na|7|2026/02/28", "TargetMonth", "of the same target stands in row 2 already"),
            ("LI.NA|501|2026/01/01", "TargetAmount", "differs from the 500.00 that the plan"),
            ("Nobody|5|2026/03/01", "EmployeeID", "is no known salesperson"),
            ("|5|2026/03/01", "", "names nobody and nothing that the target is for"),
        ):
            with self.subTest(row=row):
                target_import = self._create_target_import(["LI.NA|10|2026/02/01", row])
                target_import.action_check()
                self.assertRecordValues(
                    target_import.reject_ids, [{"row_number": 3, "title": title}]
                )
                self.assertIn(reason, target_import.reject_ids.reason)
                with self.assertRaisesRegex(UserError, "nothing is imported"):
                    target_import.action_import()
        self.assertEqual(self._numbers(), {(self.seller.name, 1): 500})

    def test_half_a_piece_is_refused(self):
        pieces = self._create_plan(name="Pieces", metric="quantity")
        target_import = self._create_target_import(
            ["LI.NA|10|2026/02/01", "LI.NA|1.5|2026/03/01"], target_plan_id=pieces.id
        )
        target_import.action_check()
        self.assertRecordValues(
            target_import.reject_ids,
            [
                {
                    "row_number": 3,
                    "title": "TargetAmount",
                    "reason": "is no whole number: the plan counts pieces",
                }
            ],
        )

    def test_the_second_import_adds_nothing(self):
        rows = ["LI.NA|100|2026/01/01", "WANG.WEI|0|2026/01/01"]
        self._import(rows)
        again = self._create_target_import(rows)
        again.action_check()
        self.assertRecordValues(again, [{"existing_count": 2, "reject_count": 0}])
        with self.assertRaisesRegex(UserError, "has no new row"):
            again.action_import()

    def test_overwriting_is_to_be_asked_for(self):
        self._import(["LI.NA|100|2026/01/01", "LI.NA|200|2026/02/01"])
        rows = ["LI.NA|100|2026/01/01", "LI.NA|250|2026/02/01"]
        self._import(rows, overwrite_targets=True)
        self.assertEqual(self._numbers(), {(self.seller.name, 1): 100, (self.seller.name, 2): 250})

    def test_reversing_puts_back_what_stood_there(self):
        target = self._create_target({1: 500}, user_id=self.seller.id)
        target_import = self._import(
            ["LI.NA|100|2026/01/01", "LI.NA|200|2026/02/01", "WANG.WEI|5|2026/02/01"],
            overwrite_targets=True,
        )
        target_import.action_reverse()
        self.assertEqual(self._numbers(), {(self.seller.name, 1): 500})
        self.assertEqual(self.plan.target_ids, target)
        self.assertEqual(target.assigned, 500)
        again = self._create_target_import(["LI.NA|200|2026/02/01"])
        again.action_check()
        self.assertEqual((again.reject_count, again.existing_count), (0, 0))

    def test_reversing_stops_where_somebody_changed_a_number(self):
        target_import = self._import(["LI.NA|100|2026/01/01", "LI.NA|200|2026/02/01"])
        self._cell(self.plan.target_ids, 2).assigned = 222
        with self.assertRaisesRegex(UserError, "1 numbers were changed after this import"):
            target_import.action_reverse()
        self.assertEqual(self.plan.target_ids.assigned, 322)

    def test_a_number_that_was_taken_away_since_is_a_change_too(self):
        target_import = self._import(["LI.NA|0|2026/01/01"])
        self._cell(self.plan.target_ids, 1).assigned = False
        with self.assertRaisesRegex(UserError, "1 numbers were changed after this import"):
            target_import.action_reverse()

    def test_the_remedy_follows_the_state_of_the_plan(self):
        self._create_target({1: 500}, user_id=self.seller.id)
        target_import = self._create_target_import(["LI.NA|5|2026/02/01"])
        self.plan.proposal_deadline = date(2999, 1, 1)
        for step, message in (
            (self.plan.action_start_proposals, "Choose Stop Proposals there first"),
            (self.plan.action_approve, "by a revision, and who has a target in a new version"),
            (self.plan.action_close, "in a new version"),
        ):
            step()
            with self.assertRaisesRegex(UserError, message):
                target_import.action_check()

    def test_a_fixed_plan_is_refused(self):
        self._create_target({1: 500}, user_id=self.seller.id)
        waiting = self._create_target_import(["LI.NA|5|2026/02/01"])
        waiting.action_check()
        done = self._import(["LI.NA|6|2026/03/01"])
        self.plan.action_approve()
        late = self._create_target_import(["LI.NA|5|2026/02/01"])
        for step in (late.action_check, waiting.action_import, done.action_reverse):
            with self.assertRaisesRegex(UserError, "no longer a draft"):
                step()
        self.assertEqual(len(self._numbers()), 2)

    def test_a_plan_of_another_company_is_refused(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.user.company_ids |= other
        plan = self._create_plan(company_id=other.id)
        with self.assertRaises(UserError):
            self._create_target_import(["LI.NA|5|2026/02/01"], target_plan_id=plan.id)

    def test_the_only_draft_is_offered_and_else_a_plan_is_made(self):
        offered = self.env["sales.import"].create({"kind": "target"})
        self.assertEqual(offered.target_plan_id, self.plan)
        ledger = self.env["sales.import"].create({"kind": "ledger"})
        self.assertFalse(ledger.target_plan_id)
        self.plan.unlink()
        target_import = self._create_target_import(
            ["LI.NA|5|2024/02/01", "WANG.WEI|6|2025/03/01"], target_plan_id=False
        )
        self.assertFalse(target_import.target_plan_id)
        target_import.action_check()
        self.assertFalse(target_import.target_plan_id)
        self.assertEqual(target_import.reject_count, 0)
        target_import.action_import()
        self.assertRecordValues(
            target_import.target_plan_id,
            [
                {
                    "name": "Targets 2024-02 – 2025-03",
                    "date_from": date(2024, 2, 1),
                    "date_to": date(2025, 3, 31),
                    "state": "draft",
                }
            ],
        )
        self.assertEqual(
            self._numbers(target_import.target_plan_id),
            {(self.seller.name, 2): 5, (self.other_seller.name, 3): 6},
        )

    def test_a_check_makes_no_plan(self):
        self.plan.unlink()
        plans = self.env["sales.target.plan"].search_count([])
        for rows, error in (
            (["LI.NA|5|2024/02/01", "LI.NA|6|2024/02/01"], None),
            (["LI.NA|5.005|2024/02/01"], None),
            (["LI.NA|5|1924/02/01", "LI.NA|5|2024/02/01"], "covers at most ten years"),
        ):
            with self.subTest(rows=rows):
                target_import = self._create_target_import(rows, target_plan_id=False)
                if error:
                    with self.assertRaisesRegex(ValidationError, error):
                        target_import.action_check()
                else:
                    target_import.action_check()
                    self.assertEqual(target_import.reject_count, 1)
                self.assertFalse(target_import.target_plan_id)
        self.assertEqual(self.env["sales.target.plan"].search_count([]), plans)

    def test_missing_salespeople_are_told_apart_before_they_exist(self):
        target_import = self._create_target_import(
            ["900|5|2026/02/01", "901|6|2026/02/01", "900|7|2026/02/01"],
            create_salesperson=True,
            import_valid_only=True,
        )
        target_import.action_check()
        self.assertRecordValues(target_import.reject_ids, [{"row_number": 4}])
        target_import.action_import()
        self.assertEqual(sorted(self._numbers().values()), [5, 6])

    def test_a_contact_stands_for_its_company(self):
        self.env["res.partner"].create(
            {"name": "Ann", "ref": "C9", "parent_id": self.customer.id, "type": "contact"}
        )
        self._import(["2026-01,3,C9"], header="Month,Target,Customer\n")
        self.assertEqual(self.plan.target_ids.partner_id, self.customer)

    def test_statements_do_not_grow_with_the_rows(self):
        def statements(month, people):
            rows = [f"{user.login}|5|2026/{month:02}/01" for user in people]
            target_import = self._create_target_import(rows)
            target_import.action_check()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            target_import.action_import()
            return self.env.cr.sql_log_count - before

        people = [self._create_user(f"seller{n}", "base.group_user") for n in range(30)]
        self._import([f"{user.login}|5|2026/01/01" for user in people])
        few = statements(2, people[:3])
        self.assertLessEqual(statements(3, people), few + 2)

    def test_adventure_works(self):
        """The real file: 809 numbers of 18 people over 54 months."""
        path = ADVENTURE_WORKS / "Targets.csv"
        if not path.is_file():
            self.skipTest(f"{path} is not here")
        self.plan.unlink()
        target_import = self._create_import(
            path.read_bytes(), "Targets.csv", kind="target", create_salesperson=True
        )
        target_import.action_check()
        target_import.action_import()
        plan = target_import.target_plan_id
        self.assertRecordValues(
            target_import, [{"imported_count": 809, "amount_total": 676_210_000}]
        )
        self.assertRecordValues(
            plan,
            [
                {
                    "assigned": 676_210_000,
                    "target_count": 18,
                    "date_from": date(2017, 7, 1),
                    "date_to": date(2021, 12, 31),
                }
            ],
        )
        self.assertEqual(len(plan.target_ids.cell_ids), 18 * 54)
