from odoo.tests import tagged

from ..common import RpcCase
from .common import OrganisationCommon


@tagged("post_install", "-at_install", "sales_system", "sales_tour")
class TestLeaderSeesSubtree(OrganisationCommon, RpcCase):
    """Two levels up sees, a sibling does not, whoever led before no longer does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(team_id=cls.shanghai.id, name="S-TEAM")
        cls.env["sales.ledger.posting"]._post_pending()
        # What each of them sees in any case, so that a list is known to have loaded.
        for user in (cls.director, cls.east_leader, cls.west_leader):
            cls._create_order(user_id=user.id, team_id=False, name="S-OWN")

    def _sees(self, user):
        """:return: the one answer of every way to ask for the order as a program"""
        orders = self.env["sale.order"]
        domain = [("id", "=", self.order.id)]
        line_domain = [("order_id", "=", self.order.id)]
        entry_domain = [("document_id", "=", self.order.id), ("event", "=", "booked")]
        specification = {"name": {}}
        answers = {
            "list": bool(
                self._call(
                    user, orders, "web_search_read", domain=domain, specification=specification
                )[0]["length"]
            ),
            "count": bool(self._call(user, orders, "search_count", domain)[0]),
            "groups": bool(
                self._call(user, orders, "formatted_read_group", domain, ["team_id"], ["__count"])[
                    0
                ]
            ),
            "name": bool(self._call(user, orders, "name_search", "S-TEAM")[0]),
            "lines": bool(self._call(user, self.env["sale.order.line"], "search", line_domain)[0]),
            "ledger": bool(
                self._call(user, self.env["sales.ledger.entry"], "search", entry_domain)[0]
            ),
            "form": not self._call(user, self.order, "web_read", specification=specification)[1],
            "read": not self._call(user, self.order, "read", ["name"])[1],
            "write": not self._call(user, self.order, "write", {"client_order_ref": user.login})[1],
        }
        self.assertEqual(len(set(answers.values())), 1, answers)
        return answers["list"]

    def test_through_rpc(self):
        for user in (self.director, self.east_leader, self.city_leader, self.seller):
            self.assertTrue(self._sees(user), user.login)
        for user in (self.west_leader, self.other_seller):
            self.assertFalse(self._sees(user), user.login)

    def test_a_refused_call_has_no_effect(self):
        for method, args in (
            ("write", ({"client_order_ref": "Mine"},)),
            ("action_cancel", ()),
            ("unlink", ()),
            ("message_post", ()),
        ):
            with self.subTest(method=method):
                _result, error = self._call(self.west_leader, self.order, method, *args)
                self.assertTrue(error)
        self.assertRecordValues(self.order, [{"state": "sale", "client_order_ref": False}])

    def test_a_change_of_leader_through_rpc(self):
        self.assertTrue(self._sees(self.east_leader))
        change = {"user_id": self.west_leader.id}
        _result, error = self._call(self.east_leader, self.east, "write", change)
        self.assertTrue(error)
        self.assertEqual(self._call(self.manager, self.east, "write", change), (True, None))
        self.assertFalse(self._sees(self.east_leader))
        self.assertTrue(self._sees(self.west_leader))
        self.assertTrue(self._sees(self.director))

    def test_a_moved_team_through_rpc(self):
        self._call(self.manager, self.shanghai, "write", {"parent_id": self.west.id})
        self.assertFalse(self._sees(self.east_leader))
        self.assertTrue(self._sees(self.west_leader))

    def test_in_the_browser(self):
        def opens_the_list(user, tour):
            self.start_tour("/odoo/orders", tour, login=user.login)

        opens_the_list(self.director, "sales_team_order_listed")
        opens_the_list(self.east_leader, "sales_team_order_listed")
        opens_the_list(self.west_leader, "sales_team_order_hidden")
        self.east.user_id = self.west_leader
        opens_the_list(self.east_leader, "sales_team_order_hidden")
        opens_the_list(self.west_leader, "sales_team_order_listed")
