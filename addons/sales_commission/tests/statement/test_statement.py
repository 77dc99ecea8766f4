import io
from unittest.mock import patch

from openpyxl import load_workbook

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import SalesCommissionCommon

HELLO = "Is this right?"


@tagged("post_install", "-at_install", "sales_commission")
class TestStatement(SalesCommissionCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._create_plan(
            {
                "name": "Tiers",
                "rate_type": "marginal",
                "tier_ids": [
                    Command.create({"amount_from": amount, "rate": rate})
                    for amount, rate in ((0, 1), (1000, 3))
                ],
            }
        )
        cls._sell(900, 300, -50, partner_id=cls.partner.id)
        cls._sell(70, user=cls.wang_wei)
        cls.run_record = cls._create_run(plan_id=cls.plan.id)
        cls.statement, cls.others = cls.run_record.statement_ids
        cls.li_na.partner_id.email = "li.na@example.com"
        cls.wang_wei.partner_id.email = False

    def test_lines_by_rule_kind_and_tier(self):
        lines = self.statement.line_ids.sorted(lambda line: line.tier_id.amount_from)
        self.assertRecordValues(
            lines,
            [
                {"base": 900.0, "rate": 1.0, "amount": 9.0, "earning_count": 1, "sold": 1150.0},
                {"base": 250.0, "rate": 0.0, "amount": 5.5, "earning_count": 2, "sold": 1150.0},
            ],
        )
        self.assertEqual(sum(lines.mapped("amount")), self.statement.amount)
        for line in lines:
            action = line.action_open_earnings()
            earnings = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual(sum(earnings.mapped("amount")), line.amount)
        measure = self.statement.measure_ids
        action = measure.action_open_earnings()
        self.assertEqual(
            self.env[action["res_model"]].search(action["domain"]), self.statement.earning_ids
        )

    def test_a_line_opens_document_and_rule(self):
        earning = self.statement.earning_ids[0]
        action = earning.action_open_rule()
        self.assertEqual(
            (action["res_model"], action["res_id"]),
            (
                "sales.commission.rule",
                self.plan.rule_ids.id,
            ),
        )

    # === MESSAGES === #
    def test_people_write_messages_and_nothing_else(self):
        self.run_record.action_approve()
        statement = self.statement.with_user(self.li_na)
        statement.message_post(body=HELLO, message_type="comment")
        self.assertIn(HELLO, self.statement.message_ids[0].body)
        with self.assertRaises(AccessError):
            self.others.with_user(self.li_na).message_post(body=HELLO)
        for user in (self.li_na, self.manager):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.statement.with_user(user).write({"amount": 1})

    def test_messages_go_with_a_statement_that_goes(self):
        message = self.others.with_user(self.manager).message_post(body=HELLO)
        self.others.message_subscribe(self.manager.partner_id.ids)
        self.run_record.action_calculate()
        self.assertTrue(message.exists())
        self.run_record.action_reset()
        self.assertFalse(message.exists())
        self.assertFalse(
            self.env["mail.followers"].search(
                [("res_model", "=", self.others._name), ("res_id", "=", self.others.id)]
            )
        )

    # === PAPER === #
    def _render(self, statement, user=None):
        report = self.env["ir.actions.report"].with_user(user or self.manager)
        content, _kind = report._render_qweb_html(
            "sales_commission.report_statement", statement.ids
        )
        return content.decode()

    def test_the_printed_statement(self):
        self.run_record.action_approve()
        html = self._render(self.statement, self.li_na)
        for text in ("Commission Statement", "li_na", "from 1,000.00: 3 %", "S00002", "14.50"):
            with self.subTest(text=text):
                self.assertIn(text, html)
        with self.assertRaises(AccessError):
            self._render(self.others, self.li_na)

    def test_the_paper_speaks_the_language_of_the_payee(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        self.li_na.partner_id.lang = "zh_CN"
        self.run_record.action_approve()
        self.assertIn("2019/03/15", self._render(self.statement))

    def test_the_workbook(self):
        self.run_record.action_approve()
        name, content = self.statement.with_user(self.li_na)._export_xlsx()
        self.assertEqual(name, "2019-03 · Plan · li_na.xlsx")
        book = load_workbook(io.BytesIO(content))
        front, sales = book.worksheets
        figures = {row[0].value: row[1].value for row in front.iter_rows(max_col=2)}
        self.assertEqual(figures["Payee"], "li_na")
        self.assertRegex(figures["Earned"], r'^=SUMIF\(.*">0"\)$')
        self.assertRegex(figures["Payable"], r"^=SUM\(")
        amounts = [row[-1].value for row in sales.iter_rows(min_row=2, max_row=4)]
        self.assertEqual(amounts, [9.0, 7.0, -1.5])
        self.assertEqual(sales.cell(5, 10).value, "=SUM(J2:J4)")
        self.assertIn("rule “Tiers”", sales.cell(2, 9).value)
        self.assertTrue(
            self.env["sales.export.log"].search(
                [("user_id", "=", self.li_na.id), ("model", "=", self.statement._name)]
            )
        )
        with self.assertRaises(AccessError):
            self.others.with_user(self.li_na)._export_xlsx()

    def test_texts_in_the_workbook_are_no_formulas(self):
        self.partner.name = "=1+1"
        _name, content = self.statement._export_xlsx()
        sales = load_workbook(io.BytesIO(content)).worksheets[1]
        self.assertEqual((sales.cell(2, 3).value, sales.cell(2, 3).data_type), ("=1+1", "s"))

    # === E-MAIL === #
    def test_one_by_e_mail(self):
        with self.assertRaisesRegex(UserError, "not final yet"):
            self.statement.with_user(self.manager).action_send()
        self.run_record.action_approve()
        action = self.statement.with_user(self.manager).action_send()
        composer = (
            self.env[action["res_model"]]
            .with_user(self.manager)
            .with_context(**action["context"])
            .create({})
        )
        composer.action_send_mail()
        message = self.statement.message_ids[0]
        self.assertEqual(message.subject, "Your commission statement 2019-03 · Plan")
        self.assertIn(self.li_na.partner_id, message.notified_partner_ids)
        self.assertEqual(len(message.attachment_ids), 1)
        self.assertTrue(self.statement.sent_at)
        with self.assertRaises(AccessError):
            self.statement.with_user(self.li_na).action_send()

    def test_all_of_a_run(self):
        run = self.run_record.with_user(self.manager)
        with self.assertRaisesRegex(UserError, "Approve the run first"):
            run.action_send_statements()
        self.run_record.action_approve()
        with self.assertRaises(AccessError):
            self.run_record.with_user(self.supervisor).action_send_statements()
        action = run.action_send_statements()
        self.assertIn("1 statements are on their way", action["params"]["message"])
        self.assertIn("wang_wei", action["params"]["message"])
        self.assertEqual(self.run_record.statement_ids.mapped("is_to_send"), [True, False])
        cron = self.env.ref("sales_commission.ir_cron_sales_commission_send")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertTrue(self.statement.sent_at)
        self.assertFalse(self.statement.is_to_send)
        mail = self.env["mail.mail"].search(
            [("model", "=", self.statement._name), ("res_id", "=", self.statement.id)]
        )
        self.assertEqual(mail.recipient_ids, self.li_na.partner_id)
        self.assertEqual(len(mail.attachment_ids), 1)

    def test_one_that_fails_keeps_nothing_from_the_others(self):
        self.wang_wei.partner_id.email = "wang.wei@example.com"
        self.run_record.action_approve()
        self.run_record.action_send_statements()
        template = type(self.env["mail.template"])
        send, broken = template.send_mail, self.statement.id

        def send_mail(self, res_id, **kwargs):
            if res_id == broken:
                raise ValueError("No layout")
            return send(self, res_id, **kwargs)

        with (
            patch.object(template, "send_mail", send_mail),
            mute_logger(
                "odoo.addons.sales_commission.models.statement.sales_commission_statement_sending"
            ),
            self.enter_registry_test_mode(),
        ):
            self.env.ref("sales_commission.ir_cron_sales_commission_send").method_direct_trigger()
        self.assertFalse(self.statement.sent_at)
        self.assertTrue(self.others.sent_at)
        self.assertIn("No layout", self.run_record.message_ids[0].body)

    def test_nobody_can_be_reached(self):
        self.li_na.partner_id.email = False
        self.run_record.action_approve()
        with self.assertRaisesRegex(UserError, "li_na, wang_wei have no e-mail"):
            self.run_record.action_send_statements()
