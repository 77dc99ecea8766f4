from psycopg2 import errors

from odoo import SUPERUSER_ID, api
from odoo.exceptions import ConcurrencyError, UserError
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install", "sales_system")
class TestChannelReportConcurrency(BaseCase):
    """Two real transactions on the reports of one partner; what they leave is deleted again."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            partner = env["res.partner"].create(
                {"name": "Race", "is_company": True, "channel_type": "distributor"}
            )
            january = self._create(env, partner.id, "2026-01-01")
            january.action_submit()
            february = self._create(env, partner.id, "2026-02-01")
            self.partner_id = partner.id
            self.ids = {"january": january.id, "february": february.id}
        self.addCleanup(self._delete)

    def _create(self, env, partner_id, day):
        return env["sales.channel.report"].create({"partner_id": partner_id, "date_from": day})

    def _delete(self):
        with self.registry.cursor() as cr:
            cr.execute(
                "DELETE FROM mail_message WHERE model = 'sales.channel.report' AND res_id IN"
                " (SELECT id FROM sales_channel_report WHERE partner_id = %s)",
                [self.partner_id],
            )
            cr.execute("DELETE FROM sales_channel_report WHERE partner_id = %s", [self.partner_id])
            cr.execute("DELETE FROM res_partner WHERE id = %s", [self.partner_id])

    def _open(self):
        """:return: two cursors of which the second has its snapshot before the first commits"""
        cursors = self.registry.cursor(), self.registry.cursor()
        for cr in cursors:
            self.addCleanup(cr.close)
        cursors[1].execute("SELECT 1")
        return cursors

    def _report(self, cr, name):
        env = api.Environment(cr, SUPERUSER_ID, {})
        return env["sales.channel.report"].browse(self.ids[name])

    def _assert_loses(self, cr, step, sentence):
        """The second transaction does not get through, and learns why when it runs again."""
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises((ConcurrencyError, errors.SerializationFailure)),
        ):
            step()
        cr.rollback()
        with self.assertRaisesRegex(UserError, sentence):
            step()
        cr.rollback()

    def test_submitting_on_a_report_that_is_returned(self):
        first, second = self._open()
        self._report(first, "january")._return("Count again")
        first.commit()
        self._assert_loses(
            second,
            lambda: self._report(second, "february").action_submit(),
            "January 2026 has not been submitted",
        )

    def test_returning_a_report_that_another_is_submitted_on(self):
        first, second = self._open()
        self._report(first, "february").action_submit()
        first.commit()
        self._assert_loses(
            second,
            lambda: self._report(second, "january")._return("Count again"),
            "February 2026 opens with the closing stock",
        )

    def test_while_somebody_is_at_it(self):
        first, second = self._open()
        self._report(first, "january")._return("Count again")
        with self.assertRaisesRegex(UserError, "Somebody else is working on"):
            self._report(second, "february").action_submit()
        first.rollback()

    def test_the_same_period_twice(self):
        first, second = self._open()
        self._create(api.Environment(first, SUPERUSER_ID, {}), self.partner_id, "2026-03-01")
        first.commit()
        with mute_logger("odoo.sql_db"), self.assertRaises(errors.UniqueViolation):
            self._create(api.Environment(second, SUPERUSER_ID, {}), self.partner_id, "2026-03-01")
