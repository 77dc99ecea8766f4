from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import TODAY, ContractCommon


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(TODAY)
class TestContractCalls(ContractCommon):
    """Orders under a contract: its prices, and what they may not go beyond."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._create_contract(state="active")
        cls.lamp = cls.env["product.product"].create(
            {
                "name": "Lamp",
                "list_price": 50.0,
                "categ_id": cls.env["product.category"].create({"name": "Parts"}).id,
                "taxes_id": [Command.clear()],
            }
        )

    def _assert_refused(self, sentence, *args, **kwargs):
        with self._refused(UserError, sentence):
            self._call_off(*args, **kwargs)

    # === PRICES === #
    def test_an_order_takes_price_and_terms_from_the_contract(self):
        term = self.env["account.payment.term"].create({"name": "60 days"})
        contract = self._create_contract(state="active", payment_term_id=term.id)
        action = self._as(self.seller, contract).action_new_order()
        order = (
            self._as(self.seller, self.env["sale.order"])
            .with_context(**action["context"])
            .create({"order_line": [Command.create({"product_id": self.product.id})]})
        )
        self.assertEqual(order.contract_id, contract)
        self.assertEqual(order.partner_id, self.customer)
        self.assertEqual(order.payment_term_id, term)
        self.assertEqual(order.order_line.price_unit, 900)
        self.assertEqual(order.order_line.contract_line_id, contract.line_ids)
        self.assertEqual(order.contract_standing, "500 of 500 remaining")

    def test_price_bases(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        cheap = self.env["product.pricelist"].create(
            {
                "name": "Dealers",
                "company_id": self.company.id,
                "currency_id": self.company.currency_id.id,
                "item_ids": [Command.create({"compute_price": "percentage", "percent_price": 10})],
            }
        )
        parts = {"categ_id": self.lamp.categ_id.id}
        for line, product, values, price in (
            (self._line(price_basis="discount", discount=25), self.product, {}, 750),
            (self._line(price_basis="list"), self.product, {}, 1000),
            (self._line(price_basis="list"), self.product, {"base_pricelist_id": cheap.id}, 900),
            (self._line(), self.lamp, {"base_pricelist_id": cheap.id}, 45),
            (
                self._line(price_basis="discount", discount=20),
                self.product,
                {"base_pricelist_id": cheap.id},
                720,
            ),
            ({**parts, "price_basis": "discount", "discount": 40}, self.lamp, {}, 30),
            (self._line(product_uom_id=dozen.id, price_unit=9600), self.product, {}, 800),
            (self._line(date_to="2026-03-31"), self.product, {}, 1000),
            (self._line(date_from="2026-06-15", date_to="2026-06-15"), self.product, {}, 900),
        ):
            with self.subTest(line=line, **values):
                contract = self._create_contract([line], state="active", **values)
                order = self._call_off(contract, product=product, confirm=False)
                unit = order.order_line.price_unit * (1 - order.order_line.discount / 100)
                self.assertAlmostEqual(unit, price)

    def test_one_product_at_list_price_in_a_category_with_a_discount(self):
        contract = self._create_contract(
            [
                {"categ_id": self.category.id, "price_basis": "discount", "discount": 10},
                {"product_id": self.product.id, "price_basis": "list"},
            ],
            state="active",
        )
        self.assertEqual(self._call_off(contract, 1).order_line.price_subtotal, 1000)

    def test_the_price_list_is_nobody_elses(self):
        self.assertFalse(self.contract.pricelist_id.active)
        order = self._create_order(confirm=False)
        self.assertNotEqual(order.pricelist_id, self.contract.pricelist_id)

    # === GOING BEYOND === #
    def test_up_to_the_last_and_no_further(self):
        order = self._call_off(self.contract, 499, user=self.seller)
        self.assertEqual(order.state, "sale")
        self._assert_refused(
            "Road Bike.*501.00 Units ordered in all, 500.00 agreed", self.contract, 2
        )
        self.assertEqual(self._call_off(self.contract, 1).state, "sale")
        self._assert_refused("501.00", self.contract, 1)

    def test_a_cancelled_order_gives_its_quantity_back(self):
        order = self._call_off(self.contract, 500)
        self._assert_refused("501", self.contract, 1)
        order._action_cancel()
        self.assertEqual(self._call_off(self.contract, 500).state, "sale")

    def test_in_the_unit_of_the_contract(self):
        dozen = self.env.ref("uom.product_uom_dozen")
        contract = self._create_contract(
            [self._line(product_uom_id=dozen.id, max_quantity=5)], state="active"
        )
        self.assertEqual(self._call_off(contract, 60).state, "sale")
        self._assert_refused("5.08.*5.00", contract, 1)

    def test_agreed_amount(self):
        contract = self._create_contract(
            [
                {
                    "categ_id": self.category.id,
                    "price_basis": "discount",
                    "discount": 10,
                    "max_amount": 9000,
                }
            ],
            state="active",
        )
        self._call_off(contract, 10)
        self._assert_refused(r"Bikes.*9,900\.00.*9,000\.00", contract, 1)

    def test_product_and_day_outside(self):
        self._assert_refused("Lamp is not part of the contract", self.contract, product=self.lamp)
        contract = self._create_contract([self._line(date_to="2026-03-31")], state="active")
        self._assert_refused("06/15/2026, lies outside 01/01/2026 – 03/31/2026", contract)
        later = self._create_contract(state="active", date_from="2026-07-01", date_to="2027-06-30")
        self._assert_refused("lies outside 07/01/2026", later)

    def test_exclusive_to_somebody_else(self):
        self._create_contract(
            [{"categ_id": self.lamp.categ_id.id, "is_exclusive": True}],
            partner_id=self.other_customer.id,
            territory_id=False,
            state="active",
        )
        contract = self._create_contract(
            [{"product_id": self.lamp.id, "max_quantity": 10}], state="active"
        )
        self._assert_refused("Lamp is exclusive to Velo Shop", contract, 1, product=self.lamp)

    def test_not_in_force(self):
        draft = self._create_contract()
        self._assert_refused("state “Draft”", draft)
        with self._refused(UserError, "state “Draft”"):
            draft.action_new_order()

    def test_a_warning_where_the_company_only_warns(self):
        self.company.sales_contract_overcall = "warn"
        order = self._call_off(self.contract, 501, confirm=False)
        self.assertIn("501.00 Units ordered in all, 500.00 agreed", order.contract_warning)
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertIn("Beyond the contract", order.message_ids[0].body)
        # What is too much already may become less, also where the company is strict again.
        self._refreshed(order)
        self.company.sales_contract_overcall = "block"
        order.order_line.product_uom_qty = 500.5
        with self._refused(UserError, "502"):
            order.order_line.product_uom_qty = 502

    def test_a_confirmed_order_stays_within_the_contract(self):
        order = self._call_off(self.contract, 400)
        small = self._create_contract([self._line(max_quantity=10)], state="active", title="Small")
        for values in (
            {"order_line": [Command.update(order.order_line.id, {"product_uom_qty": 501})]},
            {"order_line": [Command.create({"product_id": self.lamp.id})]},
            {"contract_id": small.id},
        ):
            with self.subTest(values=values), self._refused(UserError, "goes beyond"):
                order.write(values)

    def test_confirmed_by_a_write(self):
        order = self._call_off(self.contract, 501, confirm=False)
        with self._refused(UserError, "goes beyond"):
            order.state = "sale"
        with self._refused(UserError, "goes beyond"):
            self._call_off(self.contract, 501, confirm=False, state="sale")

    def test_a_batch_counts_together_with_a_constant_number_of_statements(self):
        def confirm(count):
            orders = self.env["sale.order"].concat(
                *(self._call_off(self.contract, 1, confirm=False) for _ in range(count))
            )
            self.env.flush_all()
            orders.order_line.contract_line_id.contract_id.mapped("state")
            before = self.env.cr.sql_log_count
            orders._check_contract_calls()
            return self.env.cr.sql_log_count - before

        confirm(1)
        self.assertEqual(confirm(2), confirm(20))
        both = self._call_off(self.contract, 300, confirm=False) + self._call_off(
            self.contract, 300, confirm=False
        )
        with self._refused(UserError, "600.00"):
            both.action_confirm()
        self.assertEqual(both.mapped("state"), ["draft", "draft"])

    # === PARTIES AND RIGHTS === #
    def test_who_may_order(self):
        subsidiary = self.env["res.partner"].create({"name": "Acme West", "is_company": True})
        with self._refused(ValidationError, "Acme West is no party to contract"):
            self._call_off(self.contract, partner_id=subsidiary.id)
        contract = self._create_contract(
            state="active", other_partner_ids=[Command.set(subsidiary.ids)]
        )
        contact = self.env["res.partner"].create({"name": "Li", "parent_id": subsidiary.id})
        self.assertEqual(self._call_off(contract, partner_id=contact.id).state, "sale")

    def test_a_colleagues_contract(self):
        with self.assertRaises(AccessError):
            self._call_off(self.contract, user=self.other_seller)
        order = self._as(self.other_seller, self.env["sale.order"]).create(
            {"partner_id": self.customer.id}
        )
        with self.assertRaises(AccessError):
            order.contract_id = self.contract.id

    def test_another_company(self):
        company = self._create_stranger().company_id
        foreign = self._create_contract(
            company_id=company.id, user_id=False, territory_id=False, lines=(), state="active"
        )
        with self._refused(UserError, "company"):
            self._create_order(confirm=False, contract_id=foreign.id)
