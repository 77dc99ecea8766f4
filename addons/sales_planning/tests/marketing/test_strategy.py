from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.sales_system.tests.common import RpcCase

from ..common import SalesPlanningCommon

FIXED = "is approved and stays as it was agreed. Take it back to draft first"


class StrategyCommon(SalesPlanningCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.research = cls.env["sales.market.research"].create(
            {
                "title": "Price of an e-bike",
                "company_id": cls.company.id,
                "user_id": cls.manager.id,
                "conclusion": "<p>Below 1,700</p>",
            }
        )
        cls.research.action_start()
        cls.research.action_done()
        cls.strategy = cls._create_strategy()

    @classmethod
    def _create_strategy(cls, **values):
        return cls.env["sales.strategy"].create(
            {
                "name": "E-bikes for commuters",
                "company_id": cls.company.id,
                "user_id": cls.manager.id,
                "date_from": "2026-01-01",
                "date_to": "2026-12-31",
                "competitive_strategy": "differentiation",
                "research_ids": [Command.set(cls.research.ids)],
                "goal_ids": [
                    Command.create(
                        {
                            "name": "Lead in the city",
                            "metric": "Market share in %",
                            "value": 15,
                            "target_plan_id": cls.plan.id,
                        }
                    )
                ],
                **values,
            }
        )


@tagged("post_install", "-at_install", "sales_planning")
class TestStrategy(StrategyCommon):
    """Strategies: agreed on evidence and goals, approved, closed."""

    # === STORY === #
    def test_from_the_draft_to_the_end(self):
        strategy = self._as(self.manager, self.strategy)
        strategy.write({"strengths": "<p>Repairs</p>", "positioning": "Never away for repair"})
        strategy.action_confirm()
        self.assertEqual(strategy.state, "approved")
        strategy.action_close()
        self.assertEqual(strategy.state, "closed")

    def test_the_way_back(self):
        self.strategy.action_confirm()
        self.strategy.action_close()
        self.strategy.action_reopen()
        self.strategy.action_draft()
        self.strategy.positioning = "For everybody"
        self.strategy.unlink()
        self.assertFalse(self.strategy.exists())

    def test_a_copy_is_a_draft_with_the_same_goals(self):
        self.strategy.action_confirm()
        copy = self.strategy.copy()
        self.assertRecordValues(
            copy,
            [{"name": "E-bikes for commuters (copy)", "state": "draft", "approval_state": "none"}],
        )
        self.assertRecordValues(
            copy.goal_ids,
            [{"name": "Lead in the city", "value": 15, "target_plan_id": self.plan.id}],
        )

    def test_a_plan_begins_with_the_strategy(self):
        self.strategy.action_confirm()
        strategy = self._as(self.seller, self.strategy)
        for today, first, last in (
            ("2025-06-10", "2026-01-01", "2026-03-31"),
            ("2026-06-10", "2026-06-01", "2026-08-31"),
            ("2026-11-10", "2026-11-01", "2026-12-31"),
            ("2027-06-10", "2026-12-31", "2026-12-31"),
        ):
            with self.subTest(today=today), freeze_time(today):
                plans = strategy.env["sales.marketing.plan"].with_context(
                    **strategy.action_new_plan()["context"]
                )
                plan = plans.create({"name": "Spring"})
                self.assertEqual((plan.strategy_id, plan.user_id), (strategy, self.seller))
                self.assertEqual((str(plan.date_from), str(plan.date_to)), (first, last))
        self.assertEqual(strategy.marketing_plan_count, 4)
        plans = strategy.env["sales.marketing.plan"]
        self.assertEqual(len(plans.search(strategy.action_open_plans()["domain"])), 4)
        # Drafts of others are theirs.
        self.assertEqual(self._as(self.other_seller, strategy).marketing_plan_count, 0)

    # === REFUSALS === #
    def test_what_an_approval_needs(self):
        running = self.env["sales.market.research"].create(
            {"title": "Leasing", "company_id": self.company.id, "user_id": self.manager.id}
        )
        for values, sentence in (
            ({"competitive_strategy": False}, "Choose a “Competitive Strategy”"),
            ({"goal_ids": [Command.clear()]}, "has no goal. Add under “Goals”"),
            ({"research_ids": [Command.link(running.id)]}, "rests on MR/.* Leasing, which is not"),
        ):
            strategy = self._create_strategy(**values)
            with self.subTest(values=values), self.assertRaisesRegex(UserError, sentence):
                strategy.action_confirm()
            self.assertEqual(strategy.state, "draft")

    def test_what_is_approved_does_not_change(self):
        self.strategy.action_confirm()
        goal = self.strategy.goal_ids
        other = self._create_strategy()
        for change in (
            lambda: self.strategy.write({"positioning": "For everybody"}),
            lambda: self.strategy.write({"goal_ids": [Command.clear()]}),
            lambda: goal.write({"value": 1}),
            lambda: goal.create({"name": "More", "strategy_id": self.strategy.id}),
            lambda: other.goal_ids.write({"strategy_id": self.strategy.id}),
            goal.unlink,
            self.strategy.unlink,
        ):
            with self.assertRaisesRegex(UserError, FIXED), self.cr.savepoint():
                change()
        self.assertRecordValues(self.strategy.goal_ids, [{"value": 15}])
        self.strategy.user_id = self.env.user
        with self.assertRaisesRegex(UserError, "cannot be set by hand"):
            self.strategy.state = "closed"

    def test_an_end_before_the_start(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(CheckViolation),
            self.cr.savepoint(),
        ):
            self._create_strategy(date_to="2025-12-31")

    # === APPROVAL === #
    def test_rules_on_length_and_evidence(self):
        approver = self._create_user("approver", "sales_team.group_sale_manager")
        self.env["res.config.settings"].create({"group_sales_approval": True}).execute()
        for basis, threshold in (("strategy_months", 12), ("strategy_evidence", 1)):
            self.env["sales.approval.rule"].create(
                {
                    "name": basis,
                    "model": "sales.strategy",
                    "basis": basis,
                    "threshold": threshold,
                    "step_ids": [Command.create({"kind": "user", "user_id": approver.id})],
                }
            )
        segment = self._as(self.manager, self.env["sales.market.segment"]).create(
            {"name": "Commuters", "company_id": self.company.id}
        )
        self.strategy.action_confirm()
        for values in ({"date_to": "2027-01-31"}, {"research_ids": [Command.clear()]}):
            strategy = self._create_strategy(**values)
            with self.subTest(values=values):
                with self.assertRaisesRegex(UserError, "needs an approval first"):
                    strategy.action_confirm()
                strategy.action_request_approval("It is a new market")
                self._as(approver, strategy).action_approve()
                # Another text or goal than the one that was read is another decision.
                strategy.goal_ids.value = 5
                self.assertEqual(strategy.approval_state, "needed")
                strategy.goal_ids.value = 15
                strategy.segment_ids = segment
                self.assertEqual(strategy.approval_state, "needed")
                strategy.segment_ids = False
                strategy.action_confirm()
                self.assertEqual(strategy.state, "approved")

    # === ACCESS === #
    def test_levels(self):
        strategy = self._as(self.seller, self.strategy)
        self.assertEqual(strategy.goal_ids.name, "Lead in the city")
        self.assertEqual(strategy.research_ids, self.research)
        for user in (self.seller, self.leader):
            for change in (
                lambda s: s.write({"name": "Mine"}),
                lambda s: s.goal_ids.write({"value": 1}),
                lambda s: s.action_confirm(),
            ):
                with self.assertRaises(AccessError):
                    change(self._as(user, self.strategy))
        with self.assertRaises(AccessError):
            self._as(self.outsider, self.strategy).read(["name"])

    def test_companies(self):
        stranger = self._create_stranger()
        for records in (self.strategy, self.strategy.goal_ids):
            self.assertFalse(self._as(stranger, records).search([("id", "in", records.ids)]))
            with self.assertRaises(AccessError):
                self._as(stranger, records).read(["name"])
        with self.assertRaisesRegex(ValidationError, "does not work for Bike Works"):
            self.strategy.user_id = stranger
        company = stranger.company_id
        self.env.user.company_ids |= company
        values = {"company_id": company.id, "user_id": stranger.id}
        for more in ({"goal_ids": False}, {"research_ids": False}):
            with self.assertRaises(UserError), self.cr.savepoint():
                self._create_strategy(**values, **more)
        self._create_strategy(**values, goal_ids=False, research_ids=False)


@tagged("post_install", "-at_install", "sales_planning")
class TestStrategyRpc(StrategyCommon, RpcCase):
    def test_who_may_not_write(self):
        goal = self.strategy.goal_ids
        for user, record, method, args in (
            (self.seller, self.strategy, "write", ({"name": "Mine"},)),
            (self.seller, self.strategy.browse(), "create", ([{"name": "Mine"}],)),
            (self.leader, self.strategy, "action_confirm", ()),
            (self.leader, self.strategy, "action_request_approval", ()),
            (self.leader, goal, "unlink", ()),
            (self.manager, self.strategy, "write", ({"state": "approved"},)),
            (self.manager, self.strategy, "write", ({"approval_state": "approved"},)),
            (self.outsider, goal, "read", (["name"],)),
            (self._create_stranger(), self.strategy, "read", (["name"],)),
        ):
            with self.subTest(user=user.login, method=method):
                _result, error = self._call(user, record, method, *args)
                self.assertTrue(error)
        self.assertRecordValues(
            self.strategy, [{"name": "E-bikes for commuters", "state": "draft"}]
        )
        self.assertTrue(goal.exists())
