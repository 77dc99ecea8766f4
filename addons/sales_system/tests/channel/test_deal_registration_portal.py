from datetime import timedelta

from odoo import fields
from odoo.http import Request
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import RpcCase
from .deal_common import DealCommon


@tagged("post_install", "-at_install", "sales_system")
class TestDealRegistrationPortal(DealCommon, RpcCase):
    """A channel partner registers deals of its own, and learns nothing of those of others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.today()
        cls.dealer = cls._create_portal_user("dealer.one", cls.distributor)
        cls.rival_dealer = cls._create_portal_user("dealer.two", cls.rival)
        cls.buyer = cls._create_portal_user("just.a.buyer", cls.customer)

    @classmethod
    def _customer(cls, **values):
        # Real days: the server that answers does not know of a frozen one.
        return super()._customer(
            **{"expected_date": str(fields.Date.today() + timedelta(days=60)), **values}
        )

    def _open(self, url, user=None, data=None):
        """:return: (status, text of the page, where it leads)"""
        self.authenticate(user.login if user else None, user.login if user else None)
        if data is not None:
            data = {"csrf_token": Request.csrf_token(self), **data}
        self.env.flush_all()
        page = self.url_open(url, data=data, allow_redirects=False)
        self.env.invalidate_all()
        return page.status_code, page.text, page.headers.get("Location", "")

    def _post(self, user, **values):
        data = {**self._customer(), "country_id": self.env.ref("base.cn").id, **values}
        return self._open("/my/deals/new", user, data)

    def _deals(self, partner=None):
        return self.env["sales.deal.registration"].search(
            [("partner_id", "=", (partner or self.distributor).id)]
        )

    def _told(self, deal):
        """:return: the messages to the channel partner about a registration"""
        return self.env["mail.message"].search(
            [
                ("model", "=", deal._name),
                ("res_id", "=", deal.id),
                ("message_type", "=", "user_notification"),
                ("partner_ids", "in", self.dealer.partner_id.ids),
            ]
        )

    # === REGISTERING === #
    def test_register(self):
        status, page, _to = self._open("/my/deals/new", self.dealer)
        self.assertEqual(status, 200)
        self.assertIn('name="customer_tax_id"', page)
        status, _page, to = self._post(self.dealer, categ_id=self.category.id, note="Forty bikes")
        self.assertEqual(status, 303)
        deal = self._deals()
        self.assertTrue(to.endswith(f"/my/deals/{deal.id}?message=submitted"), to)
        self.assertRecordValues(
            deal,
            [
                {
                    "state": "submitted",
                    "expected_amount": 50_000,
                    "company_id": self.company.id,
                    "user_id": self.seller.id,
                    "submitted_by_id": self.dealer.partner_id.id,
                    "categ_id": self.category.id,
                }
            ],
        )
        self.assertEqual(deal.activity_ids.user_id, self.seller)
        self.assertNotIn(self.dealer.partner_id, deal.message_partner_ids)
        _status, page, _to = self._open(to, self.dealer)
        self.assertIn("We check your registration", page)
        _status, page, _to = self._open("/my/deals", self.dealer)
        self.assertIn("Lakeside Sports", page)
        self.assertIn("Being checked", page)

    def test_the_decision_is_told(self):
        self._post(self.dealer)
        deal = self._deals()
        deal.action_approve()
        message = self._told(deal)
        self.assertIn("is approved", message.body)
        self.assertEqual(message.partner_ids, self.dealer.partner_id)

    def test_sentences_stand_next_to_the_fields(self):
        for typed, sentence in (
            ({"customer_name": " "}, "Enter the name of the customer"),
            (
                {"customer_tax_id": "", "customer_phone": "", "customer_email": "x@qq.com"},
                "by these we recognise it",
            ),
            ({"expected_amount": "a lot"}, "“a lot” is no amount"),
            ({"expected_amount": "nan"}, "“nan” is no amount"),
            ({"expected_amount": "-5"}, "“-5” is no amount"),
            ({"expected_amount": "inf"}, "“inf” is no amount"),
            ({"expected_amount": "1_000"}, "“1_000” is no amount"),
            ({"expected_amount": "٣"}, "“٣” is no amount"),
            ({"expected_amount": "9" * 400}, "is no amount"),
            ({"expected_amount": "0"}, "Enter the amount that you expect"),
            ({"expected_date": "31.12.2030"}, "“31.12.2030” is no day"),
            ({"expected_date": "2020-01-01"}, "from today on"),
            ({"expected_date": ""}, "from today on"),
            ({"categ_id": "999999999"}, "Choose one of the list"),
            ({"currency_id": "x"}, "Choose one of the list"),
        ):
            with self.subTest(**typed):
                status, page, _to = self._post(self.dealer, **{"city": "Wuxi City", **typed})
                self.assertEqual(status, 200)
                self.assertIn(sentence, page)
                self.assertIn("Wuxi City", page)
                self.assertFalse(self._deals())

    def test_what_is_not_asked_for_is_not_taken(self):
        self._post(
            self.dealer,
            partner_id=self.rival.id,
            state="approved",
            date_to="2099-01-01",
            user_id=self.leader.id,
            company_id=1,
        )
        self.assertFalse(self._deals(self.rival))
        self.assertRecordValues(
            self._deals(), [{"state": "submitted", "date_to": False, "user_id": self.seller.id}]
        )

    @mute_logger("odoo.http")
    def test_without_the_token_of_the_page(self):
        self.authenticate(self.dealer.login, self.dealer.login)
        page = self.url_open("/my/deals/new", data=self._customer(), allow_redirects=False)
        self.assertEqual(page.status_code, 400)
        self.assertFalse(self._deals())

    def test_foreign_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self._post(self.dealer, currency_id=euro.id)
        self.assertEqual(self._deals().currency_id, euro)
        self.assertIn("€", self._open("/my/deals", self.dealer)[1])

    # === CONFLICTS === #
    def test_the_loser_learns_nothing(self):
        self._post(self.rival_dealer, customer_contact="Secret Contact", note="Secret note")
        winner = self._deals(self.rival)
        winner.action_approve()
        _status, _page, to = self._post(
            self.dealer, customer_name="Lakeside", customer_phone="", customer_email=""
        )
        deal = self._deals()
        self.assertEqual(deal.state, "conflict")
        _status, page, _to = self._open(to, self.dealer)
        self.assertIn("is already registered, or protected until a later day", page)
        pages = page + self._open("/my/deals", self.dealer)[1]
        for secret in (
            self.rival.name,
            self.rival_dealer.name,
            winner.name,
            winner.customer_phone,
            winner.customer_email,
            "Secret",
            str(winner.date_to),
            winner.date_to.strftime("%m/%d/%Y"),
            self.other_seller.name,
        ):
            self.assertNotIn(secret, pages)
        self.assertIn("already registered", self._told(deal).body)
        self.assertNotIn(self.rival.name, self._told(deal).body)

    # === EXTENDING === #
    def test_ask_for_an_extension(self):
        self._post(self.dealer)
        deal = self._deals()
        deal.action_approve()
        url = f"/my/deals/{deal.id}"
        self.assertIn("Ask for an extension", self._open(url, self.dealer)[1])
        _status, page, _to = self._open(f"{url}/extend", self.dealer, {"reason": " "})
        self.assertIn("Say why the protection has to last longer", page)
        self.assertFalse(deal.extension_reason)
        status, _page, to = self._open(f"{url}/extend", self.dealer, {"reason": "Tender is late"})
        self.assertEqual(status, 303)
        self.assertEqual(deal.extension_reason, "Tender is late")
        self.assertIn("has been asked for the extension", self._open(to, self.dealer)[1])
        deal._extend(deal.extension_reason)
        _status, page, _to = self._open(f"{url}/extend", self.dealer, {"reason": "Again"})
        self.assertIn("was extended 1 times", page)

    # === NOBODY ELSE === #
    def test_ids_of_others_are_as_if_they_did_not_exist(self):
        self._post(self.rival_dealer)
        theirs = self._deals(self.rival)
        theirs.action_approve()
        for user in (self.dealer, self.buyer, self.seller):
            for url, data in (
                (f"/my/deals/{theirs.id}", None),
                (f"/my/deals/{theirs.id}/extend", {"reason": "Mine"}),
                ("/my/deals/999999999", None),
            ):
                with self.subTest(user=user.login, url=url):
                    status, page, to = self._open(url, user, data)
                    self.assertEqual((status, to), (303, "/my"))
                    self.assertNotIn("Lakeside", page)
        self.assertFalse(theirs.extension_reason)

    def test_who_is_no_channel_partner(self):
        for url, data in (("/my/deals", None), ("/my/deals/new", None), ("/my/deals/new", {})):
            self.assertEqual(self._open(url, self.buyer, data)[2], "/my")
            self.assertIn("/web/login", self._open(url, None, data)[2])
        self.assertNotIn("/my/deals", self._open("/my", self.buyer)[1])
        self.assertIn("/my/deals", self._open("/my", self.dealer)[1])
        self.distributor.action_channel_end()
        self.assertEqual(self._open("/my/deals", self.dealer)[2], "/my")

    def test_a_suspended_partner_reads_and_does_not_register(self):
        self.distributor.action_channel_suspend()
        self.assertEqual(self._open("/my/deals", self.dealer)[0], 200)
        _status, page, _to = self._post(self.dealer)
        self.assertIn("no channel partner that sells at present", page)
        self.assertFalse(self._deals())

    def test_no_access_by_rpc(self):
        self._post(self.dealer)
        deal = self._deals()
        key = self.env["sales.deal.registration.key"].search([("registration_id", "=", deal.id)])
        for records, method, args in (
            (deal, "read", (["name"],)),
            (deal, "write", ({"note": "x"},)),
            (deal, "action_approve", ()),
            (deal, "action_submit", ()),
            (deal, "message_post", ()),
            (key[:1], "read", (["key"],)),
            (self.env["sales.deal.registration"], "search_read", ([],)),
            (self.env["sales.deal.registration"], "create", ({"customer_name": "x"},)),
            (self.env["sales.deal.registration.key"], "search_read", ([],)),
        ):
            with self.subTest(model=records._name, method=method):
                result, error = self._call(self.dealer, records, method, *args)
                self.assertTrue(error)
                self.assertFalse(result)
        self.assertEqual(deal.state, "submitted")

    def test_colleagues_neither_read_nor_move_it(self):
        """What the screens do not show, a program is not shown either."""
        deal = self._register()
        self.env.flush_all()
        for user in (self.other_seller, self.outsider, self._create_stranger()):
            for method, args in (
                ("read", (["customer_name"],)),
                ("write", ({"note": "x"},)),
                ("action_approve", ()),
                ("action_close", ()),
                ("action_convert", ()),
                ("unlink", ()),
            ):
                with self.subTest(user=user.login, method=method):
                    _result, error = self._call(user, deal, method, *args)
                    self.assertTrue(error)
        for method in ("_extend", "_approve", "_claim", "_reject", "_update_state", "_submit"):
            with self.subTest(method=method):
                self.assertTrue(self._call(self.manager, deal, method, "x")[1])
        key = self.env["sales.deal.registration.key"].search([("registration_id", "=", deal.id)])
        self.assertTrue(self._call(self.manager, key[:1], "read", ["key"])[1])
        self.assertEqual(deal.state, "submitted")
