from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import SalesSystemCommon


@tagged("post_install", "-at_install", "sales_system")
class TestTerritory(SalesSystemCommon):
    def test_names_show_the_path(self):
        self.assertEqual(self.city.display_name, "East / Shanghai")
        self.region.name = "East China"
        self.assertEqual(self.city.display_name, "East China / Shanghai")

    def test_customers_are_counted_with_those_of_the_territories_below(self):
        self.assertEqual((self.region.partner_count, self.city.partner_count), (1, 1))
        action = self.region.action_open_partners()
        self.assertEqual(self.env["res.partner"].search(action["domain"]), self.customer)

    def test_no_cycle(self):
        with self.assertRaisesRegex(ValidationError, "cannot lie inside itself"):
            self.region.parent_id = self.city

    def test_code_is_unique(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.region.copy({"code": "SH"})

    def test_order_takes_the_customers_territory_and_keeps_its_own(self):
        order = self._create_order(confirm=False)
        self.assertEqual(order.territory_id, self.city)
        order.territory_id = self.region
        self.customer.territory_id = False
        self.assertEqual(order.territory_id, self.region)

    def test_contacts_share_the_territory_of_their_company(self):
        contact = self.env["res.partner"].create({"name": "Buyer", "parent_id": self.customer.id})
        self.assertEqual(contact.territory_id, self.city)

    def test_only_an_administrator_edits(self):
        self.assertEqual(self.city.with_user(self.outsider).name, "Shanghai")
        for user in (self.seller, self.leader):
            with self.assertRaises(AccessError):
                self.city.with_user(user).name = "Mine"
        self.city.with_user(self.manager).name = "Greater Shanghai"

    def test_another_company(self):
        stranger = self._create_stranger()
        self.city.company_id = self.company
        found = self._as(stranger, self.city).search([("id", "=", self.city.id)])
        self.assertFalse(found)
