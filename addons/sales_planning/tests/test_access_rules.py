from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged

from odoo.addons.sales_system.tests.access_rules import AccessRules
from odoo.addons.sales_system.tests.organisation.common import OrganisationCommon

from .common import SalesPlanningCommon


@tagged("post_install", "-at_install", "sales_planning")
class TestPlanningAccessRules(AccessRules, TransactionCase):
    addon = "sales_planning"
    shared = frozenset(
        {
            "sales.budget.category",
            "sales.marketing.rollup",
            "sales.season.profile",
            "sales.season.profile.line",
            "sales.strategy",
            "sales.strategy.goal",
        }
    )
    personal = frozenset(
        {
            "sales.marketing.revise",
            "sales.target.split",
            "sales.target.split.line",
            "sales.target.transfer",
            "sales.target.transfer.line",
            "sales.target.return",
            "sales.target.revise",
            "sales.target.revise.line",
            "sales.target.compare",
            "sales.target.difference",
            "sales.target.export",
        }
    )


@tagged("post_install", "-at_install", "sales_planning")
class TestPartsOfPlans(OrganisationCommon, SalesPlanningCommon):
    """Levels, companies and revisions are seen by whoever sees their plan; what somebody is
    filling in, by nobody else.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.team.member"].create(
            {"user_id": cls.seller.id, "crm_team_id": cls.shanghai.id}
        )
        cls.own = cls._create_target({1: 100}, user_id=cls.seller.id)
        other = cls.env["res.company"].create({"name": "Sister"})
        cls.records = {
            "sales.target.level": cls.env["sales.target.level"].create(
                {"plan_id": cls.plan.id, "dimension": "user_id"}
            ),
            "sales.target.company": cls.env["sales.target.company"].create(
                {"plan_id": cls.plan.id, "company_id": other.id, "rate": 2}
            ),
        }
        cls.plan.action_approve()
        cls.records["sales.target.revision"] = cls.env["sales.target.revision"]._start(
            cls.plan, "Why"
        )

    def test_who_sees_them(self):
        for user, sees in (
            (self.seller, True),
            (self.east_leader, True),
            (self.west_leader, False),
            (self.other_seller, False),
            (self.leader, True),
            (self.manager, True),
            (self._create_stranger(), False),
        ):
            for model, record in self.records.items():
                with self.subTest(user=user.login, model=model):
                    found = self._as(user, self.env[model]).search([])
                    self.assertEqual(found, record if sees else record.browse())
                    if not sees:
                        with self.assertRaises(AccessError):
                            self._as(user, record).read(["plan_id"])

    def test_wizards_are_of_one_person(self):
        for model, values in (
            ("sales.target.split", {"target_id": self.own.id, "dimension": "product_id"}),
            ("sales.target.transfer", {"target_id": self.own.id, "reason": "Leaves"}),
            ("sales.target.export", {"plan_id": self.plan.id}),
        ):
            with self.subTest(model=model):
                mine = self._as(self.seller, self.env[model]).create(values)
                self.assertTrue(mine.read(["display_name"]))
                for user in (self.leader, self.manager):
                    with self.assertRaises(AccessError):
                        self._as(user, mine).read(["display_name"])
