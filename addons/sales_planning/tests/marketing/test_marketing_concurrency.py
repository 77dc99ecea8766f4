from contextlib import contextmanager
from datetime import date
from threading import Barrier, Thread

from psycopg2.errors import SerializationFailure, UniqueViolation

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from odoo.addons.sales_system.tests.common import threads_allowed

RACE_LOGGERS = ("odoo.sql_db", "odoo.service.model", "odoo.http")


@tagged("post_install", "-at_install", "sales_planning")
class TestMarketingConcurrency(BaseCase):
    """Real transactions, so the plan is committed, and deleted at the end."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.addCleanup(self._delete)
        with self._session() as env:
            category = env["sales.budget.category"].create({"name": "Race"})
            campaign = env["utm.campaign"].create({"title": "Race"})
            plan = env["sales.marketing.plan"].create(
                {"name": "Race", "date_from": date(2026, 3, 1), "date_to": date(2026, 5, 31)}
            )
            activities = env["sales.marketing.activity"].create(
                [
                    {
                        "name": name,
                        "plan_id": plan.id,
                        "date_from": date(2026, 3, 1),
                        "date_to": date(2026, 3, 31),
                    }
                    for name in ("A", "B")
                ]
            )
            budget = env["sales.budget.line"].create(
                {"marketing_plan_id": plan.id, "category_id": category.id, "planned": 100}
            )
            self.plan_id, self.budget_id = plan.id, budget.id
            self.activity_ids = activities.ids
            self.category_id, self.campaign_id = category.id, campaign.id

    @contextmanager
    def _session(self):
        """A transaction of its own, that is kept unless it fails."""
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def _open(self):
        """:return: environment of somebody who has just loaded the plan"""
        cr = self.registry.cursor()
        self.addCleanup(cr.close)
        env = api.Environment(cr, SUPERUSER_ID, {})
        self._plan(env).activity_line_ids.mapped("name")
        return env

    def _plan(self, env):
        return env["sales.marketing.plan"].browse(self.plan_id)

    def _activity(self, env, position):
        return env["sales.marketing.activity"].browse(self.activity_ids[position])

    def _again(self, env):
        """What Odoo does with a serialization failure: the request runs again."""
        env.cr.rollback()
        env.invalidate_all()

    def _delete(self):
        with self._session() as env:
            env.cr.execute(
                "UPDATE sales_marketing_plan SET state = 'draft', approved_on = NULL WHERE id = %s",
                [self.plan_id],
            )
            requests = env["sales.budget.commitment"].search([("line_id", "=", self.budget_id)])
            requests.filtered(lambda one: one.state == "approved").action_cancel()
            requests.unlink()
            self._plan(env).unlink()
            env["sales.budget.category"].browse(self.category_id).unlink()
            env["utm.campaign"].browse(self.campaign_id).unlink()

    def _at_once(self, *works):
        """Run functions of an environment in threads that start together, as the server would.

        :return: list of None or the sentence of the refusal
        """
        barrier, results = Barrier(len(works)), [None] * len(works)

        def run(position, work):
            with self.registry.cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})
                # The snapshot of each is older than what the others do.
                cr.execute("SELECT 1")
                barrier.wait()
                try:
                    retrying(lambda: work(env), env)
                except (UserError, ValidationError) as error:
                    cr.rollback()
                    results[position] = str(error)

        threads = [Thread(target=run, args=item) for item in enumerate(works)]
        with threads_allowed():
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=120)
        return results

    def _create_request(self, amount=60):
        with self._session() as env:
            return (
                env["sales.budget.commitment"]
                .create(
                    {
                        "line_id": self.budget_id,
                        "amount": amount,
                        "purpose": "Race",
                        "date": date(2026, 4, 1),
                    }
                )
                .id
            )

    # === APPROVAL === #
    @mute_logger(*RACE_LOGGERS)
    def test_a_plan_is_approved_once(self):
        results = self._at_once(*[lambda env: self._plan(env).action_release()] * 2)
        self.assertEqual(results.count(None), 1)
        (refusal,) = filter(None, results)
        self.assertRegex(refusal, "is in state “Approved”|Somebody else is working on Race")
        with self._session() as env:
            self.assertEqual(self._plan(env).state, "approved")

    @mute_logger(*RACE_LOGGERS)
    def test_a_change_does_not_slip_into_an_approval(self):
        approving, changing = self._open(), self._open()
        self._plan(approving).action_release()
        approving.cr.commit()
        for change in (
            lambda env: self._activity(env, 0).write({"date_to": date(2026, 4, 30)}),
            lambda env: env["sales.budget.line"].browse(self.budget_id).write({"planned": 900}),
        ):
            changing.cr.execute("SELECT 1")
            self._again(changing)
            with self.assertRaisesRegex(UserError, "is approved, so"):
                change(changing)
            self._again(changing)

    @mute_logger(*RACE_LOGGERS)
    def test_whoever_looked_before_the_approval_starts_over(self):
        approving, changing = self._open(), self._open()
        self._plan(approving).action_release()
        approving.cr.commit()
        with self.assertRaises(SerializationFailure):
            changing["sales.budget.line"].browse(self.budget_id).write({"planned": 900})
            changing.flush_all()
        self._again(changing)

    # === MONEY === #
    @mute_logger(*RACE_LOGGERS)
    def test_no_money_is_taken_of_a_plan_that_is_being_revised(self):
        self._race_for_money(lambda env: self._plan(env)._revise("Why"), "is not approved yet")

    @mute_logger(*RACE_LOGGERS)
    def test_no_money_is_taken_of_a_plan_that_is_being_closed(self):
        with self._session() as env:
            self._activity(env, 1).action_cancel()
        self._race_for_money(self._close, "is closed, so")

    def _close(self, env):
        self._plan(env).activity_line_ids.filtered(
            lambda activity: activity.state == "planned"
        ).action_cancel()
        self._plan(env).action_close()

    def _race_for_money(self, ending, sentence):
        """:param ending: function of an environment after which no money may be taken"""
        with self._session() as env:
            self._plan(env).action_release()
        request_id = self._create_request()
        ender, taker = self._open(), self._open()
        request = taker["sales.budget.commitment"].browse(request_id)
        request.mapped("state")
        ending(ender)
        ender.cr.commit()
        with self.assertRaises(SerializationFailure):
            request.action_confirm()
            taker.flush_all()
        self._again(taker)
        with self.assertRaisesRegex(UserError, sentence):
            request.action_confirm()
        self._again(taker)
        self.assertEqual(request.state, "draft")

    @mute_logger(*RACE_LOGGERS)
    def test_a_plan_is_not_closed_on_money_that_is_being_taken(self):
        with self._session() as env:
            self._plan(env).action_release()
        request_id = self._create_request()
        ender, taker = self._open(), self._open()
        taker["sales.budget.commitment"].browse(request_id).action_confirm()
        taker.cr.commit()
        # Whoever closes has not seen that yet.
        with self.assertRaises(SerializationFailure):
            self._close(ender)
            ender.flush_all()
        self._again(ender)
        self._close(ender)
        ender.cr.commit()
        with self._session() as env:
            plan = self._plan(env)
            self.assertEqual((plan.state, plan.committed), ("closed", 60))

    # === ACTIVITIES === #
    @mute_logger(*RACE_LOGGERS)
    def test_a_campaign_belongs_to_one_activity(self):
        def take(position):
            return lambda env: self._activity(env, position).write(
                {"campaign_id": self.campaign_id}
            )

        results = self._at_once(take(0), take(1))
        self.assertEqual(results.count(None), 1)
        (refusal,) = filter(None, results)
        self.assertIn("belongs to another activity already", refusal)
        with self._session() as env:
            owners = self._plan(env).activity_line_ids.filtered("campaign_id")
            self.assertEqual(len(owners), 1)

    @mute_logger(*RACE_LOGGERS)
    def test_the_database_keeps_campaigns_apart(self):
        with (
            self.assertRaises(UniqueViolation),
            self.registry.cursor() as cr,
        ):
            cr.execute(
                "UPDATE sales_marketing_activity SET campaign_id = %s WHERE id = ANY(%s)",
                [self.campaign_id, self.activity_ids],
            )

    @mute_logger(*RACE_LOGGERS)
    def test_no_circle_of_activities(self):
        """A after B, and B after A: each sees only its own half."""

        def follow(position):
            return lambda env: self._activity(env, position).write(
                {"predecessor_ids": [Command.link(self.activity_ids[1 - position])]}
            )

        results = self._at_once(follow(0), follow(1))
        self.assertEqual(results.count(None), 1)
        (refusal,) = filter(None, results)
        self.assertIn("would come after itself", refusal)
        self._assert_no_circle()

    @mute_logger(*RACE_LOGGERS)
    def test_no_circle_by_way_of_the_successors(self):
        def precede(position):
            return lambda env: self._activity(env, position).write(
                {"successor_ids": [Command.link(self.activity_ids[1 - position])]}
            )

        results = self._at_once(precede(0), precede(1))
        self.assertEqual(results.count(None), 1)
        self._assert_no_circle()

    def _assert_no_circle(self):
        with self._session() as env:
            env.cr.execute(
                "SELECT COUNT(*) FROM sales_marketing_activity_predecessor_rel"
                " WHERE activity_id = ANY(%s)",
                [self.activity_ids],
            )
            self.assertEqual(env.cr.fetchone(), (1,))
