from odoo.tests import freeze_time, tagged

from .report_common import TODAY, ChannelReportCommon


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestChannelReportPerformance(ChannelReportCommon):
    """The number of statements does not grow with the number of reports."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        partners = [cls._create_channel_partner(f"Partner {n}") for n in range(12)]
        for partner in partners:
            cls._invoice(3, "2026-01-20", partner)
        cls.reports = cls.env["sales.channel.report"].create(
            [
                {"partner_id": partner.id, "company_id": cls.company.id, "date_from": "2026-01-01"}
                for partner in partners
            ]
        )
        cls.env.flush_all()

    def _count(self, work, records):
        """:return: number of statements, with nothing cached"""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        work(records.browse(records.ids))
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def _assert_constant(self, work, records):
        work(records)
        self.assertEqual(self._count(work, records[:2]), self._count(work, records))

    def test_sell_in(self):
        self.assertEqual(self.reports.line_ids.mapped("in_quantity"), [3] * 12)
        self._assert_constant(lambda reports: reports._fill(), self.reports)

    def test_taking_the_closing_stock_over(self):
        """The number of statements does not grow with the lines of a report either."""
        products = self.env["product.product"].create(
            [{"name": f"Bike {number}"} for number in range(15)]
        )
        short, long = self.reports[:2]
        values = {"in_quantity": 4, "closing_quantity": 1}
        self.env["sales.channel.report.line"].create(
            [{"report_id": long.id, "product_id": product.id, **values} for product in products]
        )
        (short | long).line_ids.closing_quantity = 1
        counts = [self._count(lambda one: one.action_take_expected(), one) for one in (short, long)]
        self.assertEqual(counts[0], counts[1])
        self.assertEqual(set(long.line_ids.mapped("closing_quantity")), {3, 4})

    def test_opening_the_list(self):
        view = self.env.ref("sales_system.sales_channel_report_view_list")
        names = ["is_missing", "amount_company", "sale_count", "display_name"]
        self.assertTrue(view)
        self._assert_constant(lambda reports: reports.read(names), self.reports)

    def test_opening_the_stock(self):
        self.reports.action_submit()
        self.env.flush_all()
        stock = self.env["sales.channel.stock"].search([("company_id", "=", self.company.id)])
        self.assertEqual(len(stock), 12)
        self._assert_constant(lambda stock: stock.read([]), stock)

    def test_details(self):
        sales = self.env["sales.channel.report.sale"].create(
            [
                {
                    "report_id": report.id,
                    "date": "2026-01-05",
                    "product_id": self.product.id,
                    "quantity": 1,
                }
                for report in self.reports
            ]
        )
        self._assert_constant(lambda sales: sales.report_id._follow_details(), sales)
