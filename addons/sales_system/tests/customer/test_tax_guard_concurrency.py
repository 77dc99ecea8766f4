import threading
from contextlib import contextmanager

from odoo import SUPERUSER_ID, api
from odoo.exceptions import ValidationError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from ..common import threads_allowed

NAMES = ["Race A", "Race B", "Race C", "Race D"]


@tagged("post_install", "-at_install", "sales_system")
class TestTaxGuardConcurrency(BaseCase):
    """Real threads that save a company of the same tax ID at the same moment."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self._cursor() as env:
            partners = env["res.partner"]
            self.was_on = partners._has_tax_guard()
            if not self.was_on:
                held = [one for _key, ids in partners._find_tax_duplicates() for one in ids]
                self.held = partners.browse(held)
                self.held.shared_tax_reason = "Held before"
                partners._switch_tax_guard(True)
        self.addCleanup(self._restore)

    @contextmanager
    def _cursor(self):
        """An environment of its own transaction, committed at the end."""
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def _restore(self):
        with self._cursor() as env:
            env["res.partner"].search([("name", "in", NAMES)]).unlink()
            if not self.was_on:
                env["res.partner"]._switch_tax_guard(False)
                self.held.with_env(env).shared_tax_reason = False

    def test_one_wins(self):
        barrier = threading.Barrier(len(NAMES))
        answers = []

        def save(name, vat):
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                cr.execute("SELECT 1")  # takes its snapshot before any of them commits
                barrier.wait(timeout=30)

                def create():
                    env["res.partner"].create({"name": name, "is_company": True, "vat": vat})

                try:
                    retrying(create, env)
                    answers.append(None)
                except ValidationError as refusal:
                    cr.rollback()
                    answers.append(str(refusal))

        spellings = ("91330100MA2RACE1X", "91330100-ma2race1x", "9133 0100 MA2RACE1X")
        threads = [
            threading.Thread(target=save, args=(name, spellings[number % 3]))
            for number, name in enumerate(NAMES)
        ]
        with mute_logger("odoo.sql_db"), threads_allowed():
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=60)
        self.assertEqual(len(answers), len(NAMES))
        refusals = [answer for answer in answers if answer]
        self.assertEqual(len(refusals), len(NAMES) - 1)
        for refusal in refusals:
            self.assertRegex(refusal, "same tax ID|has the tax ID")
        with self._cursor() as env:
            self.assertEqual(env["res.partner"].search_count([("name", "in", NAMES)]), 1)
