from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import SalesCommissionCommon

RESULTS = (
    "sales.commission.statement",
    "sales.commission.statement.line",
    "sales.commission.earning",
)


@tagged("post_install", "-at_install", "sales_commission")
class TestCommissionAccess(SalesCommissionCommon):
    """A leader sees the approved statements of their people, a sibling nothing of them.

    ::

        Company (director)
        ├── East (east_leader)
        │   └── Shanghai (city_leader): li_na
        └── West (west_leader): wang_wei
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        level = "sales_system.group_sale_salesman_team"
        cls.director, cls.east_leader, cls.city_leader, cls.west_leader = (
            cls._create_user(login, level) for login in ("director", "east", "city", "west")
        )
        cls.top = cls._create_team("Company", cls.director)
        cls.east = cls._create_team("East", cls.east_leader, cls.top)
        cls.shanghai = cls._create_team("Shanghai", cls.city_leader, cls.east, cls.li_na)
        cls.west = cls._create_team("West", cls.west_leader, cls.top, cls.wang_wei)
        # Assigned payees only, so that the terms too are seen by whom they concern.
        cls.plan = cls._create_plan(
            payee_scope="assigned", assignment_ids=cls._assign(cls.li_na, cls.city_leader)
        )
        cls._sell(100)
        cls._sell(70, user=cls.city_leader, date="2019-03-16")
        cls.run_record = cls._create_run(plan_id=cls.plan.id)

    @classmethod
    def _create_team(cls, name, leader, parent=None, member=None):
        team = cls.env["crm.team"].create(
            {
                "name": name,
                "company_id": cls.company.id,
                "user_id": leader.id,
                "parent_id": parent.id if parent else False,
            }
        )
        if member:
            cls.env["crm.team.member"].create({"user_id": member.id, "crm_team_id": team.id})
        return team

    @classmethod
    def _assign(cls, *users):
        return [(0, 0, {"payee_id": user.partner_id.id}) for user in users]

    def _assert_sees(self, user, *payees):
        expected = self.env["res.partner"].union(*(payee.partner_id for payee in payees))
        for model in RESULTS:
            with self.subTest(user=user.name, model=model):
                found = (
                    self.env[model].with_user(user).search([("run_id", "=", self.run_record.id)])
                )
                self.assertEqual(found.sudo().payee_id, expected)
        for records in (self.run_record, self.plan, self.plan.rule_ids):
            with self.subTest(user=user.name, model=records._name):
                found = records.with_user(user).search([("id", "in", records.ids)])
                self.assertEqual(found, records if payees else records.browse())
        with self.subTest(user=user.name, model="sales.commission.assignment"):
            found = self.plan.assignment_ids.with_user(user).search(
                [("plan_id", "=", self.plan.id)]
            )
            self.assertEqual(found.sudo().payee_id, expected)

    def test_levels(self):
        self.run_record.action_approve()
        both = (self.li_na, self.city_leader)
        for user, payees in (
            (self.li_na, (self.li_na,)),
            (self.wang_wei, ()),
            (self.city_leader, both),
            (self.east_leader, both),
            (self.director, both),
            (self.west_leader, ()),
            (self.supervisor, both),
            (self.manager, both),
        ):
            self._assert_sees(user, *payees)

    def test_not_before_the_approval(self):
        for model in RESULTS:
            with self.subTest(model=model):
                found = self.env[model].with_user(self.director).search([])
                self.assertFalse(found.filtered(lambda one: one.sudo().run_id == self.run_record))

    def test_a_former_leader_sees_nothing_in_the_same_transaction(self):
        self.run_record.action_approve()
        self._assert_sees(self.east_leader, self.li_na, self.city_leader)
        self.east.user_id = self.west_leader
        self._assert_sees(self.east_leader)
        self._assert_sees(self.west_leader, self.li_na, self.city_leader)

    def test_a_person_who_changes_teams_changes_leaders(self):
        self.run_record.action_approve()
        self.li_na.crm_team_member_ids.crm_team_id = self.west
        self._assert_sees(self.east_leader, self.city_leader)
        self._assert_sees(self.west_leader, self.li_na)

    def test_another_company(self):
        self.run_record.action_approve()
        company = self.env["res.company"].create({"name": "Second"})
        stranger = self._create_user(
            "stranger",
            "sales_system.group_sale_salesman_team",
            company_id=company.id,
            company_ids=[company.id],
        )
        shared = self.env["crm.team"].create(
            {"name": "Shared", "user_id": stranger.id, "company_id": False}
        )
        self.top.parent_id = shared
        self.assertIn(stranger, self.li_na.sales_leader_ids)
        self._assert_sees(stranger)

    def test_a_leader_changes_nothing(self):
        self.run_record.action_approve()
        for record in (self.run_record, self.run_record.statement_ids[0]):
            with self.subTest(model=record._name), self.assertRaises(AccessError):
                record.with_user(self.director).write({"date_to": "2019-03-30"})
        with self.assertRaises(AccessError):
            self.env["sales.commission.run.total"].with_user(self.director).search([])
