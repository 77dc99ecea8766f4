from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install", "sales_system", "sales_tour")
class TestImportTour(HttpCase):
    def test_import_past_sales(self):
        self.env["res.partner"].create({"name": "Tour Bikes", "ref": "TOUR-C1"})
        self.start_tour("/odoo", "sales_system_import", login="admin")
        sales_import = self.env["sales.import"].search([("filename", "=", "tour_sales.csv")])
        self.assertRecordValues(
            sales_import,
            [{"state": "done", "imported_count": 2, "amount_total": 350.5}],
        )
