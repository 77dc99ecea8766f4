from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import ApprovalCommon


@tagged("post_install", "-at_install", "sales_system")
class TestApprovalTerms(ApprovalCommon):
    """Only what is worse than the approved terms needs another approval."""

    def test_limits_are_exact(self):
        order = self._create_quotation(discount=0.0)
        for discount, state in ((0, "none"), (15, "none"), (15.01, "needed"), (100, "needed")):
            with self.subTest(discount=discount):
                order.order_line.discount = discount
                self.assertEqual(order.approval_state, state)

    def test_worse_reopens_and_better_does_not(self):
        order = self._create_approved()
        line = order.order_line
        for discount, state in ((18, "approved"), (16, "approved"), (15, "none"), (25, "needed")):
            with self.subTest(discount=discount):
                line.discount = discount
                self.assertEqual(order.approval_state, state)
        line.discount = 18.0
        self.assertEqual(order.approval_state, "approved")

    def test_price_and_quantity_in_either_direction(self):
        self.rule.active = False
        self._create_rule(basis="amount", threshold=1000.0)
        order = self._create_quotation(discount=0.0, price=1200.0)
        self._approve(self._request(order))
        line = order.order_line
        for field, value, state in (
            ("price_unit", 1100.0, "approved"),
            ("price_unit", 1201.0, "needed"),
            ("price_unit", 1200.0, "approved"),
            ("product_uom_qty", 2, "needed"),
            ("product_uom_qty", 0.5, "none"),
            ("product_uom_qty", 1, "approved"),
        ):
            with self.subTest(field=field, value=value):
                line[field] = value
                line.price_unit = line.price_unit if field != "product_uom_qty" else 1200.0
                self.assertEqual(order.approval_state, state)

    def test_credit_that_others_use_up_reopens(self):
        self.rule.active = False
        self._create_rule(basis="credit", threshold=100.0)
        self.company.account_use_credit_limit = True
        self.customer.credit_limit = 1000.0
        order = self._create_quotation(discount=0.0, price=1200.0)
        other = self._create_quotation(discount=0.0, price=500.0)
        self._approve(self._request(order))
        self.assertFalse(order._get_approval_error())
        other.action_confirm()
        self.env.invalidate_all()
        with self._refused(Exception, "Credit used 170 %"):
            order.action_confirm()
        self.customer.credit_limit = 2000.0
        self.env.invalidate_all()
        order.action_confirm()
        self.assertEqual(order.state, "sale")

    def test_a_line_that_is_added_counts(self):
        order = self._create_approved()
        order.order_line = [
            Command.create({"product_id": self.product.id, "price_unit": 1000, "discount": 40}),
        ]
        self.assertEqual(order.approval_reasons, "Discount 40 % (limit 15 %)")
        order.order_line[1].unlink()
        self.assertEqual(order.approval_state, "approved")

    def test_a_worse_edit_while_pending(self):
        order = self._create_quotation()
        request = self._request(order)
        order.order_line.discount = 25.0
        self.assertEqual(order.approval_state, "needed")
        self.assertTrue(request.has_changed)
        with self._refused(Exception, "has changed since li.na"):
            self._approve(request)
        second = self._request(order)
        self.assertRecordValues(request + second, [{"state": "cancelled"}, {"state": "pending"}])
        self._approve(second)
        self.assertEqual(order.approval_state, "approved")

    def test_a_better_edit_while_pending_is_what_gets_approved(self):
        order = self._create_quotation()
        request = self._request(order)
        order.order_line.discount = 16.0
        self.assertEqual(order.approval_state, "pending")
        self._approve(request)
        order.order_line.discount = 18.0
        self.assertEqual(order.approval_state, "needed")

    def test_a_copy_is_not_approved(self):
        order = self._create_approved()
        copy = order.copy()
        self.assertEqual(copy.order_line.discount, 18.0)
        self.assertEqual(copy.approval_state, "needed")
        self.assertFalse(copy.approval_request_ids)
        order.action_confirm()
        self.assertFalse(order.copy().approval_confirmed_terms)

    def test_another_customer_is_another_decision(self):
        order = self._create_approved()
        order.partner_id = self.other_customer
        order.order_line.discount = 18.0
        self.assertEqual(order.approval_state, "needed")

    def test_rejected_terms_stay_rejected_until_they_improve(self):
        order = self._create_quotation()
        request = self._request(order)
        self._as(self.city_leader, request).action_reject("Too much")
        self.assertEqual(order.approval_state, "rejected")
        self.assertEqual(order.approval_note, f"{self.city_leader.name}: Too much")
        order.order_line.discount = 20.0
        self.assertEqual(order.approval_state, "rejected")
        order.order_line.discount = 17.0
        self.assertEqual(order.approval_state, "needed")
        self._approve(self._request(order))
        self.assertEqual(order.approval_state, "approved")

    def test_the_price_and_the_whole_order_count_as_discount(self):
        order = self._create_quotation(discount=0.0)
        order.order_line.price_unit = 800.0
        self.assertEqual(order.approval_reasons, "Discount 20 % (limit 15 %)")
        order.order_line.price_unit = 1000.0
        self.env["sale.order.discount"].create(
            {
                "sale_order_id": order.id,
                "discount_type": "so_discount",
                "discount_percentage": 0.2,
            }
        ).action_apply_discount()
        self.assertEqual(order.approval_reasons, "Discount 20 % (limit 15 %)")

    def test_an_order_made_below_the_pricelist(self):
        """What a person types when creating the order is no new list price."""
        order = self._create_order(lines=((1, 700.0),), confirm=False)
        self.assertEqual(order.approval_reasons, "Discount 30 % (limit 15 %)")

    def test_a_combo_saved_in_one_form(self):
        """The parts of a combo know their price once they are linked to it."""
        self.env["product.pricelist"].search([]).active = False
        combo = self.env["product.combo"].create(
            {"name": "Bike", "combo_item_ids": [Command.create({"product_id": self.product.id})]}
        )
        bundle = self.env["product.product"].create(
            {"name": "Bundle", "type": "combo", "list_price": 900.0, "combo_ids": combo.ids}
        )
        part = {
            "product_id": self.product.id,
            "combo_item_id": combo.combo_item_ids.id,
            "linked_virtual_id": "combo",
        }
        for price, reasons in ((900.0, False), (720.0, "Discount 20 % (limit 15 %)")):
            order = self.env["sale.order"].create(
                {
                    "partner_id": self.customer.id,
                    "order_line": [
                        Command.create({"product_id": bundle.id, "virtual_id": "combo"}),
                        Command.create({**part, "price_unit": price}),
                    ],
                }
            )
            self.assertEqual(order.order_line[1].linked_line_id, order.order_line[0])
            self.assertEqual(order.order_line[1].list_price_unit, 900.0)
            self.assertEqual(order.approval_reasons, reasons)

    def test_a_later_list_price_changes_nothing(self):
        order = self._create_quotation(discount=10.0)
        self.product.list_price = 2000.0
        self.env.invalidate_all()
        self.assertFalse(order.approval_reasons)

    def test_margin(self):
        self.rule.active = False
        self._create_rule(basis="margin", threshold=30.0)
        order = self._create_quotation(discount=0.0)
        self.assertEqual(order.approval_state, "none")
        order.order_line.discount = 20.0
        self.assertEqual(order.approval_reasons, "Margin 25 % (limit 30 %)")
        # A cost typed into the line cannot hide it.
        order.order_line.purchase_price = 1.0
        self.assertEqual(order.approval_reasons, "Margin 25 % (limit 30 %)")

    def test_floor(self):
        self.rule.active = False
        self._create_rule(basis="floor", threshold=10.0)
        order = self._create_quotation(discount=30.0)
        self.assertEqual(order.approval_state, "none")
        order.order_line.discount = 36.0
        self.assertEqual(order.approval_reasons, "Lowest markup on cost 6.67 % (limit 10 %)")

    def test_amount_in_a_foreign_currency(self):
        self.rule.active = False
        self._create_rule(basis="amount", threshold=1000.0)
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "company_id": self.company.id,
                "rate": 0.5,
                "name": "2020-01-01",
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id, "company_id": self.company.id}
        )
        order = self._create_quotation(discount=0.0, price=500.0, pricelist_id=pricelist.id)
        self.assertEqual(order.currency_id, euro)
        self.assertEqual(order.approval_state, "none")
        order.order_line.price_unit = 600.0
        self.assertEqual(order.approval_state, "needed")
        self.assertIn("$\xa01,200.00 (limit $\xa01,000.00)", order.approval_reasons)

    def test_a_limit_in_another_currency(self):
        """A shared limit in euros holds for a company in dollars at its rate."""
        self.rule.active = False
        euro = self.env.ref("base.EUR")
        euro.active = True
        other = self.env["res.company"].create({"name": "Euro Works", "currency_id": euro.id})
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "company_id": self.company.id,
                "rate": 0.5,
                "name": "2020-01-01",
            }
        )
        rule = self._create_rule(basis="amount", threshold=500.0, company_id=False)
        rule.with_company(other).currency_id = euro
        self.assertEqual(rule._get_limit(self.company), 1000.0)

    def test_credit(self):
        self.rule.active = False
        self._create_rule(basis="credit", threshold=100.0)
        self.company.account_use_credit_limit = True
        self.customer.credit_limit = 2500.0
        first, second = (self._create_quotation(discount=0.0, price=p) for p in (1000.0, 1200.0))
        third = self._create_quotation(discount=0.0, price=1000.0)
        self.env.flush_all()
        for order in (first, second):
            order.action_confirm()
        # What others confirmed is known without an edit of the third.
        self.assertEqual(third.approval_state, "none")
        self.env.invalidate_all()
        self.assertEqual(third.approval_reasons, "Credit used 128 % (limit 100 %)")
        with self._refused(Exception, "Credit used 128 %"):
            third.action_confirm()
        self._approve(self._request(third))
        third.action_confirm()
        self.assertEqual(third.approval_state, "none")

    def test_only_documents_of_the_condition(self):
        self.rule.domain = f"[('partner_id', '=', {self.customer.id})]"
        order = self._create_quotation()
        self.assertEqual(order.approval_state, "needed")
        other = self._create_quotation(partner_id=self.other_customer.id)
        self.assertEqual(other.approval_state, "none")

    def test_a_condition_whose_field_is_gone_applies_to_all(self):
        """As when the addon of the field has been uninstalled: orders can still be edited."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sales_approval_rule SET domain = %s WHERE id = %s",
            ("[('no_such_field', '=', 1)]", self.rule.id),
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        self.assertEqual(self._create_quotation().approval_state, "needed")
        self.assertIn("no_such_field", self.rule.approver_warning)

    def test_a_field_of_the_condition_is_followed(self):
        self.rule.domain = "[('client_order_ref', '=', 'special')]"
        order = self._create_quotation()
        self.assertEqual(order.approval_state, "none")
        order.client_order_ref = "special"
        self.assertEqual(order.approval_state, "needed")

    def test_changed_limits_reach_open_orders(self):
        order = self._create_quotation()
        self.rule.threshold = 20.0
        with self.enter_registry_test_mode():
            self.env.ref("sales_system.ir_cron_sales_approval_refresh").method_direct_trigger()
        self.assertEqual(order.approval_state, "none")

    def test_other_companies_have_other_limits(self):
        company = self.env["res.company"].create({"name": "Other Works"})
        self.rule.company_id = company
        order = self._create_quotation()
        self.assertEqual(order.approval_state, "none")
        order.action_confirm()
        self.rule.company_id = False
        self.assertEqual(self._create_quotation().approval_state, "needed")

    def test_the_form_says_it_while_editing(self):
        order = self._create_quotation(discount=0.0)
        with Form(self._as(self.seller, order)) as form:
            with form.order_line.edit(0) as line:
                line.price_unit = 820.0
            self.assertEqual(form.approval_reasons, "Discount 18 % (limit 15 %)")

    def test_many_orders_cost_few_queries(self):
        orders = self.env["sale.order"].union(*[self._create_quotation() for _index in range(20)])
        self.env.flush_all()
        self.env.invalidate_all()
        counts = []
        for ids in (orders[:2].ids, orders[:2].ids, orders.ids):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            orders.browse(ids)._get_approval_breaches()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[2], counts[1])
