from threading import Barrier, Thread

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from ..common import threads_allowed

NAMES = ["Race Wheels A", "Race Wheels B"]
TAX_IDS = ("RACE 0000 77", "race-000077")
USERS = ("base.user_admin", "base.user_root")


@tagged("post_install", "-at_install", "sales_system")
class TestChannelApplicationConcurrency(BaseCase):
    """Two applications of one company are accepted at once, in real threads."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = self._env(cr)
            # Where the setting is on, the database refuses the second one anyway.
            self.was_guarded = env["res.partner"]._has_tax_guard()
            env["res.partner"]._switch_tax_guard(False)
            applications = env["sales.channel.application"].create(
                [
                    {
                        "applicant_name": name,
                        "tax_id": tax_id,
                        "city": "Guangzhou",
                        "company_id": env.ref("base.main_company").id,
                        # Of two, for the counter of one's customers would keep them apart.
                        "user_id": env.ref(user).id,
                    }
                    for name, tax_id, user in zip(NAMES, TAX_IDS, USERS, strict=True)
                ]
            )
            applications.action_review()
            applications.check_ids.is_done = True
            self.ids = applications.ids
        self.addCleanup(self._delete)

    @staticmethod
    def _env(cr):
        return api.Environment(
            cr, SUPERUSER_ID, {"tracking_disable": True, "mail_create_nosubscribe": True}
        )

    def _delete(self):
        with self.registry.cursor() as cr:
            cr.execute("DELETE FROM sales_channel_application WHERE id = ANY(%s)", [self.ids])
            self._partners(cr).unlink()
            self._env(cr)["res.partner"]._switch_tax_guard(self.was_guarded)

    def _partners(self, cr):
        return self._env(cr)["res.partner"].search([("name", "in", NAMES)])

    def test_one_contact_comes_of_it(self):
        barrier, answers = Barrier(2, timeout=60), []

        def accept(application_id):
            with self.registry.cursor() as cr:
                env = self._env(cr)
                cr.execute("SELECT 1")  # both take their snapshot before either commits
                wizard = {
                    "application_id": application_id,
                    "partner_choice": "new",
                    "draft_contract": False,
                    "draft_authorization": False,
                    "invite": False,
                }
                barrier.wait()
                try:
                    retrying(
                        lambda: (
                            env["sales.channel.application.accept"].create(wizard).action_accept()
                        ),
                        env,
                    )
                    answers.append("")
                except UserError as refusal:
                    cr.rollback()
                    answers.append(str(refusal))

        threads = [Thread(target=accept, args=(one,)) for one in self.ids]
        with mute_logger("odoo.service.model", "odoo.sql_db"), threads_allowed():
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(120)
        self.assertEqual(len(answers), 2)
        self.assertEqual(sorted(map(bool, answers)), [False, True])
        self.assertRegex(max(answers), "has the tax ID .* already. Choose it")
        with self.registry.cursor() as cr:
            self.assertEqual(len(self._partners(cr)), 1)
