from odoo.tests import tagged

from .common import OrganisationCommon


@tagged("post_install", "-at_install", "sales_system")
class TestPartnerAccess(OrganisationCommon):
    """The setting “Customers by Access Level”, which is off at first."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["crm.team.member"].create(
            {"crm_team_id": cls.shanghai.id, "user_id": cls.seller.id}
        )
        cls.customer.user_id = cls.seller
        cls.contact = cls.env["res.partner"].create({"name": "Buyer", "parent_id": cls.customer.id})

    def _switch(self, value):
        self.env["res.config.settings"].create({"sales_own_customers_only": value}).execute()

    def _sees(self, user, partners):
        found = self._as(user, self.env["res.partner"]).search([("id", "in", partners.ids)])
        return found.with_env(self.env) == partners

    def test_off_at_first(self):
        self.assertFalse(self.env["res.config.settings"].create({}).sales_own_customers_only)
        self.assertTrue(self._sees(self.other_seller, self.customer))

    def test_levels(self):
        self._switch(True)
        self.assertTrue(self.env["res.config.settings"].create({}).sales_own_customers_only)
        partners = self.customer + self.contact
        for user, expected in (
            (self.seller, True),
            (self.other_seller, False),
            (self.city_leader, True),
            (self.director, True),
            (self.west_leader, False),
            (self.leader, True),
            (self.manager, True),
            (self.outsider, True),
        ):
            with self.subTest(user=user.login):
                self.assertEqual(self._sees(user, partners.sorted()), expected)
        self._switch(False)
        self.assertTrue(self._sees(self.other_seller, self.customer))

    def test_a_former_leader_loses_the_customers(self):
        self._switch(True)
        self.shanghai.parent_id = self.west
        self.assertFalse(self._sees(self.east_leader, self.customer))
        self.assertTrue(self._sees(self.west_leader, self.customer))

    def test_customers_of_nobody_are_everybodys(self):
        self._switch(True)
        self.assertTrue(self._sees(self.other_seller, self.other_customer))

    def test_who_works_on_an_order_reads_its_customer(self):
        self._switch(True)
        order = self._create_order(user_id=self.other_seller.id, team_id=self.west.id)
        for user in (self.other_seller, self.west_leader):
            self.assertTrue(self._sees(user, self.customer))
            self.assertEqual(self._as(user, order).partner_id.name, "Acme Bikes")

    def test_users_can_log_in(self):
        """Which reads their own partner, that of the company and those of colleagues."""
        self._switch(True)
        for user in (self.seller, self.east_leader, self.outsider):
            own = self._as(user, self.env["res.users"]).browse(user.id)
            self.assertTrue(own.context_get())
            self.assertTrue(own.partner_id.name)
            self.assertTrue(own.company_id.partner_id.name)
            self.assertTrue(self._sees(user, self.manager.partner_id))
