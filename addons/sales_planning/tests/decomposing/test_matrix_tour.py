from datetime import date

from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install", "sales_planning", "sales_tour")
class TestMatrixTour(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = cls.env.ref("base.user_admin").company_id
        cls.plan = cls.env["sales.target.plan"].create(
            {
                "name": "Tour Plan",
                "company_id": company.id,
                "date_from": date(2026, 1, 1),
                "date_to": date(2026, 12, 31),
            }
        )
        cls.top = cls.env["sales.target"].create({"plan_id": cls.plan.id})
        cls.east, cls.west = cls.env["sales.target"].create(
            [
                {
                    "plan_id": cls.plan.id,
                    "parent_id": cls.top.id,
                    "team_id": cls.env["crm.team"].create({"name": name}).id,
                }
                for name in ("Tour East", "Tour West")
            ]
        )
        cls.east.cell_ids.write({"assigned": 100})
        cls.west.cell_ids.write({"assigned": 200})
        cls.top.action_roll_up()

    def _start(self, name):
        path = f"/odoo/action-sales_planning.sales_target_plan_action/{self.plan.id}"
        self.start_tour(path, name, login="admin")

    def _numbers(self, target):
        return target.cell_ids.sorted("date_from").mapped("assigned")[:4]

    def test_edit_balance_undo_paste_save(self):
        self._start("sales_planning_matrix")
        self.assertEqual(self._numbers(self.east), [160, 100, 110, 120.5])
        self.assertEqual(self._numbers(self.west), [140, 200, 190, 179.5])
        self.assertEqual(
            self.east.cell_ids.sorted("date_from").mapped("is_pinned")[:4],
            [True, False, True, True],
        )
        self.assertFalse(self.top.unassigned)

    def test_refusals_change_nothing(self):
        self._start("sales_planning_matrix_refusals")
        self.assertEqual(set(self.east.cell_ids.mapped("assigned")), {100})
