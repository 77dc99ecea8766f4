from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.sales_system.tests.organisation.common import OrganisationCommon

from .common import SalesPlanningCommon


@tagged("post_install", "-at_install", "sales_planning")
class TestTargetAccess(OrganisationCommon, SalesPlanningCommon):
    """A leader sees the targets of their people and teams, a sibling nothing of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.membership = cls.env["crm.team.member"].create(
            {"user_id": cls.seller.id, "crm_team_id": cls.shanghai.id}
        )
        cls.of_seller = cls._create_target({1: 100}, user_id=cls.seller.id)
        cls.of_leader = cls._create_target({1: 50}, user_id=cls.city_leader.id)
        cls.of_team = cls._create_target({1: 200}, team_id=cls.shanghai.id)
        cls.of_customer = cls._create_target({1: 20}, partner_id=cls.customer.id)
        cls.everything = cls.of_seller | cls.of_leader | cls.of_team | cls.of_customer

    def _assert_sees(self, user, targets):
        """The same nodes on every model that belongs to them."""
        found = {
            "sales.target": lambda records: records,
            "sales.target.cell": lambda records: records.target_id,
            "sales.target.change": lambda records: records.cell_id.target_id,
        }
        for model, get_targets in found.items():
            with self.subTest(user=user.login, model=model):
                records = self._as(user, self.env[model]).search([])
                self.assertEqual(get_targets(records.sudo()), targets)
        with self.subTest(user=user.login, model="sales.target.plan"):
            plans = self._as(user, self.env["sales.target.plan"]).search([])
            self.assertEqual(plans, targets.plan_id)

    def test_levels(self):
        none = self.env["sales.target"]
        of_people = self.of_seller | self.of_leader | self.of_team
        for user, targets in (
            (self.seller, self.of_seller),
            (self.other_seller, none),
            (self.city_leader, of_people),
            (self.east_leader, of_people),
            (self.director, of_people),
            (self.west_leader, none),
            (self.leader, self.everything),
            (self.manager, self.everything),
            (self._create_stranger(), none),
        ):
            self._assert_sees(user, targets)

    def test_a_former_leader_sees_nothing_in_the_same_transaction(self):
        of_people = self.of_seller | self.of_leader | self.of_team
        self._assert_sees(self.east_leader, of_people)
        self.east.user_id = self.west_leader
        self._assert_sees(self.east_leader, self.env["sales.target"])
        self._assert_sees(self.west_leader, of_people)

    def test_a_person_who_changes_teams_changes_leaders(self):
        self._assert_sees(self.west_leader, self.env["sales.target"])
        self.membership.crm_team_id = self.west
        self._assert_sees(self.west_leader, self.of_seller)
        self._assert_sees(self.city_leader, self.of_leader | self.of_team)
        self.membership.action_archive()
        self._assert_sees(self.west_leader, self.env["sales.target"])

    def test_a_leader_reads_and_changes_nothing(self):
        cell = self._as(self.east_leader, self._cell(self.of_seller, 1))
        self.assertEqual(cell.read(["assigned"])[0]["assigned"], 100)
        with self.assertRaises(AccessError):
            cell.assigned = 1
        with self.assertRaises(AccessError):
            self._as(self.west_leader, cell).read(["assigned"])

    def test_attainment_of_a_leader_shows_their_people(self):
        action = self._as(self.east_leader, self.env["sales.target.cell"]).action_open_attainment()
        self.assertIn("search_default_salespeople", action["context"])
