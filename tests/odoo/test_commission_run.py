"""Commission runs in transactions of their own: two at once, and one that is killed."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged

from bench.bench_ledger import create_company

ENTRIES = 30_000
RESULTS = ("earning", "measure", "statement", "run_total", "check")
CALCULATE = """
from tools.odoo_session import open_environment
with open_environment() as env:
    print("ready", flush=True)
    env["sales.commission.run"].browse({run}).{method}()
"""


@tagged("post_install", "-at_install", "sales_commission")
class TestCommissionRun(BaseCase):
    """Works with committed sales of a company of its own; the run and its plan go at the end."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self._environment() as env:
            company = create_company(env, self._testMethodName)
            plan = env["sales.commission.plan"].create(
                {
                    "name": "Plan",
                    "company_id": company.id,
                    "date_from": "2019-01-01",
                    "rule_ids": [Command.create({"name": "Flat", "event": "booked", "rate": 2.0})],
                }
            )
            plan.action_approve()
            run = env["sales.commission.run"].create(
                {
                    "company_id": company.id,
                    "plan_id": plan.id,
                    "date_from": "2019-03-01",
                    "date_to": "2019-03-31",
                }
            )
            self.run_id, self.plan_id = run.id, plan.id
            self._insert_entries(env, company)
        self.addCleanup(self._remove)

    @contextmanager
    def _environment(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def _insert_entries(self, env, company):
        env.cr.execute(
            """
            INSERT INTO sales_ledger_entry (
                company_id, currency_id, event, date, reference, amount, margin, quantity,
                user_id, posting_no)
            SELECT %s, %s, 'booked', '2019-03-01'::date + n %% 31, 'S' || n, 100, 40, 1, %s, 1
              FROM generate_series(1, %s) n
            """,
            (company.id, company.currency_id.id, SUPERUSER_ID, ENTRIES),
        )

    def _remove(self):
        with self._environment() as env:
            run = env["sales.commission.run"].browse(self.run_id)
            if run.queued_at:
                run.action_cancel_calculation()
            if run.state != "draft":
                run.action_reset()
            run.unlink()
            plan = env["sales.commission.plan"].browse(self.plan_id)
            plan.action_reset()
            plan.unlink()

    def _kill_midway(self, method):
        """Start to calculate in a process of its own, and kill it while it is at work."""
        child = subprocess.Popen(
            [sys.executable, "-c", CALCULATE.format(run=self.run_id, method=method)],
            env={**os.environ, "PGDATABASE": get_db_name()},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.assertEqual(child.stdout.readline(), "ready\n")
        time.sleep(0.15)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        self.assertEqual(child.returncode, -signal.SIGKILL)
        self._wait_for_the_database()

    def _wait_for_the_database(self):
        """It learns that its client is gone when the statement under way has ended."""
        for _attempt in range(100):
            with self._environment() as env:
                run = env["sales.commission.run"].browse(self.run_id)
                if run.try_lock_for_update(allow_referencing=True):
                    return
            time.sleep(0.1)
        self.fail("The run is still locked.")

    def _counts(self, env):
        """:return: number of rows of the run in each of its tables"""
        counts = []
        for table in RESULTS:
            env.cr.execute(
                f"SELECT COUNT(*) FROM sales_commission_{table} WHERE run_id = %s",  # noqa: S608
                [self.run_id],
            )
            counts.append(env.cr.fetchone()[0])
        return counts

    def _assert_untouched(self, queued):
        with self._environment() as env:
            run = env["sales.commission.run"].browse(self.run_id)
            self.assertEqual((run.state, bool(run.queued_at)), ("draft", queued))
            self.assertEqual(self._counts(env), [0, 0, 0, 0, 0])

    def _assert_whole(self):
        with self._environment() as env:
            run = env["sales.commission.run"].browse(self.run_id)
            self.assertEqual((run.state, run.queued_at), ("calculated", False))
            self.assertEqual((run.earning_count, run.amount), (ENTRIES, 2.0 * ENTRIES))

    def test_a_killed_calculation_leaves_nothing(self):
        self._kill_midway("action_calculate")
        self._assert_untouched(queued=False)
        with self._environment() as env:
            env["sales.commission.run"].browse(self.run_id).action_calculate()
        self._assert_whole()

    def test_a_killed_server_goes_on_with_what_waits(self):
        with self._environment() as env:
            env["sales.commission.run"].browse(self.run_id)._queue()
        self._kill_midway("_calculate_queued")
        self._assert_untouched(queued=True)
        with self._environment() as env:
            env["sales.commission.run"].browse(self.run_id)._calculate_queued()
        self._assert_whole()

    def test_what_somebody_holds_stays_in_the_queue(self):
        with self._environment() as env:
            env["sales.commission.run"].browse(self.run_id)._queue()
        with self._environment() as env:
            env["sales.commission.run"].browse(self.run_id)._lock()
            with self._environment() as other:
                other["sales.commission.run"]._cron_calculate()
        self._assert_untouched(queued=True)
        with self._environment() as env:
            env["sales.commission.run"]._cron_calculate()
        self._assert_whole()

    def test_one_run_calculated_twice_at_once(self):
        with self._environment() as env, self._environment() as other:
            env["sales.commission.run"].browse(self.run_id).action_calculate()
            for step in ("calculate", "reset"):
                with self.assertRaisesRegex(UserError, "Somebody else is working on 2019-03"):
                    getattr(other["sales.commission.run"].browse(self.run_id), f"action_{step}")()
                other.cr.rollback()
        self._assert_whole()
