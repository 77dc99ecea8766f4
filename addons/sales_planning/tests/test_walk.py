"""A random walk over everything that moves numbers: whatever happens, the sums hold."""

import base64
import io
from datetime import date
from decimal import Decimal

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ..engine.workbook import HEADER_ROW
from .common import SalesPlanningCommon

TODAY = date(2026, 5, 10)
# The second quarter is the running one.
DAYS = (date(2026, 2, 1), TODAY, date(2026, 7, 1), date(2026, 11, 15))
VALUES = ("assigned", "stretch", "challenge")
# One step of the walk in ten tries to have the plan approved; a file takes longest.
OPERATIONS = (
    *("type", "gate", "total", "balance", "roll_up", "matrix", "matrix", "transfer", "pin"),
    *("propose", "accept", "grow", "move", "remove", "revise", "approve", "workbook"),
)
WALKS = settings(
    max_examples=5,
    deadline=None,
    # Making a failing walk shorter would take many minutes; its steps are in the report.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


class _Undone(Exception):
    """Ends an example, so that the next one finds the database as this one did."""


@tagged("post_install", "-at_install", "sales_planning")
class TestRandomWalk(SalesPlanningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(TODAY))
        cls.customers = cls.env["res.partner"].create(
            [{"name": f"Customer {number}", "is_company": True} for number in range(14)]
        )
        yen = cls.env.ref("base.JPY")
        yen.active = True
        cls.japan = cls.env["res.company"].create({"name": "Japan", "currency_id": yen.id})
        (cls.manager | cls.seller).company_ids |= cls.japan
        cls.manager.company_id.sales_lock_date = False

    @WALKS
    @given(st.data())
    def test_cents(self, data):
        self._walk(data, company_id=self.company.id)

    @WALKS
    @given(st.data())
    def test_a_currency_without_decimals(self, data):
        self._walk(data, company_id=self.japan.id)

    @WALKS
    @given(st.data())
    def test_pieces(self, data):
        self._walk(data, company_id=self.company.id, metric="quantity")

    # === THE WALK === #
    def _walk(self, data, **values):
        try:
            with self.env.cr.savepoint():
                self._go(data, **values)
                raise _Undone
        except _Undone:
            self.env.invalidate_all()

    def _go(self, data, **values):
        self.data = data
        plan = self._create_plan(name="Walk", period="quarter", **values)
        self.walked = self._as(self.manager, plan)
        self.unit = plan._get_unit()
        self._plant(plan)
        self._assert_sums("planting")
        for operation in data.draw(
            st.lists(st.sampled_from(OPERATIONS), min_size=6, max_size=12), label="operations"
        ):
            self._step(operation)

    def _plant(self, plan):
        """A tree of any shape, in which the lowest have numbers and those above their sums."""
        parents = [None]
        for number in range(self._draw(st.integers(1, 7), "nodes")):
            parents.append(self._draw(st.none() | st.integers(0, number), "parent"))
        nodes = []
        for customer, parent in zip(self.customers, parents, strict=False):
            nodes.append(
                self._create_target(
                    plan=plan,
                    partner_id=customer.id,
                    parent_id=False if parent is None else nodes[parent].id,
                    responsible_id=self.seller.id,
                    weight=self._draw(st.integers(0, 3), "weight"),
                )
            )
        for node in plan.target_ids.filtered(lambda node: not node.child_ids):
            for cell in node.cell_ids:
                cell.write({name: self._draw_number(name) for name in VALUES[:2]})
        for name in VALUES:
            plan.target_ids.action_roll_up(name)

    def _step(self, operation):
        before = self._read_numbers()
        over = self._read_over() if self.walked.state == "approved" else {}
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                getattr(self, f"_do_{operation}")()
                self.env.flush_all()
        except UserError:
            # Refused, so nothing is half done.
            self.env.invalidate_all()
            self.assertEqual(self._read_numbers(), before)
        self._assert_sums(operation)
        self.assertEqual({**over, **self._read_over()} if over else {}, over, operation)

    # === DRAWING === #
    def _draw(self, strategy, label):
        return self.data.draw(strategy, label=label)

    def _draw_number(self, label="number"):
        units = st.integers(0, 10**6) | st.integers(0, 5)
        count = self._draw(st.none() | units, label)
        return False if count is None else float(count * self.unit)

    def _draw_value(self):
        return self._draw(st.sampled_from(VALUES), "value")

    def _draw_target(self, targets=None):
        targets = self.walked.target_ids if targets is None else targets
        return targets[self._draw(st.integers(0, len(targets) - 1), "target")]

    def _draw_cell(self, target=None):
        cells = (target or self._draw_target()).cell_ids
        return cells[self._draw(st.integers(0, 3), "period")]

    # === OPERATIONS === #
    def _do_type(self):
        cell = self._draw_cell()
        cell.write({self._draw_value(): self._draw_number()})

    def _do_gate(self):
        numbers = {self._draw_cell().id: self._draw_number() for _number in range(3)}
        gate = self.env["sales.target.numbers"]
        gate._set(
            self.walked.sudo(),
            self._draw_value(),
            {cell_id: gate._to_decimal(number) for cell_id, number in numbers.items()},
            "typed",
            reason="Walk",
        )

    def _do_total(self):
        self._draw_target().action_set_total(
            str(self._draw(st.integers(0, 10**7), "total") * self.unit),
            self._draw(st.sampled_from(["equal", "current"]), "method"),
            self._draw_value(),
            reason="Walk",
        )

    def _do_balance(self):
        method = self._draw(st.sampled_from(["equal", "current", "hand"]), "method")
        self._draw_target().action_balance(method, self._draw_value(), reason="Walk")

    def _do_roll_up(self):
        self._draw_target().action_roll_up(self._draw_value(), reason="Walk")

    def _do_matrix(self):
        """Type into a cell, have the rest balanced, and save what came of it."""
        target = self._draw_target(self.walked.target_ids.filtered("child_ids") or None)
        value = self._draw_value()
        matrix = target.get_matrix(value)
        if not matrix["rows"]:
            return
        rows = [[cell["amount"] for cell in row["cells"]] for row in matrix["rows"]]
        edit = (
            self._draw(st.integers(0, len(rows) - 1), "row"),
            self._draw(st.integers(0, 3), "column"),
            str(self._draw(st.integers(0, 10**6), "typed") * self.unit),
        )
        balanced = target.balance_matrix(
            {
                "value": value,
                "rows": [
                    {
                        "id": row["id"],
                        "amounts": amounts,
                        "pins": [cell["pinned"] for cell in row["cells"]],
                    }
                    for row, amounts in zip(matrix["rows"], rows, strict=True)
                ],
                "columns": [column["total"] for column in matrix["columns"]],
                "fix_columns": self._draw(st.booleans(), "fix columns"),
                "fix_rows": self._draw(st.booleans(), "fix rows"),
                "edits": [edit],
            }
        )
        if "error" in balanced:
            self.assertTrue(balanced["error"]["message"])
            return
        changes = [
            {"id": cell["id"], "before": cell["amount"], "after": after}
            for row, amounts in zip(matrix["rows"], balanced["amounts"], strict=True)
            for cell, after in zip(row["cells"], amounts, strict=True)
            if cell["amount"] != after
        ]
        target.save_matrix(value, changes, reason="Walk")

    def _do_transfer(self):
        giver, receiver = self._draw_target(), self._draw_target()
        day = self._draw(st.sampled_from(DAYS), "day")
        giver._transfer({receiver: Decimal(1)}, day, "Walk")

    def _do_pin(self):
        self._draw_cell().action_toggle_pin()

    def _do_propose(self):
        if self.walked.state == "draft":
            self.walked.proposal_deadline = date(2026, 6, 1)
            self.walked.action_start_proposals()
        target = self._as(self.seller, self._draw_target())
        proposals = self._as(self.seller, self.env["sales.target.proposal"]).search(
            [("target_id", "=", target.id)]
        )
        proposals.write({"proposed": self._draw_number() or 0.0})
        target.action_submit_proposal()

    def _do_accept(self):
        submitted = self.walked.target_ids.filtered(
            lambda target: target.proposal_state == "submitted"
        )
        submitted.action_accept_proposal()

    def _do_grow(self):
        free = self.customers - self.walked.target_ids.partner_id
        self.walked.target_ids.create(
            {
                "plan_id": self.walked.id,
                "partner_id": free[:1].id,
                "parent_id": self._draw_target().id,
                "responsible_id": self.seller.id,
            }
        )

    def _do_move(self):
        self._draw_target().parent_id = self._draw_target()

    def _do_remove(self):
        leaves = self.walked.target_ids.filtered(lambda target: not target.child_ids)
        if len(self.walked.target_ids) > 1:
            self._draw_target(leaves).unlink()

    def _do_revise(self):
        wizard = self._as(self.manager, self.env["sales.target.revise"]).create(
            {
                "plan_id": self.walked.id,
                "target_id": self._draw_target().id,
                "value": self._draw_value(),
                "method": "percent",
                "percent": self._draw(st.integers(-50, 50), "percent"),
                "date_from": self._draw(st.sampled_from(DAYS), "from"),
                "with_above": self._draw(st.booleans(), "with above"),
                "reason": "Walk",
            }
        )
        wizard.action_confirm()

    def _do_approve(self):
        self.walked.action_approve()

    def _do_workbook(self):
        sheets = self._as(self.manager, self.env["sales.target.sheet"])
        targets = self.walked.target_ids.browse()
        _name, content = sheets._export(self.walked, targets, self._draw_value())
        workbook = load_workbook(io.BytesIO(content))
        page = workbook["Targets"]
        # Key, name, customer, last year, four quarters, total.
        self.assertEqual(page.max_column, 9)
        row = self._draw(st.integers(HEADER_ROW + 2, page.max_row), "row")
        column = self._draw(st.integers(5, 8), "column")
        page.cell(row, column).value = self._draw_number() or None
        buffer = io.BytesIO()
        workbook.save(buffer)
        document = self._as(self.manager, self.env["sales.target.workbook"]).create(
            {
                "file": base64.b64encode(buffer.getvalue()),
                "filename": "walk.xlsx",
                "plan_id": self.walked.id,
                "reason": "Walk",
            }
        )
        document.action_check()
        document.action_apply()

    # === WHAT HOLDS === #
    def _query(self, query, *params):
        """:return: list of rows; a float would not tell 0.1 from what is next to it, so numbers
        are asked for as texts
        """
        self.env.flush_all()
        self.env.cr.execute(query, params)
        return self.env.cr.fetchall()

    def _read_numbers(self):
        """:return: dict of cell id → the numbers as the database has them"""
        rows = self._query(
            """
            SELECT cell.id, cell.assigned::text, cell.stretch::text, cell.challenge::text,
                   cell.proposed::text
              FROM sales_target_cell cell JOIN sales_target target ON target.id = cell.target_id
             WHERE target.plan_id = %s
            """,
            self.walked.id,
        )
        return {cell_id: numbers for cell_id, *numbers in rows}

    def _read_over(self):
        """:return: dict like above, of the periods that are over"""
        cells = self.walked.target_ids.cell_ids.filtered(lambda cell: cell.date_to < TODAY)
        numbers = self._read_numbers()
        return {id_: numbers[id_][:3] for id_ in cells.ids}

    def _assert_sums(self, operation):
        rows = self._query(
            """
            SELECT COUNT(part.id), cell.unassigned::text,
                   cell.assigned::text, cell.stretch::text, cell.challenge::text,
                   COALESCE(SUM(lower.assigned), 0)::text, COALESCE(SUM(lower.stretch), 0)::text,
                   COALESCE(SUM(lower.challenge), 0)::text
              FROM sales_target_cell cell
              JOIN sales_target target ON target.id = cell.target_id
              LEFT JOIN sales_target part ON part.parent_id = target.id
              LEFT JOIN sales_target_cell lower
                ON lower.target_id = part.id AND lower.date_from = cell.date_from
             WHERE target.plan_id = %s
             GROUP BY cell.id
            """,
            self.walked.id,
        )
        for parts, *texts in rows:
            unassigned, *numbers = (None if text is None else Decimal(text) for text in texts)
            upper, lower = numbers[:3], numbers[3:]
            expected = upper[0] - lower[0] if parts and upper[0] is not None else None
            self.assertEqual(unassigned, expected, operation)
            for number, below in zip(upper, lower, strict=True):
                if number is not None:
                    self.assertFalse(number % self.unit, operation)
                    self.assertLessEqual(below, number, operation)
        self._assert_totals(operation)

    def _assert_totals(self, operation):
        """Targets are the sums of their periods, and the plan of its top targets."""
        wrong = self._query(
            """
            SELECT target.id
              FROM sales_target target JOIN sales_target_cell cell ON cell.target_id = target.id
             WHERE target.plan_id = %s
             GROUP BY target.id
            HAVING (target.assigned, target.stretch, target.challenge, target.unassigned)
                   IS DISTINCT FROM (
                       SUM(cell.assigned), SUM(cell.stretch), SUM(cell.challenge),
                       SUM(cell.unassigned)
                   )
            """,
            self.walked.id,
        )
        self.assertEqual(wrong, [], operation)
        ((total,),) = self._query(
            "SELECT SUM(assigned) FROM sales_target WHERE plan_id = %s AND parent_id IS NULL",
            self.walked.id,
        )
        self.walked.invalidate_recordset(["assigned"])
        self.assertEqual(self.walked.assigned, False if total is None else float(total))
