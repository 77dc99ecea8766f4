from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.run import sales_commission_run_calculating, sales_commission_run_verifying
from .common import CommissionRunCommon


@tagged("post_install", "-at_install", "sales_commission")
class TestRunBackground(CommissionRunCommon):
    """A run over more entries than the server calculates at once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for module in (sales_commission_run_calculating, sales_commission_run_verifying):
            cls.startClassPatcher(patch.object(module, "BACKGROUND_ENTRIES", 2))
        # Progress is written by a connection of its own, which a test does not commit with.
        cls.reported = []
        progress = type(cls.env["sales.progress"])
        cls.startClassPatcher(
            patch.object(
                progress,
                "_report",
                lambda self, record, done, total: cls.reported.append((record.id, done)),
            )
        )
        cls.plan = cls._create_plan()
        cls._sell(1000, 500, 300)
        cls.run_record = cls._create_run(calculate=False, plan_id=cls.plan.id)
        cls.cron = cls.env.ref("sales_commission.ir_cron_sales_commission_calculate")

    def setUp(self):
        super().setUp()
        self.reported.clear()
        self.sent = []
        bus = type(self.env["bus.bus"])
        self.startPatcher(
            patch.object(
                bus,
                "_sendone",
                lambda _self, target, kind, message: self.sent.append((target, kind, message)),
            )
        )

    def _work(self):
        """Let the server do what waits."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.env.invalidate_all()

    def _count_triggers(self, cron):
        return self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])

    def test_a_large_run_is_left_to_the_server(self):
        run = self.run_record.with_user(self.manager)
        run.action_calculate()
        self.assertTrue(self._count_triggers(self.cron))
        self.assertRecordValues(run, [{"state": "draft", "queued_by_id": self.manager.id}])
        self.assertTrue(run.queued_at)
        self._work()
        self.assertRecordValues(
            run,
            [
                {
                    "state": "calculated",
                    "amount": 36.0,
                    "queued_at": False,
                    "queued_by_id": False,
                    "failure": False,
                }
            ],
        )
        self.assertEqual([done for _id, done in self.reported], [10, 45, 75, 0])

    def test_whoever_asked_is_told(self):
        self.run_record.with_user(self.manager).action_calculate()
        self._work()
        told = [
            (kind, message)
            for target, kind, message in self.sent
            if target == self.manager.partner_id
        ]
        [(kind, message)] = told
        self.assertEqual((kind, message["type"]), ("simple_notification", "success"))
        self.assertEqual(message["title"], "Commission run 2019-03 · Plan")
        self.assertIn("payees: 1", message["message"])

    def test_a_small_run_is_calculated_at_once(self):
        day = "2019-04-02"
        run = self._create_run((day, day), calculate=False)
        self._sell(10, 20, date=day)
        run.action_calculate()
        self.assertRecordValues(run, [{"state": "calculated", "queued_at": False}])
        self.assertFalse(self.reported)

    def test_progress_is_that_of_the_waiting_run(self):
        self.run_record.action_calculate()
        self.env["sales.progress"].create(
            {
                "res_model": "sales.commission.run",
                "res_id": self.run_record.id,
                "done": 45,
                "total": 100,
            }
        )
        self.run_record.invalidate_recordset()
        self.assertEqual(self.run_record.progress, 45.0)
        self._work()
        self.assertEqual(self.run_record.progress, 0.0)

    def test_while_it_waits(self):
        run = self.run_record
        run.action_calculate()
        for step in ("calculate", "submit", "approve"):
            with (
                self.subTest(step=step),
                self.assertRaisesRegex(UserError, "is being calculated since .* for "),
            ):
                getattr(run, f"action_{step}")()

    def test_stopping_leaves_the_result_as_it_was(self):
        run = self.run_record
        run.action_calculate()
        self._work()
        self._sell(200)
        run.action_calculate()
        run.action_cancel_calculation()
        self._work()
        self.assertRecordValues(run, [{"state": "calculated", "amount": 36.0, "queued_at": False}])

    def test_a_failure_is_told_and_leaves_nothing_half(self):
        run = self.run_record.with_user(self.manager)
        run.action_calculate()
        self._work()
        rows = self._get_rows(run)
        self._sell(200)
        run.action_calculate()
        calculation = type(self.env["sales.commission.calculation"])
        failure = "There is no exchange rate."

        def fail(*_args):
            raise UserError(failure)

        with patch.object(calculation, "_sum_up", fail):
            self._work()
        self.assertRecordValues(
            run,
            [
                {
                    "state": "calculated",
                    "amount": 36.0,
                    "failure": failure,
                    "queued_at": False,
                }
            ],
        )
        self.assertEqual(self._get_rows(run), rows)
        self.assertEqual(self.sent[-1][2]["type"], "danger")
        # Calculating again forgets it
        run.action_calculate()
        self._work()
        self.assertRecordValues(run, [{"amount": 40.0, "failure": False}])

    @mute_logger("odoo.sql_db")
    def test_a_constraint_is_told_as_a_sentence(self):
        run = self.run_record
        run.action_calculate()
        calculation = type(self.env["sales.commission.calculation"])
        queries = calculation._earning_queries

        def twice(self, run):
            return queries(self, run) * 2

        with patch.object(calculation, "_earning_queries", twice):
            self._work()
        self.assertIn("was paid by another run at the same moment", run.failure)
        self.assertEqual(run.state, "draft")

    def test_who_lost_the_right_meanwhile(self):
        run = self.run_record
        run.with_user(self.manager).action_calculate()
        self.manager.group_ids = self.env.ref("base.group_user")
        self._work()
        self.assertTrue(run.failure)
        self.assertRecordValues(run, [{"state": "draft", "queued_at": False}])

    def test_a_large_run_is_verified_by_the_server(self):
        self.run_record.action_calculate()
        self._work()
        self.run_record.action_approve()
        verify = self.env.ref("sales_commission.ir_cron_sales_commission_verify")
        action = self.run_record.with_user(self.manager).action_verify()
        self.assertTrue(self._count_triggers(verify))
        verification = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(verification.state, "waiting")
        self.env.flush_all()
        with self.enter_registry_test_mode():
            verify.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(verification.state, "identical")
        self.assertEqual(self.sent[-1][0], self.manager.partner_id)
        self.assertEqual(self.sent[-1][2]["message"], "Verified: Identical")
