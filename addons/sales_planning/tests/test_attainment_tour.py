from datetime import date

from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install", "sales_planning", "sales_tour")
class TestAttainmentTour(HttpCase):
    def test_from_attainment_to_the_ledger(self):
        today = date.today()
        admin = self.env.ref("base.user_admin")
        plan = self.env["sales.target.plan"].create(
            {
                "name": "Tour Plan",
                "company_id": admin.company_id.id,
                "date_from": today.replace(month=1, day=1),
                "date_to": today.replace(month=12, day=31),
            }
        )
        target = self.env["sales.target"].create({"plan_id": plan.id, "user_id": admin.id})
        target.cell_ids[today.month - 1].assigned = 4321
        partner = self.env["res.partner"].create({"name": "Tour Bikes"})
        product = self.env["product.product"].create({"name": "Tour Bike", "taxes_id": False})
        order = self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "user_id": admin.id,
                "company_id": admin.company_id.id,
                "order_line": [(0, 0, {"product_id": product.id, "price_unit": 1234})],
            }
        )
        order.action_confirm()
        self.start_tour("/odoo", "sales_planning_attainment", login="admin")
        self.assertTrue(plan.refreshed_at)
