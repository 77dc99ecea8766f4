from psycopg2 import errors

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .report_common import TODAY, ChannelReportCommon


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestChannelReport(ChannelReportCommon):
    """One period of a channel partner, from the draft to the acceptance and back."""

    # === TOTALS === #
    def test_totals_of_one_currency_and_of_two(self):
        euro = self._rate_of_euro()
        january = self._create_report(sales=[{"quantity": 1, "amount": 300}])
        february = self._create_report("2026-02-01", sales=[{"quantity": 1, "amount": 100}])
        march = self._create_report(
            "2026-03-01", sales=[{"quantity": 1, "amount": 70}], currency_id=euro.id
        )
        reports = january | february
        for records in (reports, reports.line_ids):
            with self.subTest(model=records._name):
                self.assertEqual(self._group_totals(records, "amount", "partner_id"), [400])
        reports |= march
        for records in (reports, reports.line_ids):
            with self.subTest(model=records._name):
                self.assertEqual(self._group_totals(records, "amount", "partner_id"), [540])

    # === FILLING IN === #
    def test_sell_in_is_what_was_invoiced(self):
        report = self._create_report()
        self.assertEqual(report.display_name, "East Wheels, January 2026")
        self.assertEqual(str(report.date_to), "2026-01-31")
        self.assertEqual(report.user_id, self.seller)
        self.assertRecordValues(
            report.line_ids,
            [
                {
                    "product_id": self.product.id,
                    "categ_id": self.category.id,
                    "opening_quantity": 0,
                    "ledger_quantity": 10,
                    "in_quantity": 10,
                    "out_quantity": 0,
                    "closing_quantity": 10,
                }
            ],
        )

    def test_the_month_is_written_as_each_language_does(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        report = self._create_report()
        self.assertIn("January 2026", report.display_name)
        chinese = report.with_context(lang="zh_CN")
        self.assertEqual(chinese._get_period_name(), "2026年1月")
        self.assertIn("2026年1月", chinese.display_name)

    def test_credit_notes_count_off_and_services_not_at_all(self):
        service = self.env["product.product"].create({"name": "Freight", "type": "service"})
        invoice = self._invoice(7, "2026-01-20", post=False)
        invoice.invoice_line_ids = [Command.create({"product_id": service.id, "price_unit": 5})]
        invoice.action_post()
        refund = self._invoice(2, "2026-01-25", move_type="out_refund")
        self.assertEqual(refund.state, "posted")
        report = self._create_report()
        self.assertEqual(report.line_ids.product_id, self.product)
        self.assertEqual(report.line_ids.in_quantity, 15)

    def test_an_open_report_follows_the_ledger(self):
        report = self._create_report()
        self._invoice(4, "2026-01-30")
        report.action_fill()
        self.assertEqual(report.line_ids.in_quantity, 14)
        report.line_ids.write({"in_quantity": 12, "in_note": "2 are still on their way"})
        self._invoice(1, "2026-01-31")
        report.action_fill()
        self.assertRecordValues(
            report.line_ids,
            [{"ledger_quantity": 15, "in_quantity": 12, "in_difference": -3}],
        )

    def test_opening_is_the_closing_before(self):
        self._hand_in("2026-01-01", 4)
        report = self._create_report("2026-02-01")
        self.assertRecordValues(
            report.line_ids, [{"opening_quantity": 6, "in_quantity": 5, "closing_quantity": 11}]
        )
        report.line_ids.opening_quantity = 8
        report.action_fill()
        self.assertEqual(report.line_ids.opening_quantity, 6)

    def test_details_are_the_sell_out(self):
        other = self.env["product.product"].create({"name": "Helmet"})
        report = self._create_report(
            sales=(
                {"quantity": 3, "amount": 4000},
                {"quantity": -1, "amount": -1300, "date": "2026-01-31"},
                {"quantity": 2, "amount": 80, "product_id": other.id},
            )
        )
        bikes, helmets = report.line_ids.sorted(lambda line: line.product_id != self.product)
        self.assertRecordValues(
            bikes | helmets,
            [
                {"out_quantity": 2, "amount": 2700, "detail_count": 2},
                {"out_quantity": 2, "amount": 80, "detail_count": 1},
            ],
        )
        self.assertEqual(report.amount, 2780)
        with self.assertRaisesRegex(UserError, "sell-out of .* is the sum of 2 details"):
            bikes.out_quantity = 5
        with self.assertRaisesRegex(UserError, "sum of 1 details"):
            helmets.unlink()
        report.sale_ids.filtered(lambda sale: sale.product_id == other).unlink()
        self.assertRecordValues(helmets, [{"out_quantity": 0, "amount": 0, "detail_count": 0}])
        self.assertEqual(report.amount, 2700)
        helmets.unlink()

    def test_territory_of_a_detail(self):
        china = self.env.ref("base.cn")
        self.distributor.country_id = china
        self.env["sales.territory.rule"].create(
            {"territory_id": self.north.id, "country_id": china.id, "city": "Beijing"}
        )
        report = self._create_report(
            sales=(
                {"quantity": 1, "city": "beijing", "territory_id": self.city.id},
                {"quantity": 1, "city": "Atlantis", "territory_id": self.city.id},
                {"quantity": 1},
            )
        )
        self.assertEqual(
            report.sale_ids.sorted("id").mapped("territory_id"), self.north | self.city
        )
        nowhere = report.sale_ids.filtered(lambda sale: not sale.territory_id)
        nowhere.city = "Beijing"
        self.assertEqual(nowhere.territory_id, self.north)

    # === PERIODS === #
    def test_a_week(self):
        report = self._create_report("2026-02-09", period="week")
        self.assertEqual(str(report.date_to), "2026-02-15")
        self.assertEqual(report.line_ids.in_quantity, 5)
        self.assertIn("02/09/2026 – 02/15/2026", report.display_name)

    @mute_logger("odoo.sql_db")
    def test_periods_that_cannot_be(self):
        self._create_report("2026-02-01")
        for day, period, error in (
            ("2026-01-02", "month", errors.CheckViolation),
            ("2026-01-06", "week", errors.CheckViolation),
            ("2026-02-01", "month", errors.UniqueViolation),
            ("2026-02-23", "week", errors.ExclusionViolation),
            ("2026-01-26", "week", errors.ExclusionViolation),
        ):
            with self.subTest(day=day, period=period), self.assertRaises(error):
                with self.env.cr.savepoint():
                    self._create_report(day, period=period)
        self._create_report("2026-02-01", partner=self.reseller)

    def test_partner_and_period_stay(self):
        report = self._create_report()
        report.write({"partner_id": self.distributor.id, "date_from": "2026-01-01"})
        for values in ({"partner_id": self.reseller.id}, {"date_from": "2026-02-01"}):
            with self.subTest(values), self.assertRaisesRegex(UserError, "which therefore stay"):
                report.write(values)

    def test_only_channel_partners_report(self):
        with self.assertRaisesRegex(ValidationError, "Acme Bikes is no channel partner"):
            self._create_report(partner=self.customer)

    # === CHECKS === #
    @mute_logger("odoo.sql_db")
    def test_no_negative_stock(self):
        report = self._create_report()
        for field in ("opening_quantity", "closing_quantity"):
            with self.subTest(field), self.assertRaises(errors.CheckViolation):
                with self.env.cr.savepoint():
                    report.line_ids.write({field: -1})
                    self.env.flush_all()

    def test_the_arithmetic_is_checked(self):
        report = self._create_report()
        report.line_ids.write({"out_quantity": 4, "closing_quantity": 7})
        with self.assertRaisesRegex(
            UserError,
            r"Row 1, \[P1\] Road Bike: closing stock 7.00 is not opening stock 0.00 \+ sell-in "
            r"10.00 − sell-out 4.00 = 6.00. Correct the closing stock or the sell-out.",
        ):
            report.action_submit()
        report.line_ids.write({"out_quantity": 11, "closing_quantity": 0})
        with self.assertRaisesRegex(UserError, "Row 1, .* leaves a negative stock"):
            report.action_submit()
        self.assertEqual(report.state, "draft")
        report.line_ids.out_quantity = 10
        report.action_submit()
        self.assertEqual(report.state, "submitted")

    def test_a_corrected_sell_in_needs_a_reason(self):
        report = self._create_report()
        report.line_ids.write({"in_quantity": 8, "closing_quantity": 8})
        with self.assertRaisesRegex(UserError, "sell-in 8.00 is not the 10.00 that were invoiced"):
            report.action_submit()
        report.line_ids.in_note = "2 are still on their way"
        report.action_submit()
        self.assertEqual(report.line_ids.in_difference, -2)

    def test_who_buys_elsewhere_needs_no_reason(self):
        report = self._create_report(
            partner=self.reseller,
            line_ids=[
                Command.create(
                    {"product_id": self.product.id, "in_quantity": 3, "closing_quantity": 3}
                )
            ],
        )
        report.action_submit()
        self.assertEqual(report.line_ids.in_quantity, 3)

    def test_taking_the_computed_closing_over(self):
        report = self._create_report(sales=({"quantity": 3},))
        report.action_take_expected()
        self.assertEqual(report.line_ids.closing_quantity, 7)

    @mute_logger("odoo.sql_db")
    def test_a_product_stands_once(self):
        report = self._create_report()
        with self.assertRaises(errors.UniqueViolation), self.env.cr.savepoint():
            report.line_ids.create({"report_id": report.id, "product_id": self.product.id})

    def test_a_day_outside_of_the_period(self):
        with self.assertRaisesRegex(ValidationError, "on 02/01/2026 lies outside of East Wheels"):
            self._create_report(sales=({"date": "2026-02-01", "quantity": 1},))

    def test_products_of_other_companies(self):
        product = self.env["product.product"].create(
            {"name": "Foreign", "company_id": self._create_stranger().company_id.id}
        )
        with self.assertRaises(UserError):
            self._create_report(sales=({"product_id": product.id, "quantity": 1},))

    # === AUTHORIZATIONS === #
    def test_products_outside_of_the_authorization(self):
        helmets = self.env["product.category"].create({"name": "Helmets"})
        self._allow(helmets, date_from="2025-01-01", date_to="2026-01-20")
        report = self._create_report()
        self._sell(report, 4)
        for check in ("none", "warn", "block"):
            self.company.sales_channel_authorization_check = check
            report.invalidate_recordset()
            self.assertEqual(bool(report.authorization_warning), check == "warn")
        with self.assertRaisesRegex(
            UserError, "Row 1, .*Road Bike: not among the products that East Wheels is authorized"
        ):
            report.action_submit()
        self._allow(self.category, date_from="2025-01-01", date_to="2026-01-10")
        self.env["sales.channel.report.sale"].create(
            {
                "report_id": report.id,
                "date": "2026-01-11",
                "product_id": self.product.id,
                "quantity": 4,
            }
        )
        with self.assertRaisesRegex(UserError, "Row 1, .* authorized to sell"):
            report.action_submit()
        report.sale_ids.date = "2026-01-10"
        report.action_submit()

    def test_stock_of_what_is_no_longer_authorized(self):
        helmets = self.env["product.category"].create({"name": "Helmets"})
        self._allow(helmets, date_from="2025-01-01")
        self.company.sales_channel_authorization_check = "block"
        self._create_report().action_submit()

    def test_a_sale_elsewhere_is_evidence_and_not_refused(self):
        self._authorize(self.distributor, self.region, self.category)
        self.company.sales_channel_authorization_check = "block"
        report = self._create_report(sales=({"quantity": 1, "territory_id": self.north.id},))
        report.action_take_expected()
        report.action_submit()
        self.assertEqual(report.sale_ids.territory_id, self.north)

    # === THE CHAIN === #
    def test_in_the_order_of_the_periods(self):
        january = self._create_report()
        february = self._create_report("2026-02-01")
        with self.assertRaisesRegex(UserError, "January 2026 has not been submitted"):
            february.action_submit()
        self._sell(january, 4)
        january.action_submit()
        february.action_take_expected()
        with self.assertRaisesRegex(UserError, r"opening stock 6.00 \+ sell-in 5.00"):
            february.action_submit()
        self._sell(february.browse(february.id), 1)
        february.action_fill()
        february.action_take_expected()
        february.action_submit()
        self.assertEqual(february.line_ids.opening_quantity, 6)
        with self.assertRaisesRegex(UserError, "Return East Wheels, February 2026 first"):
            january._return("Count again")

    def test_several_at_a_time(self):
        reports = self._create_report("2026-02-01") | self._create_report()
        self._sell(reports[1], 4)
        reports[0].line_ids.write({"out_quantity": 1, "closing_quantity": 10})
        reports.action_submit()
        self.assertEqual(reports[0].line_ids.opening_quantity, 6)

    def test_nothing_is_put_in_before(self):
        self._hand_in("2026-02-01", 1)
        january = self._create_report()
        with self.assertRaisesRegex(UserError, "February 2026 has been submitted already"):
            january.action_submit()

    # === STATES === #
    def test_return_and_submit_again(self):
        report = self._hand_in("2026-01-01", 4)
        self.assertEqual(report.submitted_by_id, self.env.user)
        with self.assertRaisesRegex(UserError, "in state “Submitted”"):
            report.line_ids.out_quantity = 3
        with self.assertRaisesRegex(UserError, "Say why"):
            report._return(" ")
        wizard = self.env["sales.channel.report.return"].create(
            {"report_id": report.id, "reason": "Three bikes went back"}
        )
        wizard.action_return()
        self.assertRecordValues(
            report, [{"state": "returned", "return_reason": "Three bikes went back"}]
        )
        self.assertIn(self.env.user.partner_id, report.message_ids.partner_ids)
        self._sell(report, 1)
        report.action_submit()
        self.assertRecordValues(report, [{"state": "submitted", "return_reason": False}])
        report.action_accept()
        self.assertEqual(report.accepted_by_id, self.env.user)

    def test_taking_an_acceptance_back(self):
        report = self._hand_in("2026-01-01", 4, accept=True)
        with self.assertRaisesRegex(UserError, "Only leaders take the acceptance"):
            self._as(self.seller, report).action_reopen()
        self.assertEqual(report.state, "accepted")
        self._as(self.manager, report).action_reopen()
        self.assertRecordValues(report, [{"state": "submitted", "accepted_on": False}])
        self.assertIn("Acceptance of", report.message_ids[0].body)
        self.assertEqual(report.message_ids[0].author_id, self.manager.partner_id)

    def test_an_accepted_report_that_another_builds_on(self):
        january = self._hand_in("2026-01-01", 4, accept=True)
        self._hand_in("2026-02-01", 1)
        with self.assertRaisesRegex(UserError, "Return East Wheels, February 2026 first"):
            january.action_reopen()

    def test_nothing_changes_once_submitted(self):
        report = self._hand_in("2026-01-01", 4)
        helmet = self.env["product.product"].create({"name": "Helmet"})
        sale = {"report_id": report.id, "date": "2026-01-02", "product_id": self.product.id}
        for change in (
            lambda: report.line_ids.unlink(),
            lambda: report.line_ids.create({"report_id": report.id, "product_id": helmet.id}),
            lambda: report.sale_ids.create({**sale, "quantity": 1}),
            lambda: report.write({"currency_id": self.env.ref("base.EUR").id}),
            lambda: report.action_fill(),
            lambda: report.action_submit(),
            lambda: report.unlink(),
            lambda: report.write({"state": "draft"}),
            lambda: self._as(self.manager, report).write({"return_reason": "x"}),
        ):
            with self.assertRaises(UserError):
                change()
        self.assertEqual(report.line_ids.out_quantity, 4)

    # === CURRENCIES === #
    def test_foreign_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            [
                {"name": day, "rate": rate, "currency_id": euro.id, "company_id": self.company.id}
                for day, rate in (("2026-01-01", 0.5), ("2026-01-31", 0.8), ("2026-02-01", 1.0))
            ]
        )
        report = self._create_report(
            currency_id=euro.id, sales=({"quantity": 1, "amount": 1200.4},)
        )
        self.assertEqual(report.amount, 1200.4)
        self.assertEqual(report.amount_company, 1500.5)
