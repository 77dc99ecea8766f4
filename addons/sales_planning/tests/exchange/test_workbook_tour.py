import io
from datetime import date

from openpyxl import load_workbook

from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@tagged("post_install", "-at_install", "sales_planning", "sales_tour")
class TestWorkbookTour(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.env.ref("base.user_admin")
        today = date.today()
        cls.plan = cls.env["sales.target.plan"].create(
            {
                "name": "Workbook Plan",
                "company_id": cls.admin.company_id.id,
                "date_from": today.replace(month=1, day=1),
                "date_to": today.replace(month=12, day=31),
                "period": "year",
            }
        )
        cls.target = cls.env["sales.target"].create(
            {"plan_id": cls.plan.id, "user_id": cls.admin.id}
        )
        cls.target.cell_ids.assigned = 100

    def test_from_the_plan_to_excel_and_back(self):
        _name, content = self.env["sales.target.sheet"]._export(
            self.plan, self.env["sales.target"], "assigned"
        )
        workbook = load_workbook(io.BytesIO(content))
        workbook["Targets"]["E5"] = 150
        buffer = io.BytesIO()
        workbook.save(buffer)
        self.env["ir.attachment"].create(
            {"name": "tour_targets.xlsx", "raw": buffer.getvalue(), "mimetype": XLSX}
        )
        self.start_tour("/odoo", "sales_planning_workbook", login="admin")
        self.assertEqual(self.target.assigned, 150)

    def _assert_refused(self, url, status):
        with mute_logger("odoo.http"):
            self.assertEqual(self.url_open(url).status_code, status)

    def test_the_download_is_for_those_who_may_see_it(self):
        urls = (
            f"/sales_planning/matrix/{self.target.id}.xlsx",
            f"/sales_planning/plan/{self.plan.id}.xlsx?value=proposed",
        )
        new_test_user(self.env, login="no.sales", groups="base.group_user")
        other = self.env["res.company"].create({"name": "Elsewhere"})
        new_test_user(
            self.env,
            login="stranger",
            groups="sales_team.group_sale_manager",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        for url in urls:
            with self.subTest(url=url):
                self.authenticate(None, None)
                self.assertIn("/web/login", self.url_open(url).url)
                self.authenticate("admin", "admin")
                response = self.url_open(url)
                self.assertEqual(response.headers["Content-Type"], XLSX)
                self.assertIn("Workbook%20Plan", response.headers["Content-Disposition"])
                self.assertIn("Targets", load_workbook(io.BytesIO(response.content)).sheetnames)
                for login in ("no.sales", "stranger"):
                    self.authenticate(login, login)
                    self._assert_refused(url, 403)

    def test_a_wrong_address_is_refused_cleanly(self):
        self.authenticate("admin", "admin")
        for url, status in (
            ("/sales_planning/matrix/999999999.xlsx", 404),
            ("/sales_planning/plan/999999999.xlsx", 404),
            ("/sales_planning/matrix/abc.xlsx", 404),
            (f"/sales_planning/plan/{self.plan.id}.xlsx?value=actual", 422),
        ):
            with self.subTest(url=url):
                self._assert_refused(url, status)
