from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from .common import DecomposingCommon


@tagged("post_install", "-at_install", "sales_planning")
class TestMatrix(DecomposingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._fill(cls)

    def _state(self, matrix, **values):
        return {
            "value": matrix["value"],
            "rows": [
                {
                    "id": row["id"],
                    "amounts": [cell["amount"] for cell in row["cells"]],
                    "pins": [cell["pinned"] for cell in row["cells"]],
                    "total": None,
                }
                for row in matrix["rows"]
            ],
            "columns": [column["total"] for column in matrix["columns"]],
            "total": matrix["total"],
            "fix_rows": False,
            "fix_columns": True,
            "edits": [],
            "method": "current",
            **values,
        }

    def _changes(self, matrix, amounts, pins=()):
        return [
            {
                "id": cell["id"],
                "before": cell["amount"],
                "after": after,
                "pinned": (i, j) in pins,
            }
            for i, (row, numbers) in enumerate(zip(matrix["rows"], amounts, strict=True))
            for j, (cell, after) in enumerate(zip(row["cells"], numbers, strict=True))
            if cell["amount"] != after or (i, j) in pins
        ]

    def test_what_the_editor_shows(self):
        matrix = self.top.get_matrix()
        self.assertEqual([row["name"] for row in matrix["rows"]], ["East", "West"])
        self.assertEqual(matrix["columns"][0]["total"], "500.00")
        self.assertEqual(matrix["total"], "6000.00")
        self.assertEqual(matrix["rows"][1]["cells"][0]["amount"], "300.00")
        self.assertTrue(matrix["can_edit"])
        self.assertEqual(matrix["plan"]["unit"], "0.01")

    def test_the_rest_makes_room_for_an_edit(self):
        matrix = self.top.get_matrix()
        answer = self.top.balance_matrix(self._state(matrix, edits=[[0, 2, "350.01"]]))
        self.assertEqual([row[2] for row in answer["amounts"]], ["350.01", "149.99"])
        self.assertEqual([row[3] for row in answer["amounts"]], ["200.00", "300.00"])
        self.assertEqual(self._cell(self.target_east, 3).assigned, 200)

    def test_rows_and_columns_fixed(self):
        matrix = self.top.get_matrix()
        answer = self.top.balance_matrix(
            self._state(matrix, edits=[[0, 2, "350.01"]], fix_rows=True)
        )
        rows = [sum(round(float(n) * 100) for n in row) for row in answer["amounts"]]
        self.assertEqual(rows, [240000, 360000])
        self.assertEqual(set(answer["columns"]), {"500.00"})

    def test_the_total_of_one_row_holds(self):
        matrix = self.top.get_matrix()
        state = self._state(matrix)
        state["rows"][0]["total"] = "1200.00"
        answer = self.top.balance_matrix(state)
        self.assertEqual(answer["amounts"][0], ["100.00"] * 12)
        self.assertEqual(set(answer["columns"]), {"500.00"})
        state["rows"][0]["total"] = "6000.01"
        answer = self.top.balance_matrix(state)
        self.assertIn("East", answer["error"]["message"])
        self.assertIn("6,000.00", answer["error"]["message"])

    def test_the_total_of_one_row_that_the_others_leave_no_room_for(self):
        state = self._state(self.top.get_matrix())
        state["rows"][0]["total"] = "3000.00"
        state["rows"][1]["pins"] = [True] * 12
        error = self.top.balance_matrix(state)["error"]
        self.assertRegex(error["message"], "East: .*3,000.00 .*2,400.00")
        state["rows"][1].update(amounts=[None] * 12, pins=[False] * 12)
        error = self.top.balance_matrix(state)["error"]
        self.assertIn("the other targets", error["message"])

    def test_an_edit_leaves_what_is_to_be_split_of_other_periods(self):
        matrix = self.top.get_matrix()
        columns = [column["total"] for column in matrix["columns"]]
        columns[3] = "600.00"
        state = self._state(matrix, columns=columns, edits=[[0, 2, "350.00"]])
        answer = self.top.balance_matrix(state)
        self.assertEqual([row[3] for row in answer["amounts"]], ["200.00", "300.00"])
        answer = self.top.balance_matrix({**state, "edits": []})
        self.assertEqual([row[3] for row in answer["amounts"]], ["240.00", "360.00"])

    def test_totals_of_the_target_keep_its_own_pins(self):
        own = self._cell(self.target_east, 3)
        own.is_pinned = True
        part = self._cell(self.target_li, 3)
        self.target_east.save_matrix(
            "assigned",
            [
                {"id": own.id, "before": "200.00", "after": "190.00"},
                {"id": part.id, "before": "100.25", "after": "90.25", "pinned": True},
            ],
        )
        self.assertTrue(own.is_pinned)

    def test_rows_are_named_without_what_is_above(self):
        matrix = self.target_east.get_matrix()
        self.assertEqual(
            {row["name"] for row in matrix["rows"]}, {self.seller.name, self.other_seller.name}
        )
        self.assertEqual([node["name"] for node in matrix["target"]["path"]][1], "East")

    def test_an_impossible_edit_names_the_cell(self):
        matrix = self.top.get_matrix()
        answer = self.top.balance_matrix(self._state(matrix, edits=[[0, 2, "600"]]))
        self.assertEqual(answer["error"]["cells"], [[0, 2]])
        self.assertIn("East · Mar 2026", answer["error"]["message"])
        self.assertIn("600.00", answer["error"]["message"])

    def test_saving_splits_what_lies_below(self):
        matrix = self.top.get_matrix()
        answer = self.top.balance_matrix(self._state(matrix, edits=[[0, 2, "400.00"]]))
        saved = self.top.save_matrix("assigned", self._changes(matrix, answer["amounts"], {(0, 2)}))
        self.assertTrue(saved["rows"][0]["cells"][2]["pinned"])
        self.assertEqual(self._cell(self.target_li, 3).assigned, 200.5)
        self._assert_balanced()

    def test_a_change_of_somebody_else_is_told_and_nothing_is_lost(self):
        matrix = self.top.get_matrix()
        answer = self.top.balance_matrix(self._state(matrix, edits=[[0, 2, "400.00"]]))
        changes = self._changes(matrix, answer["amounts"])
        self.top.with_user(self.manager).save_matrix(
            "assigned",
            self._changes(
                matrix,
                self.top.balance_matrix(self._state(matrix, edits=[[0, 2, "100.00"]]))["amounts"],
            ),
        )
        with self.assertRaisesRegex(UserError, "chen.jie.* changed East · Mar 2026"):
            self.top.save_matrix("assigned", changes)
        self.assertEqual(self._cell(self.target_east, 3).assigned, 100)
        self._assert_balanced()

    def test_more_than_there_is_cannot_be_saved(self):
        matrix = self.top.get_matrix()
        amounts = [[cell["amount"] for cell in row["cells"]] for row in matrix["rows"]]
        amounts[0][2] = "300.00"
        with self.assertRaisesRegex(ValidationError, "100.00 more"):
            self.top.save_matrix("assigned", self._changes(matrix, amounts))
        self.env.invalidate_all()
        self._assert_balanced()

    def test_bad_input(self):
        matrix = self.top.get_matrix()
        for text in ("abc", "NaN", "1e999999", "Infinity"):
            with self.subTest(text=text), self.assertRaises(UserError):
                self.top.balance_matrix(self._state(matrix, edits=[[0, 2, text]]))
        with self.assertRaises(ValidationError):
            self.top.get_matrix("id; DROP TABLE sales_target")
        stranger = self._cell(self.target_li, 3)
        with self.assertRaisesRegex(UserError, "Reload"):
            self.top.save_matrix(
                "assigned",
                [{"id": stranger.id, "before": "100.25", "after": "1.00", "pinned": False}],
            )

    def test_owners_edit_their_branch_only(self):
        self.target_east.responsible_id = self.leader
        east, top = (target.with_user(self.leader) for target in (self.target_east, self.top))
        matrix = east.get_matrix()
        answer = east.balance_matrix(self._state(matrix, edits=[[0, 2, "150.00"]]))
        east.save_matrix("assigned", self._changes(matrix, answer["amounts"]))
        self.assertEqual(self._cell(self.target_li, 3).assigned, 150)
        matrix = top.get_matrix()
        self.assertFalse(matrix["can_edit"])
        with self.assertRaises(AccessError):
            top.save_matrix("assigned", [])
        with self.assertRaises(AccessError):
            self.top.with_user(self.seller).get_matrix()

    @freeze_time("2026-06-10")
    def test_an_approved_plan_asks_for_a_reason_and_keeps_what_is_over(self):
        self.plan.action_approve()
        matrix = self.top.get_matrix()
        self.assertTrue(matrix["reason_needed"])
        self.assertEqual([column["open"] for column in matrix["columns"]], [False] * 5 + [True] * 7)
        answer = self.top.balance_matrix(self._state(matrix, edits=[[0, 7, "400.00"]]))
        changes = self._changes(matrix, answer["amounts"])
        with self.assertRaisesRegex(UserError, "revision"):
            self.top.save_matrix("assigned", changes)
        self.top.save_matrix("assigned", changes, reason="New shop in the east")
        self.assertEqual(self.plan.revision_ids.reason, "New shop in the east")
        closed = {"id": matrix["rows"][0]["cells"][1]["id"], "before": "200.00", "after": "1.00"}
        with self.assertRaisesRegex(UserError, "is over"):
            self.top.save_matrix("assigned", [closed], reason="x")

    def test_statements_do_not_depend_on_the_number_of_parts(self):
        def statements():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.top.get_matrix()
            return self.env.cr.sql_log_count - before

        statements()
        few = statements()
        self.env["sales.target"].create(
            [
                {"plan_id": self.plan.id, "parent_id": self.top.id, "partner_id": partner.id}
                for partner in self.env["res.partner"].create(
                    [{"name": f"Shop {n}", "is_company": True} for n in range(40)]
                )
            ]
        )
        self.assertLessEqual(statements(), few + 3)
