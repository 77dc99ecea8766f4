from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import OrganisationCommon


@tagged("post_install", "-at_install", "sales_system")
class TestTeam(OrganisationCommon):
    def test_leaders_of_all_teams_above_are_stored(self):
        self.assertEqual(self.top.manager_ids, self.director)
        self.assertEqual(
            self.shanghai.manager_ids, self.director + self.east_leader + self.city_leader
        )
        self.assertEqual(self.west.manager_ids, self.director + self.west_leader)

    def test_a_new_leader_reaches_all_teams_below(self):
        self.east.user_id = self.seller
        self.assertEqual(self.shanghai.manager_ids, self.director + self.seller + self.city_leader)
        self.assertEqual(self.east.manager_ids, self.director + self.seller)
        self.assertEqual(self.west.manager_ids, self.director + self.west_leader)

    def test_a_person_who_leads_two_levels_stays_while_they_lead_one(self):
        self.shanghai.user_id = self.east_leader
        self.east.user_id = False
        self.assertEqual(self.shanghai.manager_ids, self.director + self.east_leader)
        self.assertEqual(self.east.manager_ids, self.director)

    def test_a_moved_team_takes_its_teams_along(self):
        self.east.parent_id = self.west
        self.assertEqual(
            self.shanghai.manager_ids,
            self.director + self.west_leader + self.east_leader + self.city_leader,
        )
        self.east.parent_id = False
        self.assertEqual(self.shanghai.manager_ids, self.east_leader + self.city_leader)

    def test_teams_created_below_another_in_one_form(self):
        city = {"name": "Chengdu", "company_id": self.company.id}
        self.west.child_ids = [Command.create(city), Command.link(self.shanghai.id)]
        self.assertEqual(
            (self.west.child_ids - self.shanghai).manager_ids, self.director + self.west_leader
        )
        self.assertEqual(
            self.shanghai.manager_ids, self.director + self.west_leader + self.city_leader
        )

    def test_a_copy_has_its_own_leaders(self):
        copy = self.east.copy({"parent_id": False})
        self.assertEqual(copy.manager_ids, self.east_leader)

    def test_an_archived_team_still_hands_its_leaders_down(self):
        """Its old documents need somebody who sees them."""
        self.east.active = False
        self.assertIn(self.east_leader, self.shanghai.manager_ids)

    def test_no_cycle(self):
        for parent in (self.top, self.east, self.shanghai):
            with (
                self.subTest(parent=parent.name),
                self.assertRaisesRegex(ValidationError, "Company cannot lie inside itself"),
            ):
                self.top.parent_id = parent

    def test_a_parent_of_another_company_is_refused(self):
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self.env["crm.team"].create({"name": "Foreign", "company_id": other.id})
        with self.assertRaises(UserError):
            self.east.parent_id = foreign

    def test_only_an_administrator_edits(self):
        for user in (self.seller, self.east_leader, self.leader):
            with self.assertRaises(AccessError):
                self.east.with_user(user).user_id = user
        self.east.with_user(self.manager).user_id = self.seller
        self.assertIn(self.seller, self.shanghai.manager_ids)

    def test_statements_do_not_grow_with_the_tree(self):
        self.env["crm.team"].create(
            [
                {"name": f"Team {n}", "company_id": self.company.id, "parent_id": self.east.id}
                for n in range(50)
            ]
        )
        self.env.flush_all()
        with self.assertQueryCount(1):
            self.top._update_managers()
