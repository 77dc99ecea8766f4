from threading import Barrier, Thread

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from ..common import threads_allowed

PEOPLE = 50


@tagged("post_install", "-at_install", "sales_system")
class TestPoolConcurrency(BaseCase):
    """Real sessions at once; what they leave is archived, as the log of a pool stays."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.addCleanup(self._archive)
        with self._environment() as env:
            users = env["res.users"].with_context(no_reset_password=True)
            users = users.create(
                [
                    {
                        "name": f"Racer {number}",
                        "login": f"racer.{number}",
                        "group_ids": [Command.link(env.ref("sales_team.group_sale_salesman").id)],
                    }
                    for number in range(PEOPLE)
                ]
            )
            pool = env["sales.pool"].create(
                {"name": "Race", "claim_limit": 3, "user_ids": [Command.set(users.ids)]}
            )
            leads = env["crm.lead"].create(
                [{"name": f"Race {number}", "user_id": False} for number in range(8)]
            )
            leads._return_to_pool("Race", pool=pool)
            self.user_ids, self.pool_id, self.lead_ids = users.ids, pool.id, leads.ids

    def _environment(self, user_id=SUPERUSER_ID):
        return _Session(self.registry, user_id)

    def _archive(self):
        with self._environment() as env:
            env["crm.lead"].browse(self.lead_ids).unlink()
            env["sales.pool"].browse(self.pool_id).active = False
            users = env["res.users"].browse(self.user_ids)
            users.active = False
            for user in users:
                user.login = f"{user.login}.{user.id}"

    def _claim_at_once(self, attempts):
        """:param attempts: list of (user id, lead ids); :return: list of "won" or a sentence"""
        barrier, results = Barrier(len(attempts)), [None] * len(attempts)

        def claim(position, user_id, lead_ids):
            with self._environment(user_id) as env:
                # The snapshot of each is older than the first claim.
                env.cr.execute("SELECT 1")
                barrier.wait()
                try:
                    retrying(env["crm.lead"].browse(lead_ids).action_claim, env)
                    results[position] = "won"
                except UserError as error:
                    env.cr.rollback()
                    results[position] = str(error)

        threads = [
            Thread(target=claim, args=(position, *attempt))
            for position, attempt in enumerate(attempts)
        ]
        with threads_allowed():
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=120)
        return results

    @mute_logger("odoo.sql_db", "odoo.service.model", "odoo.http")
    def test_fifty_claims_of_one_record(self):
        results = self._claim_at_once([(user_id, self.lead_ids[:1]) for user_id in self.user_ids])
        self.assertEqual(results.count("won"), 1)
        others = [result for result in results if result != "won"]
        self.assertEqual(len(others), PEOPLE - 1)
        for sentence in others:
            self.assertIn("Somebody else was faster", sentence)
        with self._environment() as env:
            lead = env["crm.lead"].browse(self.lead_ids[0])
            winner = self.user_ids[results.index("won")]
            self.assertEqual(lead.user_id.id, winner)
            moves = env["sales.pool.move"].search(
                [("res_model", "=", "crm.lead"), ("res_id", "=", lead.id), ("kind", "=", "claim")]
            )
            self.assertEqual(moves.to_user_id.id, winner)

    @mute_logger("odoo.sql_db", "odoo.service.model", "odoo.http")
    def test_one_user_in_two_sessions(self):
        """Two records each, and three are allowed."""
        user_id = self.user_ids[0]
        results = self._claim_at_once([(user_id, self.lead_ids[:2]), (user_id, self.lead_ids[2:4])])
        self.assertEqual(results.count("won"), 1)
        (refusal,) = (result for result in results if result != "won")
        self.assertIn("claimed 2 of the 3 records", refusal)
        with self._environment() as env:
            held = env["crm.lead"].search_count([("user_id", "=", user_id)])
            self.assertEqual(held, 2)

    @mute_logger("odoo.sql_db", "odoo.service.model", "odoo.http")
    def test_the_limit_of_records_held(self):
        with self._environment() as env:
            env["sales.pool"].browse(self.pool_id).write({"claim_limit": 0, "hold_limit": 3})
        user_id = self.user_ids[0]
        results = self._claim_at_once(
            [(user_id, self.lead_ids[start : start + 2]) for start in (0, 2, 4)]
        )
        self.assertEqual(results.count("won"), 1)
        for refusal in results:
            if refusal != "won":
                self.assertIn("You hold 2 records", refusal)


class _Session:
    """One transaction of a user, committed at its end."""

    def __init__(self, registry, user_id):
        self.cursor = registry.cursor()
        self.user_id = user_id

    def __enter__(self):
        return api.Environment(self.cursor.__enter__(), self.user_id, {})

    def __exit__(self, *error):
        return self.cursor.__exit__(*error)
