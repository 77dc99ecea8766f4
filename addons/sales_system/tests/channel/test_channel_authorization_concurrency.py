import threading

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.exceptions import ConcurrencyError, UserError
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from ..common import threads_allowed


@tagged("post_install", "-at_install", "sales_system")
class TestChannelAuthorizationConcurrency(BaseCase):
    """Two real transactions for one exclusive right; what they leave is deleted again."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            region = env["sales.territory"].create({"name": "Race"})
            city = env["sales.territory"].create({"name": "Race City", "parent_id": region.id})
            category = env["product.category"].create({"name": "Race"})
            below = env["product.category"].create({"name": "Road", "parent_id": category.id})
            partners = env["res.partner"].create(
                [
                    {"name": name, "is_company": True, "channel_type": "distributor"}
                    for name in ("Race One", "Race Two")
                ]
            )
            drafts = env["sales.channel.authorization"].create(
                [
                    {
                        "partner_id": partner.id,
                        "territory_ids": [(6, 0, territory.ids)],
                        "categ_ids": [(6, 0, categ.ids)],
                        "date_from": "2026-01-01",
                        "is_exclusive": True,
                    }
                    # No row of theirs is the same: that they overlap is up to the constraint.
                    for partner, territory, categ in zip(
                        partners, (region, city), (category, below), strict=True
                    )
                ]
            )
            self.draft_ids = drafts.ids
            self.made = [
                ("sales_channel_authorization", drafts.ids),
                ("res_partner", partners.ids),
                ("product_category", [below.id, category.id]),
                ("sales_territory", [city.id, region.id]),
            ]
            self.city_id = city.id
        self.addCleanup(self._delete)

    def _delete(self):
        with self.registry.cursor() as cr:
            for table in ("territory", "categ"):
                cr.execute(
                    f"DELETE FROM sales_channel_authorization_{table}_rel"  # noqa: S608
                    " WHERE authorization_id = ANY(%s)",
                    [self.draft_ids],
                )
            for table, ids in self.made:
                cr.execute(f"DELETE FROM {table} WHERE id = ANY(%s)", [ids])  # noqa: S608

    def _open(self):
        """:return: two cursors of which the second has its snapshot before the first commits"""
        cursors = self.registry.cursor(), self.registry.cursor()
        for cr in cursors:
            self.addCleanup(cr.close)
        cursors[1].execute("SELECT 1")
        return cursors

    def _draft(self, cr, number):
        env = api.Environment(cr, SUPERUSER_ID, {})
        return env["sales.channel.authorization"].browse(self.draft_ids[number])

    def test_one_wins_and_the_other_learns_who(self):
        first, second = self._open()
        self._draft(first, 0).action_activate()
        first.commit()
        draft = self._draft(second, 1)
        with mute_logger("odoo.sql_db"), self.assertRaises(ConcurrencyError):
            draft.action_activate()
        second.rollback()
        # What Odoo does then: the request runs again.
        draft.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "Race One is authorized exclusively for .*Road in"):
            draft.action_activate()
        second.rollback()

    def test_two_threads_at_once(self):
        start, outcomes = threading.Barrier(2), []

        def activate(number):
            with self.registry.cursor() as cr:
                draft = self._draft(cr, number)
                draft.mapped("state")
                start.wait(timeout=30)
                try:
                    draft.action_activate()
                    cr.commit()  # pylint: disable=invalid-commit
                    outcomes.append("won")
                except (ConcurrencyError, SerializationFailure):
                    cr.rollback()
                    outcomes.append("again")

        threads = [threading.Thread(target=activate, args=(number,)) for number in range(2)]
        with mute_logger("odoo.sql_db"), threads_allowed():
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        self.assertEqual(sorted(outcomes), ["again", "won"])
        with self.registry.cursor() as cr:
            cr.execute(
                "SELECT COUNT(*) FROM sales_channel_authorization WHERE id = ANY(%s)"
                " AND state = 'active'",
                [self.draft_ids],
            )
            self.assertEqual(cr.fetchone()[0], 1)

    def test_a_territory_that_moves_at_the_same_moment(self):
        first, second = self._open()
        self._draft(first, 1).action_activate()
        first.commit()
        city = api.Environment(second, SUPERUSER_ID, {})["sales.territory"].browse(self.city_id)
        with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure):
            city.parent_id = False
        second.rollback()
