"""kill -9 in the middle of posting: what a server that loses its power leaves behind."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged

from bench.bench_ledger import create_company, insert_orders

LINES = 20_000
BACKFILL = """
from tools.odoo_session import open_environment
with open_environment() as env:
    from odoo.addons.sales_system.models.ledger import sales_ledger_backfill
    sales_ledger_backfill.BATCH_DOCUMENTS = 50
    backfill = env["sales.ledger.backfill"].search([("event", "=", "booked")])
    while backfill._post_batch():
        env.cr.commit()
        print("ready", flush=True)
"""
POSTING = """
from tools.odoo_session import open_environment
with open_environment() as env:
    print("ready", flush=True)
    env["sales.ledger.posting"]._post("booked", {ids})
"""


@tagged("post_install", "-at_install", "sales_system")
class TestKill(BaseCase):
    """Works with committed orders of a company of its own, cancelled at the end."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self._environment() as env:
            self.company_id = create_company(env, self._testMethodName).id
            company = env["res.company"].browse(self.company_id)
            self.order_ids = insert_orders(env, company, LINES)
            env["sales.ledger.backfill"]._start()
        self.addCleanup(self._cancel)

    @contextmanager
    def _environment(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def _cancel(self):
        with self._environment() as env:
            env.cr.execute(
                "UPDATE sale_order SET state = 'cancel' WHERE id = ANY(%s)", [self.order_ids]
            )
            env["sales.ledger.posting"]._post("booked", self.order_ids)
            env["sales.ledger.backfill"].search([]).unlink()

    def _kill_midway(self, script):
        """Start a script and kill it shortly after it says that it is at work."""
        child = subprocess.Popen(
            [sys.executable, "-c", script],
            env={**os.environ, "PGDATABASE": get_db_name()},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.assertEqual(child.stdout.readline(), "ready\n")
        time.sleep(0.1)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        self.assertEqual(child.returncode, -signal.SIGKILL)

    def _posted(self, env):
        return env["sales.ledger.entry"].search_count([("company_id", "=", self.company_id)])

    def _differences(self, env):
        company = env["res.company"].browse(self.company_id)
        return env["sales.ledger.posting"]._get_differences(company)

    def _assert_whole(self):
        with self._environment() as env:
            self.assertEqual(self._posted(env), LINES)
            self.assertFalse(self._differences(env))

    def test_backfill_goes_on_where_it_was_killed(self):
        self._kill_midway(BACKFILL)
        with self._environment() as env:
            posted = self._posted(env)
            self.assertTrue(0 < posted < LINES, posted)
            self.assertEqual(len(self._differences(env)), LINES - posted)
            backfill = env["sales.ledger.backfill"].search([("event", "=", "booked")])
            while backfill._post_batch():
                pass
        self._assert_whole()

    def test_posting_is_all_or_nothing(self):
        self._kill_midway(POSTING.format(ids=self.order_ids))
        with self._environment() as env:
            self.assertIn(self._posted(env), (0, LINES))
            env["sales.ledger.posting"]._post("booked", self.order_ids)
        self._assert_whole()
