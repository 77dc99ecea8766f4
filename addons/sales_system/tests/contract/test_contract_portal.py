import base64
from datetime import timedelta

from odoo.http import Request
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..common import RpcCase
from .document_common import SIGNATURE, ContractDocumentCommon


@tagged("post_install", "-at_install", "sales_system")
class TestContractPortal(ContractDocumentCommon, RpcCase):
    """What a customer can do with the contracts on the portal, and nobody else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyer = cls._create_portal_user("ann.buyer", cls.customer)
        cls.stranger = cls._create_portal_user("other.buyer", cls.other_customer)

    @classmethod
    def _create_portal_user(cls, login, company):
        user = new_test_user(cls.env, login=login, groups="base.group_portal", lang="en_US")
        user.partner_id.parent_id = company
        return user

    def _url(self, contract, suffix="", token=True):
        token = contract._portal_ensure_token() if token is True else token
        return f"/my/contracts/{contract.id}{suffix}?access_token={token or ''}"

    def _open(self, url, user=None, data=None):
        """:return: (status, text of the page, where it leads)"""
        self.authenticate(user.login if user else None, user.login if user else None)
        if data is not None:
            data = {"csrf_token": Request.csrf_token(self), **data}
        self.env.flush_all()
        page = self.url_open(url, data=data, allow_redirects=False)
        self.env.invalidate_all()
        return page.status_code, page.text, page.headers.get("Location", "")

    def _post_signature(self, contract, user=None, token=True, **values):
        self.authenticate(user.login if user else None, user.login if user else None)
        self.env.flush_all()
        answer = self._post_json(
            self._url(contract, "/sign", token),
            {"name": "Ann Buyer", "signature": SIGNATURE, **values},
        )
        self.env.invalidate_all()
        return answer["result"]

    # === READING === #
    def test_the_list(self):
        sent = self._send(self._create_contract(title="Sent bikes"))
        self._create_contract(title="Drafted bikes")
        self._send(self._create_contract(title="Other bikes", partner_id=self.other_customer.id))
        _status, page, _to = self._open("/my/contracts", self.buyer)
        self.assertIn("Sent bikes", page)
        self.assertIn(sent.name, page)
        self.assertNotIn("Drafted bikes", page)
        self.assertNotIn("Other bikes", page)
        self.assertEqual(self._open("/my/contracts")[0], 303)
        counters = self._post_json(
            "/my/counters", {"counters": ["contract_count", "contract_to_sign_count"]}
        )
        self.assertNotIn("result", counters)
        self.authenticate(self.buyer.login, self.buyer.login)
        counters = self._post_json(
            "/my/counters", {"counters": ["contract_count", "contract_to_sign_count"]}
        )
        self.assertEqual(counters["result"], {"contract_count": 1, "contract_to_sign_count": 1})

    def test_the_page(self):
        contract = self._send(self._create_contract())
        for user, token in ((None, True), (self.buyer, False), (self.seller, False)):
            with self.subTest(user=user and user.login):
                status, page, _to = self._open(self._url(contract, token=token), user)
                self.assertEqual(status, 200)
                self.assertIn("Dealer Contract", page)
                self.assertIn("USD\N{NO-BREAK SPACE}450,000.00", page)
                self.assertIn('id="modalsign"', page)

    def test_download(self):
        contract = self._send(self._create_contract())
        self.authenticate(None, None)
        page = self.url_open(self._url(contract) + "&report_type=pdf&download=true")
        self.assertEqual(page.status_code, 200)
        self.assertIn(contract.name.replace("/", "_"), page.headers["Content-Disposition"])

    def test_annexes(self):
        contract = self._create_contract()
        annex, other = (
            self.env["ir.attachment"].create(
                {
                    "name": f"{kind}.txt",
                    "datas": base64.b64encode(kind.encode()),
                    "res_model": "sales.contract",
                    "res_id": contract.id,
                    "sales_contract_kind": kind,
                }
            )
            for kind in ("annex", "other")
        )
        self._send(contract)
        self.assertEqual(self._open(self._url(contract, f"/file/{annex.id}"))[:2], (200, "annex"))
        self.assertEqual(self._open(self._url(contract, f"/file/{other.id}"))[0], 303)
        self.assertEqual(self._open(self._url(contract, f"/file/{annex.id}", "x"))[2], "/my")

    # === SIGNING === #
    def test_sign_by_the_link(self):
        contract = self._send(self._create_contract())
        result = self._post_signature(contract)
        self.assertTrue(result.get("force_refresh"), result)
        self.assertEqual(contract.signing_state, "customer")
        self.assertRecordValues(
            contract.signature_ids,
            [{"name": "Ann Buyer", "user_id": False, "ip": "127.0.0.1", "side": "customer"}],
        )
        status, page, _to = self._open(self._url(contract) + "&message=signed")
        self.assertEqual(status, 200)
        self.assertIn("You have signed the contract", page)
        self.assertNotIn('id="modalsign"', page)

    def test_sign_logged_in(self):
        contract = self._send(self._create_contract())
        self._post_signature(contract, self.buyer, token=False)
        self.assertEqual(contract.signature_ids.user_id, self.buyer)

    def test_signing_is_refused(self):
        """A clear sentence and no effect, for each way in which it cannot be."""
        other = self._send(self._create_contract(partner_id=self.other_customer.id))
        contract = self._send(self._create_contract())
        cases = [
            ({"token": "x"}, "does not exist, or your link"),
            ({"token": False}, "does not exist, or your link"),
            ({"token": other._portal_ensure_token()}, "does not exist, or your link"),
            ({"user": self.stranger, "token": False}, "does not exist, or your link"),
            ({"user": self.seller}, "cannot answer for Acme Bikes"),
            ({"name": ""}, "Enter your name"),
            ({"signature": False}, "Enter your name"),
            ({"signature": "no picture"}, "cannot be read"),
        ]
        for values, message in cases:
            with self.subTest(**values):
                self.assertRegex(self._post_signature(contract, **values)["error"], message)
                self.assertFalse(contract.signature_ids)
        contract.sign_by = self.today - timedelta(days=1)
        for user in (None, self.buyer):
            self.assertIn("expired on", self._post_signature(contract, user)["error"])
        contract.action_draft()
        self.assertIn("being prepared", self._post_signature(contract)["error"])
        self.assertFalse(contract.signature_ids)

    def test_signing_twice(self):
        contract = self._send(self._create_contract())
        self._post_signature(contract)
        self.assertIn("was signed by Ann Buyer", self._post_signature(contract)["error"])
        self.assertEqual(len(contract.signature_ids), 1)

    def test_while_an_approval_is_pending(self):
        contract = self._send(self._create_contract())
        self.env["sales.approval.rule"].create(
            {
                "name": "Large contracts",
                "company_id": self.company.id,
                "model": "sales.contract",
                "basis": "amount",
                "threshold": 1000,
                "step_ids": [(0, 0, {"kind": "user", "user_id": self.leader.id})],
            }
        )
        _status, page, _to = self._open(self._url(contract))
        self.assertNotIn('id="modalsign"', page)
        self.assertIn("still being checked by us", page)
        self.assertNotIn("limit", page)
        self.assertIn("still being checked", self._post_signature(contract)["error"])
        self.assertFalse(contract.signature_ids)

    # === REFUSING === #
    def test_refuse(self):
        contract = self._send(self._create_contract())
        status, page, _to = self._open(
            self._url(contract, "/refuse"), self.buyer, {"reason": "Too expensive"}
        )
        self.assertEqual(status, 200)
        self.assertIn("Thank you for your answer", page)
        self.assertRecordValues(
            contract,
            [{"state": "draft", "refusal_reason": "Too expensive", "refused_by": self.buyer.name}],
        )
        status, page, _to = self._open(self._url(contract))
        self.assertEqual(status, 403)
        self.assertIn("is being prepared", page)
        self.assertNotIn("450,000.00", page)

    def test_refusing_is_refused(self):
        contract = self._send(self._create_contract())
        for user, token, data, message in (
            (self.buyer, True, {"reason": " "}, "Say what you do not agree to"),
            (self.seller, True, {"reason": "x"}, "cannot answer for"),
        ):
            status, page, _to = self._open(self._url(contract, "/refuse", token), user, data)
            self.assertEqual(status, 403)
            self.assertIn(message, page)
        for user, token in ((None, "x"), (self.stranger, False)):
            _status, _page, to = self._open(
                self._url(contract, "/refuse", token), user, {"reason": "x"}
            )
            self.assertEqual(to, "/my")
        self.assertEqual(contract.state, "sent")

    # === NOBODY ELSE === #
    def test_other_tokens_and_other_customers(self):
        contract = self._send(self._create_contract())
        other = self._send(self._create_contract(partner_id=self.other_customer.id))
        for user, token in (
            (None, False),
            (None, "x"),
            (None, other._portal_ensure_token()),
            (self.stranger, False),
            (self.outsider, False),
            (self.other_seller, False),
        ):
            with self.subTest(user=user and user.login, token=token):
                self.assertEqual(self._open(self._url(contract, token=token), user)[2], "/my")
        self.assertEqual(self._open("/my/contracts/999999999")[2], "/my")

    def test_an_expired_link_shows_nothing(self):
        contract = self._send(self._create_contract())
        contract.sign_by = self.today - timedelta(days=1)
        for suffix in ("", "/file/1"):
            status, page, _to = self._open(self._url(contract, suffix))
            self.assertEqual(status, 403)
            self.assertIn("expired on", page)
            self.assertNotIn("450,000.00", page)
        self.assertEqual(self._open(self._url(contract), self.buyer)[0], 200)

    def test_customers_have_no_access_by_rpc(self):
        contract = self._send(self._create_contract())
        for records, method, args in (
            (contract, "read", (["name"],)),
            (contract, "write", ({"title": "x"},)),
            (contract, "action_draft", ()),
            (contract.article_ids, "read", (["text"],)),
            (contract.line_ids, "read", (["name"],)),
            (self.template, "read", (["name"],)),
            (self.env["sales.contract"], "search_read", ([],)),
        ):
            with self.subTest(method=method, model=records._name):
                result, error = self._call(self.buyer, records, method, *args)
                self.assertTrue(error)
                self.assertFalse(result)

    def test_nor_by_the_address_of_the_report(self):
        contract = self._send(self._create_contract())
        self.authenticate(self.buyer.login, self.buyer.login)
        with mute_logger("odoo.addons.web.controllers.report", "odoo.http"):
            page = self.url_open(f"/report/html/sales_system.report_sales_contract/{contract.id}")
        self.assertNotIn("450,000.00", page.text)
