from odoo.exceptions import AccessError
from odoo.http import Request
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.sales_system.tests.common import RpcCase

from ..common import SalesCommissionCommon


@tagged("post_install", "-at_install", "sales_commission")
class TestPortal(SalesCommissionCommon, RpcCase):
    """An agent's page: the own company's approved statements, and nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.sales_commission_manager_id = cls.manager
        partners = cls.env["res.partner"]
        cls.dealer, cls.other_dealer = partners.create(
            [{"name": name, "is_company": True} for name in ("BikeWorld", "Velo Shop")]
        )
        cls.agent = cls._create_portal_user("agent", cls.dealer)
        cls.stranger = cls._create_portal_user("stranger", cls.other_dealer)
        plan = cls._create_plan({"role": "channel", "rate": 5})
        cls._sell(100, channel_partner_id=cls.dealer.id)
        cls._sell(300, channel_partner_id=cls.other_dealer.id)
        cls.run_record = cls._create_run(plan_id=plan.id)
        cls.statement = cls._find_statement(cls.run_record, cls.dealer)
        cls.others = cls._find_statement(cls.run_record, cls.other_dealer)

    @classmethod
    def _create_portal_user(cls, login, company):
        user = cls._create_user(login, "base.group_portal")
        user.partner_id.parent_id = company
        return user

    @classmethod
    def _find_statement(cls, run, payee):
        return run.statement_ids.filtered(lambda statement: statement.payee_id == payee)

    def _get(self, path, user=None):
        user = user or self.agent
        self.authenticate(user.login, user.login)
        answer = self.url_open(path)
        self.env.invalidate_all()
        return answer

    def test_the_own_statement(self):
        self.run_record.action_approve()
        page = self._get("/my/commissions").text
        self.assertIn("2019-03", page)
        self.assertIn(f"/my/commissions/{self.statement.id}", page)
        self.assertNotIn(f"/my/commissions/{self.others.id}", page)
        page = self._get(f"/my/commissions/{self.statement.id}").text
        self.assertIn("share 100 %", page)
        self.assertIn("5.00", page)
        self.assertIn("Question this line", page)
        counters = self._post_json("/my/counters", {"counters": ["commission_count"]})
        self.assertEqual(counters["result"]["commission_count"], 1)

    def test_downloads(self):
        self.run_record.action_approve()
        answer = self._get(f"/my/commissions/{self.statement.id}?report_type=html")
        self.assertIn("Commission Statement", answer.text)
        answer = self._get(f"/my/commissions/{self.statement.id}.xlsx")
        self.assertEqual(answer.content[:2], b"PK")
        self.assertIn("spreadsheetml", answer.headers["Content-Type"])

    @mute_logger("odoo.http")
    def test_a_question(self):
        self.run_record.action_approve()
        self._get("/my")
        path = f"/my/commissions/{self.statement.id}/question"
        data = {
            "csrf_token": Request.csrf_token(self),
            "text": "What about <b>May</b>?",
            "earning_id": str(self.statement.earning_ids.id),
        }
        answer = self.url_open(path, data=data)
        self.env.invalidate_all()
        self.assertIn("on its way", answer.text)
        question = self.statement.question_ids
        self.assertRecordValues(
            question,
            [
                {
                    "author_id": self.agent.partner_id.id,
                    "earning_id": self.statement.earning_ids.id,
                    "user_id": self.manager.id,
                }
            ],
        )
        self.assertEqual(self.statement.message_ids[0].author_id, self.agent.partner_id)
        # What is wrong is said on the page, and nothing is kept
        answer = self.url_open(path, data={**data, "text": " "})
        self.assertIn("question is empty", answer.text)
        # The answer is there as soon as it is given
        question.with_user(self.manager).answer = "It is in April."
        question.with_user(self.manager).action_answer()
        page = self._get(f"/my/commissions/{self.statement.id}").text
        self.assertIn("It is in April.", page)
        self.assertIn("&lt;b&gt;May", page)
        self.assertIn(
            f"/my/commissions/{self.statement.id}",
            self.statement._get_access_action(access_uid=self.agent.id)["url"],
        )

    # === NO RIGHTS === #
    def test_guessing_an_address_gives_nothing(self):
        cases = [self.statement]
        with self.subTest(state="calculated"):
            self._assert_nothing_at(cases[0])
        self.run_record.action_approve()
        for statement_id in (self.others.id, self.statement.id + 10**6):
            for suffix in ("", "?report_type=pdf", ".xlsx", "?access_token=x"):
                with self.subTest(statement_id=statement_id, suffix=suffix):
                    answer = self._get(f"/my/commissions/{statement_id}{suffix}")
                    self.assertTrue(answer.url.endswith("/my"), answer.url)
        self.authenticate(self.agent.login, self.agent.login)
        self.url_open(
            f"/my/commissions/{self.others.id}/question",
            data={"csrf_token": Request.csrf_token(self), "text": "Hello?"},
        )
        self.assertFalse(self.others.question_ids)

    def _assert_nothing_at(self, statement):
        answer = self._get(f"/my/commissions/{statement.id}")
        self.assertTrue(answer.url.endswith("/my"), answer.url)
        self.assertNotIn("2019-03", self._get("/my/commissions").text)

    def test_nobody_who_is_not_signed_in(self):
        self.run_record.action_approve()
        self.authenticate(None, None)
        answer = self.url_open(f"/my/commissions/{self.statement.id}")
        self.assertIn("/web/login", answer.url)

    @mute_logger("odoo.http")
    def test_by_rpc(self):
        self.run_record.action_approve()
        for records in (self.others, self.others.earning_ids):
            with self.subTest(model=records._name):
                for method, arguments in (
                    ("read", (["amount"],)),
                    ("export_data", (["amount"],)),
                    ("message_post", ()),
                ):
                    if hasattr(records, method):
                        _result, error = self._call(self.agent, records, method, *arguments)
                        self.assertTrue(error, method)
                result, _error = self._call(
                    self.agent, records.browse(), "search_read", [["id", "in", records.ids]], ["id"]
                )
                self.assertFalse(result)
        result, error = self._call(self.agent, self.statement, "read", ["amount"])
        self.assertFalse(error)
        self.assertEqual(result[0]["amount"], 5.0)
        for method, arguments in (
            ("write", ({"amount": 1},)),
            ("action_create_bills", ()),
            ("action_pay", ()),
            ("action_send", ()),
        ):
            with self.subTest(method=method):
                _result, error = self._call(self.agent, self.statement, method, *arguments)
                self.assertTrue(error)
        for model in (
            "sales.commission.run",
            "sales.commission.plan",
            "sales.commission.measure",
            "sales.commission.statement.line",
            "sales.commission.adjustment",
            "sales.commission.payout",
        ):
            with self.subTest(model=model):
                _result, error = self._call(self.agent, self.env[model], "search_read", [], ["id"])
                self.assertTrue(error)
        _result, error = self._call(self.agent, self.statement, "read", ["previous_amount"])
        self.assertTrue(error)

    def test_another_company_of_ours(self):
        self.run_record.action_approve()
        company = self.env["res.company"].create({"name": "Second"})
        self.agent.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        with self.assertRaises(AccessError):
            self.statement.with_user(self.agent).with_context(allowed_company_ids=company.ids).read(
                ["amount"]
            )
        self.assertTrue(self._get(f"/my/commissions/{self.statement.id}").url.endswith("/my"))
