from datetime import date

from odoo.tests import freeze_time, tagged

from .report_common import TODAY, ChannelReportCommon


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestChannelStock(ChannelReportCommon):
    """How long a stock lasts, what is slow, and which reports are missing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Partners of the demo story are none of the tests' business.
        cls.env["res.partner"].search(
            [("channel_type", "!=", False), ("company_id", "!=", cls.company.id)]
        ).channel_report_period = False
        cls.env["sales.channel.report"].search([]).sudo().reminded_on = TODAY
        cls.env["sales.channel.report"].search([]).sudo().stock_checked = True

    def _run_cron(self, name):
        with self.enter_registry_test_mode():
            cron = self.env.ref(f"sales_system.ir_cron_sales_channel_report_{name}")
            cron.method_direct_trigger()

    def _stock(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["sales.channel.stock"].search([("company_id", "=", self.company.id)])

    # === STOCK === #
    def test_weeks_of_stock(self):
        self._hand_in("2026-01-01", 4)
        self.assertRecordValues(
            self._stock(),
            [
                {
                    "partner_id": self.distributor.id,
                    "product_id": self.product.id,
                    "user_id": self.seller.id,
                    "territory_id": self.region.id,
                    "categ_id": self.category.id,
                    "date": date(2026, 1, 31),
                    "closing_quantity": 6,
                    "last_sale_date": date(2026, 1, 31),
                    "status": "ok",
                }
            ],
        )
        self.assertAlmostEqual(self._stock().weeks, 6 / 4 * 31 / 7, 5)
        self._hand_in("2026-02-01", 5)
        self._hand_in("2026-03-01", 0)
        stock = self._stock()
        self.assertEqual(stock.closing_quantity, 6)
        self.assertAlmostEqual(stock.weeks, 6 / 9 * 90 / 7, 5)
        self.assertAlmostEqual(stock.weekly_quantity, 9 / (90 / 7), 2)
        self.assertEqual(stock.last_sale_date, date(2026, 2, 28))
        action = stock.action_open_lines()
        self.assertEqual(self.env[action["res_model"]].search_count(action["domain"]), 3)

    def test_the_average_forgets_the_fourteenth_week(self):
        for day, sold in (
            ("2026-01-01", 8),
            ("2026-02-01", 1),
            ("2026-03-01", 1),
            ("2026-04-01", 1),
        ):
            self._hand_in(day, sold)
        self.assertAlmostEqual(self._stock().weekly_quantity, 3 / (89 / 7), 2)

    def test_only_what_was_handed_in(self):
        report = self._hand_in("2026-01-01", 4)
        self.assertEqual(len(self._stock()), 1)
        report._return("x")
        self.assertFalse(self._stock())

    def test_slow_movers(self):
        for sold, days, weeks, status in (
            (4, 90, 26, "ok"),
            (4, 90, 6, "slow"),
            (0, 32, 26, "ok"),
            (0, 30, 26, "slow"),
            (10, 90, 26, "out"),
        ):
            with self.subTest(sold=sold, days=days, weeks=weeks):
                self.company.write(
                    {"sales_channel_slow_days": days, "sales_channel_slow_weeks": weeks}
                )
                report = self._hand_in("2026-01-01", sold)
                self.assertEqual(self._stock().status, status)
                report._return("Again")
                self._delete(report)

    def _delete(self, report):
        self.env.cr.execute("DELETE FROM sales_channel_report WHERE id = %s", [report.id])
        self.env.invalidate_all()

    def test_last_detail(self):
        report = self._create_report(sales=({"quantity": 3, "date": "2026-01-05"},))
        report.action_take_expected()
        report.action_submit()
        self.assertEqual(self._stock().last_sale_date, date(2026, 1, 5))

    def test_alerts_are_not_repeated(self):
        january = self._hand_in("2026-01-01", 10)
        self._run_cron("stock")
        self.assertRecordValues(
            january.activity_ids,
            [{"summary": "Out of Stock: [P1] Road Bike", "user_id": self.seller.id}],
        )
        self.assertEqual(january.line_ids.stock_alert, "out")
        self._run_cron("stock")
        self.assertEqual(len(january.activity_ids), 1)
        january._return("Again")
        january.action_submit()
        self._run_cron("stock")
        self.assertEqual(len(january.activity_ids), 1)
        february = self._hand_in("2026-02-01", 5)
        self._run_cron("stock")
        self.assertFalse(february.activity_ids)
        self.company.sales_channel_slow_weeks = 1
        self._invoice(40, "2026-03-05")
        march = self._hand_in("2026-03-01", 1)
        self._run_cron("stock")
        self.assertEqual(march.activity_ids.summary, "Slow Mover: [P1] Road Bike")

    def test_what_is_sold_out_is_told_once(self):
        sold_out = {"product_id": self.product.id, "in_quantity": 3, "out_quantity": 3}
        for day, lines, told in (
            ("2026-01-01", [sold_out], True),
            ("2026-02-01", [], False),
            ("2026-03-01", [], False),
        ):
            report = self._create_report(
                day, self.reseller, line_ids=[(0, 0, line) for line in lines]
            )
            report.action_submit()
            self._run_cron("stock")
            self.assertEqual(self._stock().status, "out")
            self.assertEqual(bool(report.activity_ids), told)

    # === MISSING REPORTS === #
    def test_drafts_of_the_period_that_is_over(self):
        reports = self.env["sales.channel.report"]
        weekly = self._create_channel_partner("Weekly", channel_report_period="week")
        agent = self._create_channel_partner("Agent", channel_type="agent")
        young = self._create_channel_partner("Young", channel_since="2026-04-01")
        ended = self._create_channel_partner("Gone")
        ended.action_channel_end()
        self.rival.channel_report_period = False
        (self.distributor | self.reseller | weekly).channel_since = "2025-01-01"
        by_hand = self._create_report("2026-03-01", partner=self.reseller)
        self._run_cron("draft")
        found = reports.search([("company_id", "=", self.company.id)])
        self.assertEqual(found.partner_id, self.distributor | self.reseller | weekly)
        self.assertNotIn(agent | young | ended, found.partner_id)
        self.assertIn(by_hand, found)
        self.assertEqual(
            {report.partner_id: str(report.date_from) for report in found},
            {
                self.distributor: "2026-03-01",
                self.reseller: "2026-03-01",
                weekly: "2026-03-23",
            },
        )
        self._run_cron("draft")
        self.assertEqual(reports.search_count([("company_id", "=", self.company.id)]), 3)

    def test_drafts_follow_late_invoices(self):
        report = self._create_report()
        self._invoice(3, "2026-01-31")
        self._run_cron("draft")
        self.assertEqual(report.line_ids.in_quantity, 13)

    def test_missing_after_the_days_of_grace(self):
        reports = self.env["sales.channel.report"]
        self.distributor.email = "office@east-wheels.example.com"
        report = self._create_report("2026-03-01")
        missing = [("is_missing", "=", True), ("company_id", "=", self.company.id)]
        self.assertFalse(reports.search(missing))
        with freeze_time("2026-04-11"):
            self.assertEqual(reports.search(missing), report)
            self.assertTrue(report.is_missing)
            self.assertNotIn(report, reports.search([("is_missing", "=", False)]))
            self._run_cron("remind")
            self._run_cron("remind")
        self.assertRecordValues(
            report.activity_ids,
            [{"summary": "Missing: East Wheels, March 2026", "user_id": self.seller.id}],
        )
        mail = self.env["mail.mail"].search(
            [("model", "=", report._name), ("subject", "like", "your report")]
        )
        self.assertEqual(mail.recipient_ids, self.distributor)
        self.assertIn("March 2026", mail.subject)
        self.assertIn(f"/my/channel-reports/{report.id}", mail.body_html)
        report.action_submit()
        self.assertFalse(report.activity_ids)
        report._return("Again")
        with freeze_time("2026-04-12"):
            self.distributor.action_channel_suspend()
            self.env.invalidate_all()
            self.assertFalse(reports.search(missing))

    def test_whoever_handed_in_is_not_missing(self):
        report = self._hand_in("2026-01-01", 1)
        self.assertFalse(report.is_missing)
        report._return("Again")
        self.env.invalidate_all()
        self.assertTrue(report.is_missing)

    def test_nothing_runs_without_the_area(self):
        area = self.env.ref("sales_system.group_sales_channel")
        area.implied_by_ids = False
        self.distributor.channel_since = "2025-01-01"
        reports = self.env["sales.channel.report"]
        self._run_cron("draft")
        self.assertFalse(reports.search([("company_id", "=", self.company.id)]))
