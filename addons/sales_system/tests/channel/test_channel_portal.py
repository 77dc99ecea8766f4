from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged

from ..common import RpcCase
from ..ledger.common import LedgerInvoicingCommon
from .common import ChannelMixin


@tagged("post_install", "-at_install", "sales_system")
class TestChannelPortal(ChannelMixin, LedgerInvoicingCommon, RpcCase):
    """What a channel partner sees of itself on the portal, and nobody else does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._create_channel()
        cls.today = fields.Date.today()
        cls.gold = cls.env["res.partner.grade"].create({"name": "Gold Dealer"})
        cls.distributor.grade_id = cls.gold
        cls.seller.email = "li.na@bike-works.example.com"
        cls.dealer, cls.shop, cls.buyer = (
            cls._create_portal_user(login, company)
            for login, company in (
                ("east.portal", cls.distributor),
                ("corner.portal", cls.reseller),
                ("ann.buyer", cls.customer),
            )
        )

    @classmethod
    def _create_portal_user(cls, login, company):
        user = new_test_user(cls.env, login=login, groups="base.group_portal", lang="en_US")
        user.partner_id.parent_id = company
        return user

    def _open(self, user, url="/my/channel"):
        """:return: (status, text of the page, where it leads)"""
        self.authenticate(user and user.login, user and user.login)
        self.env["sales.ledger.posting"]._post_pending()
        page = self.url_open(url, allow_redirects=False)
        self.env.invalidate_all()
        text = page.text.replace("\N{NO-BREAK SPACE}", " ")
        return page.status_code, text, page.headers.get("Location", "")

    def _book(self, day, amount, partner):
        order = self._create_order(((1, amount),), partner_id=partner.id)
        order.date_order = f"{day} 01:00:00"

    def test_the_overview(self):
        self._book(self.today, 1500, self.distributor)
        self._book(self.today - timedelta(days=366), 1000, self.distributor)
        self._book(self.today, 777, self.reseller)
        self._create_invoice(
            ((1, 321),),
            partner_id=self.distributor.id,
            invoice_date=self.today - timedelta(days=40),
            invoice_date_due=self.today - timedelta(days=10),
        )
        status, page, _to = self._open(self.dealer)
        self.assertEqual(status, 200)
        links = ("/my/orders", "/my/contracts", "/my/deals", "/my/channel-reports")
        for shown in (
            *("East Wheels", "Distributor", "Active", "Gold Dealer", "East"),
            *(self.seller.name, "li.na@bike-works.example.com", "Bike Works", "Bikes"),
            *(f'href="{link}"' for link in links),
            *("1,500.00", "321.00"),
        ):
            self.assertIn(shown, page)
        for hidden in ("777.00", "Corner Bikes"):
            self.assertNotIn(hidden, page)
        for link in links:
            with self.subTest(link=link):
                self.assertEqual(self._open(self.dealer, link)[0], 200)
        _status, page, _to = self._open(self.shop)
        self.assertIn("777.00", page)
        for hidden in ("East Wheels", "1,500.00", "321.00", "Gold Dealer"):
            self.assertNotIn(hidden, page)

    def test_what_its_customers_owe_is_not_its_debt(self):
        self.customer.channel_upstream_id = self.distributor
        self._create_invoice(
            ((1, 321),),
            invoice_date=self.today - timedelta(days=40),
            invoice_date_due=self.today - timedelta(days=10),
        )
        _status, page, _to = self._open(self.dealer)
        self.assertNotIn("is overdue with", page)

    def test_own_authorizations_that_are_not_over(self):
        _status, page, _to = self._open(self.dealer)
        self.assertIn("no authorization at present", page)
        numbers = {}
        for partner, is_exclusive, date_to in (
            (self.distributor, True, False),
            (self.distributor, False, self.today - timedelta(days=3)),
            (self.reseller, False, False),
        ):
            authorization = self.env["sales.channel.authorization"].create(
                {
                    "partner_id": partner.id,
                    "company_id": self.company.id,
                    "is_exclusive": is_exclusive,
                    "territory_ids": self.city.ids,
                    "categ_ids": self.category.ids,
                    "date_from": self.today - timedelta(days=30),
                    "date_to": date_to,
                }
            )
            authorization.action_activate()
            numbers[partner, date_to] = authorization.name
        draft = self.env["sales.channel.authorization"].create(
            {"partner_id": self.distributor.id, "company_id": self.company.id}
        )
        _status, page, _to = self._open(self.dealer)
        own, over, others = numbers.values()
        for shown in (own, "Exclusive", "East / Shanghai", "Open end"):
            self.assertIn(shown, page)
        for hidden in (over, others, draft.name):
            self.assertNotIn(hidden, page)

    def test_nothing_for_others(self):
        self.assertEqual(self._open(self.buyer)[2], "/my")
        self.assertEqual(self._open(self.seller)[2], "/my")
        self.assertIn("/web/login", self._open(None)[2])
        for user, shown in ((self.dealer, True), (self.buyer, False)):
            _status, page, _to = self._open(user, "/my/home")
            self.assertEqual('href="/my/channel"' in page, shown)

    def test_who_is_no_partner_any_more_or_not_yet(self):
        for state, shown in (
            ("candidate", False),
            ("trial", True),
            ("suspended", True),
            ("ended", False),
        ):
            with self.subTest(state=state):
                self.distributor.sudo().channel_state = state
                status, _page, to = self._open(self.dealer)
                self.assertEqual((status, to), (200, "") if shown else (303, "/my"))
                _status, page, _to = self._open(self.dealer, "/my/home")
                self.assertEqual('href="/my/channel"' in page, shown)

    def test_the_level_is_not_the_partners_to_set(self):
        for method, args in (
            ("write", ({"grade_id": False},)),
            ("action_open_channel_ledger", ()),
            ("read", (["channel_booked_year"],)),
        ):
            _result, error = self._call(self.dealer, self.distributor, method, *args)
            self.assertTrue(error, method)
        performance = self.env["sales.channel.performance"]
        _result, error = self._call(self.dealer, performance, "search_read", [], ["booked"])
        self.assertTrue(error)
        self.assertEqual(self.distributor.grade_id, self.gold)
