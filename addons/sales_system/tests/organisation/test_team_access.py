from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..ledger.common import LedgerInvoicingCommon
from .common import OrganisationCommon


@tagged("post_install", "-at_install", "sales_system")
class TestTeamAccess(OrganisationCommon, LedgerInvoicingCommon):
    """A leader sees the whole subtree, a sibling nothing of it, a former leader nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(team_id=cls.shanghai.id)
        cls.invoice = cls._create_invoice(team_id=cls.shanghai.id)
        cls.lead = cls.env["crm.lead"].create(
            {
                "name": "E-bikes for the city",
                "user_id": cls.seller.id,
                "team_id": cls.shanghai.id,
                "company_id": cls.company.id,
            }
        )
        cls.lead.activity_schedule("mail.mail_activity_data_call", user_id=cls.seller.id)
        cls.lead.activity_ids.action_feedback("Called")
        cls.env["sales.ledger.posting"]._post_pending()

    def _documents(self):
        """One search per model that follows the team."""
        return {
            "sale.order": [("id", "=", self.order.id)],
            "sale.order.line": [("order_id", "=", self.order.id)],
            "sale.report": [("order_reference", "=", f"sale.order,{self.order.id}")],
            "account.move": [("id", "=", self.invoice.id)],
            "account.move.line": [("move_id", "=", self.invoice.id)],
            "crm.lead": [("id", "=", self.lead.id)],
            "crm.activity.report": [("lead_id", "=", self.lead.id)],
            "sales.ledger.entry": [("document_id", "in", (self.order.id, self.invoice.id))],
        }

    def _assert_sees(self, user, expected):
        for model, domain in self._documents().items():
            with self.subTest(user=user.login, model=model):
                found = self._as(user, self.env[model]).search(domain)
                self.assertEqual(bool(found), expected)

    def test_two_levels_up_sees_and_a_sibling_does_not(self):
        for user in (self.director, self.east_leader, self.city_leader, self.seller):
            self._assert_sees(user, True)
        for user in (self.west_leader, self.other_seller):
            self._assert_sees(user, False)
        for user in (self.leader, self.manager):
            self._assert_sees(user, True)

    def test_invoices_analysis(self):
        """Open to those who may also look at accounting."""
        for user, expected in ((self.east_leader, 1), (self.west_leader, 0)):
            user.group_ids += self.env.ref("account.group_account_readonly")
            report = self._as(user, self.env["account.invoice.report"])
            self.assertEqual(report.search_count([("move_id", "=", self.invoice.id)]), expected)

    def test_a_former_leader_sees_nothing_in_the_same_transaction(self):
        self._assert_sees(self.east_leader, True)
        self.east.user_id = self.west_leader
        self._assert_sees(self.east_leader, False)
        self._assert_sees(self.west_leader, True)
        self._assert_sees(self.director, True)

    def test_a_moved_team_changes_hands_in_the_same_transaction(self):
        self.shanghai.parent_id = self.west
        self._assert_sees(self.east_leader, False)
        self._assert_sees(self.west_leader, True)

    def test_a_moved_document_changes_hands(self):
        self.order.team_id = self.west
        self._as(self.west_leader, self.order).check_access("write")
        with self.assertRaises(AccessError):
            self._as(self.city_leader, self.order).read(["name"])

    def test_a_leader_of_own_level_sees_no_more_than_their_own(self):
        """Leading a team alone opens nothing: the level is granted."""
        self.east.user_id = self.other_seller
        self._assert_sees(self.other_seller, False)

    def test_a_leader_works_on_the_documents_of_the_team(self):
        order = self._create_order(confirm=False, team_id=self.shanghai.id)
        self._as(self.director, order).action_confirm()
        self.assertEqual(order.state, "sale")
        with self.assertRaises(AccessError):
            self._as(self.west_leader, order).client_order_ref = "Mine"

    def test_own_documents_of_a_leader(self):
        self.order.user_id = self.west_leader
        self._as(self.west_leader, self.order).check_access("write")

    def test_another_company(self):
        stranger = self._create_stranger()
        self._assert_sees(stranger, False)
        stranger.group_ids = self.env.ref("sales_system.group_sale_salesman_team")
        self.env["crm.team"].create({"name": "Shared", "user_id": stranger.id}).child_ids = self.top
        self.assertIn(stranger, self.shanghai.manager_ids)
        self._assert_sees(stranger, False)

    def test_levels_are_a_chain(self):
        own, team, everything, administrator = (
            self.env.ref(name)
            for name in (
                "sales_team.group_sale_salesman",
                "sales_system.group_sale_salesman_team",
                "sales_team.group_sale_salesman_all_leads",
                "sales_team.group_sale_manager",
            )
        )
        for lower, upper in ((own, team), (team, everything), (everything, administrator)):
            self.assertIn(lower, upper.all_implied_ids)
            self.assertNotIn(upper, lower.all_implied_ids)
        self.assertEqual(team.privilege_id, own.privilege_id)
        self.assertEqual(team.sequence, 15)
