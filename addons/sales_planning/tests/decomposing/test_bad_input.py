from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..negotiation.common import NegotiationRpcCase


@tagged("post_install", "-at_install", "sales_planning")
class TestBadInput(NegotiationRpcCase):
    """What cannot be is refused in one sentence that names the cell, and nothing changes."""

    def _weigh(self, *weights):
        for target, weight in zip((self.target, self.other_target), weights, strict=True):
            target.weight = weight

    def _pin(self, *targets):
        for target in targets:
            self._cell(target, 3).action_toggle_pin()

    def test_totals(self):
        for total, sentence in (
            ("2640.005", r"^.*: 2,640\.01 has more decimals|more decimals than the plan counts"),
            ("-1", "-1.00 is negative. A target is 0 or more"),
            ("abc", "“abc” is not a number"),
            ("NaN", "“NaN” is not a number"),
            ("1e400", "1e400 is too large for a target"),
            ([], "is not a number"),
        ):
            with self.subTest(total=total):
                self._assert_refused(
                    self.manager, self.top, "action_set_total", total, message=sentence
                )

    def test_a_total_below_what_is_pinned(self):
        for target in self.top.cell_ids:
            target.action_toggle_pin()
        self._assert_refused(
            self.manager,
            self.top,
            "action_set_total",
            "100",
            message=r"· Jan 2026: pinned at 220.00 together, more than the 100.00 there are",
        )

    def test_parts_pinned_above_the_target(self):
        self._pin(self.target, self.other_target)
        self._assert_refused(
            self.manager,
            self._cell(self.top, 3),
            "write",
            {"assigned": 200},
            message=r"li.na.* · Mar 2026.*pinned at 220.00 together, more than the 200.00",
        )

    def test_weights(self):
        self._assert_refused(
            self.manager,
            self.target,
            "write",
            {"weight": -1},
            message=r"li.na.*: the weight -1 is negative",
        )
        self._weigh(0, 0)
        self._assert_refused(
            self.manager,
            self.top,
            "action_balance",
            "hand",
            message=r"· Jan 2026: 220.00 cannot be shared out, because all shares are 0",
        )

    def test_weights_of_a_split(self):
        wizard = self._as(self.manager, self.env["sales.target.split"]).create(
            {"target_id": self.target.id, "dimension": "product_id", "method": "hand"}
        )
        bike = self.env["product.product"].create({"name": "Bike"})
        wizard.line_ids = [
            Command.create({"record_ref": f"product.product,{bike.id}", "weight": -2})
        ]
        with self.assertRaisesRegex(UserError, "Bike: the weight -2 is negative"):
            wizard.action_split()
        self.assertFalse(self.target.child_ids)

    def test_ways_to_split(self):
        for options, sentence in (
            ({"method": "guess"}, "“guess” is no way to split a target"),
            ({"method": "receivables"}, "Choose another way to split it"),
            ({"method": "season"}, "has no season profile to split by"),
            ({"method": "season", "profile": 10**9}, "is gone, or not for you to see"),
            ({"method": "season", "profile": "x"}, "is gone, or not for you to see"),
            ({"method": "growth", "percent": "much"}, "“much” is not a number"),
            ({"method": "last_year", "years": 1.5}, "1.5 years back is not possible"),
            ({"method": "last_year", "years": -3}, "-3 years back is not possible"),
        ):
            before = self._numbers()
            with self.subTest(options=options):
                method = options.pop("method")
                _result, error = self._call(
                    self.manager, self.top, "action_balance", method, **options
                )
                self.assertRegex(error or "", sentence)
                self.assertEqual(self._numbers(), before)

    def test_a_value_that_is_no_number_of_a_target(self):
        for value in ("actual", "id; DROP", None, 5):
            with self.subTest(value=value):
                before = self._numbers()
                for method, args in (
                    ("action_set_total", ["100"]),
                    ("action_balance", []),
                    ("action_roll_up", []),
                ):
                    _result, error = self._call(self.manager, self.top, method, *args, value=value)
                    self.assertIn("is no number of a target", error or "")
                self.assertEqual(self._numbers(), before)
        for value in ("actual", "id; DROP", 5):
            state = {"value": value, "rows": [], "columns": []}
            _result, error = self._call(self.manager, self.top, "balance_matrix", state)
            self.assertIn("is no number of a target", error or "")

    def test_the_profile_that_is_chosen_in_the_matrix_counts(self):
        profile = self.env["sales.season.profile"].create({"name": "Spring only"})
        (profile.line_ids - profile.line_ids[2]).write({"weight": 0})
        matrix = self._as(self.manager, self.top).get_matrix()
        rows = [
            {
                "id": row["id"],
                "amounts": [cell["amount"] for cell in row["cells"]],
                "pins": [False] * 12,
            }
            for row in matrix["rows"]
        ]
        balanced = self._as(self.manager, self.top).balance_matrix(
            {
                "rows": rows,
                "columns": [column["total"] for column in matrix["columns"]],
                "total": matrix["total"],
                "method": "season",
                "profile_id": profile.id,
            }
        )
        amounts = [float(amount or 0) for amount in balanced["columns"]]
        self.assertEqual(amounts, [0, 0, 2640] + [0] * 9)


