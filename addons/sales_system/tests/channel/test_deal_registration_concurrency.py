from datetime import timedelta
from threading import Barrier, Thread

from odoo import SUPERUSER_ID, api, fields
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from ..common import threads_allowed


@tagged("post_install", "-at_install", "sales_system")
class TestDealRegistrationConcurrency(BaseCase):
    """Two distributors register one customer at once, in real threads with real transactions."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = self._env(cr)
            company = env.ref("base.main_company")
            self.company_id, self.was_auto = company.id, company.deal_registration_auto
            company.deal_registration_auto = True
            partners = env["res.partner"].create(
                [
                    {
                        "name": f"Race {number}",
                        "is_company": True,
                        "channel_type": "distributor",
                        "company_id": company.id,
                    }
                    for number in range(2)
                ]
            )
            self.partner_ids = partners.ids
        self.addCleanup(self._clean_up)

    @staticmethod
    def _env(cr):
        return api.Environment(
            cr, SUPERUSER_ID, {"tracking_disable": True, "mail_create_nosubscribe": True}
        )

    def _clean_up(self):
        with self.registry.cursor() as cr:
            env = self._env(cr)
            self._empty(cr)
            env["res.partner"].browse(self.partner_ids).unlink()
            env["res.company"].browse(self.company_id).deal_registration_auto = self.was_auto

    def _empty(self, cr):
        cr.execute(
            "DELETE FROM sales_deal_registration WHERE partner_id = ANY(%s)", [self.partner_ids]
        )

    def _values(self, partner_id, **values):
        return {
            "company_id": self.company_id,
            "partner_id": partner_id,
            "customer_name": "Race Sports Ltd.",
            "customer_tax_id": "RACE00001",
            "customer_email": "x@race.example",
            "expected_amount": 1000,
            "expected_date": fields.Date.today() + timedelta(days=60),
            **values,
        }

    def _race(self, work):
        """Run work(env, number) in two threads that start together, as two requests would run."""
        barrier, failures = Barrier(2, timeout=60), []

        def run(number):
            try:
                with self.registry.cursor() as cr:
                    env = self._env(cr)
                    cr.execute("SELECT 1")  # both take their snapshot before either commits
                    barrier.wait()
                    retrying(lambda: work(env, number), env)
            except Exception as error:
                failures.append(error)

        threads = [Thread(target=run, args=(number,)) for number in range(2)]
        with mute_logger("odoo.service.model", "odoo.sql_db"), threads_allowed():
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(120)
        self.assertFalse(failures)

    def _states(self):
        with self.registry.cursor() as cr:
            registrations = self._env(cr)["sales.deal.registration"].search(
                [("partner_id", "in", self.partner_ids)]
            )
            return sorted(registrations.mapped("state"))

    def test_two_submissions_at_once(self):
        """Whichever key they share: one is approved, the other is a conflict."""
        for second in (
            {},
            {"customer_name": "Else", "customer_email": "y@else.example"},
            {"customer_name": "Other", "customer_tax_id": False},
        ):
            with self.subTest(second=second):

                def work(env, number, second=second):
                    values = self._values(self.partner_ids[number], **(second if number else {}))
                    registration = env["sales.deal.registration"].create(values)
                    registration.action_submit()

                self._race(work)
                self.assertEqual(self._states(), ["approved", "conflict"])
                with self.registry.cursor() as cr:
                    self._empty(cr)

    def test_two_approvals_at_once(self):
        with self.registry.cursor() as cr:
            env = self._env(cr)
            env["res.company"].browse(self.company_id).deal_registration_auto = False
            registrations = env["sales.deal.registration"].create(
                [self._values(partner_id) for partner_id in self.partner_ids]
            )
            registrations.action_submit()
            ids = registrations.ids

        def work(env, number):
            env["sales.deal.registration"].browse(ids[number]).action_approve()

        self._race(work)
        self.assertEqual(self._states(), ["approved", "conflict"])
