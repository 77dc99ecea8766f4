from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from ...models.organisation.sales_territory_rule import zip_width
from ..common import SalesSystemCommon


@tagged("post_install", "-at_install", "sales_system")
class TestTerritoryRule(SalesSystemCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Rules of the database at hand must not meddle with those of the test.
        cls.env["sales.territory.rule"].search([]).unlink()
        cls.us = cls.env.ref("base.us")
        cls.california = cls.env.ref("base.state_us_5")
        cls.nevada = cls.env.ref("base.state_us_23")

    def _territory(self, name, **values):
        return self.env["sales.territory"].create({"name": name, **values})

    def _rule(self, name, **values):
        """:return: the territory of a new rule"""
        territory = self._territory(name)
        self.env["sales.territory.rule"].create({"territory_id": territory.id, **values})
        return territory

    def _customer(self, **values):
        return self.env["res.partner"].create(
            {
                "name": "Rider",
                "is_company": True,
                "company_id": self.company.id,
                "country_id": self.us.id,
                **values,
            }
        )

    # === MATCHING === #
    def test_the_most_specific_rule_wins(self):
        us = self.us.id
        country = self._rule("US", country_id=us)
        state = self._rule("California", state_id=self.california.id)
        wide = self._rule("Bay", country_id=us, zip_from="94", zip_to="95")
        narrow = self._rule("San Francisco", country_id=us, zip_from="940", zip_to="9414")
        city = self._rule("Oakland", city="Oakland")
        city_of_state = self._rule("Oakland CA", city="OAKLAND ", state_id=self.california.id)
        california = {"state_id": self.california.id}
        for expected, address in (
            (country, {}),
            (country, {"state_id": self.nevada.id}),
            (state, california),
            (state, {**california, "zip": "90001"}),
            (wide, {**california, "zip": "95 112"}),
            (wide, {"zip": "94999"}),
            (narrow, {"zip": "94000"}),
            (narrow, {"zip": "94149-1234"}),
            (wide, {"zip": "94150"}),
            (city, {"zip": "94000", "city": " oakland"}),
            (city_of_state, {**california, "city": "Oakland"}),
            (city, {"state_id": self.nevada.id, "city": "Oakland"}),
            (city, {"country_id": False, "city": "Oakland"}),
            (self.env["sales.territory"], {"country_id": self.env.ref("base.be").id}),
            (self.env["sales.territory"], {"country_id": False, "zip": "94000"}),
        ):
            with self.subTest(address=address):
                self.assertEqual(self._customer(**address).territory_id, expected)

    def test_letters_in_postal_codes(self):
        uk = self.env.ref("base.uk").id
        west = self._rule("West End", country_id=uk, zip_from="SW1A", zip_to="SW1H")
        self.assertEqual(self._customer(country_id=uk, zip="sw1b 2aa").territory_id, west)
        self.assertFalse(self._customer(country_id=uk, zip="SW1P 1AA").territory_id)

    def test_width_of_ranges(self):
        for low, high, width in (
            ("20", "20", 0.01),
            ("2000", "2099", 0.01),
            ("2000", "2009", 0.001),
            ("2", "3", 0.2),
            ("A", "A", 1 / 36),
        ):
            with self.subTest(low=low, high=high):
                self.assertAlmostEqual(zip_width(low, high), width, 9)

    def test_of_two_equals_the_sequence_decides(self):
        self._rule("Second", country_id=self.us.id, sequence=2)
        first = self._rule("First", country_id=self.us.id, sequence=1)
        self.assertEqual(self._customer().territory_id, first)

    def test_rules_of_archived_territories_rest(self):
        territory = self._rule("US", country_id=self.us.id)
        territory.active = False
        self.assertFalse(self._customer().territory_id)

    def test_rules_of_another_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self._territory("Foreign", company_id=other.id)
        own = self._territory("Own", company_id=self.company.id)
        shared = self._territory("Shared")
        self.env["sales.territory.rule"].create(
            [
                {"territory_id": territory.id, "country_id": self.us.id}
                for territory in (foreign, shared, own)
            ]
        )
        customer = self._customer()
        self.assertEqual(customer.territory_id, own)
        self.assertEqual(self._customer(company_id=False).territory_id, shared)
        customer.company_id = other
        self.assertEqual(customer.territory_id, foreign)
        stranger = self._create_user("stranger", "sales_team.group_sale_manager", other)
        rules = self._as(stranger, self.env["sales.territory.rule"]).search([])
        self.assertEqual(rules.territory_id, foreign + shared)

    # === CUSTOMERS === #
    def test_a_new_address_finds_its_territory(self):
        us = self._rule("US", country_id=self.us.id)
        nevada = self._rule("Nevada", state_id=self.nevada.id)
        customer = self._customer()
        contact = self.env["res.partner"].create({"name": "Buyer", "parent_id": customer.id})
        self.assertEqual((customer.territory_id, contact.territory_id), (us, us))
        customer.state_id = self.nevada
        self.assertEqual((customer.territory_id, contact.territory_id), (nevada, nevada))
        customer.write({"country_id": False, "state_id": False})
        self.assertFalse(customer.territory_id + contact.territory_id)

    def test_a_territory_chosen_by_hand_is_pinned(self):
        us = self._rule("US", country_id=self.us.id)
        given = self._customer(territory_id=self.city.id)
        self.assertTrue(given.territory_pinned)
        found = self._customer()
        self.assertFalse(found.territory_pinned)
        with Form(found) as form:
            form.territory_id = self.city
            self.assertTrue(form.territory_pinned)
        self.env["sales.territory.rule"]._assign()
        found.city = "Oakland"
        self.assertEqual((given + found).territory_id, self.city)
        found.territory_pinned = False
        self.assertEqual(found.territory_id, us)
        given.territory_id = False
        self.assertEqual((given.territory_id, given.territory_pinned), (us, False))

    def test_a_contact_that_leaves_its_company(self):
        us = self._rule("US", country_id=self.us.id)
        customer = self._customer(territory_id=self.city.id)
        contact = self.env["res.partner"].create({"name": "Buyer", "parent_id": customer.id})
        self.assertEqual(contact.territory_id, self.city)
        contact.write({"parent_id": False, "country_id": self.us.id, "territory_pinned": False})
        self.assertEqual(contact.territory_id, us)

    def test_colleagues_are_no_customers(self):
        self._rule("US", country_id=self.us.id)
        self.seller.partner_id.country_id = self.us
        self.assertFalse(self.seller.partner_id.territory_id)

    def test_a_salesperson_moves_a_customer_without_rights_on_rules(self):
        nevada = self._rule("Nevada", state_id=self.nevada.id)
        self.seller.group_ids += self.env.ref("base.group_partner_manager")
        customer = self._customer()
        self._as(self.seller, customer).state_id = self.nevada
        self.assertEqual(customer.territory_id, nevada)

    # === RECOMPUTE === #
    def _wizard(self, user=None):
        wizards = self._as(user or self.manager, self.env["sales.territory.recompute"])
        return wizards.create({})

    def test_recompute_shows_what_it_does(self):
        customers = self._customer() + self._customer() + self._customer(territory_id=self.city.id)
        us = self._rule("US", country_id=self.us.id)
        wizard = self._wizard()
        move = wizard.line_ids.filtered(lambda line: line.after_id == us and not line.before_id)
        self.assertGreaterEqual(move.customer_count, 2)
        self.assertGreaterEqual(wizard.pinned_count, 1)
        self.assertFalse(customers[:2].territory_id)
        message = wizard.action_recompute()["params"]["message"]
        self.assertIn(str(wizard.customer_count), message)
        self.assertEqual(customers.mapped("territory_id.name"), ["US", "Shanghai"])
        self.assertFalse(self._wizard().customer_count)

    def test_recompute_leaves_other_companies_alone(self):
        other = self.env["res.company"].create({"name": "Other"})
        customer = self._customer(company_id=other.id)
        self._rule("US", country_id=self.us.id)
        self._wizard().action_recompute()
        self.assertFalse(customer.territory_id)

    def test_moving_a_territory_leaves_orders_and_ledger(self):
        customer = self._customer()
        before = self._rule("US", country_id=self.us.id)
        self._wizard().action_recompute()
        order = self._create_order(partner_id=customer.id)
        self.assertEqual(self._ledger(order).territory_id, before)
        self._rule("California", state_id=self.california.id)
        customer.state_id = self.california
        self.assertEqual(customer.territory_id.name, "California")
        self.assertEqual(order.territory_id, before)
        self.assertEqual(self._ledger(order).territory_id, before)
        self.assertEqual(len(self._ledger(order)), 1)

    def test_statements_do_not_grow_with_the_customers(self):
        self._customer()
        self._rule("US", country_id=self.us.id)
        for count in (1, 30):
            customers = self.env["res.partner"].create(
                [{"name": f"Rider {n}", "company_id": self.company.id} for n in range(count)]
            )
            customers.country_id = self.us
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE res_partner SET territory_id = NULL WHERE id = ANY(%s)", [customers.ids]
            )
            with self.assertQueryCount(2):
                self.assertGreaterEqual(self.env["sales.territory.rule"]._assign(), count)

    # === REFUSALS === #
    def test_rules_that_name_no_clear_place_are_refused(self):
        belgium = self.env.ref("base.be").id
        for sentence, values in (
            ("names no place", {}),
            ("names no place", {"city": "  "}),
            ("California lies in United States", {
                "country_id": belgium, "state_id": self.california.id,
            }),
            ("exists in many countries", {"zip_from": "1000"}),
            ("begin nowhere", {"country_id": belgium, "zip_to": "1000"}),
            ("run backwards, from 2000 to 1999", {
                "country_id": belgium, "zip_from": "2000", "zip_to": "1999",
            }),
            ("run backwards", {"country_id": belgium, "zip_from": "2000", "zip_to": "19"}),
        ):  # fmt: skip
            with (
                self.subTest(values=values),
                self.assertRaisesRegex(ValidationError, sentence),
                self.env.cr.savepoint(),
            ):
                self._rule("East", **values)

    def test_a_state_names_its_country(self):
        territory = self._rule("California", state_id=self.california.id)
        self.assertEqual(territory.rule_ids.country_id, self.us)
        self.assertEqual(territory.rule_ids.display_name, "United States, California")

    def test_only_an_administrator_edits_and_recomputes(self):
        rule = self._rule("US", country_id=self.us.id).rule_ids
        for user in (self.seller, self.leader):
            with self.assertRaises(AccessError):
                rule.with_user(user).zip_from = "1"
            with self.assertRaises(AccessError):
                self._wizard(user)
        rule.with_user(self.manager).zip_from = "1"