@tagged("post_install", "-at_install", "sales_planning")
class TestWithoutRights(NegotiationRpcCase):
    """Whoever is not above a target moves nothing of it, by whichever call."""

    def test_no_call_moves_a_number(self):
        cell = self._cell(self.target, 1)
        change = {"id": cell.id, "before": "100.00", "after": "5.00"}
        stranger = self._create_stranger()
        for user in (self.seller, self.other_seller, self.leader, stranger, self.outsider):
            for record, method, *args in (
                (self.target, "action_set_total", "5"),
                (self.top, "action_set_total", "5"),
                (self.top, "action_balance", "equal"),
                (self.top, "action_roll_up"),
                (self.top, "save_matrix", "assigned", [change]),
                (cell, "action_toggle_pin"),
                (cell, "write", {"assigned": 5}),
                (self.target, "write", {"weight": 9}),
                (self.target, "write", {"parent_id": False}),
                (self.target, "unlink"),
                (self.plan, "action_approve"),
                (self.plan, "write", {"name": "Mine"}),
            ):
                with self.subTest(user=user.login, method=method, args=args):
                    self._assert_refused(user, record, method, *args, message=".")
        self.assertFalse(any(self.plan.target_ids.cell_ids.mapped("is_pinned")))
        self.assertEqual(self.target.weight, 1)
        self.assertEqual(self.plan.state, "draft")

    def test_an_owner_moves_nothing_of_the_own_target(self):
        """What the region has to reach is for those above it."""
        self._cell(self.target, 1).assigned = 50
        own = self._cell(self.top, 1)
        change = {"id": own.id, "before": "220.00", "after": "170.00"}
        for record, method, *args in (
            (self.top, "action_set_total", "5"),
            (self.top, "action_roll_up"),
            (self.top, "action_roll_up", "assigned", "Because"),
            (self.top, "save_matrix", "assigned", [change]),
            (own, "action_toggle_pin"),
            (own, "write", {"assigned": 5}),
            (self.top, "write", {"weight": 9}),
            (self.top, "unlink"),
        ):
            with self.subTest(method=method, args=args):
                self._assert_refused(self.region_leader, record, method, *args, message=".")
        _result, error = self._call(self.region_leader, self.top, "action_roll_up")
        self.assertRegex(error, "The target of .* is set by those above it")
        _result, error = self._call(self.manager, self.top, "action_roll_up")
        self.assertEqual((error, own.assigned), (None, 170))

    def test_an_owner_of_an_approved_plan_moves_what_lies_below_only(self):
        self._approve_plan()
        own, part, other = (
            self._cell(target, 4) for target in (self.top, self.target, self.other_target)
        )
        lower = {"id": part.id, "before": "100.00", "after": "90.00"}
        for changes, reason, message in (
            ([lower], "Mine", "Apr 2026 has 10.00 that no target below"),
            (
                [lower, {"id": own.id, "before": "220.00", "after": "210.00"}],
                "Mine",
                "is set by those above it",
            ),
            ([lower], False, "change only by a revision"),
        ):
            with self.subTest(message=message):
                self._assert_refused(
                    self.region_leader,
                    self.top,
                    "save_matrix",
                    "assigned",
                    changes,
                    reason,
                    message=message,
                )
        higher = {"id": other.id, "before": "120.00", "after": "130.00"}
        _result, error = self._call(
            self.region_leader, self.top, "save_matrix", "assigned", [lower, higher], "Swap"
        )
        self.assertFalse(error)
        self.assertEqual((own.assigned, part.assigned, other.assigned), (220, 90, 130))
        self.assertRecordValues(
            self.plan.revision_ids, [{"reason": "Swap", "create_uid": self.region_leader.id}]
        )

    def test_a_context_opens_no_approved_plan(self):
        self._approve_plan()
        context = {
            "allowed_company_ids": self.manager.company_ids.ids,
            "adds_to_approved_plan": True,
        }
        _result, error = self._call(
            self.manager,
            self.top.browse(),
            "create",
            {"plan_id": self.plan.id, "partner_id": self.customer.id},
            context=context,
        )
        self.assertIn("no longer a draft", error or "")
        self.plan.action_close()
        with self.assertRaisesRegex(UserError, "is closed"), self.env.cr.savepoint():
            self.target.sudo()._create_beside({"partner_id": self.customer.id})
        self.assertEqual(len(self.plan.target_ids), 3)

    def test_wizards_move_no_number_either(self):
        for user in (self.seller, self.other_seller, self.leader):
            for model, values, method in (
                (
                    "sales.target.transfer",
                    {
                        "target_id": self.target.id,
                        "reason": "Mine",
                        "line_ids": [Command.create({"target_id": self.other_target.id})],
                    },
                    "action_transfer",
                ),
                (
                    "sales.target.split",
                    {"target_id": self.top.id, "dimension": "product_id"},
                    "action_split",
                ),
            ):
                with self.subTest(user=user.login, model=model):
                    wizard, error = self._call(user, self.env[model], "create", [values])
                    if not error:
                        wizard = self.env[model].browse(wizard)
                        self._assert_refused(user, wizard, method, message=".")
        self.assertEqual(len(self.plan.target_ids), 3)
