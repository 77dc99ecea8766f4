from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tools import SQL

from .pool_common import PoolCommon

LONG_AGO = "2026-01-01 08:00:00"


@tagged("post_install", "-at_install", "sales_system")
@freeze_time("2026-06-01 09:00:00")
class TestPoolDeals(PoolCommon):
    """Triggers of orders and contracts, and the deals that keep a record where it is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["sales.pool"].search([("id", "!=", cls.pool.id)]).write(
            {f"{trigger}_return_days": 0 for trigger in ("contact", "order", "contract")}
        )

    def setUp(self):
        super().setUp()
        self.customer.user_id = self.seller
        self.lead = self._create_lead(partner_id=self.customer.id)
        self._age(self.customer)
        self._age(self.lead)

    def _age(self, record):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET create_date = %s, held_since = %s WHERE id = %s",
                SQL.identifier(record._table),
                LONG_AGO,
                LONG_AGO,
                record.id,
            )
        )
        self.env.invalidate_all()

    def _run(self):
        # What the test has pending; the job has a cursor of its own.
        self.env["sales.ledger.posting"]._post_pending()
        with self.enter_registry_test_mode():
            self.env.ref("sales_system.ir_cron_sales_pool_recycle").method_direct_trigger()
        self.env.invalidate_all()

    def _set(self, trigger, days, warn=0):
        self.pool.write({f"{trigger}_return_days": days, f"{trigger}_warn_days": warn})

    def _create_contract(self, **values):
        contract = self.env["sales.contract"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "user_id": self.seller.id,
                "date_from": "2026-01-01",
                "line_ids": [Command.create({"product_id": self.product.id, "price_unit": 900})],
                **values,
            }
        )
        with freeze_time("2026-01-01 09:00:00"):
            contract.action_submit()
            if contract.state == "review":
                contract.action_release()
            contract.action_activate()
        return contract

    def _deliver(self, order):
        order.order_line.qty_delivered = 1

    # === TRIGGERS === #
    def test_no_order(self):
        self._set("order", 60)
        with freeze_time("2026-04-10 09:00:00"):
            self._deliver(self._create_order(opportunity_id=self.lead.id))
        other = self._create_lead()
        self._age(other)
        self._run()
        self.assertEqual((self.lead.user_id, self.customer.user_id), (self.seller, self.seller))
        self.assertEqual(other.pool_reason, "No order for 60 days")
        with freeze_time("2026-06-10 09:00:00"):
            self._run()
        self.assertEqual(self.customer.pool_reason, "No order for 60 days")
        self.assertEqual(self.lead.pool_id, self.pool)

    def test_a_cancelled_order_is_none(self):
        self._set("order", 60)
        order = self._create_order(opportunity_id=self.lead.id)
        order._action_cancel()
        self._run()
        self.assertEqual(self.lead.pool_id, self.pool)

    def test_contract_ended(self):
        self._set("contract", 20, warn=5)
        contract = self._create_contract(date_to="2026-05-20")
        with freeze_time("2026-05-21 09:00:00"):
            contract._end_if_due()
        self.assertEqual(contract.state, "expired")
        self._run()
        self.assertFalse(self.customer.pool_warning)
        with freeze_time("2026-06-05 09:00:00"):
            self._run()
        self.assertRecordValues(
            self.customer, [{"pool_warning": "contract", "user_id": self.seller.id}]
        )
        # A new contract takes the warning back.
        renewed = self._create_contract(date_from="2026-06-05", date_to="2026-12-31")
        with freeze_time("2026-06-06 09:00:00"):
            self._run()
        self.assertFalse(self.customer.pool_warning)
        renewed._update_state(("active",), "terminated", termination_date="2026-06-07")
        with freeze_time("2026-06-23 09:00:00"):
            self._run()
        self.assertEqual(self.customer.pool_warning, "contract")
        with freeze_time("2026-06-28 09:00:00"):
            self._run()
        self.assertEqual(self.customer.pool_reason, "No contract for 20 days")

    def test_who_never_had_a_contract(self):
        self._set("contract", 20)
        self._run()
        self.assertEqual(self.customer.user_id, self.seller)

    # === PROTECTION === #
    def test_deals_protect(self):
        self._set("contact", 30)
        for deal in ("quotation", "order", "contract"):
            with self.subTest(deal=deal):
                if deal == "contract":
                    document = self._create_contract()
                else:
                    document = self._create_order(
                        opportunity_id=self.lead.id, confirm=deal == "order"
                    )
                self._run()
                owners = (self.lead.user_id, self.customer.user_id)
                self.assertEqual(owners, (self.seller, self.seller))
                if deal == "contract":
                    document._update_state(("active",), "terminated", termination_date="2026-05-01")
                elif deal == "order":
                    self._deliver(document)
                else:
                    document.validity_date = "2026-05-31"
        self._run()
        self.assertEqual((self.lead.pool_id, self.customer.pool_id), (self.pool, self.pool))

    def test_an_invoiced_order_is_no_longer_open(self):
        """Where nobody writes deliveries down."""
        self._set("contact", 30)
        order = self._create_order(opportunity_id=self.lead.id)
        self._run()
        self.assertEqual(self.lead.user_id, self.seller)
        self.env.cr.execute(
            "UPDATE sale_order_line SET qty_invoiced = product_uom_qty WHERE order_id = %s",
            [order.id],
        )
        self._run()
        self.assertEqual(self.lead.pool_id, self.pool)

    def test_deals_of_another_company_protect_nobody(self):
        self._set("contact", 30)
        company = self._create_stranger().company_id
        self.env["sale.order"].with_company(company).create(
            {
                "partner_id": self.customer.id,
                "company_id": company.id,
                "user_id": False,
                "team_id": False,
            }
        )
        self._run()
        self.assertEqual(self.customer.pool_id, self.pool)
