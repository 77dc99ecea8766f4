from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from ..common import RpcCase
from ..ledger.common import LedgerInvoicingCommon
from .common import NOW


@tagged("post_install", "-at_install", "sales_system")
@freeze_time(NOW)
class TestCustomerChain(LedgerInvoicingCommon, RpcCase):
    """From lead to collection on the page of a customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact = cls.env["res.partner"].create({"name": "Ann", "parent_id": cls.customer.id})
        cls.env["crm.lead"].create(
            [
                {
                    "name": "Bikes",
                    "partner_id": partner.id,
                    "user_id": user.id,
                    "company_id": cls.company.id,
                }
                for partner, user in ((cls.contact, cls.seller), (cls.customer, cls.other_seller))
            ]
        )
        cls._create_order([(1, 70.0)], confirm=False, partner_id=cls.contact.id)
        order = cls._create_order([(4, 100.0), (1, 600.0)])
        order.order_line[0].qty_delivered = 2
        order.order_line[1].qty_delivered = 1
        cls._create_order([(1, 50.0)], user_id=cls.other_seller.id)
        cls.env["sales.contract"].create(
            {
                "partner_id": cls.customer.id,
                "user_id": cls.seller.id,
                "company_id": cls.company.id,
                "date_from": "2026-01-01",
            }
        )
        paid = cls._create_invoice([(1, 300.0)], invoice_date="2026-05-01")
        cls._pay(paid, date="2026-05-20")
        cls._create_invoice(
            [(1, 200.0)], tax=cls.tax, invoice_date="2026-05-01", invoice_date_due="2026-06-01"
        )
        cls._create_invoice(
            [(1, 30.0)],
            invoice_date="2026-05-01",
            invoice_date_due="2026-06-15",
            invoice_user_id=cls.other_seller.id,
        )
        cls.env["sales.ledger.posting"]._post_pending()

    def _chain(self, user, partner=None):
        partner = self._as(user, partner or self.customer)
        return {
            name.removeprefix("chain_"): round(partner[name], 2)
            for name in partner._fields
            if name.startswith("chain_") and name != "chain_currency_id"
        }

    def test_what_a_leader_sees(self):
        self.assertEqual(
            self._chain(self.leader),
            {
                "lead_count": 2,
                "quotation_count": 1,
                "quotation_amount": 70,
                "order_count": 2,
                "order_amount": 1050,
                "contract_count": 0,
                "delivered": 0.76,
                "invoice_count": 3,
                "invoiced_amount": 530,
                "overdue_amount": 220,
                "collected_amount": 300,
            },
        )

    def test_what_a_salesperson_sees(self):
        """Sums of their own documents only."""
        self.assertEqual(
            self._chain(self.seller),
            {
                "lead_count": 1,
                "quotation_count": 1,
                "quotation_amount": 70,
                "order_count": 1,
                "order_amount": 1000,
                "contract_count": 0,
                "delivered": 0.8,
                "invoice_count": 2,
                "invoiced_amount": 500,
                "overdue_amount": 220,
                "collected_amount": 300,
            },
        )
        other = self._chain(self.other_seller)
        self.assertEqual(
            (other["order_amount"], other["invoiced_amount"], other["collected_amount"]),
            (50, 30, 0),
        )

    def test_every_step_opens_its_records(self):
        for step, model, count in (
            ("lead", "crm.lead", 2),
            ("quotation", "sale.order", 1),
            ("order", "sale.order", 2),
            ("contract", "sales.contract", 0),
            ("delivery", "sale.order.line", 3),
            ("invoice", "account.move", 3),
            ("overdue", "account.move", 1),
            ("collection", "sales.ledger.entry", 1),
        ):
            with self.subTest(step):
                customer = self._as(self.leader, self.customer).with_context(chain_step=step)
                action = customer.action_open_chain()
                self.assertEqual(action["res_model"], model)
                self.assertEqual(customer.env[model].search_count(action["domain"]), count)

    def test_an_unknown_step(self):
        with self.assertRaisesRegex(UserError, "no step “nonsense”: open one of"):
            self.customer.with_context(chain_step="nonsense").action_open_chain()

    def test_nobody_outside_of_sales(self):
        with self.assertRaises(AccessError):
            self._chain(self.outsider)
        customer = self._as(self.outsider, self.customer)
        with self.assertRaises(AccessError):
            customer.with_context(chain_step="collection").action_open_chain()
        _result, error = self._call(self.outsider, self.customer, "read", ["chain_order_amount"])
        self.assertTrue(error)

    def test_another_company_has_a_chain_of_its_own(self):
        stranger = self._create_stranger()
        self.assertFalse(any(self._chain(stranger).values()))

    def test_foreign_currency_is_converted(self):
        self._set_rates(d2026_01_01=0.5)
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": self.env.ref("base.EUR").id}
        )
        for confirm in (True, False):
            self._create_order(
                [(1, 100.0)],
                confirm=confirm,
                pricelist_id=pricelist.id,
                partner_id=self.other_customer.id,
            )
        chain = self._chain(self.leader, self.other_customer)
        self.assertEqual((chain["order_amount"], chain["quotation_amount"]), (200, 200))

    def test_credit_and_cancellation_take_back(self):
        order = self._create_order([(1, 100.0)], partner_id=self.other_customer.id)
        invoice = self._create_invoice([(1, 80.0)], partner_id=self.other_customer.id)
        order._action_cancel()
        self._credit(invoice).action_post()
        chain = self._chain(self.leader, self.other_customer)
        self.assertEqual((chain["order_amount"], chain["invoiced_amount"]), (0, 0))
        self.assertEqual(chain["overdue_amount"], 0)

    def test_only_customers_have_a_chain(self):
        self.assertTrue(self._as(self.seller, self.customer).show_chain)
        self.assertFalse(self._as(self.seller, self.contact).show_chain)
        plain = self.env["res.partner"].create({"name": "Vendor", "is_company": True})
        self.assertFalse(self._as(self.seller, plain).show_chain)
        self.assertFalse(any(self._chain(self.seller, self.contact).values()))

    def test_statements_are_constant(self):
        counts = []
        for number in (1, 200):
            partners = self.env["res.partner"].create(
                [{"name": f"N{n}", "is_company": True} for n in range(number)]
            )
            if number > 1:
                self._create_order(partner_id=partners[0].id)
            self.env.flush_all()
            self.env.invalidate_all()
            partners = self._as(self.leader, partners)
            partners.mapped("commercial_partner_id")
            before = self.env.cr.sql_log_count
            partners.mapped("chain_order_amount")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])

    def test_line_under_the_customer_of_a_quotation(self):
        level = self.env["sales.customer.level"].create({"name": "Gold", "sequence": -1})
        self.env["sales.customer.count"]._count(self.company, review=True)
        order = self._create_order(confirm=False)
        self.assertEqual(
            self._as(self.leader, order).customer_standing, "Level Gold · East › Shanghai"
        )
        level.active = False
        order.territory_id = False
        self.env["sales.customer.count"]._count(self.company, review=True)
        profile = self.customer.customer_profile_ids.filtered(
            lambda one: one.company_id == self.company
        )
        self.assertEqual(
            self._as(self.leader, order).customer_standing, f"Level {profile.level_id.name}"
        )
