from decimal import Decimal

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install", "sales_planning")
class TestTwoLeadersAtOnce(BaseCase):
    """Real transactions, so the plan is committed, and deleted at the end."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self._environment() as env:
            plan = env["sales.target.plan"].create({"name": "Race"})
            partner = env["res.partner"].create({"name": "Race", "is_company": True})
            top = env["sales.target"].create({"plan_id": plan.id})
            part = env["sales.target"].create(
                {"plan_id": plan.id, "parent_id": top.id, "partner_id": partner.id}
            )
            top.cell_ids.write({"assigned": 1000})
            part.cell_ids.write({"assigned": 100})
            self.plan_id, self.partner_id = plan.id, partner.id
            self.top_ids, self.part_ids = top.cell_ids.ids, part.cell_ids.ids
        self.addCleanup(self._delete)

    def _environment(self):
        registry = self.registry

        class _Context:
            def __enter__(self):
                self.cr = registry.cursor()
                return api.Environment(self.cr, SUPERUSER_ID, {})

            def __exit__(self, kind, *_):
                if kind is None:
                    self.cr.commit()  # pylint: disable=invalid-commit
                self.cr.close()

        return _Context()

    def _delete(self):
        with self._environment() as env:
            env["sales.target.plan"].browse(self.plan_id).unlink()
            env["res.partner"].browse(self.partner_id).unlink()

    def _open(self):
        """:return: environment of a leader who has just loaded the screen"""
        cr = self.registry.cursor()
        self.addCleanup(cr.close)
        env = api.Environment(cr, SUPERUSER_ID, {})
        env["sales.target.cell"].browse(self.part_ids).mapped("assigned")
        return env

    def _set(self, env, cell_id, number, seen=100):
        return env["sales.target.numbers"]._set(
            env["sales.target.plan"].browse(self.plan_id),
            "assigned",
            {cell_id: Decimal(number)},
            "typed",
            expected={cell_id: Decimal(seen)},
        )

    def test_the_second_of_two_is_told(self):
        first, second = self._open(), self._open()
        self._set(first, self.part_ids[0], 150)
        first.cr.commit()
        with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure):
            self._set(second, self.part_ids[0], 80)
        second.cr.rollback()
        second.invalidate_all()
        # What Odoo does with a serialization failure: the request runs again.
        with self.assertRaisesRegex(UserError, r"changed Race · .* to 150.00 in the meantime"):
            self._set(second, self.part_ids[0], 80)
        second.cr.rollback()
        self._assert_stands({self.part_ids[0]: 150})

    def test_while_the_first_is_at_it(self):
        first, second = self._open(), self._open()
        self._set(first, self.part_ids[0], 150)
        with self.assertRaisesRegex(UserError, "Somebody else is changing Race at this moment"):
            self._set(second, self.part_ids[1], 80)
        second.cr.rollback()
        first.cr.commit()
        second.invalidate_all()
        self._set(second, self.part_ids[1], 80)
        second.cr.commit()
        self._assert_stands({self.part_ids[0]: 150, self.part_ids[1]: 80})

    def test_saving_the_matrix_while_the_first_is_at_it(self):
        first, second = self._open(), self._open()
        self._set(first, self.part_ids[0], 150)
        change = {"id": self.part_ids[1], "before": "100.00", "after": "80.00"}
        with self.assertRaisesRegex(UserError, "Somebody else is changing Race at this moment"):
            self._save_matrix(second, change)
        second.cr.rollback()
        first.cr.commit()
        second.invalidate_all()
        self._save_matrix(second, change)
        second.cr.commit()
        self._assert_stands({self.part_ids[0]: 150, self.part_ids[1]: 80})

    def _save_matrix(self, env, change):
        top = env["sales.target.cell"].browse(self.top_ids[0]).target_id
        return top.save_matrix("assigned", [change])

    def test_different_cells_of_one_branch(self):
        """Nothing is lost, and what is unassigned above counts both changes."""
        first, second = self._open(), self._open()
        self._set(first, self.part_ids[0], 150)
        first.cr.commit()
        with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure):
            self._set(second, self.part_ids[1], 80)
        second.cr.rollback()
        second.invalidate_all()
        self._set(second, self.part_ids[1], 80)
        second.cr.commit()
        self._assert_stands({self.part_ids[0]: 150, self.part_ids[1]: 80})

    def _assert_stands(self, changed):
        """The numbers are what was set last, and the rest above agrees with them."""
        with self._environment() as env:
            cells = env["sales.target.cell"]
            for part_id, top_id in zip(self.part_ids, self.top_ids, strict=True):
                part, top = cells.browse(part_id), cells.browse(top_id)
                self.assertEqual(part.assigned, changed.get(part_id, 100))
                self.assertEqual(top.unassigned, 1000 - part.assigned)
            self.assertEqual(
                part.target_id.assigned, sum(changed.values()) + 100 * (12 - len(changed))
            )
