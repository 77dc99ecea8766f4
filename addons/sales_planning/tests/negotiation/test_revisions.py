from datetime import date

from psycopg2 import errors

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import SQL, mute_logger

from .common import NegotiationCommon, NegotiationRpcCase


@tagged("post_install", "-at_install", "sales_planning")
class TestRevisions(NegotiationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._approve_plan()

    def _revise(self, target=None, **values):
        return self._as(self.manager, self.env["sales.target.revise"]).create(
            {"plan_id": self.plan.id, "target_id": target and target.id, **values}
        )

    def _assert_sums(self, unassigned):
        """What the region has more than its parts did not change."""
        self.env.invalidate_all()
        self.assertEqual(self.top.cell_ids.sorted("date_from").mapped("unassigned"), unassigned)

    def test_typed_numbers(self):
        form = Form(
            self._as(self.manager, self.env["sales.target.revise"]).with_context(
                default_plan_id=self.plan.id, default_target_id=self.target.id
            )
        )
        self.assertEqual(len(form.line_ids), 10, "from the current period on")
        with form.line_ids.edit(0) as line:
            self.assertEqual(line.before, 100)
            line.after = 130
        form.reason = "Takes over a customer"
        form.save().action_confirm()
        self.assertEqual(self._cell(self.target, 3).assigned, 130)
        self.assertRecordValues(
            self.plan.revision_ids,
            [
                {
                    "number": 1,
                    "reason": "Takes over a customer",
                    "create_uid": self.manager.id,
                    "change_count": 2,
                }
            ],
        )
        self.assertRecordValues(
            self.plan.revision_ids.change_ids.filtered(
                lambda change: change.target_id == self.target
            ),
            [{"amount_before": 100, "amount_after": 130, "operation": "revised"}],
        )
        action = self.plan.revision_ids.action_open_changes()
        self.assertEqual(
            self.env[action["res_model"]].search(action["domain"]),
            self.plan.revision_ids.change_ids,
        )

    def test_percent_of_a_branch(self):
        before = self.top.cell_ids.sorted("date_from").mapped("unassigned")
        wizard = self._revise(
            self.top, method="percent", percent=-12.5, reason="Weak market", date_from="2026-07-15"
        )
        self.assertEqual(wizard.total_before, 6 * 220)
        self.assertEqual(wizard.total_after, 6 * (220 - 27.5))
        wizard.action_confirm()
        self.assertEqual(self._cell(self.target, 6).assigned, 100, "an earlier period stays")
        self.assertEqual(self._cell(self.target, 7).assigned, 87.5)
        self.assertEqual(self._cell(self.other_target, 12).assigned, 105)
        self.assertEqual(self._cell(self.top, 12).assigned, 220 - 12.5 - 15)
        self._assert_sums(before)
        self.assertEqual(len(self.plan.revision_ids), 1)

    def test_percent_with_cents(self):
        self._revise(self.target, method="percent", percent=0.333, reason="x").action_confirm()
        self.assertEqual(self._cell(self.target, 12).assigned, 100.33)
        self.assertEqual(self._cell(self.top, 12).unassigned, 0)

    def test_percent_is_exact_for_the_sum(self):
        """Not the sum of what was rounded month by month, which is 10 × 105.11."""
        wizard = self._revise(self.target, reason="x")
        wizard.line_ids.after = 100.1
        wizard.action_confirm()
        wizard = self._revise(self.target, method="percent", percent=5, reason="x")
        self.assertEqual((wizard.total_before, wizard.total_after), (1001, 1051.05))
        wizard.action_confirm()
        numbers = self.target.cell_ids.sorted("date_from").mapped("assigned")[2:]
        self.assertEqual(sorted(numbers), [105.1] * 5 + [105.11] * 5)
        self._assert_sums([0] * 12)

    def test_everything_can_be_taken_off(self):
        self._revise(method="percent", percent=-100, reason="x").action_confirm()
        self.assertEqual(self._cell(self.top, 12).assigned, 0)

    def test_percent_of_the_whole_plan(self):
        self._revise(method="percent", percent=10, reason="x").action_confirm()
        self.assertEqual(self._cell(self.top, 12).assigned, 220 + 10 + 12)
        self._assert_sums([0] * 12)

    def test_a_remainder_is_refused(self):
        wizard = self._revise(self.top, reason="x")
        wizard.line_ids[0].after = 230
        with self.assertRaisesRegex(UserError, "Mar 2026 has 10.00 that no target below"):
            wizard.action_confirm()

    def test_the_targets_above_follow(self):
        wizard = self._revise(self.target, reason="x", with_above=True)
        wizard.line_ids[0].after = 90
        wizard.action_confirm()
        self.assertEqual(self._cell(self.top, 3).assigned, 210)
        self._assert_sums([0] * 12)

    def test_refusals(self):
        before = self._numbers()
        for values, message in (
            ({"method": "percent", "percent": 0, "reason": "x"}, "cannot be added"),
            ({"method": "percent", "percent": -101, "reason": "x"}, "cannot be added"),
            ({"method": "percent", "percent": 5}, "change only by a revision"),
            ({"method": "percent", "percent": 5, "reason": " "}, "change only by a revision"),
            ({"reason": "x"}, "No number would change"),
        ):
            with self.subTest(values=values), self.assertRaisesRegex(UserError, message):
                self._revise(self.target, **values).action_confirm()
        self.assertEqual(self._numbers(), before)
        self.assertFalse(self.plan.revision_ids)

    def test_the_second_one_is_told(self):
        first, second = self._revise(self.target, reason="x"), self._revise(self.target, reason="y")
        first.line_ids[0].after = 130
        second.line_ids[0].after = 70
        first.action_confirm()
        with self.assertRaisesRegex(UserError, r"chen.jie.* changed .*Mar 2026 to 130.00"):
            second.action_confirm()
        self.assertEqual(self._cell(self.target, 3).assigned, 130)
        self.assertEqual(len(self.plan.revision_ids), 1)

    def test_a_number_finer_than_the_currency(self):
        wizard = self._revise(self.target, reason="x")
        before = wizard.line_ids.mapped("after")
        for line in (wizard.line_ids[0], wizard):
            values = {"after": 130.005}
            if line == wizard:
                values = {"line_ids": [Command.update(wizard.line_ids[0].id, values)]}
            with (
                self.assertRaisesRegex(
                    UserError, r"Mar 2026: 130.005 has more decimals than .*: round it to 0.01"
                ),
                self.env.cr.savepoint(),
            ):
                line.write(values)
        line = Command.create({"cell_id": self._cell(self.target, 3).id, "after": 130.005})
        with self.assertRaisesRegex(UserError, "130.005 has more decimals"):
            self._revise(self.target, reason="x", line_ids=[line])
        self.assertEqual(wizard.line_ids.mapped("after"), before)

    def test_a_period_that_is_over_stays(self):
        before = self._numbers()
        wizard = self._revise(method="percent", percent=10, reason="x", date_from=date(2026, 1, 1))
        with self.assertRaisesRegex(UserError, "Jan 2026 is over, so its targets stay"):
            wizard.action_confirm()
        cell = self._cell(self.target, 2)
        with self.assertRaisesRegex(UserError, "Feb 2026 is over"):
            self.env["sales.target.numbers"]._set(
                self.plan, "assigned", {cell.id: 5}, "typed", reason="Why"
            )
        self.assertEqual(self._numbers(), before)
        self.assertFalse(self.plan.revision_ids)
        # What does not change is no matter of the period.
        unchanged = {self._cell(self.target, 1).id: 100, self._cell(self.target, 12).id: 100}
        self.env["sales.target.numbers"]._set(
            self.plan, "assigned", unchanged, "typed", reason="Why"
        )

    def test_the_gate_refuses_a_new_remainder(self):
        numbers = self.env["sales.target.numbers"]
        cells = {target: self._cell(target, 5).id for target in (self.top, self.target)}
        for given in ({cells[self.target]: 90}, {cells[self.top]: 230}):
            with self.assertRaisesRegex(UserError, "May 2026 has 10.00 that no target below"):
                numbers._set(self.plan, "assigned", given, "typed", reason="Why")
        both = {cells[self.target]: 90, cells[self.top]: 210}
        self.assertEqual(numbers._set(self.plan, "assigned", both, "typed", reason="Why"), 2)

    def test_a_remainder_that_was_there_may_shrink(self):
        """As of a target that got its first parts after the approval."""
        self._create_part(self.target)
        numbers = self.env["sales.target.numbers"]
        part = self.target.child_ids
        for number in (60, 90):
            numbers._set(
                self.plan, "assigned", {self._cell(part, 5).id: number}, "typed", reason="Why"
            )
        self.assertEqual(self._cell(self.target, 5).unassigned, 10)
        with self.assertRaisesRegex(UserError, "has 20.00 that no target below"):
            numbers._set(self.plan, "assigned", {self._cell(part, 5).id: 80}, "typed", reason="Why")

    def _create_part(self, target):
        return (
            self.env["sales.target"]
            .sudo()
            .with_context(adds_to_approved_plan=True)
            .create(
                {
                    "plan_id": self.plan.id,
                    "parent_id": target.id,
                    "partner_id": self.customer.id,
                }
            )
        )

    def test_periods_of_another_plan(self):
        other = self._create_plan(name="Other")
        foreign = self._create_target({1: 5}, plan=other, user_id=self.seller.id)
        wizard = self._revise(self.target, reason="x")
        wizard.line_ids[0].write({"cell_id": foreign.cell_ids[0].id, "after": 1})
        with self.assertRaisesRegex(UserError, "do not belong to"):
            wizard.action_confirm()

    def test_a_closed_plan(self):
        self.plan.action_close()
        with self.assertRaisesRegex(UserError, "is closed"):
            self._revise(self.target, method="percent", percent=5, reason="x").action_confirm()

    def test_ends_on(self):
        self._post("2026-06-15", 40, user_id=self.seller)
        self._post("2026-07-15", 60, user_id=self.seller)
        self.assertEqual(self._actuals(self.target), {6: 40, 7: 60})
        wizard = self._as(self.manager, self.env["sales.target.end"]).create(
            {"target_id": self.target.id, "date_end": date(2026, 6, 30), "reason": "Leaves"}
        )
        self.assertEqual(wizard.remaining, 600)
        wizard.action_end()
        self.assertEqual(self.target.date_end, date(2026, 6, 30))
        self.assertEqual(self._actuals(self.target), {6: 40})
        revision = self.plan.revision_ids
        self.assertIn("valid until 06/30/2026 instead of 12/31/2026", revision.note)
        self.assertEqual(revision.reason, "Leaves")

    def test_ends_on_refusals(self):
        wizards = self._as(self.manager, self.env["sales.target.end"])
        for day, reason, message in (
            (date(2026, 6, 30), "", "change only by a revision"),
            (date(2027, 1, 1), "x", "choose a day from 01/01/2026 to 12/31/2026"),
            (date(2025, 12, 31), "x", "choose a day from"),
        ):
            wizard = wizards.create(
                {"target_id": self.target.id, "date_end": day, "reason": reason}
            )
            with self.subTest(day=day), self.assertRaisesRegex(UserError, message):
                wizard.action_end()
        for name in ("date_start", "date_end"):
            with self.assertRaisesRegex(UserError, "Choose Ends On"):
                self._as(self.manager, self.target).write({name: date(2026, 6, 30)})
        self.assertFalse(self.target.date_end)


@tagged("post_install", "-at_install", "sales_planning")
class TestApprovedNumbersStand(NegotiationRpcCase):
    """Each door to a number of an approved plan, and none of them opens."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._approve_plan()
        cls.january, cls.april = cls._cell(cls.target, 1), cls._cell(cls.target, 4)

    def _revise_april(self):
        """The salesperson gets 5 less, and the region too."""
        self.env["sales.target.numbers"]._set(
            self.plan,
            "assigned",
            {self.april.id: 95, self._cell(self.top, 4).id: 215},
            "typed",
            reason="Why",
        )

    def test_writes_by_rpc(self):
        plan, target, cell = self.plan, self.target, self.january
        in_cell = [Command.update(cell.id, {"assigned": 1})]
        in_target = [Command.update(target.id, {"cell_ids": in_cell})]
        draft = self._create_plan(name="Draft")
        mine = self._create_target({1: 1}, plan=draft, user_id=self.seller.id)
        for record, method, *args in (
            (cell, "write", {"assigned": 1}),
            (cell, "write", {"stretch": 1}),
            (cell, "write", {"challenge": 1}),
            (cell, "write", {"proposed": 1}),
            (cell, "write", {"is_pinned": True}),
            (cell, "write", {"target_id": mine.id}),
            (cell, "unlink"),
            (cell.browse(), "create", {"target_id": target.id, "date_from": "2027-01-01"}),
            (target, "write", {"cell_ids": in_cell}),
            (target, "write", {"cell_ids": [Command.clear()]}),
            (target, "write", {"plan_id": draft.id}),
            (target, "write", {"parent_id": False}),
            (target, "unlink"),
            (target.browse(), "create", {"plan_id": plan.id, "partner_id": self.customer.id}),
            (plan, "write", {"target_ids": in_target}),
            (plan, "write", {"date_to": "2026-06-30"}),
            (plan, "write", {"period": "quarter"}),
            (plan, "write", {"state": "draft"}),
            (plan, "write", {"is_current": False}),
            (plan, "unlink"),
            (plan, "action_reopen"),
            (plan, "action_start_proposals"),
            (plan, "action_stop_proposals"),
            (target, "action_accept_proposal"),
            (self.env["sales.target.proposal"].browse(cell.id), "write", {"proposed": 1}),
        ):
            with self.subTest(model=record._name, method=method, args=args):
                self._assert_refused(self.manager, record, method, *args, message=".")
        self.assertEqual(self.plan.state, "approved")
        self.assertFalse(self.plan.revision_ids)

    def test_an_import(self):
        content = "salesperson,month,target\nLI.NA,2026-01,5\n"
        record = self._create_import(
            content, "targets.csv", kind="target", target_plan_id=self.plan.id
        )
        before = self._numbers()
        with self.assertRaises(UserError):
            record.action_check()
            record.action_import()
        self.assertEqual(self._numbers(), before)

    def test_the_trail_is_not_rewritten(self):
        self._revise_april()
        revision = self.plan.revision_ids
        change = revision.change_ids[0]
        for record in (revision, change):
            for method, *args in (("write", {"reason": "x"}), ("unlink",), ("copy",)):
                with self.subTest(model=record._name, method=method):
                    self._assert_refused(self.manager, record, method, *args, message=".")
                    with self.assertRaises(UserError):
                        getattr(record.sudo(), method)(*args)
        self.assertEqual((revision.reason, change.reason), ("Why", "Why"))

    def test_the_database_refuses_too(self):
        self._revise_april()
        self.env.flush_all()
        cell, target, plan = self.april.id, self.target.id, self.plan.id
        for statement in (
            SQL("UPDATE sales_target_cell SET assigned = 1 WHERE id = %s", cell),
            SQL("UPDATE sales_target_cell SET stretch = 1 WHERE id = %s", cell),
            SQL("UPDATE sales_target_cell SET assigned = NULL WHERE id = %s", cell),
            SQL("DELETE FROM sales_target_cell WHERE id = %s", cell),
            SQL("DELETE FROM sales_target WHERE id = %s", target),
            SQL("UPDATE sales_target_change SET amount_after = 1 WHERE cell_id = %s", cell),
            SQL("DELETE FROM sales_target_change WHERE revision_id IS NOT NULL"),
            SQL("UPDATE sales_target_revision SET reason = 'x' WHERE plan_id = %s", plan),
            SQL("DELETE FROM sales_target_revision WHERE plan_id = %s", plan),
        ):
            with (
                self.subTest(statement=statement.code),
                mute_logger("odoo.sql_db"),
                self.assertRaises(errors.RestrictViolation),
                self.env.cr.savepoint(flush=False),
            ):
                self.env.cr.execute(statement)

    def test_counting_goes_on(self):
        self._post("2026-01-05", 60, user_id=self.seller)
        self.assertEqual(self._actuals(self.target), {1: 60})


@tagged("post_install", "-at_install", "sales_planning")
class TestWhoRevises(NegotiationCommon):
    """Each number is changed by who may assign its target, also those above."""

    def _assign(self, user, target, **values):
        return self._as(user, self.env["sales.target.revise"]).create(
            {"plan_id": self.plan.id, "target_id": target.id, **values}
        )

    def test_an_owner_assigns_below_and_not_above(self):
        self._start()
        for user, may_above in ((self.region_leader, False), (self.manager, True)):
            wizard = self._assign(user, self.target, with_above=True)
            self.assertEqual(wizard.can_change_above, may_above)
            wizard.line_ids[0].after = 90
            if not may_above:
                with self.assertRaisesRegex(AccessError, "is set by those above it"):
                    wizard.action_confirm()
                self.assertEqual(self._cell(self.top, 1).assigned, 220)
        wizard.action_confirm()
        self.assertEqual(self._cell(self.top, 1).assigned, 210)
        wizard = self._assign(self.region_leader, self.target)
        wizard.line_ids[1].after = 90
        wizard.action_confirm()
        self.assertEqual(self._cell(self.target, 2).assigned, 90)
        self.assertEqual(self._cell(self.top, 2).unassigned, 10)

    def test_on_an_approved_plan_the_targets_above_change_too(self):
        self._approve_plan()
        for user in (self.region_leader, self.seller):
            wizard = self._assign(user, self.target, reason="Mine")
            wizard.line_ids[0].after = 90
            with self.assertRaisesRegex(AccessError, "is set by those above it"):
                wizard.action_confirm()
        self.assertFalse(self.plan.revision_ids)
