from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.sales_system.tests.common import RpcCase

from ..common import SalesCommissionCommon


@tagged("post_install", "-at_install", "sales_commission")
class TestQuestion(SalesCommissionCommon, RpcCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.sales_commission_manager_id = cls.manager
        cls.wang_wei.group_ids += cls.env.ref("base.group_allow_export")
        cls.plan = cls._create_plan()
        cls._sell(100)
        cls._sell(70, user=cls.wang_wei)
        cls.run_record = cls._create_run(plan_id=cls.plan.id)
        cls.statement, cls.others = cls.run_record.statement_ids
        cls.earning = cls.statement.earning_ids

    def _ask(self, user=None, text="Why 2 %?", earning=True):
        earning_id = self.earning.id if earning else False
        question_id = self.statement.with_user(user or self.li_na).action_ask(text, earning_id)
        return self.env["sales.commission.question"].browse(question_id)

    def test_a_question_is_asked_and_answered(self):
        self.run_record.action_approve()
        # The payee opens the form on a line and writes
        action = self.earning.with_user(self.li_na).action_ask()
        with Form(
            self.env[action["res_model"]].with_user(self.li_na).with_context(**action["context"])
        ) as form:
            form.text = "  Why 2 %?  "
        form.record.action_ask()
        question = self.statement.question_ids
        self.assertRecordValues(
            question,
            [
                {
                    "text": "Why 2 %?",
                    "state": "open",
                    "earning_id": self.earning.id,
                    "author_id": self.li_na.partner_id.id,
                    "payee_id": self.li_na.partner_id.id,
                    "user_id": self.manager.id,
                }
            ],
        )
        # It is a message of the payee on the statement, and something to do for the manager
        message = self.statement.message_ids[0]
        self.assertEqual(message.author_id, self.li_na.partner_id)
        self.assertIn("Why 2 %?", message.body)
        self.assertIn("rule “Flat”", message.body)
        self.assertIn(self.manager.partner_id, message.notified_partner_ids)
        self.assertEqual(question.activity_ids.user_id, self.manager)
        self.assertEqual(self.statement.question_count, 1)
        # The manager answers; the payee gets the answer
        question.with_user(self.manager).answer = "As agreed in the plan."
        question.with_user(self.manager).action_answer()
        self.assertRecordValues(
            question, [{"state": "answered", "answered_by_id": self.manager.id}]
        )
        self.assertFalse(question.activity_ids)
        message = self.statement.message_ids[0]
        self.assertIn("As agreed", message.body)
        self.assertIn(self.li_na.partner_id, message.notified_partner_ids)
        # No amount has moved
        self.assertEqual(self.statement.amount, 2.0)
        # And the payee may ask again
        self.assertTrue(self._ask())

    def test_markup_is_text(self):
        self.run_record.action_approve()
        self._ask(text="<img src=x onerror=alert(1)>")
        self.assertNotIn("<img", self.statement.message_ids[0].body)

    def test_refusals(self):
        with self.assertRaises(AccessError):
            # Not approved: the payee does not even see it.
            self._ask()
        self.run_record.action_approve()
        for text, sentence in (
            ("   ", "question is empty"),
            (False, "question is empty"),
            (["x"], "question is empty"),
            ("x" * 5000, "5000 characters"),
        ):
            with self.subTest(text=text), self.assertRaisesRegex(UserError, sentence):
                self._ask(text=text)
        with self.assertRaisesRegex(UserError, "none of statement"):
            self.statement.with_user(self.li_na).action_ask("Why?", self.others.earning_ids.id)
        with self.assertRaisesRegex(UserError, "none of statement"):
            self.statement.with_user(self.li_na).action_ask("Why?", 2**31 - 1)
        self._ask()
        with self.assertRaisesRegex(UserError, "open question about this already"):
            self._ask()
        # Another line, or the statement as a whole, is another question
        self.assertTrue(self._ask(earning=False))
        self.assertEqual(len(self.statement.question_ids), 2)

    def test_answers_are_complete_and_final(self):
        self.run_record.action_approve()
        question = self._ask().with_user(self.manager)
        with self.assertRaisesRegex(UserError, "no answer yet"):
            question.action_answer()
        question.answer = "Because."
        question.action_answer()
        for change in (
            lambda: question.action_answer(),
            lambda: question.write({"answer": "Otherwise."}),
        ):
            with self.assertRaisesRegex(UserError, "has been answered"):
                change()
        for values in ({"text": "Thanks"}, {"state": "open"}, {"payee_id": 1}):
            with self.subTest(values=values), self.assertRaisesRegex(UserError, "stays as it is"):
                question.write(values)

    def test_without_a_manager_in_the_settings(self):
        self.company.sales_commission_manager_id = False
        self.assertTrue(
            self.run_record._get_responsible().has_group("sales_team.group_sale_manager")
        )
        with self.env.cr.savepoint():
            self.company.sales_commission_manager_id = self.li_na
            self.assertNotEqual(self.run_record._get_responsible(), self.li_na)

    # === NO RIGHTS === #
    def test_others_neither_ask_nor_answer(self):
        self.run_record.action_approve()
        question = self._ask()
        for user in (self.supervisor, self.manager):
            with self.subTest(user=user.login), self.assertRaisesRegex(AccessError, "not yours"):
                self._ask(user=user)
        with self.assertRaises(AccessError):
            self._ask(user=self.wang_wei)
        for user in (self.li_na, self.wang_wei, self.supervisor):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                question.with_user(user).action_answer()
        for user in (self.wang_wei, self._create_stranger()):
            records = question.with_user(user).with_context(
                allowed_company_ids=user.company_ids.ids
            )
            with self.subTest(user=user.login):
                self.assertFalse(records.search([("id", "=", question.id)]))
                with self.assertRaises(AccessError):
                    records.export_data(["text"])
        self.assertEqual(question.with_user(self.li_na).text, "Why 2 %?")
        self.assertEqual(question.with_user(self.supervisor).text, "Why 2 %?")

    def _create_stranger(self):
        company = self.env["res.company"].create({"name": "Second"})
        return self._create_user(
            "stranger",
            "sales_team.group_sale_manager,base.group_allow_export",
            company_id=company.id,
            company_ids=[company.id],
        )

    @mute_logger("odoo.http")
    def test_by_rpc(self):
        self.run_record.action_approve()
        _result, error = self._call(
            self.wang_wei, self.statement, "action_ask", "Let me in", self.earning.id
        )
        self.assertTrue(error)
        result, error = self._call(self.li_na, self.statement, "action_ask", "Why?")
        self.assertTrue(result)
        self.assertFalse(error)
        for method, values in (
            ("write", {"answer": "Mine"}),
            ("write", {"state": "answered"}),
            ("unlink", None),
        ):
            arguments = () if values is None else (values,)
            with self.subTest(method=method, values=values):
                _result, error = self._call(
                    self.li_na, self.statement.question_ids, method, *arguments
                )
                self.assertTrue(error)
        _result, error = self._call(
            self.li_na,
            self.env["sales.commission.question"],
            "create",
            {"statement_id": self.statement.id, "text": "x"},
        )
        self.assertTrue(error)
